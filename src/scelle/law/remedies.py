"""What mends a refusal: one sentence each, naming the command to run.

Kept together so that a test can hold every command against the command line's
own parser.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection
from datetime import datetime

from scelle.model.evidence import Power, Role


def register(agent_id: str, service: str = "SERVICE") -> str:
    """An administrator must make somebody known, in the role that the person has."""
    return f"Ask an administrator to run `{_register(agent_id, 'ROLE', service)}`."


def identify(asker: str) -> str:
    """Nobody is known under the name that asks: another was meant, or it must be made known."""
    return (
        f"Say who asks with `--as NAME` or the variable SCELLE_AGENT. {register(asker or 'NAME')}"
    )


def ask(roles: Collection[Role]) -> str:
    """Somebody else must do it.

    Never a command that gives the role: it would replace the roles that the person has.
    """
    return f"Ask {either(roles)} to run the same command."


def either(roles: Collection[Role]) -> str:
    """Roles in words: *a magistrate or the head of the service*."""
    return " or ".join(_ROLES[role] for role in roles)


_ROLES = {
    Role.INVESTIGATOR: "an investigator",
    Role.MAGISTRATE: "a magistrate",
    Role.REFERENT_MAGISTRATE: "a referent magistrate",
    Role.HEAD_OF_SERVICE: "the head of the service",
    Role.AUDITOR: "an auditor",
    Role.ADMINISTRATOR: "an administrator",
}


def register_first(agent_id: str) -> str:
    """The first person must be an administrator."""
    return f"Run `{_register(agent_id, Role.ADMINISTRATOR, 'SERVICE')}`."


def begin(asker: str) -> str:
    """Nobody is known at all: whoever is registered first runs the installation."""
    command = _register(asker or "NAME", Role.ADMINISTRATOR, "SERVICE")
    return (
        f"Run `{command} --as {shlex.quote(asker or 'NAME')}`: the first person registered is "
        "the administrator, who registers everybody else."
    )


def _register(agent_id: str, role: str, service: str) -> str:
    return shlex.join(
        ["scelle", "agent", "register", agent_id, "--role", role, "--service", service]
    )


def find_case() -> str:
    """The case named does not exist."""
    return "Run `scelle case list` to see the cases, or `scelle case open` to open one."


def find_in_case(case_id: str) -> str:
    """Something named does not exist in that case."""
    return f"Run `scelle case show --case {case_id}` to see what there is."


def open_case(framework: str = "FRAMEWORK") -> str:
    """A case must be opened (anew, or in another framework)."""
    return (
        "Run `scelle case open --reference REFERENCE "
        f"--framework {framework} --service SERVICE` if the inquiry allows it."
    )


def clear(agent_id: str, service: str) -> str:
    """The head of service must designate the agent."""
    command = ["scelle", "clearance", "grant", "--agent", agent_id, "--service", service]
    return f"Ask the head of the service {service} to run `{shlex.join(command)} --valid-to DATE`."


def grant(case_id: str, power: Power | None = None, *options: str) -> str:
    """A magistrate must grant a mandate, with these options beside."""
    command = ["scelle", "mandate", "grant", "--case", case_id, "--power", power or "POWER"]
    line = shlex.join([*command, *options, "--valid-to", "DATE"])
    return f"Ask a magistrate of the case to run `{line}`."


def order_erasure(case_id: str) -> str:
    """A magistrate must order the erasure."""
    line = f"scelle request make --case {case_id} --kind erasure --text TEXT"
    return f"Ask a magistrate of the case to run `{line}`."


def second(case_id: str) -> str:
    """A second person must approve, then the act is asked again."""
    return (
        f"Ask a second person to run `scelle approve --case {case_id} --entry ENTRY` with the "
        "ledger entry of this refusal, then run the same command again."
    )


def wait(until: datetime, otherwise: str) -> str:
    """It may be used later; or else something must be done now."""
    return f"Wait until {until.isoformat()}, or else: {otherwise[0].lower()}{otherwise[1:]}"


def restore(case_id: str, mandate_id: str) -> str:
    """A magistrate must restore a mandate, or grant another."""
    return (
        "Ask a magistrate of the case to run "
        f"`scelle mandate change --case {case_id} --mandate {mandate_id} --state active`."
    )


def state_time(case_id: str, exhibit_id: str = "") -> str:
    """The recorder's time must be stated, when an exhibit is received or after."""
    if exhibit_id:
        line = f"scelle clock set --case {case_id} --exhibit {exhibit_id} --recorded-at TIME"
        return f"Run `{line}` with the time that the recorder showed at the first picture."
    return (
        f"Run `scelle exhibit receive FILE --case {case_id} --camera CAMERA --origin ORIGIN "
        "--recorded-at TIME` with the time that the recorder showed."
    )
