"""Stores with one case, for what is made from analyses."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import c2pa
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pydantic import SecretStr

from scelle.bootstrap import App
from scelle.errors import Refused
from scelle.ledger.credentials import OFFLINE
from scelle.model.acts import (
    Act,
    CaseAct,
    GrantClearance,
    GrantMandate,
    MakeStill,
    MakeSynopsis,
    OpenCase,
    Outcome,
    Permit,
    Reason,
    RecordCommitment,
    RegisterAgent,
    ViewStill,
    no_progress,
)
from scelle.model.evidence import (
    Case,
    Coverage,
    Exhibit,
    Finding,
    FourEyes,
    Mandate,
    Power,
    Role,
    Stream,
)
from scelle.model.geometry import Direction
from scelle.model.time import Clock
from scelle.model.tracks import Colour, Description, ObjectClass, Track, Tube
from scelle.operations.live import Live
from scelle.operations.produce_stills import ProduceStills
from scelle.operations.produce_synopsis import ProduceSynopsis
from scelle.operations.sandbox import Sandbox
from scelle.settings import Settings
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.synopsis.tubes import to_bytes
from scelle.vision.masking import conceal_object

Int64Array = npt.NDArray[np.int64]

AT = datetime(2026, 3, 1, 22, tzinfo=UTC)
BASE = Fraction(1, 1000)
SIZE = (321, 240)  # odd on purpose: pictures of a vault's background have even sides


@dataclass
class House:
    """Stores with one case, and the handlers of what is made from its analyses."""

    vault: Vault
    keys: Keyring
    records: Records
    tracks: TrackStore
    synopses: ProduceSynopsis
    stills: ProduceStills
    live: Live
    key: bytes
    case: Case

    def receive(
        self,
        exhibit_id: str,
        *,
        camera: str = "gate",
        start_pts: int = 0,
        findings: tuple[Finding, ...] = (),
    ) -> Exhibit:
        stream = Stream("mp4", "h264", "yuv420p", *SIZE, BASE, 1500, 5, start_pts, Fraction(60))
        exhibit = Exhibit(
            exhibit_id,
            self.case.id,
            hashlib.sha256(exhibit_id.encode()).hexdigest(),
            1,
            f"{exhibit_id}.mp4",
            camera,
            "seal 7",
            Clock(recorded_at=AT),
            stream,
            AT,
            findings,
        )
        self.records.add_exhibit(exhibit)
        return exhibit

    def analyse(
        self,
        exhibit: Exhibit,
        starts: tuple[int, ...],
        *,
        without: int = -1,
        manifest: str = "aa" * 32,
    ) -> None:
        """One walker a start, each on its own row; ``without`` has no tube."""
        tracks = []
        for number, start in enumerate(starts, 1):
            pts = start + 100 * np.arange(20, dtype=np.int64)
            left = 10 + 10 * np.arange(20)
            boxes = np.stack([left, np.full(20, 30 * number), *(np.full(20, 25),) * 2], axis=1)
            tracks.append(_track(exhibit.id, number, pts, boxes))
            if number != without:
                picture = cv2.imencode(".jpg", np.full((25, 25, 3), (20, 20, 200), np.uint8))[1]
                mask = cv2.imencode(".png", np.full((25, 25), 255, np.uint8))[1]
                tube = Tube(
                    f"{exhibit.id}-{number}",
                    exhibit.id,
                    BASE,
                    pts,
                    boxes.astype(np.int64),
                    (picture.tobytes(),) * 20,
                    (mask.tobytes(),) * 20,
                )
                self.vault.write(self.case.id, f"tube/{tube.track_id}", self.key, to_bytes(tube))
        ground = np.full((240, 320, 3), 90, np.uint8)
        scene = cv2.imencode(".jpg", ground)[1].tobytes()
        self.vault.write(self.case.id, f"background/{exhibit.id}-{0:012d}", self.key, scene)
        self.tracks.replace(exhibit.id, tracks, manifest)

    def wait(self, exhibit: Exhibit, pictures: int) -> None:
        """One who waits at one place, for so many pictures of a tenth of a second."""
        pts = 100 * np.arange(pictures, dtype=np.int64)
        boxes = np.tile(np.array([50, 60, 25, 25], np.int64), (pictures, 1))
        picture = cv2.imencode(".jpg", np.full((25, 25, 3), 120, np.uint8))[1].tobytes()
        mask = cv2.imencode(".png", np.full((25, 25), 255, np.uint8))[1].tobytes()
        tube = Tube(
            f"{exhibit.id}-1", exhibit.id, BASE, pts, boxes,
            (picture,) * pictures, (mask,) * pictures,
        )  # fmt: skip
        self.vault.write(self.case.id, f"tube/{tube.track_id}", self.key, to_bytes(tube))
        self.tracks.replace(exhibit.id, [_track(exhibit.id, 1, pts, boxes)], "aa" * 32)

    def make(self, act: MakeSynopsis, *exhibits: Exhibit, allowed: int = 10**9) -> Outcome:
        return self.synopses.make(act, self.permit(act, exhibits, allowed), no_progress)

    def draw(self, act: MakeStill, *exhibits: Exhibit, allowed: int = 10**9) -> Outcome:
        return self.stills.make(act, self.permit(act, exhibits, allowed), no_progress)

    def look(self, act: ViewStill, *exhibits: Exhibit) -> Outcome:
        return self.stills.view(act, self.permit(act, exhibits, 10**9), no_progress)

    def permit(
        self,
        act: CaseAct,
        exhibits: tuple[Exhibit, ...],
        allowed: int,
    ) -> Permit:
        looks = iter(range(allowed))

        def recheck() -> None:
            if next(looks, None) is None:
                reason = Reason("mandate-active", "R. 40-40", "Suspended.", "Ask the magistrate.")
                raise Refused((reason,), entry=1)

        return Permit(act, "officer", "m", tuple(e.id for e in exhibits), AT, 1, recheck)

    def left(self) -> tuple[str, ...]:
        return tuple(n for n in self.vault.names(self.case.id) if n.startswith("synopsis"))


def _track(exhibit_id: str, number: int, pts: Int64Array, boxes: Int64Array) -> Track:
    description = Description(
        moving=True,
        colours=(),
        upper=(),
        lower=(),
        width=25,
        height=25,
        direction=Direction.RIGHT,
        speed=100,
        dwell_ms=1900,
    )
    return Track(
        f"{exhibit_id}-{number}",
        exhibit_id,
        number,
        ObjectClass.UNKNOWN,
        0.5,
        "motion",
        BASE,
        pts // 40,
        pts,
        boxes.astype(np.float32),
        np.ones(len(pts), np.bool_),
        description,
    )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    engine = open_database(tmp_path / "scelle.db")
    records, tracks = Records(engine), TrackStore(engine)
    vault, keys = Vault(tmp_path / "vault"), Keyring(tmp_path)
    case = Case("c" * 26, "PV-1", "preliminaire", "SR", "theft", AT, AT.replace(year=2029))
    key = keys.create_case_key(case.id)
    records.add_case(case)
    control = Control(engine, records)
    synopses = ProduceSynopsis(vault, keys, records, tracks, control, conceal_object, Sandbox())
    live = Live(vault, keys, records, tracks, control, conceal_object, Sandbox())
    stills = ProduceStills(vault, keys, records, tracks, control, conceal_object, Sandbox())
    yield House(vault, keys, records, tracks, synopses, stills, live, key, case)
    engine.dispose()


DAY = timedelta(days=1)
PEOPLE = {
    "admin": Role.ADMINISTRATOR,
    "head": Role.HEAD_OF_SERVICE,
    "judge": Role.MAGISTRATE,
    "referent": Role.REFERENT_MAGISTRATE,
    "officer": Role.INVESTIGATOR,
    "second": Role.INVESTIGATOR,
    "auditor": Role.AUDITOR,
}


class Staffed:
    """People, a case for which four eyes are asked, a mandate, an exhibit with three tracks."""

    def __init__(self, folder: Path, database: str = "") -> None:
        self.open(folder, database)
        for name, role in PEOPLE.items():
            self.do("admin", RegisterAgent(agent_id=name, roles=frozenset({role}), service="sr"))
        self.do("admin", RecordCommitment(sent_on="2026-01-05"))
        now = datetime.now(UTC)
        for name in ("officer", "second"):
            self.do(
                "head",
                GrantClearance(
                    agent_id=name, service="sr", valid_from=now - DAY, valid_to=now + DAY
                ),
            )
        self.case: Case = self.do(
            "officer",
            OpenCase(
                reference="PV-2026-000412",
                framework="flagrance",
                service="sr",
                offence_family="robbery",
            ),
        )
        self.mandate = self.grant()
        self.exhibit = self.add_exhibit("night-recording-7.mp4")
        self.tracks = self.analyse(self.exhibit)

    def open(self, folder: Path, database: str = "") -> None:
        self.folder = folder
        self.app = App(Settings(home=folder, database=SecretStr(database)))

    def do(self, agent: str, act: Act) -> Any:
        return self.app.perform(agent, act)

    def rules(self, agent: str, act: Act) -> set[str]:
        """The rules that refuse an act; an act that is granted fails the test."""
        with pytest.raises(Refused) as caught:
            self.do(agent, act)
        self.refusal = caught.value.entry
        return {reason.rule for reason in caught.value.reasons}

    def grant(self, **more: Any) -> Mandate:
        now = datetime.now(UTC)
        whole: dict[str, Any] = {
            "powers": frozenset(Power),
            "valid_from": now - DAY,
            "valid_to": now + DAY,
        }
        mandate: Mandate = self.do("judge", GrantMandate(case_id=self.case.id, **(whole | more)))
        return mandate

    def seconded(self, *acts: FourEyes) -> Case:
        """Another case, with four eyes and a mandate; it is the one from then on."""
        self.case = self.do(
            "officer",
            OpenCase(
                reference="PV-2026-000413",
                framework="preliminaire",
                service="sr",
                four_eyes=frozenset(acts),
            ),
        )
        self.mandate = self.grant()
        self.exhibit = self.add_exhibit("second-recording.mp4")
        self.tracks = self.analyse(self.exhibit)
        return self.case

    def add_exhibit(self, name: str) -> Exhibit:
        stream = Stream("mp4", "h264", "yuv420p", 320, 180, BASE, 250, 5, 0, Fraction(10))
        number = len(self.app._records.exhibits(self.case.id)) + len(self.app._records.cases())
        exhibit = Exhibit(
            f"{number}".rjust(26, "x"),
            self.case.id,
            f"{number:064x}",
            9,
            name,
            "gate-of-the-yard",
            "requisition-2026-77",
            Clock(),
            stream,
            datetime.now(UTC),
        )
        self.app._records.add_exhibit(exhibit)
        self.vault().write(self.case.id, f"original/{exhibit.id}", self.key(), b"frames" * 99)
        return exhibit

    def analyse(self, exhibit: Exhibit) -> list[Track]:
        """What an analysis would have left: tracks, tubes, coverage."""
        made = [
            _found(exhibit.id, 1, ObjectClass.PERSON, Colour.RED),
            _found(exhibit.id, 2, ObjectClass.PERSON, Colour.BLUE),
            _found(exhibit.id, 3, ObjectClass.CAR, Colour.RED),
        ]
        TrackStore(self.app._engine).replace(exhibit.id, made, "ab" * 32)
        self.app._records.put_coverage(Coverage(exhibit.id, 250, 250, 0, 0, 250, ended=True))
        for track in made:
            data = to_bytes(_pictures(track))
            self.vault().write(self.case.id, f"tube/{track.id}", self.key(), data)
        return made

    def vault(self) -> Vault:
        return Vault(self.folder / "vault")

    def key(self) -> bytes:
        return self.app._keys.case_key(self.case.id)

    def sql(self, statement: str, *values: object) -> list[Any]:
        database = sqlite3.connect(self.folder / "scelle.db")
        with database:
            found = database.execute(statement, values).fetchall()
        database.close()
        return found

    def counts(self, act: str, result: str = "done") -> list[Any]:
        """What the public fields count of an act, entry by entry."""
        return [
            e["counts"]
            for e in self.app.disclosed_entries()
            if e["act"] == act and e["result"] == result
        ]


def _found(exhibit_id: str, number: int, what: ObjectClass, colour: Colour) -> Track:
    n = 5
    shares = ((colour, 1.0),)
    return Track(
        f"{exhibit_id}-{number}",
        exhibit_id,
        number,
        what,
        0.5,
        "motion",
        BASE,
        np.arange(n, dtype=np.int64),
        1000 * number + 40 * np.arange(n, dtype=np.int64),
        np.tile(np.array([[10, 20, 40, 100]], np.float32), (n, 1)),
        np.ones(n, np.bool_),
        Description(True, shares, shares, shares, 40, 100, Direction.RIGHT, 9.0, 160),
    )


def _pictures(track: Track) -> Tube:
    rng = np.random.default_rng(track.number)
    fine = rng.integers(0, 256, (50, 20, 3)).astype(np.uint8)
    picture = cv2.resize(fine, (40, 100), interpolation=cv2.INTER_NEAREST)
    _, jpeg = cv2.imencode(".jpg", picture, (cv2.IMWRITE_JPEG_QUALITY, 95))
    _, mask = cv2.imencode(".png", np.full((4, 4), 255, np.uint8))
    n = len(track.pts)
    return Tube(
        track.id,
        track.exhibit_id,
        BASE,
        track.pts,
        np.tile(np.array([[10, 20, 40, 100]]), (n, 1)),
        (jpeg.tobytes(),) * n,
        (mask.tobytes(),) * n,
        track.object_class,
    )


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Staffed:
    staffed = Staffed(tmp_path_factory.mktemp("staffed"))
    staffed.app.close()
    return staffed


@pytest.fixture
def staffed(made: Staffed, tmp_path: Path) -> Iterator[Staffed]:
    """A copy of the one that was made, so that each test has its own."""
    shutil.copytree(made.folder, tmp_path / "home")
    staffed = copy.copy(made)
    staffed.open(tmp_path / "home")
    yield staffed
    staffed.app.close()


@pytest.fixture
def staff(tmp_path: Path) -> Callable[[str], Staffed]:
    """Staffs an installation whose database is at an address."""
    return lambda address: Staffed(tmp_path / "home", address)


@dataclass(frozen=True)
class Identity:
    """A certificate that an authority has issued for signatures, with its key."""

    certificate: Path
    passphrase: Path
    root: str

    def credentials(self, path: Path) -> tuple[str, dict[str, Any], list[str]]:
        """What the library's own reader says of a video: state, manifest, what is wrong."""
        context = c2pa.Context.from_dict({**OFFLINE, "trust": {"trust_anchors": self.root}})
        with path.open("rb") as file, c2pa.Reader("video/mp4", file, context=context) as reader:
            told = json.loads(reader.json())
            found = reader.get_validation_results()["activeManifest"]["failure"]
            wrong = [each["code"] for each in found]
            return reader.get_validation_state(), told["manifests"][told["active_manifest"]], wrong


