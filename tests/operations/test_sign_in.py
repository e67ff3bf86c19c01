"""Passwords, invitations and their ends; what stands of them in the ledger."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scelle.errors import BadInput
from scelle.model.acts import (
    ConsultInstallation,
    EndSessions,
    InviteAgent,
    SetPassword,
    SignIn,
)
from scelle.model.signing import SignInMethod
from scelle.operations.sign_in import SignInFailed

Staffed = Any
WORDS = "four grey geese on a wet roof"


def password(words: str) -> SignIn:
    return SignIn(method=SignInMethod.PASSWORD, evidence=words)


def invited(code: str) -> SignIn:
    return SignIn(method=SignInMethod.INVITATION, evidence=code)


def test_a_password_lets_in_its_owner_alone_and_stands_nowhere(staffed: Staffed) -> None:
    staffed.do("officer", SetPassword(password=WORDS))
    assert staffed.do("officer", password(WORDS)).id == "officer"
    for name, words in (("officer", WORDS + "!"), ("second", WORDS), ("nobody", WORDS), ("", "x")):
        with pytest.raises(SignInFailed, match="does not let you in"):
            staffed.do(name, password(words))
    opened = staffed.do("auditor", ConsultInstallation())
    text = json.dumps([[dict(e.disclosed), dict(e.sealed)] for e in opened], default=str)
    assert text.count('"sign-in"') >= 10
    assert WORDS not in text
    assert "argon2" not in text
    kept = staffed.app.sign_ins.password("officer")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize("words", ["short", "a" * 30, "the officer walks at night", "x" * 300])
def test_a_poor_password_is_not_kept(staffed: Staffed, words: str) -> None:
    with pytest.raises(BadInput):
        staffed.do("officer", SetPassword(password=words))
    assert staffed.app.sign_ins.password("officer") == ""


def test_five_wrong_passwords_lock_out_and_the_right_one_is_refused_too(staffed: Staffed) -> None:
    staffed.do("officer", SetPassword(password=WORDS))
    for _ in range(4):
        with pytest.raises(SignInFailed, match="does not let"):
            staffed.do("officer", password("wrong wrong wrong"))
    staffed.do("officer", password(WORDS))  # forgets the four
    for _ in range(4):
        with pytest.raises(SignInFailed, match="does not let"):
            staffed.do("officer", password("wrong wrong wrong"))
    with pytest.raises(SignInFailed, match="before"):
        staffed.do("officer", password("wrong wrong wrong"))
    assert staffed.rules("officer", password(WORDS)) == {"locked-out"}
    # An invitation is not guessed either.
    code = staffed.do("head", InviteAgent(agent_id="officer")).code
    assert staffed.do("officer", invited(code)).id == "officer"
    assert staffed.app.verify_ledger().ok


def test_an_invitation_is_good_once_for_one_person(staffed: Staffed) -> None:
    made = staffed.do("admin", InviteAgent(agent_id="officer"))
    assert len(made.code) == 26
    assert made.expires_at - datetime.now(UTC) < timedelta(days=2)
    for name, code in (("second", made.code), ("officer", "a" * 26), ("nobody", made.code)):
        with pytest.raises(SignInFailed):
            staffed.do(name, invited(code))
    # Whoever types a name that nobody has leaves nobody behind who would be missing.
    assert staffed.app.verify_ledger().ok
    assert staffed.do("officer", invited(f" {made.code.upper()} ")).id == "officer"
    with pytest.raises(SignInFailed):
        staffed.do("officer", invited(made.code))


def test_a_later_invitation_takes_the_place_of_those_before(staffed: Staffed) -> None:
    kept, given = (staffed.do("admin", InviteAgent(agent_id="officer")).code for _ in range(2))
    with pytest.raises(SignInFailed):
        staffed.do("officer", invited(kept))
    assert staffed.do("officer", invited(given)).id == "officer"
    # Nor does it come back once the later one is used up.
    with pytest.raises(SignInFailed):
        staffed.do("officer", invited(kept))


def test_an_expired_invitation_lets_nobody_in(staffed: Staffed) -> None:
    code = staffed.do("admin", InviteAgent(agent_id="officer")).code
    with staffed.app._engine.begin() as db:
        db.exec_driver_sql("UPDATE invitations SET expires_at = '2020-01-01T00:00:00+00:00'")
    # Written behind the program's back: it says so before it looks.
    assert staffed.rules("officer", invited(code)) == {"state-altered"}


def test_who_may_invite(staffed: Staffed) -> None:
    for name in ("officer", "judge", "auditor"):
        assert "role" in staffed.rules(name, InviteAgent(agent_id="second"))
    assert "no-such-agent" in staffed.rules("admin", InviteAgent(agent_id="ghost"))
    staffed.do("officer", SetPassword(password=WORDS))
    assert staffed.rules("admin", InviteAgent(agent_id="officer")) == {"enrolled"}
    staffed.do("head", InviteAgent(agent_id="officer"))


def test_what_is_barred_lets_nobody_in(staffed: Staffed) -> None:
    staffed.do("officer", SetPassword(password=WORDS))
    code = staffed.do("head", InviteAgent(agent_id="officer")).code
    assert "role" in staffed.rules("second", EndSessions(agent_id="officer"))
    assert staffed.app.sign_ins.ended_at("officer") is None
    staffed.do("officer", EndSessions(agent_id="officer"))
    staffed.do("officer", password(WORDS))
    staffed.do("head", EndSessions(agent_id="officer", bar=True))
    for act in (password(WORDS), invited(code)):
        with pytest.raises(SignInFailed):
            staffed.do("officer", act)
    staffed.do("officer", SetPassword(password=WORDS + " again"))
    staffed.do("officer", password(WORDS + " again"))


def test_a_password_put_into_the_database_is_found(staffed: Staffed) -> None:
    staffed.do("officer", SetPassword(password=WORDS))
    staffed.sql("UPDATE passwords SET agent_id = 'judge'")
    assert staffed.rules("judge", password(WORDS)) == {"state-altered"}
    assert not staffed.app.verify_ledger().ok
