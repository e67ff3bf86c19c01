from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scelle.benchmarks.detector import Measured
from scelle.benchmarks.precision import Score
from scelle.benchmarks.regions import Regions
from scelle.vision.catalogue import own_model


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Stands in for the measurement; what it was asked is kept."""
    given: list[tuple[Any, ...]] = []
    score = Score(0.3, 0.5, 0.6, float("nan"), 40)
    scores = {"all": {"person": {"all": score, "small": score}, "mean": {"all": score}}}

    def measure(
        models: list[Path], training: Path, sequence: Path | None, **more: Any
    ) -> list[Measured]:
        given.append((models, training, sequence, more["every"]))
        regions = Regions(10, 0.95, 0.875, 0.4, 0.9, 0.8, 1.5, 7) if sequence else None
        night = {"night": {"person": {"all": score}}}
        on = scores if sequence else {}
        clothing = {"blue": (0.5, 2)}
        return [
            Measured(f"model {i}", "ab", 0.35, scores | night, on, clothing, regions, 5.25)
            for i, _ in enumerate(models)
        ]

    monkeypatch.setattr("scelle.cli.bench_detector.bench_detector", measure)
    return given


def test_the_own_detector_comes_first_and_others_beside_it(
    scelle: Any, asked: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    line = ("bench", "detector", tmp_path, "--model", "b.onnx", "--sequence", tmp_path)
    done = scelle(*line, "--every", 3)
    assert done.status == 0
    assert asked == [([own_model(), Path("b.onnx")], tmp_path, tmp_path, 3)]
    for word in ("person", "87.5", "5.2 ms", "night", "blue", "model 1", "packed canvases"):
        assert word in done.out
    assert "nan" not in done.out


def test_pictures_beside_the_repository_are_the_default(
    scelle: Any, asked: list[tuple[Any, ...]]
) -> None:
    done = scelle("bench", "detector", "--json")
    assert done.status == 0
    (detector,) = done.data["detectors"]
    assert detector["pictures"]["all"]["person"]["small"]["precision"] is None
    assert asked[0][1].parts[-2:] == ("shared", "training")
    assert asked[0][2] is None


def test_a_folder_without_pictures_is_told(scelle: Any, tmp_path: Path) -> None:
    done = scelle("bench", "detector", tmp_path)
    assert done.status == 2
    assert "val.json" in done.err
