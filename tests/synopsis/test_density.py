from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scelle.synopsis.density import first_thin, thin

covered = st.integers(0, 3)


@given(
    st.lists(covered, min_size=60, max_size=60),
    st.lists(st.integers(1, 3), min_size=1, max_size=10),
    st.floats(0.5, 6),
    st.sets(st.integers(0, 50), min_size=1),
    st.randoms(use_true_random=False),
)
def test_starts_are_thin_as_each_bin_by_itself_says(
    load: list[int], own: list[int], budget: float, starts: set[int], random: np.random.Generator
) -> None:
    at = sorted(starts)
    simple = [
        all(load[s + i] == 0 or load[s + i] + pixels <= budget for i, pixels in enumerate(own))
        for s in at
    ]
    arrays = np.array(load), np.array(own), budget, np.array(at)
    assert thin(*arrays).tolist() == simple
    order = list(range(len(at)))
    random.shuffle(order)
    wanted = [n for n in order if simple[n]][:3]
    assert first_thin(*arrays, np.array(order), 3).tolist() == wanted
