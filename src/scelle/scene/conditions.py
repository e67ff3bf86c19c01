"""Under what a generated scene is filmed: light, weather, and what disturbs a camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from scelle.errors import BadInput


@dataclass(frozen=True)
class Conditions:
    """Everything but who passes.

    Attributes:
        gain: brightness of the scene, 1 being even daylight.
        tint: factors of blue, green and red: the light's colour, not corrected by the camera.
        lamps: street lamps pool their warm light; the rest lies in the dark.
        infrared: the camera sees infrared light of its own, without colour.
        switch_s: after how many seconds it changes to infrared; 0 for never.
        noise: standard deviation of the sensor noise, grey levels.
        clouds: slow changes of the light, share of it.
        exposure_s: every how many seconds the exposure jumps; 0 for never.
        rain, snow: streaks or flakes for each thousand pixels of the picture.
        tree: a tree's crown waves at the left.
        screen: a shop's screen flickers.
        headlights_s: every how many seconds headlights sweep over the walls; 0 for never.
        shake: amplitude of the camera's shaking, pixels at 360 lines.
        shadows: what passes casts shadows.
    """

    gain: float = 1.0
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    lamps: bool = False
    infrared: bool = False
    switch_s: float = 0.0
    noise: float = 2.0
    clouds: float = 0.0
    exposure_s: float = 0.0
    rain: float = 0.0
    snow: float = 0.0
    tree: bool = False
    screen: bool = False
    headlights_s: float = 0.0
    shake: float = 0.0
    shadows: bool = True

    @property
    def colourless(self) -> bool:
        """Whether nobody can tell a colour in any of its pictures."""
        return self.infrared and not self.switch_s


LIGHTS: Mapping[str, Conditions] = MappingProxyType(
    {
        "day": Conditions(clouds=0.15),
        "overcast": Conditions(gain=0.8, tint=(1.08, 1.0, 0.95), shadows=False),
        "shade": Conditions(gain=0.7, tint=(1.25, 1.0, 0.82), shadows=False),
        "evening": Conditions(gain=0.75, tint=(0.72, 0.95, 1.2), noise=3.0),
        "sodium": Conditions(gain=0.6, tint=(0.45, 0.85, 1.2), noise=4.0, shadows=False),
        "night": Conditions(gain=0.22, lamps=True, noise=5.0, shadows=False),
        "infrared": Conditions(infrared=True, noise=4.0, shadows=False),
    }
)
"""Kinds of light, by name; the tints are those of camera white balance left fixed at
daylight under about 9000 K, 3500 K and a sodium lamp."""

DISTURBANCES: Mapping[str, Conditions] = MappingProxyType(
    {
        "still": Conditions(),
        "clouds": Conditions(clouds=0.35),
        "exposure": Conditions(exposure_s=7.0),
        "rain": Conditions(rain=0.9, gain=0.75, shadows=False),
        "snow": Conditions(snow=0.7, gain=0.85, shadows=False),
        "tree": Conditions(tree=True),
        "screen": Conditions(screen=True),
        "headlights": Conditions(gain=0.22, lamps=True, noise=5.0, headlights_s=9.0, shadows=False),
        "infrared-switch": Conditions(
            gain=0.3, infrared=True, switch_s=60.0, noise=4.0, shadows=False
        ),
        "shake": Conditions(shake=1.2),
        "compression": Conditions(noise=3.0),
    }
)
"""What may move in a picture in which nothing passes, by name."""


def conditions(name: str) -> Conditions:
    """The named light or disturbance.

    Raises:
        BadInput: there is no such name.
    """
    known = {**DISTURBANCES, **LIGHTS}
    if name not in known:
        raise BadInput(
            f"no conditions are called {name!r}", remedy=f"Known are {', '.join(sorted(known))}."
        )
    return known[name]
