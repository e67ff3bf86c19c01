from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import onnxruntime as ort
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from scelle.model.tracks import ObjectClass
from scelle.vision.catalogue import CATALOGUE, OWN, own_model

CARD = own_model().with_name("detector.cdx.json")


def test_the_package_carries_the_model_that_the_catalogue_names() -> None:
    data = own_model().read_bytes()
    assert hashlib.sha256(data).hexdigest() == OWN.sha256
    assert len(data) <= 4 * 2**20
    assert CATALOGUE[0] is OWN


def test_the_file_itself_says_only_what_the_catalogue_says() -> None:
    session = ort.InferenceSession(own_model(), providers=["CPUExecutionProvider"])
    labels = session.get_modelmeta().custom_metadata_map["labels"].split(",")
    assert {label.replace("_", "-") for label in labels} == set(OWN.labels)
    assert set(OWN.labels) <= {c.value for c in ObjectClass} - {"unknown"}


def test_the_runtime_loads_it_without_a_word() -> None:
    code = (
        "import sys, onnxruntime as ort; "
        "ort.InferenceSession(sys.argv[1], providers=['CPUExecutionProvider'])"
    )
    line = [sys.executable, "-c", code, str(own_model())]
    done = subprocess.run(line, capture_output=True, check=True)
    assert done.stderr == b""


def test_the_runtime_keeps_nothing_about_this_machine_for_its_maker(tmp_path: Path) -> None:
    home = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "TMPDIR")}
    around = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"} | home
    code = "import scelle.vision.detect, onnxruntime as ort, sys; ort.InferenceSession(sys.argv[1])"
    subprocess.run([sys.executable, "-c", code, str(own_model())], env=around, check=True)
    assert list(tmp_path.rglob("*")) == []


def test_the_model_card_is_cyclonedx_and_of_this_file() -> None:
    text = CARD.read_text()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    (component,) = json.loads(text)["components"]
    assert component["hashes"] == [{"alg": "SHA-256", "content": OWN.sha256}]
    card = component["modelCard"]
    outputs = {o["format"] for o in card["modelParameters"]["outputs"]}
    assert outputs == set(OWN.labels)
    held = {m["slice"] for m in card["quantitativeAnalysis"]["performanceMetrics"]}
    for label in OWN.labels:
        assert f"pictures, all, {label}, all" in held
    for data in card["modelParameters"]["datasets"]:
        assert data["description"]


@pytest.mark.parametrize("admitted", CATALOGUE, ids=lambda a: a.name)
def test_thresholds_are_scores(admitted: object) -> None:
    assert 0 < getattr(admitted, "threshold", 0) < 1
