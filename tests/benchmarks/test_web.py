from collections.abc import Iterator
from pathlib import Path

import pytest

from scelle.benchmarks import web, web_home
from scelle.errors import BadInput
from scelle.model.acts import no_progress


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Of the database; empty for a file."""
    if request.param == "sqlite":
        yield ""
        return
    with request.getfixturevalue("server").database() as database:
        yield str(database)


def test_whatever_a_reviewer_asks_is_answered_by_an_installation_that_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(web_home, "EXHIBITS", 1)
    monkeypatch.setattr(web_home, "PICTURED", 30)
    for module in (web, web_home):
        monkeypatch.setattr(module, "RECORDED_S", 4)
    folder = tmp_path / "kept"
    filled = web_home.fill(folder, 30, 1, 2, no_progress, address)
    log = web.Log()
    with web._served(folder / "home", address, 2, 0) as (_, port, sessions):
        for number, session in enumerate(sessions):
            person = web.Reviewer(filled, number, port, session, log)
            for kind in web.MIX:
                person.ask(kind)
            person.close()
        stranger = web.Reviewer(filled, 0, port, "nobody's", log)
        stranger.ask("search")
        stranger.close()
    assert set(log.times) == {*web.MIX, "line"}
    # Every candidate on a page has its picture; who has not signed in is sent elsewhere.
    assert max(log.pictures) == 24
    assert log.wrong == 1
    assert log.told[0].startswith("303 ")
    assert web._whole(folder / "home", address, filled) > 0
    assert (folder / "home" / "scelle.db").exists() == (not address)
    # What is there is found again, not made again.
    assert web_home.fill(folder, 30, 1, 2, no_progress, address) == filled
    with pytest.raises(BadInput, match="was filled with"):
        web_home.fill(folder, 31, 1, 2, no_progress)
    with pytest.raises(BadInput, match="something else"):
        web_home.fill(tmp_path, 30, 1, 2, no_progress)


def test_what_was_measured_is_summed_up() -> None:
    timed = web._timed([*range(1, 101)], [3, 1, 2])
    assert (timed.count, timed.median, timed.most, timed.alone) == (100, 50.5, 100, 2)
    assert 95 <= timed.p95 <= 96
