from __future__ import annotations

import sys
from pathlib import Path

# The work of sandboxed processes is found by name: in the process that they fork off too.
sys.path.append(str(Path(__file__).parent / "work"))