@pytest.fixture(scope="session")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    folder, begun = tmp_path_factory.mktemp("identity"), datetime.now(UTC) - timedelta(hours=1)

    def named(text: str) -> x509.Name:
        kinds = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
        return x509.Name([x509.NameAttribute(kind, text) for kind in kinds])

    def issued(key: Any, subject: str, signer: Any, issuer: str, *, ca: bool) -> x509.Certificate:
        usage = x509.KeyUsage(True, False, False, False, False, ca, ca, False, False)
        made = (
            x509.CertificateBuilder(named(issuer), named(subject), key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begun)
            .not_valid_after(begun + 2 * DAY)
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
            )
        )
        if not ca:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            made = made.add_extension(purpose, critical=False)
        return made.sign(signer, hashes.SHA256())

    above, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = issued(above, "authority", above, "authority", ca=True)
    own = issued(key, "SR-1", above, "authority", ca=False)
    packed = pkcs12.serialize_key_and_certificates(
        b"own", key, own, [root], BestAvailableEncryption(b"open sesame")
    )
    (folder / "own.p12").write_bytes(packed)
    (folder / "passphrase").write_bytes(b"open sesame\n")
    pem = root.public_bytes(Encoding.PEM).decode()
    return Identity(folder / "own.p12", folder / "passphrase", pem)
