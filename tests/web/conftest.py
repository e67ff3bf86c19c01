from __future__ import annotations

import asyncio
import pickle
import shutil
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page, expect, sync_playwright

from scelle.bootstrap import App, open_app
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import (
    AnalyseExhibit,
    ConsultCase,
    ConsultCopies,
    ConsultCoverage,
    GrantClearance,
    GrantMandate,
    ListCases,
    MakeSynopsis,
    OpenCase,
    ReceiveExhibit,
    RegisterAgent,
    SearchTracks,
    ViewPictures,
    ViewSynopsis,
)
from scelle.model.evidence import Case, Exhibit, Mandate, Power, Role
from scelle.model.results import Found
from scelle.model.signing import SignInMethod
from scelle.model.tracks import Track
from scelle.settings import Settings
from scelle.web import create_app
from scelle.web.guard import COOKIE

# A machine with other work shows the same page later.
expect.set_options(timeout=20_000)

PICTURE = b"\xff\xd8 not a real picture \xff\xd9"
VIDEO = bytes(range(256)) * 40

Get = Callable[..., httpx.Response]


def caller(page: Any, base_url: str = "http://127.0.0.1:8600", **cookies: str) -> Get:
    """A browser's GET, without any socket."""

    def get(path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=page)
            async with httpx.AsyncClient(
                transport=transport, base_url=base_url, cookies=cookies
            ) as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.get(path, headers=named)

        return asyncio.run(ask())

    return get


def answer(act: SearchTracks, tracks: Sequence[Track]) -> Found:
    """What a search hands out of these tracks."""
    found = [t for t in tracks if act.query.matches(t)]
    stop = None if act.most is None else act.first + act.most
    return Found.of(found[act.first : stop], len(found), 7)


@pytest.fixture(scope="session")
def answering() -> Callable[[SearchTracks, Sequence[Track]], Found]:
    return answer


@pytest.fixture
def reading(fake_app: Any, values: Any) -> Any:
    """The stand-in, holding one analysed case."""
    fake_app.answers = {
        ListCases: (values.case,),
        ConsultCase: values.file,
        ConsultCopies: (),
        ConsultCoverage: (values.coverage,),
        SearchTracks: lambda act: answer(act, values.tracks),
        ViewPictures: lambda act: dict.fromkeys(act.track_ids, PICTURE),
        ViewSynopsis: VIDEO,
    }
    return fake_app


@pytest.fixture
def get(reading: Any) -> Get:
    return caller(create_app(reading, "reader", public=True))


@pytest.fixture
def calling() -> Callable[..., Get]:
    return caller


# -- a whole installation, served to a real browser -------------------------------------

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PEOPLE = {
    "root": Role.ADMINISTRATOR,
    "head": Role.HEAD_OF_SERVICE,
    "judge": Role.MAGISTRATE,
    "referent": Role.REFERENT_MAGISTRATE,
    "officer": Role.INVESTIGATOR,
    "auditor": Role.AUDITOR,
}


#: WCAG 2.2 AA, and what axe counsels beside it.
WANTED = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass
class Office:
    """People of every role, a case with an analysed recording, and their pages."""

    app: App
    page: Any
    address: str
    case: Case
    mandate: Mandate
    exhibit: Exhibit
    browser: Browser

    @contextmanager
    def tab(
        self,
        agent_id: str = "",
        *,
        language: str = "en",
        checked: bool = True,
        toured: bool = True,
        **more: Any,
    ) -> Iterator[Page]:
        """A tab, signed in; anything that the browser complains of fails the test.

        The tour of the review bench opens by itself only where nobody has ``toured``.
        """
        complaints: list[str] = []
        shape = {"viewport": {"width": 1280, "height": 900}, **more}
        context = self.browser.new_context(locale=language, **shape)
        if toured:
            context.add_init_script(
                "if (location.protocol === 'http:') localStorage.setItem('scelle.tour', 'seen')"
            )
        if agent_id:
            person = self.app.sign_ins.person(agent_id)
            token = self.page.state.sessions.begin(person, SignInMethod.PASSKEY)
            context.add_cookies([{"name": COOKIE, "value": token, "url": self.address}])
        tab = context.new_page()
        tab.set_default_timeout(20_000)
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        try:
            yield tab
        finally:
            context.close()
        if checked:
            assert complaints == []

    def send(self, agent_id: str, path: str, **fields: str) -> int:
        """Send a form of somebody who is signed in; gives the answer's status."""
        sessions = self.page.state.sessions
        token = sessions.begin(self.app.sign_ins.person(agent_id), SignInMethod.PASSKEY)
        return httpx.post(
            f"{self.address}{path}",
            data={"csrf": sessions.find(token).csrf, **fields},
            cookies={COOKIE: token},
            headers={"origin": self.address},
        ).status_code

    @staticmethod
    def violations(tab: Page, wanted: Sequence[str] = WANTED) -> list[str]:
        """What axe finds on the screen that a tab shows, by its tags or by names of its rules.

        Nothing else of what axe tells leaves the browser: all that a screen passes is much.
        """
        if not tab.evaluate("'axe' in window"):
            tab.evaluate(AXE_SCRIPT)
        told = tab.evaluate(
            """async (wanted) => {
              const options = {runOnly: wanted, resultTypes: ["violations"]};
              const {violations} = await axe.run(options);
              return violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 90)}`);
            }""",
            list(wanted),
        )
        assert isinstance(told, list)
        return told


