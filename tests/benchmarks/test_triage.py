from __future__ import annotations

from scelle.benchmarks.triage import bench_triage
from scelle.scene.long import LongStreet


def test_triage_is_held_against_the_truth_and_the_whole_analysis() -> None:
    street = LongStreet(5, 130, (320, 180), 8, per_object_s=45.0)
    m = bench_triage(street, rounds=1, judge=False)
    assert m.frames == street.frame_count
    assert 0 < m.decoded < m.frames
    assert m.passages == m.found_whole == m.found
    assert m.low == m.high == m.faster > 0
    assert m.hota is m.hota_whole is None
    view = m.view()
    assert view["faster"] == round(m.decoding_s / m.triage_s, 3)
