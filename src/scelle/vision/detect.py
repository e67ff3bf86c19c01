"""Naming what moves: one Protocol, and an adapter for admitted ONNX models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from scelle.errors import BadInput, Misconfigured
from scelle.model.geometry import Box
from scelle.model.tracks import ObjectClass
from scelle.vision.catalogue import admit, own_model
from scelle.vision.layouts import LAYOUTS


@dataclass(frozen=True)
class Detection:
    """One object in one picture.

    Attributes:
        box: native pixels of the picture that was given, inside it.
        score: 0 to 1.
    """

    box: Box
    object_class: ObjectClass
    score: float


class Detector(Protocol):
    """Finds and names objects in a picture."""

    @property
    def name(self) -> str:
        """What the analysis manifest calls it."""
        ...

    @property
    def sha256(self) -> str:
        """Hash of the model's file, hexadecimal; the manifest records it."""
        ...

    def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
        """Objects in a BGR picture, uint8 ``(h, w, 3)``, best first."""
        ...

    def detect_many(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Detection]]:
        """Objects in each BGR picture, uint8 ``(h, w, 3)``; same order, sizes may differ.

        What is found in a picture does not depend on its company.
        """
        ...


MOTION_ALONE = "motion"
"""Choice of no detector: every class stays unknown."""

OWN = "own"
"""Choice of the project's own detector, as an empty choice is."""


def model_file(choice: str) -> Path | None:
    """The file behind a choice of detector; ``None`` where motion alone was chosen.

    Args:
        choice: empty or :data:`OWN`, :data:`MOTION_ALONE`, or the path of an admitted model.
    """
    if choice == MOTION_ALONE:
        return None
    return own_model() if choice in ("", OWN) else Path(choice)


PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
"""What may run a model, by the name under which it is asked for."""


def require_provider(provider: str) -> str:
    """Onnxruntime's name of what was asked for.

    Raises:
        BadInput: no such provider is known here.
        Misconfigured: asked for and absent.
    """
    wanted = PROVIDERS.get(provider)
    if wanted is None:
        raise BadInput(
            f"There is no provider {provider!r}.",
            remedy=f"Use one of {', '.join(PROVIDERS)}.",
        )
    if wanted not in ort.get_available_providers():
        raise _not_run(wanted, ort.get_available_providers())
    return wanted


def _not_run(wanted: str, instead: Sequence[str]) -> Misconfigured:
    return Misconfigured(
        f"{wanted} was asked for, and onnxruntime offers {', '.join(instead)} here.",
        remedy="Use --provider cpu, or install onnxruntime-gpu and the driver it needs.",
    )


class OnnxDetector:
    """An admitted ONNX model run by onnxruntime on the processor.

    Args:
        path: the model file.
        data: its bytes, where they were read by somebody else.
        threshold: smallest score given back, 0 to 1; the catalogue's for this model
            where absent.
        overlap: intersection over union above which the weaker of two boxes of
            one class is dropped (non-maximum suppression).
        provider: ``cpu`` or ``cuda``; another never takes its place.

    Raises:
        BadInput: the file is missing or not in the catalogue.
        Misconfigured: onnxruntime does not run it where it was asked to.
    """

    def __init__(
        self,
        path: Path,
        data: bytes | None = None,
        *,
        threshold: float | None = None,
        overlap: float = 0.5,
        provider: str = "cpu",
    ) -> None:
        data, admitted = admit(path, data)
        self.sha256, self.name = admitted.sha256, admitted.name
        self._layout = LAYOUTS[admitted.layout]
        self.threshold = admitted.threshold if threshold is None else threshold
        self._overlap = overlap
        options = ort.SessionOptions()
        # One thread per worker process: the workers are the parallelism, and the
        # order of sums stays the same for any number of them.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        wanted = require_provider(provider)
        if provider != "cpu":
            # No part of the model may quietly run on the processor.
            options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
        self._session = ort.InferenceSession(data, options, providers=[wanted])
        if self._session.get_providers()[0] != wanted:
            raise _not_run(wanted, self._session.get_providers())

    def detect_many(self, pictures: Sequence[npt.NDArray[np.uint8]]) -> list[list[Detection]]:
        """See :class:`Detector`."""
        # On one core a stack of pictures takes as long as they take one by one.
        return [self.detect(picture) for picture in pictures]

    def detect(self, picture: npt.NDArray[np.uint8]) -> list[Detection]:
        """See :class:`Detector`."""
        found = self._layout(self._session, picture, self.threshold, self._overlap)
        height, width = picture.shape[:2]
        corners = np.clip(found.corners, 0, (width, height, width, height))
        detections = []
        for (x0, y0, x1, y1), c, score in zip(
            corners.tolist(), found.classes, found.scores.tolist(), strict=True
        ):
            # What lies outside the picture is not there.
            if x1 > x0 and y1 > y0:
                detections.append(Detection(Box(x0, y0, x1 - x0, y1 - y0), c, score))
        return detections