def draw_street(path: Path, seed: int = 3) -> None:
    """Six seconds in which somebody in red walks to the right."""
    noise = np.random.default_rng(seed).integers(0, 3, (60, 240, 320, 3), np.uint8)
    with Mp4Writer(path, 320, 240, Fraction(1, 10), rate=Fraction(10)) as out:
        for number in range(60):
            picture = np.array([70, 130, 110], np.uint8) + noise[number]
            left = 6 * (number - 8)
            if 0 <= left < 296:
                picture[120:190, left : left + 24] = (30, 30, 200)
            out.write(picture, number)


@pytest.fixture(scope="session")
def street() -> Callable[..., None]:
    return draw_street


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    assert CHROMIUM.exists(), "install it: apt-get update && apt-get install --yes chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def staffed(folder: Path) -> Iterator[tuple[App, Case, Mandate]]:
    """People, a case of the demonstration and a mandate for everything."""
    with open_app(Settings(home=folder / "home")) as app:
        for name, role in PEOPLE.items():
            roles = frozenset({role})
            app.perform("root", RegisterAgent(agent_id=name, roles=roles, service="sr"))
        now = datetime.now(UTC)
        valid: dict[str, Any] = {"valid_from": now, "valid_to": now + timedelta(days=30)}
        app.perform("head", GrantClearance(agent_id="officer", service="sr", **valid))
        opened = OpenCase(
            reference="PV 12", framework="flagrance", service="sr",
            offence_family="theft", demonstration=True,
        )  # fmt: skip
        case = app.perform("judge", opened)
        every = frozenset(Power)
        mandate = app.perform("judge", GrantMandate(case_id=case.id, powers=every, **valid))
        yield app, case, mandate


@contextmanager
def serve(page: Any) -> Iterator[str]:
    """The pages on a port of loopback; gives their address."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(page, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([sock])))
        thread.start()
        yield f"http://localhost:{sock.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(scope="session")
def staff() -> Callable[[Path], AbstractContextManager[tuple[App, Case, Mandate]]]:
    return staffed


@pytest.fixture(scope="session")
def serving() -> Callable[[Any], AbstractContextManager[str]]:
    return serve


@pytest.fixture(scope="session")
def prepared(common: Path, alone: Callable[[Path], AbstractContextManager[None]]) -> Path:
    """What every module's office is a copy of, made once for all processes of this test run."""
    folder = common / "office"
    with alone(folder.with_suffix(".lock")):
        if not folder.exists():
            folder.mkdir()
            prepare(folder)
    return folder


def prepare(folder: Path) -> None:
    """An installation with one recording, analysed; which they are lies beside it."""
    with staffed(folder) as (app, case, mandate):
        draw_street(folder / "street.mp4")
        exhibit = app.perform(
            "officer",
            ReceiveExhibit(
                case_id=case.id, path=folder / "street.mp4", camera="gate", origin="seal 7",
                recorded_at=datetime.fromisoformat("2026-03-01T14:00:00+01:00"),
            ),
        )  # fmt: skip
        app.perform("officer", AnalyseExhibit(case_id=case.id, exhibit_ids=(exhibit.id,)))
        output = folder / "synopsis.mp4"
        app.perform("officer", MakeSynopsis(case_id=case.id, output=output))
    (folder / "known").write_bytes(pickle.dumps((case, mandate, exhibit)))


@pytest.fixture(scope="module")
def office(
    tmp_path_factory: pytest.TempPathFactory, prepared: Path, chromium: Browser
) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    case, mandate, exhibit = pickle.loads((folder / "known").read_bytes())
    with open_app(Settings(home=folder / "home")) as app:
        page = create_app(app)
        with serve(page) as address:
            yield Office(app, page, address, case, mandate, exhibit, chromium)
        page.state.work.close()
