"""Bills of materials: what the program is made of, and which models it admits.

CycloneDX 1.6 (ECMA-424), as JSON.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from importlib.metadata import Distribution

from scelle.reporting.inspection import Model, ModelFile

_NAMESPACE = uuid.UUID("8f4d2c7e-5b0a-4a57-9d0e-3f6c1b2a7d90")
_PROGRAM = "scelle"


def software_bom(
    distributions: Iterable[Distribution], version: str, sources: str, at: datetime
) -> dict[str, object]:
    """The program and every package installed beside it.

    Args:
        version: of the program.
        sources: digest of its files, hexadecimal.
        at: when it was looked at, aware.
    """
    found: dict[str, dict[str, object]] = {}
    for each in distributions:
        name = re.sub(r"[-_.]+", "-", each.metadata["Name"] or "").lower()
        if name and name != _PROGRAM:
            found[name] = {
                "type": "library",
                "bom-ref": f"pkg:pypi/{name}@{each.version}",
                "name": name,
                "version": each.version,
                "purl": f"pkg:pypi/{name}@{each.version}",
                **_licences(each),
            }
    components = [found[name] for name in sorted(found)]
    program = {
        "type": "application",
        "bom-ref": _PROGRAM,
        "name": _PROGRAM,
        "version": version,
        "licenses": [{"license": {"id": "EUPL-1.2"}}],
        "properties": [{"name": "scelle:sources:sha256", "value": sources}],
    }
    return _bom(program, components, at)


def model_bom(
    models: Sequence[Model], files: Iterable[ModelFile], version: str, at: datetime
) -> dict[str, object]:
    """The models that are there, and those that the catalogue would admit.

    A model that brings its own description (``NAME.cdx.json`` beside it, CycloneDX) is
    described by it, if it is about this very file; others by what the catalogue knows.
    Each says, as a property, where it is: the file's name, or that there is none; and
    whether the catalogue admits it.

    Args:
        files: the model files of the installation.
    """
    admitted = {model.sha256: model for model in models}
    components: list[dict[str, object]] = []
    for file in {file.sha256: file for file in files}.values():
        model = admitted.pop(file.sha256, None)
        # Of a file that nobody admitted nothing is known but what it says of itself.
        known = _component(model) if model else _identity(file.name, file.sha256)
        own = file.component or known
        components.append({**own, "properties": _whereabouts(file.name, admitted=bool(model))})
    components += [
        {**_component(model), "properties": _whereabouts("", admitted=True)}
        for model in admitted.values()
    ]
    program = {"type": "application", "bom-ref": _PROGRAM, "name": _PROGRAM, "version": version}
    return _bom(program, components, at)


def _whereabouts(name: str, *, admitted: bool) -> list[dict[str, str]]:
    return [
        {"name": "scelle:file", "value": name or "not present"},
        {"name": "scelle:admitted", "value": "yes" if admitted else "no"},
    ]


def _identity(name: str, sha256: str) -> dict[str, object]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{sha256}",
        "name": name,
        "version": sha256[:16],
        "hashes": [{"alg": "SHA-256", "content": sha256}],
    }


def _component(model: Model) -> dict[str, object]:
    """What the catalogue knows of a model: its hash, and all that it can say."""
    return _identity(model.name, model.sha256) | {
        "modelCard": {
            "modelParameters": {
                "task": "object detection",
                "inputs": [{"format": "image"}],
                "outputs": [{"format": label} for label in model.labels],
            },
            "considerations": {
                "useCases": [
                    "Naming what moves in closed recordings of a judicial case; every result "
                    "is a candidate that a person confirms or rejects."
                ],
                "technicalLimitations": [
                    "It misses what is small, dark or hidden, and mistakes one class for "
                    "another; error rates are printed beside results."
                ],
                "ethicalConsiderations": [
                    {
                        "name": "No label describes a body, a face or a person's traits.",
                        "mitigationStrategy": "Labels are checked when a model is admitted and "
                        "at each attestation.",
                    }
                ],
            },
        },
    }


def _bom(
    program: Mapping[str, object], components: Sequence[Mapping[str, object]], at: datetime
) -> dict[str, object]:
    told = f"{program}{components}".encode()
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, hashlib.sha256(told).hexdigest())}",
        "version": 1,
        "metadata": {
            "timestamp": at.isoformat(timespec="seconds"),
            "component": dict(program),
        },
        "components": list(components),
    }


def _licences(package: Distribution) -> dict[str, object]:
    """As the package states them: an expression, or the names of its classifiers."""
    for expression in package.metadata.get_all("License-Expression") or []:
        return {"licenses": [{"expression": str(expression)}]}
    stated = [
        str(text).rpartition(" :: ")[2]
        for text in package.metadata.get_all("Classifier") or []
        if str(text).startswith("License :: ")
    ]
    return {"licenses": [{"license": {"name": name}} for name in stated]} if stated else {}
