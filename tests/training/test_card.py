from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from scelle_training.card import card, metrics

SCORE = {"ap": 0.25, "ap50": 0.5, "recall": 0.6, "precision": None, "objects": 9}


def measured(sha256: str) -> dict[str, Any]:
    return {
        "name": "Scelle detector",
        "sha256": sha256,
        "threshold": 0.35,
        "pictures": {"all": {"person": {"all": SCORE, "small": SCORE}}},
        "sequence": {},
        "clothing": {"blue": {"recall": 0.5, "people": 4}},
        "regions": None,
        "latency_ms": 3.2,
    }


def test_every_figure_says_what_it_is_of() -> None:
    rows = list(metrics(measured("")))
    assert {"type": "ap50", "value": "0.5", "slice": "pictures, all, person, small"} in rows
    assert [r["value"] for r in rows if "blue" in r["slice"]] == ["0.5"]
    # An unknown figure is left out, not printed as nothing.
    assert all(r["type"] != "precision" for r in rows)
    assert rows[-1] == {"type": "latency_ms", "value": "3.2", "slice": "320x320, one core"}


def test_figures_of_another_file_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "detector.onnx"
    weights.write_bytes(b"weights")
    (tmp_path / "plan.json").write_text(json.dumps({"plan": {}, "shape": {}, "start": None}))
    images = [{"source": "here", "license_name": "CC BY 4.0", "license_class": "A"}] * 3
    (tmp_path / "train.json").write_text(json.dumps({"images": images}))
    with pytest.raises(ValueError, match="was measured"):
        card(weights, tmp_path, tmp_path, measured("0" * 64), 7)
    sha256 = hashlib.sha256(b"weights").hexdigest()
    (component,) = card(weights, tmp_path, tmp_path, measured(sha256), 7)["components"]
    assert component["hashes"][0]["content"] == sha256
    properties = component["modelCard"]["properties"]
    assert {"name": "scelle:step", "value": "7"} in properties
    assert {"name": "scelle:start", "value": "random weights"} in properties
    parameters = component["modelCard"]["modelParameters"]
    assert parameters["datasets"][0]["description"] == "3 pictures, CC BY 4.0 (class A)"
