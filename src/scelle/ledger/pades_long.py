"""What lets a signature be verified long after: PAdES B-LT (ETSI EN 319 142-1, 5.5).

Certificates and what revocation services said of them come from files alone; nothing is
fetched.  Imported where pyHanko is installed.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from asn1crypto import crl, ocsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.ocsp import OCSPResponseStatus, load_der_ocsp_response
from pyhanko_certvalidator import ValidationContext

from scelle.errors import Misconfigured

REMEDY = (
    "SCELLE_SIGNATURE_VALIDATION is a folder that holds, for the signing certificate and for "
    "the timestamp authority's, each certificate up to the root (.pem, .crt, .cer) and a "
    "revocation list (.crl) or OCSP response (.ocsp) that is still current; fetch them anew, or "
    "unset it."
)

# It warns that nothing is fetched, which is what is wanted.
logging.getLogger("pyhanko.sign.signers.pdf_signer").setLevel(logging.ERROR)


def validation(folder: Path, roots: Sequence[x509.Certificate]) -> ValidationContext:
    """What a folder holds, for a signature that is to embed it.

    Args:
        folder: of certificates, revocation lists (RFC 5280) and OCSP responses (RFC 6960),
            DER or PEM; those certificates that issued themselves are trusted.
        roots: trusted besides.

    Raises:
        Misconfigured: it is no folder, or a file in it is none of them.
    """
    trusted = list(roots)
    known: list[x509.Certificate] = []
    lists: list[crl.CertificateList] = []
    answers: list[ocsp.OCSPResponse] = []
    try:
        paths = sorted(p for p in folder.iterdir() if not p.name.startswith("."))
    except OSError as error:
        raise Misconfigured(f"{folder} cannot be read: {error.strerror}.", remedy=REMEDY) from error
    for path in paths:
        try:
            match path.suffix.lower():
                case ".pem" | ".crt" | ".cer":
                    for each in _certificates(path.read_bytes()):
                        (trusted if each.issuer == each.subject else known).append(each)
                case ".crl":
                    lists.append(crl.CertificateList.load(_list(path.read_bytes())))
                case ".ocsp":
                    answers.append(_answer(path.read_bytes()))
                case _:
                    raise ValueError(f"{path.suffix!r} is no ending that is known")
        except (OSError, ValueError) as error:
            raise Misconfigured(f"{path} cannot be read: {error}.", remedy=REMEDY) from error
    return ValidationContext(
        trust_roots=[_as_asn1(each) for each in trusted],
        other_certs=[_as_asn1(each) for each in known],
        crls=lists,
        ocsps=answers,
        allow_fetching=False,
        revocation_mode="require",
    )


def _certificates(data: bytes) -> list[x509.Certificate]:
    if data.lstrip().startswith(b"-----"):
        return x509.load_pem_x509_certificates(data)
    return [x509.load_der_x509_certificate(data)]


def _list(data: bytes) -> bytes:
    pem = data.lstrip().startswith(b"-----")
    loaded = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
    return loaded.public_bytes(Encoding.DER)


def _answer(data: bytes) -> ocsp.OCSPResponse:
    if load_der_ocsp_response(data).response_status is not OCSPResponseStatus.SUCCESSFUL:
        raise ValueError("the service did not answer what was asked")
    return ocsp.OCSPResponse.load(data, strict=True)


def _as_asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
