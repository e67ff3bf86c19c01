"""Signatures of PDF documents: PAdES baseline (ETSI EN 319 142-1), by pyHanko.

B-B with the configured certificate; B-T where a timestamp authority is configured; B-LT
where a folder holds what revocation services say of both.  The signature is invisible, and
added after the file's own bytes, which stay as they are.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from scelle.errors import Misconfigured
from scelle.ledger.timestamps import Authority

_FIELD = "Signature1"
_NAMES = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)
_REMEDY = (
    "Set SCELLE_SIGNATURE to a PKCS #12 file with the certificate and its key, and "
    "SCELLE_SIGNATURE_PASSPHRASE to a file with its passphrase; or unset SCELLE_SIGNATURE."
)


def document_signer(
    certificate: Path | None,
    passphrase: Path | None,
    authority: Authority | None,
    validation: Path | None = None,
) -> Callable[[bytes], bytes] | None:
    """What signs a PDF file; ``None`` where no certificate is configured.

    Args:
        certificate: PKCS #12 file (RFC 7292) with a certificate and its key; read anew
            for each document.
        passphrase: file that holds its passphrase; a last line's end is no part of it.
        authority: timestamps the signature (RFC 3161).
        validation: folder to embed, see :func:`scelle.ledger.pades_long.validation`.
    """
    if certificate is None:
        return None
    return lambda data: _sign(data, certificate, passphrase, authority, validation)


def _sign(
    data: bytes,
    certificate: Path,
    passphrase: Path | None,
    authority: Authority | None,
    validation: Path | None,
) -> bytes:
    """The file with a signature added.

    Raises:
        Misconfigured: pyHanko is not installed; the certificate is missing, out of date,
            without its key, or the passphrase is wrong; what is to be embedded lacks
            something, or says that the certificate was revoked.
        Unreachable, BadStamp: the timestamp authority does not answer, or wrongly.
    """
    try:
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers
        from pyhanko.sign.fields import SigSeedSubFilter
        from pyhanko.sign.general import SigningError
        from pyhanko_certvalidator.errors import PathError, ValidationError

        from scelle.ledger import pades_long
        from scelle.ledger.pades_time import Stamper
    except ImportError as error:
        raise Misconfigured(
            "Documents are to be signed, and pyHanko, which signs them, is not installed.",
            remedy="Install it with `pip install 'scelle[signature]'`, or unset SCELLE_SIGNATURE.",
        ) from error
    packed, secret = opened(certificate, passphrase)
    signer = signers.SimpleSigner.load_pkcs12_data(packed, other_certs=[], passphrase=secret)
    about = signers.PdfSignatureMetadata(
        field_name=_FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
    )
    stamper = None if authority is None else Stamper(authority)
    if validation is not None:
        if authority is None:
            raise Misconfigured(
                "What revocation services say is to be embedded, which takes a timestamp, and no "
                "authority is configured.",
                remedy="Set SCELLE_TIMESTAMP_URL, or unset SCELLE_SIGNATURE_VALIDATION.",
            )
        known = pades_long.validation(validation, [authority.root])
        about = replace(
            about, embed_validation_info=True, validation_context=known, signer_key_usage=set()
        )
    try:
        signed = signers.PdfSigner(about, signer, timestamper=stamper).sign_pdf(
            IncrementalPdfFileWriter(io.BytesIO(data))
        )
    except (SigningError, PathError, ValidationError) as error:
        raise Misconfigured(
            f"The signature could not be verified later: {error.__cause__ or error}",
            remedy=pades_long.REMEDY,
        ) from error
    return bytes(signed.getvalue())


def opened(certificate: Path, passphrase: Path | None) -> tuple[bytes, bytes | None]:
    """The PKCS #12 file and its passphrase, once it was seen that they go together.

    Raises:
        Misconfigured: the certificate is missing, out of date, without its key, names nobody,
            or the passphrase is wrong.
    """
    try:
        packed = certificate.read_bytes()
        secret = passphrase.read_bytes().rstrip(b"\r\n") if passphrase else None
    except OSError as error:
        raise Misconfigured(
            f"{error.filename} cannot be read: {error.strerror}.", remedy=_REMEDY
        ) from error
    try:
        key, own, _ = pkcs12.load_key_and_certificates(packed, secret)
    except ValueError as error:
        raise Misconfigured(
            f"{certificate} does not open: its passphrase is wrong, or it is no PKCS #12 file.",
            remedy=_REMEDY,
        ) from error
    if key is None or own is None:
        raise Misconfigured(f"{certificate} lacks a certificate or its key.", remedy=_REMEDY)
    if not any(own.subject.get_attributes_for_oid(oid) for oid in _NAMES):
        raise Misconfigured(f"The certificate in {certificate} names nobody.", remedy=_REMEDY)
    if not own.not_valid_before_utc <= datetime.now(UTC) < own.not_valid_after_utc:
        raise Misconfigured(
            f"The certificate in {certificate} is good from {own.not_valid_before_utc:%Y-%m-%d} "
            f"to {own.not_valid_after_utc:%Y-%m-%d} alone.",
            remedy=_REMEDY,
        )
    return packed, secret
