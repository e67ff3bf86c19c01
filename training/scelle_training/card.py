"""The model card as a CycloneDX bill of materials, out of what was measured.

``python -m scelle_training.card WEIGHTS RUN TRAINING MEASURED FILE``: MEASURED is what
``scelle bench detector --json`` printed.  The form is CycloneDX 1.6, *machine-learning-model*
with *modelCard* (ECMA-424).
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scelle_training.classes import CLASSES, check
from scelle_training.prepare import RECORDINGS

FIGURES = ("ap", "ap50", "recall", "precision")

LIMITS = (
    "People smaller than about 30 pixels, crowds, and people mostly hidden are often missed.",
    "Seen straight from above, at night, in rain or in infrared it was trained little and "
    "mostly through simulation; see the figures by light and by view.",
    "Two-wheelers and their riders are told apart badly when small.",
    "Large vehicles and animals were seen in few scenes: unusual ones are misnamed.",
    "Scores are not probabilities, and names are candidates until a person confirms them.",
)

NEVER = (
    "Deciding anything about a person without a person.",
    "Live video.",
    "Faces, bodies, identity, sex, age, skin, gait or emotion: it has no such output and "
    "was shown no such label.",
)


def datasets(training: Path) -> list[dict[str, Any]]:
    """What it was trained on, with licences as the label file states them."""
    images = json.loads((training / "train.json").read_text())["images"]
    counted = Counter((i["source"], i["license_name"], i["license_class"]) for i in images)
    held = [
        {
            "type": "dataset",
            "name": source,
            "description": f"{count} pictures, {licence} (class {declared})",
        }
        for (source, licence, declared), count in sorted(counted.items())
    ]
    taught = [
        {
            "type": "dataset",
            "name": name,
            "description": f"{count} frames of a recording, with boxes from NanoDet-Plus-m 416 "
            "and YOLOX-nano 416 (both Apache-2.0)",
        }
        for name, count in RECORDINGS.items()
    ]
    return held + taught


def metrics(measured: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Every figure of a detector, each with what it is of."""
    for part in ("pictures", "sequence"):
        for group, classes in measured[part].items():
            for name, sizes in classes.items():
                for size, score in sizes.items():
                    for figure in FIGURES:
                        if score[figure] is not None:
                            where = f"{part}, {group}, {name}, {size}"
                            yield {"type": figure, "value": str(score[figure]), "slice": where}
    for colour, row in measured["clothing"].items():
        where = f"people whose upper clothing is mainly {colour}, {row['people']} of them"
        yield {"type": "recall", "value": str(row["recall"]), "slice": where}
    for figure, value in (measured["regions"] or {}).items():
        yield {"type": figure, "value": str(value), "slice": "moving people on packed canvases"}
    yield {"type": "latency_ms", "value": str(measured["latency_ms"]), "slice": "320x320, one core"}


def card(
    weights: Path, run: Path, training: Path, measured: dict[str, Any], step: int
) -> dict[str, Any]:
    """The bill of materials.

    Args:
        weights: the file that the package carries.
        run: folder of the run that it came from.
        training: folder of the labelled pictures.
        measured: of one detector, as the benchmark gives it.
        step: of the run's schedule, at which the weights were taken.

    Raises:
        ValueError: what was measured is not this file.
    """
    check(CLASSES)
    sha256 = hashlib.sha256(weights.read_bytes()).hexdigest()
    if measured["sha256"] != sha256:
        raise ValueError(f"{measured['sha256'][:16]} was measured, {weights} is {sha256[:16]}")
    plan = json.loads((run / "plan.json").read_text())
    model = {
        "type": "machine-learning-model",
        "bom-ref": f"model:{sha256}",
        "name": measured["name"],
        "version": sha256[:16],
        "description": "Boxes and names of what moves in recordings of fixed cameras.",
        "licenses": [{"license": {"id": "EUPL-1.2"}}],
        "hashes": [{"alg": "SHA-256", "content": sha256}],
        "modelCard": {
            "modelParameters": {
                "approach": {"type": "supervised"},
                "task": "object detection",
                "architectureFamily": "convolutional, anchor-free, one stage",
                "modelArchitecture": json.dumps(plan["shape"], sort_keys=True),
                "datasets": datasets(training),
                "inputs": [{"format": "uint8 (n, h, w, 3) BGR, sides multiples of 32"}],
                "outputs": [{"format": name.replace("_", "-")} for name in CLASSES],
            },
            "quantitativeAnalysis": {"performanceMetrics": list(metrics(measured))},
            "considerations": {
                "users": ["Judicial investigators, under a magistrate's control"],
                "useCases": ["Naming moving objects of closed recordings, to search them by"],
                "technicalLimitations": list(LIMITS),
                "ethicalConsiderations": [
                    {
                        "name": f"Must not be used for: {text}",
                        "mitigationStrategy": "No output for it.",
                    }
                    for text in NEVER
                ],
                "fairnessAssessments": [
                    {
                        "groupAtRisk": "People in clothing of some colour, at night or in infrared",
                        "harms": "Found less often, or wrongly",
                        "mitigationStrategy": "Recall by clothing colour and by light is measured "
                        "and given above; movement finds what the detector does not name.",
                    }
                ],
            },
            "properties": [
                {"name": "scelle:plan", "value": json.dumps(plan["plan"], sort_keys=True)},
                {"name": "scelle:step", "value": str(step)},
                {"name": "scelle:start", "value": plan["start"] or "random weights"},
                {"name": "scelle:threshold", "value": str(measured["threshold"])},
            ],
        },
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "components": [model],
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("weights", "run", "training", "measured", "file"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--step", type=int, required=True, help="that export wrote into the file")
    given = parser.parse_args()
    detectors = json.loads(given.measured.read_text())["detectors"]
    made = card(given.weights, given.run, given.training, detectors[0], given.step)
    given.file.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
