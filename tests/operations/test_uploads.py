"""What a browser brings, chunk by chunk, without a browser."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scelle.errors import BadInput, Interrupted, NotFound, UnreadableSource
from scelle.footage.encode import Mp4Writer
from scelle.model.acts import BeginUpload, Permit, ReceiveExhibit, no_progress
from scelle.model.evidence import Case
from scelle.operations import uploads
from scelle.operations.copying import KEPT_S
from scelle.operations.intake import Intake
from scelle.operations.uploads import Upload
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

NOW = datetime(2026, 3, 1, 22, tzinfo=UTC)
HOUR_AGO = round((time.time() - 3600) * 1000)


class Desk:
    """A vault with one case, and somebody who brings files."""

    def __init__(self, home: Path) -> None:
        self.engine = open_database(home / "scelle.db")
        self.vault, self.keys = Vault(home / "vault"), Keyring(home)
        self.records = Records(self.engine)
        self.records.add_case(
            Case("c", "2026/17", "flagrance", "sru", "theft", NOW, NOW + timedelta(days=1096))
        )
        self.intake = Intake(self.vault, self.keys, self.records)
        self.uploads = self.intake.uploads

    def begin(
        self,
        data: bytes,
        recheck: Callable[[], None] = lambda: None,
        agent: str = "a",
        **changed: Any,
    ) -> Upload:
        told: dict[str, Any] = {
            "size": len(data),
            "name": "night.mp4",
            "modified_ms": HOUR_AGO,
            **changed,
        }
        act = BeginUpload(**{"case_id": "c", "camera": "north", "origin": "PV 12", **told})
        permit = Permit(act, agent, "m", (), NOW, 0, recheck)
        return cast("Upload", self.uploads.begin(act, permit, no_progress).value)

    def receive(self, act: ReceiveExhibit, agent: str = "a", **more: Any) -> Any:
        permit = Permit(act, agent, "m", (), NOW, 0, more.get("recheck", lambda: None))
        return self.intake.receive(act, permit, no_progress).value

    def left(self) -> list[str]:
        return list(self.vault.names("c", "upload"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "home")
    yield made
    made.engine.dispose()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "CHUNK", 1000)


@pytest.fixture
def video(tmp_path: Path) -> bytes:
    path = tmp_path / "night.mp4"
    with Mp4Writer(path, 64, 48, Fraction(1, 25)) as writer:
        for i in range(50):
            writer.write(np.full((48, 64, 3), i * 3, np.uint8), i)
    return path.read_bytes()


def parts(data: bytes) -> list[bytes]:
    return [data[at : at + uploads.CHUNK] for at in range(0, len(data), uploads.CHUNK)]


def send(upload: Upload, data: bytes, *numbers: int) -> None:
    for number, part in enumerate(parts(data)):
        if not numbers or number in numbers:
            upload.put(number, hashlib.sha256(part).hexdigest(), part)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.mark.usefixtures("small")
def test_a_recording_is_brought_and_received_and_nothing_is_left(desk: Desk, video: bytes) -> None:
    upload = desk.begin(video)
    send(upload, video)
    # Nothing of it lies in the clear.
    kept = [desk.vault.stored("c", name).read_bytes() for name in desk.left()]
    assert not any(video[100:132] in stored or b"night" in stored for stored in kept)
    act = upload.finish(sha256(video))
    assert isinstance(act, ReceiveExhibit)
    exhibit = desk.receive(act)
    assert (exhibit.sha256, exhibit.size, exhibit.name) == (sha256(video), len(video), "night.mp4")
    assert desk.vault.read("c", f"original/{exhibit.id}", desk.keys.case_key("c")) == video
    assert desk.left() == []
    # The same once more is the same exhibit.
    again = desk.begin(video)
    send(again, video)
    act = again.finish(sha256(video))
    assert isinstance(act, ReceiveExhibit)
    assert desk.receive(act).id == exhibit.id
    assert desk.left() == []


@pytest.mark.usefixtures("small")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(data=st.binary(min_size=1, max_size=4500), broken=st.sets(st.integers(0, 4)))
def test_a_broken_upload_goes_on_with_what_is_missing(
    desk: Desk, data: bytes, broken: set[int]
) -> None:
    for name in desk.left():
        desk.vault.delete("c", name)
    upload, whole = desk.begin(data), dict(enumerate(map(sha256, parts(data))))
    if broken:
        send(upload, data, *broken)
    # Another person, another file: another upload.
    assert desk.begin(data, agent="b").id != upload.id
    assert desk.begin(data, modified_ms=HOUR_AGO + 1).id != upload.id
    again = desk.begin(data)
    done = again.done()
    assert again.id == upload.id
    assert done == {n: d for n, d in whole.items() if n in broken}
    if len(done) < len(whole):
        with pytest.raises(BadInput, match="have not arrived"):
            again.finish(sha256(data))
    send(again, data, *(set(whole) - set(done)) or {0})
    act = again.finish(sha256(data))
    assert isinstance(act, ReceiveExhibit)
    permit = Permit(act, "a", "m", (), NOW, 0, lambda: None)
    with desk.uploads.open(act, permit, desk.keys.case_key("c")) as arrived:
        assert arrived.file.read() == data
        arrived.file.seek(len(data) // 2)
        assert arrived.file.read(700) == data[len(data) // 2 :][:700]


def test_what_was_not_stated_is_not_kept(desk: Desk, video: bytes) -> None:
    upload = desk.begin(video)
    good = sha256(video)
    for number, data, digest in (
        (1, video, good), (-1, video, good), (0, video + b"more", sha256(video + b"more")),
        (0, video[:-1], sha256(video[:-1])), (0, video, sha256(b"other")),
    ):  # fmt: skip
        with pytest.raises(BadInput):
            upload.put(number, digest, data)
    assert upload.done() == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "../a.mp4"}, {"name": ""}, {"name": "a\nb"}, {"name": "a/b"}, {"size": 0},
        {"size": uploads.LARGEST + 1}, {"camera": " "}, {"origin": ""}, {"modified_ms": -1},
        {"size": uploads.LARGEST},
    ],
)  # fmt: skip
def test_what_cannot_be_is_not_begun(desk: Desk, changed: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        desk.begin(b"x", **changed)
    assert desk.left() == []


def test_a_stopped_mandate_stops_the_next_chunk(desk: Desk, video: bytes) -> None:
    stopped: list[bool] = []

    def recheck() -> None:
        if stopped:
            raise NotFound("no mandate")

    upload = desk.begin(video, recheck)
    stopped.append(True)
    with pytest.raises(NotFound, match="no mandate"):
        send(upload, video)
    with pytest.raises(NotFound, match="no mandate"):
        upload.finish(sha256(video))
    assert upload.done() == {}


def test_another_digest_than_the_browsers_is_not_received(desk: Desk, video: bytes) -> None:
    upload = desk.begin(video)
    send(upload, video)
    act = upload.finish(sha256(b"what the browser read"))
    assert isinstance(act, ReceiveExhibit)
    with pytest.raises(UnreadableSource, match="in the browser"):
        desk.receive(act)
    assert desk.left() == []
    assert desk.records.exhibits("c") == ()
    assert desk.vault.names("c", "original") == ()


def test_only_what_was_finished_by_the_same_person_is_received(desk: Desk, video: bytes) -> None:
    upload = desk.begin(video)
    send(upload, video)
    early = ReceiveExhibit(
        case_id="c", path=Path("/etc/passwd"), camera="n", origin="o", upload=upload.id
    )
    with pytest.raises(NotFound):
        desk.receive(early)
    act = upload.finish(sha256(video))
    assert isinstance(act, ReceiveExhibit)
    with pytest.raises(NotFound):
        desk.receive(act, agent="b")


def test_a_file_changed_just_now_waits(desk: Desk, video: bytes) -> None:
    for data, most in ((video, 0.7), (b"\x47" * 4000, 10.0)):
        upload = desk.begin(data, modified_ms=round(time.time() * 1000), name=str(most))
        send(upload, data)
        waits = upload.finish(sha256(data))
        assert isinstance(waits, float)
        assert most - 0.6 < waits <= most
    time.sleep(0.7)
    whole = desk.begin(video, modified_ms=round(time.time() * 1000) - 700, name="0.7")
    send(whole, video)
    assert isinstance(whole.finish(sha256(video)), ReceiveExhibit)


def test_a_stopped_receipt_keeps_the_upload_and_a_week_removes_it(
    desk: Desk, video: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = desk.begin(video)
    send(upload, video)
    act = upload.finish(sha256(video))
    assert isinstance(act, ReceiveExhibit)

    def stop() -> None:
        raise Interrupted("stopped")

    with pytest.raises(Interrupted):
        desk.receive(act, recheck=stop)
    assert desk.left() == [f"upload/{upload.id}", f"upload/{upload.id}-000000"]
    desk.uploads.sweep()
    assert len(desk.left()) == 2
    monkeypatch.setattr(Vault, "age", lambda *_: KEPT_S + 1.0)
    desk.uploads.sweep()
    assert desk.left() == []
