"""Decoding by a graphics processor: chosen by a person, or not at all."""

from __future__ import annotations

from pathlib import Path

from av.codec.hwaccel import HWAccel, hwdevices_available

from scelle.errors import Misconfigured

SOFTWARE = "software"
NODES = ("/dev/nvidiactl", "/dev/nvidia0", "/dev/nvidia-uvm", "/dev/nvidia-uvm-tools")
"""Device nodes of a graphics processor; a sandbox that decodes on one must reach them."""


def accelerator(decoder: str) -> HWAccel | None:
    """What decodes, as it was asked for; software never takes its place.

    Args:
        decoder: ``software`` or ``cuda``.

    Raises:
        Misconfigured: asked for and absent.
    """
    if decoder == SOFTWARE:
        return None
    offered = hwdevices_available()
    if decoder not in offered or not Path(NODES[0]).exists():
        raise Misconfigured(
            f"Decoding by {decoder} was asked for, and this machine does not offer it (the "
            f"library knows {', '.join(offered) or 'none'}; {NODES[0]} "
            f"{'is there' if Path(NODES[0]).exists() else 'is absent'}).",
            remedy="Use --decoder software, or install the driver of the graphics processor.",
        )
    return HWAccel(decoder, allow_software_fallback=False)
