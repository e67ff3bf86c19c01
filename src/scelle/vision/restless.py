"""Places that stir without anything passing: crowns of trees, water, flags, screens.

What moves there ends again and again where it began.  The recording itself says where
that is: a place is restless where several chains of regions lived and went nowhere.  What
is to be put forward from such a place must have left it.
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
