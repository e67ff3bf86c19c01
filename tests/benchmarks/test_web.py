from pathlib import Path

import pytest

from scelle.benchmarks import web, web_home
from scelle.errors import BadInput
from scelle.model.acts import no_progress


def test_a_few_review_an_installation_that_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_home, "EXHIBITS", 1)
    monkeypatch.setattr(web_home, "PICTURED", 300)
    for module in (web, web_home):
        monkeypatch.setattr(module, "RECORDED_S", 4)
    monkeypatch.setattr(web, "_ALONE", 1)
    folder, numbers = tmp_path / "kept", {"tracks": 300, "cases": 1, "reviewers": 2}
    measured = web.bench_web(folder, **numbers, think_s=0.1, seconds=2, progress=no_progress)
    assert measured.told == ()
    assert measured.wrong == 0
    assert {"page", "search", "line"} <= set(measured.kinds)
    for timed in measured.kinds.values():
        assert 0 < timed.median <= timed.p95 <= timed.most
        assert timed.alone > 0
    # Every candidate that was listed had its picture.
    assert measured.pictures > 1
    assert measured.memory > 2**24
    # What is there is found again, not made again.
    before = (folder / "home" / "scelle.db").stat().st_mtime_ns
    filled = web_home.fill(folder, 300, 1, 2, no_progress)
    assert [len(exhibits) for exhibits in filled.cases.values()] == [1]
    assert (folder / "home" / "scelle.db").stat().st_mtime_ns == before
    with pytest.raises(BadInput, match="was filled with"):
        web_home.fill(folder, 301, 1, 2, no_progress)
    with pytest.raises(BadInput, match="something else"):
        web_home.fill(tmp_path, 300, 1, 2, no_progress)
