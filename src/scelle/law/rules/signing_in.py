"""Rules on coming in: signing in, passwords, invitations, the end of sessions.

The security of processing, and that it is known who did what, are asked by articles
99 and 101 of loi 78-17.
"""

from __future__ import annotations

from datetime import datetime

from scelle.law.conditions import has_role, role
from scelle.law.facts import Facts
from scelle.law.rules.answers import answer
from scelle.law.rules.people import head_of
from scelle.model.acts import EndSessions, InviteAgent, Reason, SetPassword, SignIn, Verdict
from scelle.model.evidence import Role
from scelle.model.signing import SignInMethod

SECURITY = "loi 78-17, arts 99 and 101"


def sign_in(act: SignIn, facts: Facts, now: datetime) -> Verdict:
    """Whoever asks may try, save with a password after too many wrong ones (``locked-out``).

    A passkey cannot be guessed, so that nobody is locked out of theirs by another.
    """
    until = facts.locked_until
    if act.method is not SignInMethod.PASSWORD or until is None or until <= now:
        return answer([])
    text = f"Too many wrong passwords: none is looked at before {until.isoformat()}."
    mend = "Sign in with a passkey, or wait."
    return answer([Reason("locked-out", SECURITY, text, mend)])


def set_password(act: SetPassword, facts: Facts, now: datetime) -> Verdict:
    """Everybody who is known chooses their own, and nobody another's."""
    return answer(role(facts, *Role, article=SECURITY))


def invite_agent(act: InviteAgent, facts: Facts, now: datetime) -> Verdict:
    """An administrator invites whoever has no way in yet; the head of the service, anybody in it.

    So that whoever runs the machine cannot come in as somebody who works with it.
    """
    reasons = _of_subject(facts, act.agent_id)
    if not reasons and has_role(facts, Role.ADMINISTRATOR) and facts.enrolled:
        text = f"{act.agent_id} has a way to sign in: only the head of the service gives another."
        mend = "Ask the head of the person's service to run the same command."
        reasons.append(Reason("enrolled", SECURITY, text, mend))
    return answer(reasons)


def end_sessions(act: EndSessions, facts: Facts, now: datetime) -> Verdict:
    """One's own; or anybody's by an administrator, or by the head of their service."""
    if facts.agent is not None and facts.agent.id == act.agent_id:
        return answer([])
    return answer(_of_subject(facts, act.agent_id))


def _of_subject(facts: Facts, agent_id: str) -> list[Reason]:
    reasons = role(facts, Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE, article=SECURITY)
    if facts.subject is None:
        text = f"Nobody is registered as {agent_id}."
        mend = "Register the person first."
        return [*reasons, Reason("no-such-agent", SECURITY, text, mend)]
    if not reasons and not has_role(facts, Role.ADMINISTRATOR):
        reasons += head_of(facts, facts.subject.service)
    return reasons
