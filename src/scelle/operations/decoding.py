"""All that runs in a sandbox, loaded once by the process that the sandboxes fork off.

Whatever decodes video or pictures of video is a function in one of these modules.
"""

from scelle.operations import segment, tubes
from scelle.operations.burnt_in import read_clock
from scelle.operations.cutting import cut
from scelle.operations.pictures import decode
from scelle.operations.receipt import examine
from scelle.operations.showing import show

__all__ = ["cut", "decode", "examine", "read_clock", "segment", "show", "tubes"]
