"""Scelle: finds the sequences that matter in recorded video, under control, provably."""

import os

__version__ = "0.1.0"

# As soon as it is imported, ONNX Runtime would give this machine a lasting number, keep a file
# of what runs here, and look for a server of its maker's.  It reads this when it is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
