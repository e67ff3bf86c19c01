"""Checkpoints and signed notes against the specifications' own examples."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.ledger.checkpoint import (
    COSIGNATURE,
    BadNote,
    Checkpoint,
    Signer,
    VerifierKey,
    add_cosignature,
    sign,
    signers,
    verify,
)

LOG = Signer("log.example/one", b"1" * 32)
WITNESS = Signer("witness.example/w", b"2" * 32, COSIGNATURE)
HEAD = Checkpoint("log.example/one", 12, b"\x07" * 32)
NOTE = sign(HEAD, LOG)


def test_known_note() -> None:
    # The key and note of the reference implementation's documentation.
    seed = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
    signer = Signer("PeterNeumann", seed)
    assert str(signer.vkey) == (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    )
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    assert signer.sign(text) == (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
        "pRZb6KE6RyyBwJnAM=\n"
    )


def test_form() -> None:
    lines = NOTE.split("\n")
    assert lines[:4] == ["log.example/one", "12", base64.b64encode(b"\x07" * 32).decode(), ""]
    assert lines[4].startswith("— log.example/one ")
    assert lines[5:] == [""]


def test_verifies() -> None:
    assert verify(NOTE, VerifierKey.parse(str(LOG.vkey))) == HEAD


def test_witnesses() -> None:
    both = add_cosignature(NOTE, WITNESS, 1_700_000_000)
    assert verify(both, LOG.vkey, [WITNESS.vkey]) == verify(both, LOG.vkey) == HEAD
    assert signers(both) == ("log.example/one", "witness.example/w")
    with pytest.raises(BadNote, match="has not signed"):
        verify(NOTE, LOG.vkey, [WITNESS.vkey])
    late = add_cosignature(NOTE, WITNESS, 1_700_000_001)
    raw = bytearray(base64.b64decode(late.split(" ")[-1]))
    raw[11] ^= 1  # the last byte of the time
    forged = late.rpartition(" ")[0] + " " + base64.b64encode(raw).decode() + "\n"
    with pytest.raises(BadNote, match="is wrong"):
        verify(forged, LOG.vkey, [WITNESS.vkey])


def test_every_flipped_bit_is_found() -> None:
    data = NOTE.encode()
    for i in range(len(data) * 8):
        bad = bytearray(data)
        bad[i // 8] ^= 1 << i % 8
        with pytest.raises(BadNote):
            verify(bytes(bad).decode("utf-8", errors="replace"), LOG.vkey)


def test_every_flipped_bit_of_a_key_is_found() -> None:
    data = str(LOG.vkey).encode()
    for i in range(len(data) * 8):
        bad = bytearray(data)
        bad[i // 8] ^= 1 << i % 8
        with pytest.raises(BadNote):
            verify(NOTE, VerifierKey.parse(bytes(bad).decode("utf-8", errors="replace")))


@pytest.mark.parametrize(
    "note",
    [
        "",
        "log.example/one\n12\n",
        HEAD.text,
        HEAD.text + "\n",
        NOTE.replace("\n12\n", "\n012\n"),
        NOTE.replace("\n12\n", "\n" + "9" * 5000 + "\n"),
        NOTE.replace("\n12\n", "\n-1\n"),
        NOTE[:-1],
        NOTE + "— x\n",
        NOTE + "— x AAAA\n",
    ],
)
def test_malformed(note: str) -> None:
    with pytest.raises(BadNote):
        verify(note, LOG.vkey)


def test_another_origin() -> None:
    with pytest.raises(BadNote, match="not of"):
        verify(sign(Checkpoint("elsewhere", 1, b"r" * 32), LOG), LOG.vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb"])
def test_impossible_names(name: str) -> None:
    with pytest.raises(BadNote):
        Signer(name, b"1" * 32)


@pytest.mark.parametrize("vkey", ["", "a+b", "a+00000000+AAAA", "x" + str(LOG.vkey)])
def test_malformed_keys(vkey: str) -> None:
    with pytest.raises(BadNote):
        VerifierKey.parse(vkey)


def test_each_key_signs_in_its_own_way() -> None:
    with pytest.raises(BadNote, match="cosign"):
        WITNESS.sign(HEAD.text)
    with pytest.raises(BadNote, match="witness"):
        LOG.cosign(HEAD.text, 1)


@given(st.text(max_size=200))
def test_no_text_does_more_than_fail(text: str) -> None:
    with pytest.raises(BadNote):
        verify(text, LOG.vkey)
