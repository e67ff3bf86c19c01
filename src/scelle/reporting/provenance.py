"""What a content credential says of a synopsis, ready for whoever signs it.

A *manifest definition* is what C2PA signers take (``c2patool -m``): title, actions,
ingredients and further assertions as JSON.  The signer adds the hash of the file and the
signature, and puts the manifest store into the MP4 file as the ``uuid`` box that the C2PA
specification 2.2 (appendix A.5, BMFF-based formats) names, behind ``ftyp``.  Nothing is signed
here: whose certificate vouches for a synopsis is not for the program that composed it to say.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from scelle import __version__
from scelle.model.evidence import Exhibit
from scelle.model.results import Synopsis

COMPOSED = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeCapture"
"""A composite of parts that were all recorded (IPTC digital source types)."""


def manifest_definition(
    made: Synopsis, exhibits: Sequence[Exhibit], sha256: str, revealed: int
) -> bytes:
    """A C2PA manifest definition of a synopsis; equal arguments give equal bytes.

    It names no case, no track and no person: recordings by their digests alone.

    Args:
        made: the synopsis.
        exhibits: what it was made from.
        sha256: of the MP4 file before it is signed, as the ledger has it.
        revealed: tracks whose heads and plates are not concealed.

    Returns:
        JSON (UTF-8), keys sorted.
    """
    agent = {"name": "Scelle", "version": __version__}
    ingredients = [
        {
            "title": f"sha256:{e.sha256}",
            "format": "application/octet-stream",
            "instance_id": f"urn:sha256:{e.sha256}#{e.view}",
            "hash": e.sha256,
            "relationship": "componentOf",
        }
        for e in exhibits
    ]
    concealed = "Heads and number plates are concealed"
    if revealed:
        concealed += f", save those of {revealed} of {made.tracks_shown} tracks"
    actions = [
        {
            "action": "c2pa.created",
            "digitalSourceType": COMPOSED,
            "softwareAgent": agent,
            "description": "Reconstructed view: not a recording. Objects that passed at "
            "different times are shown at once, each with its original time.",
        },
        {
            "action": "c2pa.placed",
            "softwareAgent": agent,
            "parameters": {"ingredientIds": [i["instance_id"] for i in ingredients]},
        },
        {"action": "c2pa.edited", "softwareAgent": agent, "description": f"{concealed}."},
    ]
    synopsis = {
        "sha256_unsigned": sha256,
        "duration_s": made.duration_s,
        "source_s": made.source_s,
        "tracks_total": made.tracks_total,
        "tracks_shown": made.tracks_shown,
        "collision": made.collision,
    }
    definition = {
        "claim_generator_info": [agent],
        "title": f"synopsis {made.id}",
        "format": "video/mp4",
        "ingredients": ingredients,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": actions}},
            {"label": "eu.scelle.synopsis", "data": synopsis},
        ],
    }
    return (json.dumps(definition, indent=2, sort_keys=True) + "\n").encode()
