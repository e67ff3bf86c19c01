"""Content credentials in videos: C2PA manifests (C2PA 2.2), by c2pa-python.

What a manifest says is handed in; the library adds the hash of the file and the signature, and
puts it into the MP4 file.  Everything is done on this machine: no timestamp, no manifest and
no revocation list is fetched from elsewhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from scelle.errors import Misconfigured
from scelle.ledger.pades import opened

SignsVideo = Callable[[Path, Path, bytes], None]
"""Copies an MP4 file to another and puts a signed manifest in, its definition given as JSON."""

OFFLINE = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "builder": {"thumbnail": {"enabled": False}},
}
"""Settings of the library: it asks nobody, and makes no pictures of its own."""

_REMEDY = (
    "Use a certificate that an authority has issued for signatures (key usage digitalSignature, "
    "extended key usage emailProtection or documentSigning), or unset SCELLE_CREDENTIALS."
)


def video_signer(
    wanted: bool, certificate: Path | None, passphrase: Path | None
) -> SignsVideo | None:
    """What signs videos that leave; ``None`` where that is not wanted.

    Args:
        wanted: as configured.
        certificate: PKCS #12 file (RFC 7292) with a certificate, those that it rests on, and
            its key; read anew for each video.
        passphrase: file that holds its passphrase.
    """
    if not wanted:
        return None
    return lambda source, target, told: _sign(source, target, told, certificate, passphrase)


def _sign(
    source: Path, target: Path, told: bytes, certificate: Path | None, passphrase: Path | None
) -> None:
    """Write the signed file.

    Raises:
        Misconfigured: c2pa-python is not installed, no certificate is configured, or it
            cannot be used.
        OSError: the target cannot be written.
    """
    if certificate is None:
        raise Misconfigured(
            "Videos are to bear content credentials, and no certificate is configured.",
            remedy="Set SCELLE_SIGNATURE to a PKCS #12 file, or unset SCELLE_CREDENTIALS.",
        )
    try:
        import c2pa
    except ImportError as error:
        raise Misconfigured(
            "Videos are to bear content credentials, and c2pa-python, which writes them, is not "
            "installed.",
            remedy="Install it with `pip install 'scelle[credentials]'`, or unset "
            "SCELLE_CREDENTIALS.",
        ) from error
    try:
        context = c2pa.Context.from_dict(OFFLINE)
        builder = c2pa.Builder.from_json(json.dumps(json.loads(told)), context)
        with (
            source.open("rb") as plain,
            target.open("w+b") as signed,
            _signer(c2pa, certificate, passphrase) as signer,
        ):
            builder.sign(signer, "video/mp4", plain, signed)
            signed.flush()
            os.fsync(signed.fileno())
    except c2pa.C2paError as error:
        raise Misconfigured(
            f"{certificate} cannot sign content credentials: {error}.", remedy=_REMEDY
        ) from error


def _signer(c2pa: ModuleType, certificate: Path, passphrase: Path | None) -> Any:
    packed, secret = opened(certificate, passphrase)
    key, own, others = pkcs12.load_key_and_certificates(packed, secret)
    match key:
        case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
            algorithm = "es256"
        case ec.EllipticCurvePrivateKey(curve=ec.SECP384R1()):
            algorithm = "es384"
        case ec.EllipticCurvePrivateKey(curve=ec.SECP521R1()):
            algorithm = "es512"
        case rsa.RSAPrivateKey():
            algorithm = "ps256"
        case ed25519.Ed25519PrivateKey():
            algorithm = "ed25519"
        case _:
            raise Misconfigured(
                f"The key in {certificate} is of a kind that content credentials do not use.",
                remedy=_REMEDY,
            )
    # A root is not part of the chain: whoever trusts it has it.
    chain = [c for c in (own, *others) if c is not None and (c is own or c.subject != c.issuer)]
    pems = b"".join(c.public_bytes(Encoding.PEM) for c in chain)
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(algorithm, pems, plain, None))
