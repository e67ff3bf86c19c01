"""Mutated files through the whole intake, and an account that can be failed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from scelle.benchmarks import hostile
from scelle.benchmarks.hostile import Account, bench_hostile
from scelle.benchmarks.mutations import KINDS, MUTATIONS, Hostile, mutate, recordings
from scelle.bootstrap import App
from scelle.errors import BadInput, DecoderFailed, UnreadableSource
from scelle.model.acts import AnalyseExhibit, ReceiveExhibit
from scelle.model.evidence import Coverage, Finding, FindingKind


def test_a_few_hostile_files_harm_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of the row; two services, the second going on with what the first kept."""
    monkeypatch.setattr(hostile, "PART", 10)
    keep, told = tmp_path / "account.json", list[float]()
    first = bench_hostile(10, first=40, keep=keep)
    assert first.failures == []
    account = bench_hostile(
        20, first=40, keep=keep, progress=lambda stage, done, total, unit: told.append(done)
    )
    assert account.failures == []
    assert (account.files, account.outcomes.total()) == (20, 20)
    assert told == list(range(11, 21))
    assert set(account.outcomes) <= {"refused", "analysed", "decoder failed"}
    assert account.outcomes["analysed"]
    assert account.outcomes["refused"]
    assert sum(map(Counter.total, account.by_mutation.values())) == 20
    assert account.peak_bytes > account.largest_bytes > 1 << 20
    assert account.wall_s > first.wall_s
    # All of it is there already.
    assert bench_hostile(20, first=40, keep=keep) == account
    with pytest.raises(BadInput, match="from file 40 on"):
        bench_hostile(20, first=41, keep=keep)
    keep.write_text(keep.read_text().replace('"files": 20', '"files": 19'))
    with pytest.raises(BadInput, match="do not add up"):
        bench_hostile(20, first=40, keep=keep)


def test_the_recipe_gives_the_same_files_and_each_mutation_its_turn(tmp_path: Path) -> None:
    whole = recordings(tmp_path)
    assert list(tmp_path.iterdir()) == []
    turns = len(KINDS) * len(MUTATIONS)
    made = [mutate(whole, number, 1) for number in range(turns)]
    assert {(m.kind, m.mutation) for m in made} == {(k, m) for k in whole for m in MUTATIONS}
    assert made[17] == mutate(whole, 17, 1)
    assert made[17].data != mutate(whole, 17, 2).data
    assert sum(m.data != whole[m.kind] for m in made) > 0.9 * turns


class Service:
    """Stands for the installation: does to a file what the test says."""

    def __init__(self, home: Path, receive: Any, coverage: Coverage | None = None) -> None:
        self.settings = SimpleNamespace(home=home)
        self._receive, self._coverage = receive, coverage

    def perform(self, _agent: str, act: Any) -> Any:
        if isinstance(act, ReceiveExhibit):
            return self._receive(act)
        assert isinstance(act, AnalyseExhibit)
        return (SimpleNamespace(coverage=self._coverage),)


FILE = Hostile(7, "h264.mp4", "noise", b"x" * 10)
WHOLE = Coverage("e", 40, 30, 8, 2, 10, True, ())


def accounted(
    tmp_path: Path, receive: Any, coverage: Coverage | None = None, limit_s: float = 60
) -> Account:
    account = Account(1)
    (tmp_path / "home" / "vault" / "c").mkdir(parents=True)
    service: Any = Service(tmp_path / "home", receive, coverage)
    hostile._try(service, "c", FILE, tmp_path, account, limit_s)
    assert account.files == account.outcomes.total() == 1
    assert [p.name for p in tmp_path.iterdir()] == ["home"]
    return account


def raises(error: Exception) -> Any:
    def receive(_act: ReceiveExhibit) -> None:
        raise error

    return receive


def received(_act: ReceiveExhibit) -> Any:
    return SimpleNamespace(id="e")


def test_each_end_is_accounted_for(tmp_path: Path) -> None:
    failed = Finding(FindingKind.UNDECODABLE, 0, 1, "The decoder crashed (SIGSEGV).")
    ends = {
        "refused": (raises(UnreadableSource("no", remedy="do")), None),
        "decoder failed": (raises(DecoderFailed("no", why="memory", remedy="do")), None),
        "analysed": (received, WHOLE),
    }
    for number, (outcome, (receive, coverage)) in enumerate(ends.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        account = accounted(folder, receive, coverage)
        assert (list(account.outcomes), account.failures) == ([outcome], [])
    folder = tmp_path / "in a segment"
    folder.mkdir()
    account = accounted(folder, received, replace(WHOLE, findings=(failed,)))
    assert (list(account.outcomes), account.why["in a segment"]) == (["decoder failed"], 1)
    assert account.damaged_frames == 2


@pytest.mark.parametrize(
    ("receive", "coverage", "said"),
    [
        (raises(RuntimeError("oh")), None, "RuntimeError: oh"),
        (raises(KeyError("x")), None, "KeyError"),
        (raises(UnreadableSource("no remedy")), None, "an error without a remedy"),
        (received, replace(WHOLE, frames_decoded=29), "39 pictures told of 40"),
        (received, replace(WHOLE, ended=False), "40 pictures told of 40"),
    ],
)
def test_whatever_else_happens_is_a_failure(
    tmp_path: Path, receive: Any, coverage: Coverage | None, said: str
) -> None:
    account = accounted(tmp_path, receive, coverage)
    (failure,) = account.failures
    assert said in failure
    assert failure.startswith("file 7 (h264.mp4, noise): ")


def test_so_is_what_is_left_behind_and_what_takes_too_long(tmp_path: Path) -> None:
    def leaves(name: str, error: Exception | None) -> Any:
        def receive(_act: ReceiveExhibit) -> Any:
            (tmp_path / "home" / "vault" / "c" / name).write_text("x")
            if error is not None:
                raise error
            return received(_act)

        return receive

    account = accounted(tmp_path, leaves("e", UnreadableSource("no", remedy="do")), None, -1)
    assert any("left ['e']" in f for f in account.failures)
    assert any("took" in f for f in account.failures)
    account = Account(1)
    service: Any = Service(tmp_path / "home", leaves("e.part", None), WHOLE)
    hostile._try(service, "c", FILE, tmp_path, account, 60)
    assert any("half-written" in f for f in account.failures)


def test_a_ledger_that_does_not_verify_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(App, "verify_ledger", lambda _: SimpleNamespace(problems=("broken",)))
    assert bench_hostile(1).failures == ["the ledger: broken"]
