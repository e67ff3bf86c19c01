"""``credential`` and the signing of mandates."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Annotated

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from rich.text import Text

from scelle.cli.command import Reply, Session, command
from scelle.cli.mandates import group as mandates
from scelle.cli.options import CaseOption
from scelle.cli.views import field_list, iso, signature_view
from scelle.errors import BadInput, NotFound
from scelle.law.statement import CONTEXT, mandate_digest, mandate_statement
from scelle.model.acts import (
    ConsultCase,
    EndSessions,
    EnrolCredential,
    InviteAgent,
    SignMandate,
)
from scelle.model.evidence import Mandate
from scelle.model.results import CaseFile
from scelle.model.signing import Credential, CredentialKind, Invited, Signature

group = typer.Typer(no_args_is_help=True, help="Keys that people sign with.")

KeyOption = Annotated[
    Path,
    typer.Option(
        "--key", exists=True, dir_okay=False, help="Your private Ed25519 key, PEM (PKCS 8)."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the group to the program."""
    app.add_typer(group, name="credential")


@command(group, "enrol", example="scelle credential enrol --key judge.pem")
def credential_enrol(session: Session, key: KeyOption) -> Reply:
    """Make known the public half of the key that you sign with yourself.

    The private key is read to derive it, and never kept.
    """
    public = _encoded(_private(key).public_key().public_bytes_raw())
    act = EnrolCredential(credential=CredentialKind.ED25519, public_key=public)
    made: Credential = session.perform(act)
    data = {
        "id": made.id,
        "agent": made.agent_id,
        "kind": made.kind.value,
        "public_key": made.public_key,
        "enrolled_at": iso(made.enrolled_at),
    }
    shown = {"key": made.id, "of": made.agent_id, "kind": made.kind.value}
    return Reply({"credential": data}, (field_list(shown),))


@command(group, "invite", example="scelle credential invite m.rivet --as root")
def credential_invite(
    session: Session,
    agent_id: Annotated[str, typer.Argument(metavar="AGENT", help="Who is invited.")],
) -> Reply:
    """Give somebody a code to come in with, once, and enrol a passkey or a password.

    An administrator invites whoever has no way to sign in yet; the head of the service,
    anybody in it. Hand the code over in person: whoever has it becomes that person.
    """
    made: Invited = session.perform(InviteAgent(agent_id=agent_id))
    data = {"agent": made.agent_id, "code": made.code, "expires_at": iso(made.expires_at)}
    return Reply({"invitation": data}, (field_list(data),))


@command(group, "end", example="scelle credential end m.rivet --bar --as root")
def credential_end(
    session: Session,
    agent_id: Annotated[str, typer.Argument(metavar="AGENT", help="Whose sessions end.")],
    bar: Annotated[
        bool,
        typer.Option(
            "--bar", help="What they signed in with until now lets them in no more either."
        ),
    ] = False,
) -> Reply:
    """End every session of somebody at once, and with --bar what they sign in with."""
    session.perform(EndSessions(agent_id=agent_id, bar=bar))
    shown = {"ended": agent_id, "barred": "yes" if bar else "no"}
    return Reply({"agent": agent_id, "barred": bar}, (field_list(shown),))


@command(mandates, "digest", example="scelle mandate digest --case $CASE --mandate $MANDATE")
def mandate_digest_(
    session: Session,
    mandate_id: Annotated[str, typer.Option("--mandate", metavar="ID", help="Which mandate.")],
    case_id: CaseOption = "",
) -> Reply:
    """Print what a magistrate signs: the mandate as one text, and its SHA-256."""
    mandate = _mandate(session, session.case(case_id), mandate_id)
    statement, digest = mandate_statement(mandate), mandate_digest(mandate).hex()
    return Reply({"statement": statement, "digest": digest}, (Text(statement), Text(digest)))


@command(
    mandates, "sign", example="scelle mandate sign --case $CASE --mandate $MANDATE --key judge.pem"
)
def mandate_sign(
    session: Session,
    mandate_id: Annotated[str, typer.Option("--mandate", metavar="ID", help="Which mandate.")],
    key: KeyOption,
    case_id: CaseOption = "",
) -> Reply:
    """Sign a mandate that you granted, with a key that you have enrolled."""
    case_id = session.case(case_id)
    mandate = _mandate(session, case_id, mandate_id)
    private = _private(key)
    public = private.public_key().public_bytes_raw()
    act = SignMandate(
        case_id=case_id,
        mandate_id=mandate.id,
        credential_id=hashlib.sha256(public).hexdigest(),
        evidence=_encoded(private.sign(CONTEXT + mandate_digest(mandate))),
    )
    made: Signature = session.perform(act)
    data = signature_view(made)
    shown = {"signed": made.mandate_id, "by": made.agent_id, "digest": made.digest}
    return Reply({"signature": data}, (field_list(shown),))


def _mandate(session: Session, case_id: str, mandate_id: str) -> Mandate:
    read: CaseFile = session.perform(ConsultCase(case_id=case_id))
    found = next((m for m in read.mandates if m.id == mandate_id), None)
    if found is None:
        raise NotFound(
            f"There is no mandate {mandate_id} in this case.",
            remedy="Run `scelle mandate list` to see those that there are.",
        )
    return found


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BadInput(f"{path} is no private key in PEM: {error}", remedy=_MAKE) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BadInput(f"{path} is no Ed25519 key", remedy=_MAKE)
    return key


_MAKE = "Make one with `openssl genpkey -algorithm ed25519 -out FILE`."


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
