"""What content credentials say of videos that leave, ready for whoever signs them.

A *manifest definition* is what C2PA signers take (``c2patool -m``): title, actions,
ingredients and further assertions as JSON.  The signer adds the hash of the file and the
signature, and puts the manifest store into the MP4 file as the ``uuid`` box that the C2PA
specification 2.2 (appendix A.5, BMFF-based formats) names, behind ``ftyp``.  Nothing is signed
here.  A definition names no case, no track and no person: recordings by their digests alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path

from scelle import __version__
from scelle.model.evidence import Exhibit
from scelle.model.results import Synopsis

COMPOSED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeCapture"
"""A composite of parts that were all recorded (IPTC digital source types)."""


def claim_of(file: Path) -> Path:
    """Where the manifest definition of a file lies that is not signed here: beside it."""
    return file.with_name(f"{file.name}.c2pa.json")


def manifest_definition(
    made: Synopsis, exhibits: Sequence[Exhibit], sha256: str, revealed: int
) -> bytes:
    """A C2PA manifest definition of a synopsis; equal arguments give equal bytes.

    Args:
        made: the synopsis.
        exhibits: what it was made from.
        sha256: of the MP4 file before it is signed, as the ledger has it.
        revealed: tracks whose heads and plates are not concealed.

    Returns:
        JSON (UTF-8), keys sorted.
    """
    ingredients = [_ingredient(e, "componentOf") for e in exhibits]
    concealed = "Heads and number plates are concealed"
    if revealed:
        concealed += f", save those of {revealed} of {made.tracks_shown} tracks"
    actions = [
        _action(
            "c2pa.created",
            "Reconstructed view: not a recording. Objects that passed at different times are "
            "shown at once, each with its original time.",
            digitalSourceType=COMPOSED,
        ),
        _action("c2pa.placed", parameters=_ids(ingredients)),
        _action("c2pa.edited", f"{concealed}."),
    ]
    synopsis = {
        "sha256_unsigned": sha256,
        "duration_s": made.duration_s,
        "source_s": made.source_s,
        "tracks_total": made.tracks_total,
        "tracks_shown": made.tracks_shown,
        "collision": made.collision,
    }
    return _definition(f"synopsis {made.id}", ingredients, actions, "eu.scelle.synopsis", synopsis)


@dataclass(frozen=True)
class Concealed:
    """How much is concealed in a video.

    Attributes:
        tracks: whose heads and plates are, wherever they lie in the recording.
        zones: that people have marked.
        lifted: tracks that are shown as they are.
    """

    tracks: int
    zones: int
    lifted: int

    @property
    def words(self) -> str:
        """A sentence."""
        said = f"Heads and number plates of {self.tracks} tracks and {self.zones} marked zones "
        said += "are one grey where they appear"
        return f"{said}; {self.lifted} tracks are not concealed." if self.lifted else f"{said}."


def clip_definition(
    exhibit: Exhibit, span: tuple[int, int], concealed: Concealed, copied: bool
) -> bytes:
    """A C2PA manifest definition of one span of a recording; equal arguments give equal bytes.

    Args:
        exhibit: whose span it is.
        span: milliseconds of the recording's own time, the end excluded.
        concealed: what is.
        copied: the packets are the recording's own.
    """
    parent = _ingredient(exhibit, "parentOf")
    how = (
        _action("c2pa.repackaged", "The recording's own packets, not encoded again.")
        if copied
        else _action("c2pa.transcoded", "Encoded again from the decoded pictures.")
    )
    actions = [
        _action("c2pa.opened", parameters=_ids([parent])),
        _action(
            "c2pa.trimmed",
            f"From {span[0]} to {span[1]} ms of the recording's own time, without sound.",
        ),
        *([] if copied else [_action("c2pa.edited", concealed.words), _BANNER]),
        how,
    ]
    clip = {"start_ms": span[0], "end_ms": span[1], "copied": copied, **asdict(concealed)}
    return _definition("clip", [parent], actions, "eu.scelle.clip", clip)


def film_definition(exhibits: Sequence[Exhibit], seconds: Fraction, concealed: Concealed) -> bytes:
    """A C2PA manifest definition of several cameras in one picture.

    Args:
        exhibits: in the order in which they stand.
        seconds: length of the film.
        concealed: what is, in all of them.
    """
    ingredients = [_ingredient(e, "componentOf") for e in exhibits]
    actions = [
        _action(
            "c2pa.created",
            "Several recordings stand in one picture, each at the same real time by its clock, "
            "without sound.",
            digitalSourceType=COMPOSED,
        ),
        _action("c2pa.placed", parameters=_ids(ingredients)),
        _action("c2pa.edited", concealed.words),
        _BANNER,
    ]
    film = {"seconds": float(seconds), **asdict(concealed)}
    return _definition("cameras", ingredients, actions, "eu.scelle.cameras", film)


_AGENT = {"name": "Scelle", "version": __version__}

_Node = dict[str, object]


def _action(name: str, description: str = "", **more: object) -> _Node:
    told = {"description": description} if description else {}
    return {"action": name, "softwareAgent": _AGENT, **told, **more}


_BANNER = _action("c2pa.addedText", "A banner says case, exhibit, copy and times.")


def _ingredient(exhibit: Exhibit, relationship: str) -> _Node:
    return {
        "title": f"sha256:{exhibit.sha256}",
        "format": "application/octet-stream",
        "instance_id": f"urn:sha256:{exhibit.sha256}#{exhibit.view}",
        "hash": exhibit.sha256,
        "relationship": relationship,
    }


def _ids(ingredients: Sequence[_Node]) -> _Node:
    return {"ingredientIds": [i["instance_id"] for i in ingredients]}


def _definition(
    title: str,
    ingredients: Sequence[_Node],
    actions: Sequence[_Node],
    label: str,
    told: Mapping[str, object],
) -> bytes:
    definition = {
        "claim_generator_info": [_AGENT],
        "title": title,
        "format": "video/mp4",
        "ingredients": ingredients,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": label, "data": told},
        ],
    }
    return (json.dumps(definition, indent=2, sort_keys=True) + "\n").encode()
