"""What the detector may name, and the proof that its material names nothing else."""

from __future__ import annotations

from collections.abc import Iterable

CLASSES = ("person", "two_wheeler", "car", "large_vehicle", "animal")
"""Order of the class numbers in the network's output."""

_OF_A_BODY = (
    "face", "head", "eye", "iris", "ear", "hair", "beard", "skin", "ethnic", "race", "sex",
    "gender", "man", "woman", "male", "female", "boy", "girl", "child", "adult", "age", "old",
    "young", "gait", "emotion", "identity", "name", "pose",
)  # fmt: skip


class Biometric(ValueError):
    """A label describes a body or tells one person from another."""


def check(labels: Iterable[str]) -> None:
    """Refuse labels other than :data:`CLASSES`.

    Raises:
        Biometric: a label is about a body or an identity.
        ValueError: any other label that the detector does not know.
    """
    for label in labels:
        words = label.lower().replace("-", "_").split("_")
        if any(word in _OF_A_BODY for word in words):
            raise Biometric(f"{label!r} describes a body or an identity; Scelle learns none")
        if label not in CLASSES:
            raise ValueError(f"{label!r} is none of {', '.join(CLASSES)}")
