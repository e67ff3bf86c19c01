"""Signing mandates in the browser, with a passkey (Web Authentication, level 2).

A passkey belongs to a name, never to a number, so these pages are at ``localhost``.  What it
signs as its challenge is the mandate's digest.  They are the only pages with a script: it
asks the browser for the passkey, puts the answer into the form and sends that.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from scelle.errors import BadInput, NotFound
from scelle.law.statement import mandate_digest, mandate_statement
from scelle.model.acts import ConsultCase, EnrolCredential, SignMandate
from scelle.model.evidence import Case, Mandate, Power
from scelle.model.results import CaseFile
from scelle.model.signing import CredentialKind, Signature
from scelle.web.entrance import Challenges, credential_of, to_account
from scelle.web.forms import SENT, Form
from scelle.web.guard import SCRIPTED
from scelle.web.review import Perform

#: The name that passkeys are made for.
RP_ID = "localhost"

_REASON = "signing page"


@dataclass(frozen=True)
class Signable:
    """One mandate on its page.

    Attributes:
        statement: what is signed, as text.
        digest: SHA-256 of it, hexadecimal.
        challenge: the same, base64url.
        signatures: on this mandate, oldest first.
        named: the page is at the name that passkeys are made for.
        address: the same page at that name.
    """

    case: Case
    mandate: Mandate
    statement: str
    digest: str
    challenge: str
    signatures: tuple[Signature, ...]
    named: bool
    address: str

    powers = tuple(Power)


def add_signing(page: FastAPI, perform: Perform, render: Callable[..., Response]) -> None:
    """Add the pages.

    Args:
        perform: hands an act to the door in the reader's name.
        render: as :func:`scelle.web.app.render`.
    """
    challenges = Challenges()

    @page.get(f"{SCRIPTED}{{case_id}}/{{mandate_id}}")
    def mandate(request: Request, case_id: str, mandate_id: str) -> Response:
        """What is to be signed, and who signed it."""
        one = _signable(perform, request, case_id, mandate_id)
        return render(request, "mandate.html", one=one, rp_id=RP_ID, enrol=challenges.give())

    @page.post(f"{SCRIPTED}{{case_id}}/{{mandate_id}}/enrol")
    def enrol(request: Request, case_id: str, mandate_id: str, form: Form = SENT) -> Response:
        """Enrol the passkey that was just made."""
        if not request.state.session.fresh:
            return to_account(form)
        challenge = form["challenge"]
        if not challenges.take(challenge):
            raise BadInput(
                "This passkey was not made for this page, or was sent twice.",
                remedy="Open the mandate's page again and enrol the passkey there.",
            )
        perform(
            EnrolCredential(
                credential=CredentialKind.PASSKEY,
                public_key=form["answer"],
                challenge=challenge,
                rp_id=RP_ID,
                origin=form.origin,
                reason=_REASON,
            )
        )
        return _back(case_id, mandate_id, form)

    @page.post(f"{SCRIPTED}{{case_id}}/{{mandate_id}}/sign")
    def sign(case_id: str, mandate_id: str, form: Form = SENT) -> Response:
        """Keep the passkey's signature on the mandate's digest."""
        answer = form["answer"]
        perform(
            SignMandate(
                case_id=case_id,
                mandate_id=mandate_id,
                credential_id=credential_of(answer),
                evidence=answer,
                reason=_REASON,
            )
        )
        return _back(case_id, mandate_id, form)


def _signable(perform: Perform, request: Request, case_id: str, mandate_id: str) -> Signable:
    file: CaseFile = perform(ConsultCase(case_id=case_id, reason=_REASON))
    found = next((m for m in file.mandates if m.id == mandate_id), None)
    if found is None:
        raise NotFound(
            f"There is no mandate {mandate_id} in this case.",
            remedy="Open the page of the case: it lists its mandates.",
        )
    digest = mandate_digest(found)
    return Signable(
        case=file.case,
        mandate=found,
        statement=mandate_statement(found),
        digest=digest.hex(),
        challenge=base64.urlsafe_b64encode(digest).decode().rstrip("="),
        signatures=tuple(s for s in file.signatures if s.mandate_id == mandate_id),
        named=request.url.hostname == RP_ID,
        address=str(request.url.replace(hostname=RP_ID)),
    )


def _back(case_id: str, mandate_id: str, form: Form) -> Response:
    # Only what the router took as one part of a path gets here, and nothing else of the form.
    return RedirectResponse(
        f"{SCRIPTED}{case_id}/{mandate_id}?lang={form.language}", status_code=303
    )
