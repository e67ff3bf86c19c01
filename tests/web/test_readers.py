"""Several processes answer what the review bench reads, and nothing of what one knows is lost."""

from __future__ import annotations

import asyncio
import os
import pickle
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from scelle.bootstrap import App, open_app
from scelle.model.acts import ChangeMandate, EndSessions
from scelle.model.evidence import Case, Exhibit, Mandate, MandateState
from scelle.model.signing import SignInMethod
from scelle.settings import Settings
from scelle.store.keys import Keyring
from scelle.web import create_app, readers
from scelle.web.guard import COOKIE, Guard
from scelle.web.limits import Limit
from scelle.web.readers import Readers

Answers = list[httpx.Response]


@dataclass
class Place:
    """An installation whose pages are answered by two processes besides this one."""

    app: App
    page: Any
    readers: Readers
    case: Case
    mandate: Mandate
    exhibit: Exhibit

    def session(self, agent_id: str = "officer") -> str:
        person = self.app.sign_ins.person(agent_id)
        return str(self.page.state.sessions.begin(person, SignInMethod.PASSKEY))

    def get(self, *paths: str, session: str) -> Answers:
        """Ask for all of them at once."""

        async def ask() -> Answers:
            transport = httpx.ASGITransport(app=self.page, raise_app_exceptions=False)
            cookies = {COOKIE: session}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://localhost:8600", cookies=cookies, timeout=60
            ) as client:
                return list(await asyncio.gather(*map(client.get, paths)))

        return asyncio.run(ask())

    @property
    def bench(self) -> str:
        return f"/review?case={self.case.id}&lang=en"

    @property
    def play(self) -> str:
        return f"/review/play?case={self.case.id}&exhibit={self.exhibit.id}&start=0&stop=100"

    def counted(self, name: str) -> list[int]:
        """A count of every search's outcome, in order."""
        return [
            int(str(e["counts"][name]))  # type: ignore[index, call-overload]
            for e in self.app.disclosed_entries()
            if e.get("act") == "search-tracks" and e.get("phase") == "outcome"
        ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("readers")
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    known = pickle.loads((folder / "known").read_bytes())
    settings = Settings(home=folder / "home")
    with open_app(settings) as app, Readers(settings, 2) as read:
        page = create_app(app, read=read)
        yield Place(app, page, read, *known)
        page.state.work.close()
    # They end with whoever started them.
    for pid in read.processes:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_pages_that_are_read_elsewhere_are_those_that_are_read_here(place: Place) -> None:
    token = place.session()
    alone = create_app(place.app)
    here = Place(place.app, alone, place.readers, place.case, place.mandate, place.exhibit)
    own = here.session()
    paths = (
        place.play,
        f"/review/line?case={place.case.id}",
        "/review?case=none",
        "/review/play?start=x",
    )
    there, at_home = place.get(*paths, session=token), here.get(*paths, session=own)
    assert [a.status_code for a in there] == [200, 200, 403, 400]
    for one, other in zip(there, at_home, strict=True):
        assert one.status_code == other.status_code
        # The time line tells of the pictures that were shown meanwhile.
        for answer in (one, other):
            answer.headers.pop("content-length")
        assert one.headers == other.headers
    assert there[0].content == at_home[0].content


def test_both_processes_answer_and_one_question_is_counted_once(place: Place) -> None:
    token, before = place.session(), len(place.counted("questions"))
    asked = f"{place.bench}&colour=blue"
    first, second = (place.get(asked, session=token)[0] for _ in range(2))
    assert first.status_code == second.status_code == 200
    # They were answered by two, since whoever was asked longest ago is asked.
    assert place.counted("questions")[before:] == [1, 0]


def test_a_form_of_a_page_that_was_read_elsewhere_is_taken_once_it_is_sent(place: Place) -> None:
    token = place.session()
    for answer in (place.get(place.bench, session=token)[0] for _ in range(2)):
        shown = re.search(r'name="csrf" value="([^"]+)"', answer.text)
        assert shown
        assert place.page.state.sessions.find(token).csrf == shown[1]


def test_who_is_told_what_is_asked_is_told_no_secret(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, told = place.session(), list[bytes]()
    really = readers._asked

    async def watched(control: Any, question: bytes) -> bytes:
        told.append(question)
        return await really(control, question)

    monkeypatch.setattr(readers, "_asked", watched)
    assert place.get(place.bench, session=token)[0].status_code == 200
    assert b"officer" in told[0]
    assert token.encode() not in told[0]


def test_what_one_may_ask_is_counted_for_all_processes_together(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = place.session()
    guard = place.page.middleware_stack
    while not isinstance(guard, Guard):
        guard = guard.app
    monkeypatch.setattr(guard, "_limit", Limit(burst=3, rate=0))
    asked = place.get(*[f"/review/line?case={place.case.id}"] * 6, session=token)
    assert sorted(a.status_code for a in asked) == [200] * 3 + [429] * 3


def test_a_suspension_is_known_to_every_process_at_once(place: Place) -> None:
    token = place.session()

    def asked() -> set[int]:
        # One after the other, so that each process is asked for each.
        paths = (place.bench, place.bench, place.play, place.play)
        return {place.get(path, session=token)[0].status_code for path in paths}

    def change(to: MandateState) -> None:
        changed = ChangeMandate(
            case_id=place.case.id, mandate_id=place.mandate.id, state=to, reason="test"
        )
        place.app.perform("judge", changed)

    assert asked() == {200}
    change(MandateState.SUSPENDED)
    assert asked() == {403}
    change(MandateState.ACTIVE)
    assert asked() == {200}


def test_who_is_signed_out_is_so_for_every_process(place: Place) -> None:
    token = place.session()
    assert place.get(place.bench, session=token)[0].status_code == 200
    place.app.perform("officer", EndSessions(agent_id="officer", reason="test"))
    assert [a.status_code for a in place.get(place.bench, place.bench, session=token)] == [303, 303]


def test_what_tells_everybody_to_end_leaves_it_to_the_one_that_asks(place: Place) -> None:
    before = place.readers.processes
    for pid in before:
        for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(pid, told)
    token = place.session()
    answers = [place.get(place.bench, session=token)[0] for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    assert place.readers.processes == before


def test_a_process_that_was_killed_is_replaced(place: Place) -> None:
    token, (killed, other) = place.session(), place.readers.processes
    os.kill(killed, signal.SIGKILL)
    os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
    answers = [place.get(place.bench, session=token)[0] for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    fresh, same = place.readers.processes
    assert (fresh != killed, same) == (True, other)


def test_a_process_that_stands_still_is_ended_and_replaced(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, before = place.session(), place.readers.processes
    os.kill(before[0], signal.SIGSTOP)
    monkeypatch.setattr(readers, "_ANSWERS_S", 2)
    answers: list[int] = []
    while 500 not in answers and len(answers) < 2:
        answers += [a.status_code for a in place.get(place.bench, session=token)]
    monkeypatch.setattr(readers, "_ANSWERS_S", 60)
    assert answers in ([500], [200, 500])
    later = [place.get(place.bench, session=token)[0].status_code for _ in range(2)]
    assert later == [200, 200]
    fresh, same = place.readers.processes
    assert (fresh != before[0], same) == (True, before[1])


def test_a_process_that_gives_no_answer_is_told_of(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked(_control: Any, _question: bytes) -> bytes:
        return b""

    monkeypatch.setattr(readers, "_asked", asked)
    (answer,) = place.get(place.bench, session=place.session())
    assert answer.status_code == 500
    assert "Load the page again" in answer.text
    french = place.get(f"{place.bench[:-2]}fr", session=place.session())[0]
    assert "Rechargez la page" in french.text


def test_what_another_process_has_erased_is_held_no_more(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgotten = list[str]()
    monkeypatch.setattr(place.app, "_forget", (forgotten.append,))
    place.app.forget_erased()
    assert forgotten == []
    Keyring(place.app.settings.home).destroy_case_key(place.case.id)
    place.app.forget_erased()
    place.app.forget_erased()
    assert forgotten == [place.case.id]
