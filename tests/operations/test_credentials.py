"""Videos that leave say what was done to them, signed, in a way that others' tools read."""

from __future__ import annotations

import builtins
import random
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from scelle.errors import Misconfigured
from scelle.footage.encode import Mp4Writer
from scelle.ledger.credentials import SignsVideo, video_signer
from scelle.model.acts import MakeSynopsis
from scelle.operations.clipping import signed
from scelle.reporting.provenance import Concealed, clip_definition, film_definition

House = Any
Identity = Any


@pytest.fixture
def sign(identity: Identity) -> SignsVideo:
    made = video_signer(True, identity.certificate, identity.passphrase)
    assert made is not None
    return made


def actions(manifest: Mapping[str, Any]) -> dict[str, str]:
    """What was done, and how it is described."""
    (told,) = [a for a in manifest["assertions"] if a["label"] == "c2pa.actions.v2"]
    return {a["action"]: a.get("description", "") for a in told["data"]["actions"]}


def video(path: Path) -> Path:
    with Mp4Writer(path, 64, 48, Fraction(1, 25)) as writer:
        for i in range(10):
            writer.write(np.full((48, 64, 3), 20 * i, np.uint8), i)
    return path


@pytest.mark.parametrize("copied", [False, True])
def test_a_clip_says_what_was_done_and_of_which_recording(
    house: House, identity: Identity, sign: SignsVideo, tmp_path: Path, copied: bool
) -> None:
    where = tmp_path / "out"
    where.mkdir()
    exhibit, clip = house.receive("e"), video(where / "clip.mp4")
    told = clip_definition(exhibit, (1000, 1400), Concealed(2, 1, 1), copied)
    signed(sign, clip, told)
    state, manifest, wrong = identity.credentials(clip)
    assert (state, wrong) == ("Trusted", [])
    said = actions(manifest)
    assert next(iter(said)) == "c2pa.opened"
    assert "1000 to 1400 ms" in said["c2pa.trimmed"]
    assert "without sound" in said["c2pa.trimmed"]
    assert ("c2pa.repackaged" in said, "c2pa.transcoded" in said) == (copied, not copied)
    if not copied:
        assert "2 tracks and 1 marked zones" in said["c2pa.edited"]
        assert "1 tracks are not concealed" in said["c2pa.edited"]
    (parent,) = manifest["ingredients"]
    assert exhibit.sha256 in parent["title"]
    assert manifest["signature_info"]["common_name"] == "SR-1"
    with av.open(str(clip)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10
    assert [p.name for p in where.iterdir()] == ["clip.mp4"]


def test_a_changed_byte_is_told(
    house: House, identity: Identity, sign: SignsVideo, tmp_path: Path
) -> None:
    film = video(tmp_path / "film.mp4")
    signed(sign, film, film_definition([house.receive("e")], Fraction(2), Concealed(0, 0, 0)))
    assert identity.credentials(film)[0] == "Trusted"
    whole, rng = film.read_bytes(), random.Random(5)
    places = [whole.index(b"mdat") + 4, len(whole) - 1, whole.index(b"uuid") + 2000]
    for at in places + [rng.randrange(whole.index(b"mdat"), len(whole)) for _ in range(5)]:
        changed = bytearray(whole)
        changed[at] ^= 1
        film.write_bytes(changed)
        state, _, wrong = identity.credentials(film)
        assert (state, bool(wrong)) == ("Invalid", True), at


def test_a_synopsis_that_leaves_bears_its_manifest(
    house: House, identity: Identity, sign: SignsVideo, tmp_path: Path
) -> None:
    exhibit = house.receive("e")
    house.analyse(exhibit, (0, 20_000))
    house.synopses._sign = sign
    output = tmp_path / "copy.mp4"
    outcome = house.make(MakeSynopsis(case_id=house.case.id, output=output), exhibit)
    state, manifest, _ = identity.credentials(output)
    assert state == "Trusted"
    assert "Reconstructed view" in actions(manifest)["c2pa.created"]
    assert list(tmp_path.glob("*c2pa*")) == []
    assert len(outcome.objects["copy.mp4"]) == 64
    assert outcome.objects["copy.mp4"] != outcome.objects[outcome.value.id]


def test_nothing_leaves_that_was_to_be_signed_and_cannot_be(
    house: House, identity: Identity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = clip_definition(house.receive("e"), (0, 400), Concealed(0, 0, 0), copied=True)
    wrong = tmp_path / "wrong"
    wrong.write_bytes(b"not it")
    where = tmp_path / "out"
    where.mkdir()
    for certificate, passphrase, said in (
        (None, None, "no certificate is configured"),
        (identity.certificate, wrong, "passphrase is wrong"),
    ):
        bad = video_signer(True, certificate, passphrase)
        assert bad is not None
        with pytest.raises(Misconfigured, match=said):
            signed(bad, video(where / "a.mp4"), told)
        assert list(where.iterdir()) == []
    real = builtins.__import__

    def absent(name: str, *more: Any) -> Any:
        if name == "c2pa":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", absent)
    good = video_signer(True, identity.certificate, identity.passphrase)
    assert good is not None
    with pytest.raises(Misconfigured, match="not installed"):
        signed(good, video(where / "a.mp4"), told)
    assert list(where.iterdir()) == []
    assert video_signer(False, None, None) is None
