"""Places that stir without anything passing: crowns of trees, water, flags, screens.

What moves there ends again and again where it began.  The recording itself says where
that is: a place is restless where several chains of regions lived and went nowhere.  What
is to be put forward from such a place must have left it.

What is there for half a second is told from less: a gust that runs along a crown of leaves
crosses its own size as fast as a car.  Where cars pass, others do; where nothing but specks of
such length came and went all along its way, it is one of them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from scelle.vision.solvers import neighbours

Floats = npt.NDArray[np.float64]


def restless(
    centres: Floats,
    sizes: Floats,
    travels: Floats,
    brief: npt.NDArray[np.bool_],
    *,
    minor: float,
    many: int,
    leave: float,
) -> npt.NDArray[np.bool_]:
    """Which chains are mere stirring of a restless place.

    Args:
        centres: float64 ``(n, 2)``, where each chain was in the median, pixels.
        sizes: float64 ``(n,)``, its size, pixels.
        travels: float64 ``(n,)``, how far it got from where it began, in its sizes.
        brief: bool ``(n,)``, which were there for a moment: people who stand in one place, one
            after the other, stay for longer than leaves stir.
        minor: a chain that got less far than this went nowhere.
        many: so many brief others that went nowhere, within two sizes, make a place restless.
        leave: a chain that got this far has left the place.

    Returns:
        bool ``(n,)``.
    """
    out = np.zeros(len(centres), np.bool_)
    still = (travels < minor) & brief
    suspects = np.flatnonzero(travels < leave)
    if still.sum() <= many or not len(suspects):
        return out
    near = neighbours(centres[still], centres[suspects], 2 * sizes[suspects])
    others = near - still[suspects]
    out[suspects[others >= many]] = True
    return out


def fleeting(
    ways: Floats,
    sizes: Floats,
    still: npt.NDArray[np.bool_],
    passed: Floats,
    hasty: npt.NDArray[np.bool_],
    *,
    many: int,
) -> npt.NDArray[np.bool_]:
    """Which chains that count for their swiftness alone are specks of a restless place.

    Args:
        ways: float64 ``(n, 3, 2)``, where each chain began, was in the median, and ended, pixels.
        sizes: float64 ``(n,)``, its size, pixels.
        still: bool ``(n,)``, which were there for a moment and went nowhere.
        passed: float64 ``(places, 2)``, all along the ways of those that left where they were,
            one each two of their own sizes, pixels.
        hasty: bool ``(n,)``, which are asked for.
        many: so many others that were still, within two sizes of each of the three places,
            make it one of them; so many more for each place where others passed.

    Returns:
        bool ``(n,)``, of the hasty ones alone.
    """
    out = hasty.copy()
    rows = np.flatnonzero(hasty)
    if not len(rows):
        return out
    centres, reach = ways[still, 1], 2 * sizes[rows]
    for places in ways[rows].swapaxes(0, 1):
        stirred = neighbours(centres, places, reach) - still[rows]
        out[rows] &= stirred >= many * (1 + neighbours(passed, places, reach))
    return out
