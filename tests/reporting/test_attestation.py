"""An attestation finds what is forbidden, is signed, and is about these very sources."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import Distribution, distributions
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import scelle
from scelle.errors import BadInput
from scelle.ledger.checkpoint import Signer
from scelle.reporting import attestation as attestations
from scelle.reporting.attestation import Installation, attest
from scelle.reporting.inspection import Field, Model
from scelle.vision.catalogue import CATALOGUE

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SIGNER = Signer("scelle/test", b"s" * 32)


def failed(installation: Installation) -> set[str]:
    return {check.name for check in attestations.examine(installation) if not check.holds}


def test_this_program_holds_as_it_is_with_all_that_is_installed(
    installation: Installation,
) -> None:
    own = replace(
        installation,
        package=Path(scelle.__file__).parent,
        distributions=tuple(distributions()),
        catalogue=tuple(Model(m.name, m.sha256, tuple(m.labels)) for m in CATALOGUE),
    )
    assert failed(own) == set()


@pytest.mark.parametrize(
    ("line", "check"),
    [
        ("import cv2\nfinder = cv2.FaceDetectorYN_create('m', '', (9, 9))\n", "no-face-symbols"),
        ("from cv2 import FaceRecognizerSF\n", "no-face-symbols"),
        ("import cv2\ncv2.CascadeClassifier('x')\n", "no-face-symbols"),
        ("import cv2\ngetattr(cv2, 'FaceDetectorYN')\n", "no-face-symbols"),
        ("import cv2\ngetattr(cv2, 'Face' + 'DetectorYN')\n", "no-face-symbols"),
        ("import cv2\nsource = cv2.VideoCapture(0)\n", "no-face-symbols"),
        ("import insightface\n", "no-biometric-imports"),
        ("from torchreid.models import build_model\n", "no-biometric-imports"),
        ("import importlib\nimportlib.import_module('deepface')\n", "no-biometric-imports"),
        ("__import__('opengait')\n", "no-biometric-imports"),
        ("ADDRESS = 'rtsp://camera/1'\n", "no-stream-reader"),
        ("DEVICE = '/dev/video0'\n", "no-stream-reader"),
        ("import urllib.request\n", "no-stream-reader"),
        ("from http import client\n", "no-stream-reader"),
    ],
)
def test_a_forbidden_line_is_found(installation: Installation, line: str, check: str) -> None:
    (installation.package / "vision" / "added.py").write_text(line)
    found = [c for c in attestations.examine(installation) if not c.holds]
    assert [c.name for c in found] == [check]
    assert found[0].found[0].startswith("vision/added.py: ")


@pytest.mark.parametrize(
    "name", ["insightface", "Deep.Person_ReID", "mediapipe", "opengait", "fer"]
)
def test_a_package_beside_the_program_is_found(
    installation: Installation, packaged: Callable[[str], Distribution], name: str
) -> None:
    with_it = replace(installation, distributions=(packaged(name), packaged("numpy")))
    assert failed(with_it) == {"no-biometric-packages"}


@pytest.mark.parametrize(
    "field",
    [
        Field("tracks", "face_template", "TEXT"),
        Field("tracks", "embedding", "FLOAT"),
        Field("gait", "id", "INTEGER"),
        Field("tracks", "apparentAge", "INTEGER"),
        Field("tracks", "appearance", "VECTOR(512)"),
        Field("tracks", "appearance", "DOUBLE PRECISION[]"),
        Field("tracks", "appearance", "BLOB"),
    ],
)
def test_a_column_that_could_hold_a_person_is_found(
    installation: Installation, field: Field
) -> None:
    assert failed(replace(installation, fields=(*installation.fields, field))) == {
        "no-biometric-column"
    }


def test_a_model_outside_the_catalogue_is_found(installation: Installation, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "road.onnx").write_bytes(b"another")
    (folder / "haarcascade_frontalface_default.xml").write_bytes(b"<x/>")
    check = attestations.examine(replace(installation, folders=(folder,)))[4]
    assert check.found == (
        "haarcascade_frontalface_default.xml: not in the catalogue",
        "road.onnx: not in the catalogue",
    )


@pytest.mark.parametrize("label", ["face", "person-age", "gender", "skinTone"])
def test_a_label_about_a_body_is_found(installation: Installation, label: str) -> None:
    model = Model("m", "cd" * 32, ("car", label))
    assert failed(replace(installation, catalogue=(model,))) == {"models-of-the-catalogue"}


def write(folder: Path, installation: Installation) -> Path:
    made = attest(installation, AT)
    for name, text in made.boms.items():
        (folder / name).write_bytes(text)
    path = folder / "attestation.json"
    path.write_bytes(attestations.signed(made, installation.vkey, SIGNER.sign))
    return path


def test_a_statement_reads_back_and_holds(installation: Installation, tmp_path: Path) -> None:
    path = write(tmp_path, installation)
    verdict = attestations.verify(path, installation.vkey, installation.package)
    assert verdict.problems == ()
    assert any("very sources" in sentence for sentence in verdict.holds)
    (installation.package / "vision" / "added.py").write_text("\n")
    again = attestations.verify(path, "", installation.package)
    assert again.problems == ("It is about other sources than those of this program.",)


def test_no_byte_of_a_statement_can_be_changed(installation: Installation, tmp_path: Path) -> None:
    path = write(tmp_path, installation)
    good = path.read_bytes()
    for place in range(0, len(good), max(1, len(good) // 60)):
        bad = bytearray(good)
        bad[place] ^= 1
        path.write_bytes(bytes(bad))
        try:
            problems = attestations.verify(path, installation.vkey).problems
        except BadInput:
            continue
        assert problems, bytes(bad[place - 20 : place + 20])


def test_another_key_and_another_bill_are_found(installation: Installation, tmp_path: Path) -> None:
    path = write(tmp_path, installation)
    other = str(Signer("scelle/test", b"o" * 32).vkey)
    assert attestations.verify(path, other).problems
    (tmp_path / "sbom.cdx.json").write_text("{}")
    assert attestations.verify(path).problems == ("sbom.cdx.json is not the file that it names.",)


def test_a_statement_of_a_failed_check_does_not_verify(
    installation: Installation, tmp_path: Path
) -> None:
    (installation.package / "vision" / "added.py").write_text("import insightface\n")
    path = write(tmp_path, installation)
    assert "insightface" in attestations.verify(path).problems[0]


def test_models_are_told_from_the_files_that_are_there(
    installation: Installation, tmp_path: Path
) -> None:
    own = Path(scelle.__file__).parent / "vision" / "weights"
    folder = tmp_path / "models"
    shutil.copytree(own, folder)
    (folder / "faces.onnx").write_bytes(b"what nobody admitted")
    (folder / "faces.cdx.json").write_text('{"components": [{"hashes": []}]}')
    catalogue = tuple(Model(m.name, m.sha256, tuple(m.labels)) for m in CATALOGUE)
    made = attest(replace(installation, folders=(folder,), catalogue=catalogue), AT)
    text = made.boms["mlbom.cdx.json"].decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    told = {}
    for component in json.loads(text)["components"]:
        where = {p["name"]: p["value"] for p in component["properties"]}
        told[component["name"]] = (where["scelle:file"], where["scelle:admitted"])
    assert told == {
        "Scelle detector": ("detector.onnx", "yes"),
        "faces.onnx": ("faces.onnx", "no"),
        "FastestDet": ("not present", "yes"),
    }
    by_name = {c["name"]: c for c in json.loads(text)["components"]}
    shipped = json.loads((own / "detector.cdx.json").read_text())["components"][0]
    assert by_name["Scelle detector"]["modelCard"] == shipped["modelCard"]
    assert "modelCard" not in by_name["faces.onnx"]
    # A description that is about another file is none.
    (folder / "detector.onnx").write_bytes(b"altered")
    again = attest(replace(installation, folders=(folder,), catalogue=catalogue), AT)
    names = {c["name"]: c for c in json.loads(again.boms["mlbom.cdx.json"])["components"]}
    assert "modelCard" not in names["detector.onnx"]


def test_the_bills_of_materials_are_cyclonedx(
    installation: Installation, packaged: Callable[[str], Distribution]
) -> None:
    every = replace(installation, distributions=(packaged("numpy"), packaged("rich")))
    for text in attest(every, AT).boms.values():
        assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text.decode()) is None
        names = [c["name"] for c in json.loads(text)["components"]]
        assert len(names) == len(set(names))
        assert "numpy" in names or "road" in names
