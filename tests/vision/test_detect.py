from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import onnxruntime as ort
import pytest

from scelle.errors import BadInput, Misconfigured
from scelle.footage.recording import Recording
from scelle.model.geometry import Box
from scelle.model.tracks import ObjectClass
from scelle.vision.catalogue import CATALOGUE, own_model
from scelle.vision.detect import MOTION_ALONE, OWN, Detector, OnnxDetector, model_file

MODEL = Path(__file__).resolve().parents[3] / "shared" / "models" / "FastestDet.onnx"


@pytest.fixture(scope="session")
def model() -> Path:
    if not MODEL.is_file():
        pytest.skip(f"no model at {MODEL}")
    return MODEL


@pytest.fixture(scope="module")
def pictures(footage: Path) -> list[npt.NDArray[np.uint8]]:
    """People at a table, one after the other, in twelve pictures a second and a half apart."""

    def read() -> Iterator[npt.NDArray[np.uint8]]:
        path = footage / "intel-one-by-one-person" / "one-by-one-person-detection.mp4"
        with path.open("rb") as file, Recording.open(file) as recording:
            keys = np.sort(recording.index.rank[recording.index.keyframe & recording.index.shows])
            chosen = keys[np.linspace(0, len(keys) - 1, min(12, len(keys))).astype(int)]
            for picture in recording.keyframes(np.unique(chosen).tolist()):
                yield picture.bgr()

    return list(read())


@pytest.fixture(scope="module", params=["own", "FastestDet"])
def detector(request: pytest.FixtureRequest) -> Detector:
    """Every admitted model passes the same tests."""
    if request.param == "own":
        return OnnxDetector(own_model())
    return OnnxDetector(request.getfixturevalue("model"))


def test_it_says_what_it_is(detector: Detector) -> None:
    assert detector.name
    assert len(bytes.fromhex(detector.sha256)) == 32
    assert detector.sha256 in {a.sha256 for a in CATALOGUE}


def test_persons_are_found_in_a_real_recording(
    detector: Detector, pictures: list[npt.NDArray[np.uint8]]
) -> None:
    with_persons = 0
    for picture in pictures:
        before = picture.copy()
        found = detector.detect(picture)
        assert (picture == before).all()
        height, width = picture.shape[:2]
        scores = [d.score for d in found]
        assert scores == sorted(scores, reverse=True)
        for d in found:
            assert isinstance(d.object_class, ObjectClass)
            assert 0 < d.score <= 1
            assert d.box.left >= 0
            assert d.box.top >= 0
            assert d.box.left + d.box.width <= width + 1e-6
            assert d.box.top + d.box.height <= height + 1e-6
        same = [d for d in found if d.object_class is ObjectClass.PERSON]
        assert all(a.box.iou(b.box) <= 0.5 for i, a in enumerate(same) for b in same[:i])
        with_persons += bool(same)
    assert with_persons >= len(pictures) // 3


def test_the_same_picture_gives_the_same_answer(
    detector: Detector, pictures: list[npt.NDArray[np.uint8]]
) -> None:
    assert [detector.detect(p) for p in pictures[:3]] == [detector.detect(p) for p in pictures[:3]]


def test_company_changes_nothing(detector: Detector, pictures: list[npt.NDArray[np.uint8]]) -> None:
    given = [pictures[0], pictures[1][:100, :130], pictures[2], pictures[3][:100, :130]]
    together = detector.detect_many(given)
    assert together == [detector.detect(picture) for picture in given]
    assert any(together)
    assert detector.detect_many([]) == []


@pytest.mark.parametrize("shape", [(1, 1, 3), (48, 64, 3), (1080, 40, 3)])
def test_any_picture_can_be_looked_at(detector: Detector, shape: tuple[int, int, int]) -> None:
    grey = np.full(shape, 128, np.uint8)
    assert [d for d in detector.detect(grey) if d.score > 0.9] == []


def test_a_higher_threshold_gives_fewer(model: Path, pictures: list[npt.NDArray[np.uint8]]) -> None:
    strict, lenient = OnnxDetector(model, threshold=0.7), OnnxDetector(model, threshold=0.3)
    for picture in pictures:
        kept = strict.detect(picture)
        assert all(d.score >= 0.7 for d in kept)
        assert len(kept) <= len(lenient.detect(picture))


def test_a_file_that_the_catalogue_does_not_know_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"not checked by anybody")
    with pytest.raises(BadInput, match="not in the catalogue") as caught:
        OnnxDetector(other)
    assert caught.value.remedy
    with pytest.raises(BadInput, match="cannot be read") as caught:
        OnnxDetector(tmp_path / "absent.onnx")
    assert caught.value.remedy


def test_an_admitted_model_with_one_bit_changed_is_refused(model: Path, tmp_path: Path) -> None:
    data = bytearray(model.read_bytes())
    data[len(data) // 2] ^= 1
    altered = tmp_path / "FastestDet.onnx"
    altered.write_bytes(data)
    with pytest.raises(BadInput, match="not in the catalogue"):
        OnnxDetector(altered)


def test_labels_of_admitted_models_say_nothing_about_bodies() -> None:
    known = {c.value for c in ObjectClass}
    for admitted in CATALOGUE:
        assert set(admitted.labels) <= known
        assert len(bytes.fromhex(admitted.sha256)) == 32


def test_running_somewhere_else_than_asked_is_an_error(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    class Elsewhere(ort.InferenceSession):  # type: ignore[misc]
        def __init__(self, *given: object, providers: object) -> None:
            asked.append(providers)
            super().__init__(*given, providers=providers)

        def get_providers(self) -> list[str]:
            return ["SomewhereElse", "CPUExecutionProvider"]

    monkeypatch.setattr("scelle.vision.detect.ort.InferenceSession", Elsewhere)
    with pytest.raises(Misconfigured, match="SomewhereElse") as caught:
        OnnxDetector(model)
    assert caught.value.remedy
    assert asked == [["CPUExecutionProvider"]]


def test_choices_of_a_detector() -> None:
    assert model_file("") == model_file(OWN) == own_model()
    assert model_file(MOTION_ALONE) is None
    assert model_file("other.onnx") == Path("other.onnx")


def test_bytes_read_by_somebody_else_are_checked_too() -> None:
    data = own_model().read_bytes()
    assert OnnxDetector(Path("anywhere"), data).name == "Scelle detector"
    with pytest.raises(BadInput, match="not in the catalogue"):
        OnnxDetector(own_model(), data + b"x")


def test_the_threshold_is_the_catalogues_unless_told() -> None:
    assert OnnxDetector(own_model()).threshold == CATALOGUE[0].threshold
    assert OnnxDetector(own_model(), threshold=0.7).threshold == 0.7


@pytest.mark.parametrize("size", [(640, 480), (641, 481), (1280, 960)])
def test_boxes_are_in_pixels_of_the_picture_that_was_given(
    pictures: list[npt.NDArray[np.uint8]], size: tuple[int, int]
) -> None:
    """The own model looks at sizes of its own; what it says does not depend on them."""
    own = OnnxDetector(own_model(), threshold=0.2)
    persons = 0
    for picture in pictures:
        reference = [d for d in own.detect(picture) if d.score > 0.6]
        resized = np.asarray(cv2.resize(picture, size), np.uint8)
        scale = np.array([picture.shape[1] / size[0], picture.shape[0] / size[1]] * 2)
        found = [
            Box(*(np.array([d.box.left, d.box.top, d.box.width, d.box.height]) * scale))
            for d in own.detect(resized)
        ]
        for d in reference:
            persons += 1
            assert max((d.box.iou(b) for b in found), default=0.0) > 0.5
    assert persons
