"""Single pictures that sum up what tracks did."""

from __future__ import annotations

from enum import StrEnum


class Still(StrEnum):
    """What a single picture sums up.

    ``STORYBOARD``: one picture of each object, in order of time.
    ``PATHS``: the way of each object's foot point, coloured by time.
    ``ACTIVITY``: how many objects passed each place.
    ``DWELL``: for how long objects were at each place, seconds in all.
    ``CHANGE``: how much the empty scene itself changed, grey levels.
    """

    STORYBOARD = "storyboard"
    PATHS = "paths"
    ACTIVITY = "activity"
    DWELL = "dwell"
    CHANGE = "change"
