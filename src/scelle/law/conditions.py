"""Conditions that several rules share: each returns the reasons that fail it.

An empty list means that the condition holds.  Pure: ``now`` is passed in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from scelle.law import remedies
from scelle.law.facts import Facts
from scelle.law.frameworks import FRAMEWORKS
from scelle.model.acts import Act, Reason
from scelle.model.evidence import Case, CaseState, Clearance, Role

DESIGNATION = "arts 230-25 and 15-5"
SCOPE = "art. 230-20"
MANDATE = "art. R. 40-40"
OVERSIGHT = "arts 230-23 and 230-24"
DOCUMENTS = "art. 230-21"
CLOSURE = "art. 230-22"
COMMITMENT = "décret 2012-687"

#: What this software looks at; a clearance must name it.
DATA_TYPE = "video"

#: The most that a recorder's clock may be corrected, either way: one reset to 1970 is common.
_MOST_OFFSET = timedelta(days=100 * 366)
#: Recorders' times lie between.  Far from the ends of what a time can be written
#: as, so that the end of any recording, corrected or not, can be written too.
_RECORDED = (datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


def has_role(facts: Facts, *roles: Role) -> bool:
    """Whether the agent who asks is known and has one of the roles."""
    return facts.agent is not None and not facts.agent.roles.isdisjoint(roles)


def role(facts: Facts, *roles: Role, article: str = DESIGNATION) -> list[Reason]:
    """The agent is known (``unknown-agent``) and has one of the roles (``role``)."""
    if facts.agent is None and not facts.any_agent_known:
        text = "Nobody is registered: this installation is empty."
        return [Reason("unknown-agent", article, text, remedies.begin(facts.asker))]
    if facts.agent is None:
        return [
            Reason(
                "unknown-agent",
                article,
                f"Nobody is registered under the name {facts.asker!r} that asks.",
                remedies.identify(facts.asker),
            )
        ]
    if has_role(facts, *roles):
        return []
    return [
        Reason(
            "role",
            article,
            f"{facts.agent.id} is not {remedies.either(roles)}.",
            remedies.ask(roles),
        )
    ]


def case_exists(facts: Facts) -> list[Reason]:
    """The case that the act names exists (``no-such-case``)."""
    if facts.case is not None:
        return []
    return [Reason("no-such-case", SCOPE, "There is no such case.", remedies.find_case())]


def case_open(facts: Facts) -> list[Reason]:
    """The case exists and is not closed (``case-closed``)."""
    if facts.case is None:
        return case_exists(facts)
    if facts.case.state is CaseState.OPEN:
        return []
    if facts.case.state is not CaseState.CLOSED:
        return case_kept(facts)
    return [
        Reason("case-closed", CLOSURE, f"Case {facts.case.id} is closed.", remedies.open_case())
    ]


def case_kept(facts: Facts, *, erasing: bool = False) -> list[Reason]:
    """The case exists, and is neither erased nor, unless ``erasing``, about to be."""
    if facts.case is None:
        return case_exists(facts)
    gone = {CaseState.ERASED} if erasing else {CaseState.ERASED, CaseState.ERASING}
    if facts.case.state not in gone:
        return []
    text = f"Case {facts.case.id} was erased."
    mend = "Nothing of it is left but its certificate: `scelle erasure verify CERTIFICATE`."
    return [Reason("case-erased", CLOSURE, text, mend)]


def reason_stated(act: Act, text: str) -> list[Reason]:
    """The asker gives a reason (``reason``)."""
    if act.reason.strip():
        return []
    mend = "Run the same command with --reason REASON."
    return [Reason("reason", DOCUMENTS, text, mend)]


def framework_known(code: str) -> list[Reason]:
    """The framework is one of art. 230-20's (``framework``)."""
    if FRAMEWORKS.get(code) is not None:
        return []
    return [
        Reason(
            "framework",
            SCOPE,
            f"{code!r} is not a framework of art. 230-20: {', '.join(FRAMEWORKS.codes)}.",
            remedies.open_case(),
        )
    ]


def case_usable(facts: Facts) -> list[Reason]:
    """The case exists, is open, and its framework is known."""
    if facts.case is None:
        return case_exists(facts)
    return case_open(facts) + framework_known(facts.case.framework)


def exhibits_exist(facts: Facts, named: Collection[str]) -> list[Reason]:
    """Every exhibit named is in the case (``no-such-exhibit``)."""
    if facts.case is None:
        return []
    known = {e.id for e in facts.exhibits}
    missing = sorted(set(named) - known)
    if not missing:
        return []
    return [
        Reason(
            "no-such-exhibit",
            DOCUMENTS,
            f"Case {facts.case.id} holds no exhibit {', '.join(missing)}.",
            remedies.find_in_case(facts.case.id),
        )
    ]


def cleared(facts: Facts, service: str, now: datetime) -> list[Reason]:
    """The agent holds a clearance that is good today, for video, in the service.

    ``no-clearance``, or else what ails those that there are:
    ``clearance-withdrawn``, ``clearance-dates``, ``clearance-data-type``.
    """
    agent = facts.agent
    if agent is None:
        return []
    mend = remedies.clear(agent.id, service)
    held = [c for c in facts.clearances if c.agent_id == agent.id and c.service == service]
    if not held:
        text = f"{agent.id} has no clearance for the service {service}."
        return [Reason("no-clearance", DESIGNATION, text, mend)]
    ails = [list(_clearance_ails(c, now)) for c in held]
    if not all(ails):
        return []
    return merge(Reason(rule, DESIGNATION, text, mend) for each in ails for rule, text in each)


def _clearance_ails(clearance: Clearance, now: datetime) -> Iterable[tuple[str, str]]:
    if clearance.withdrawn:
        yield "clearance-withdrawn", f"Clearance {clearance.id} was withdrawn."
    if not clearance.valid_from <= now < clearance.valid_to:
        yield (
            "clearance-dates",
            f"Clearance {clearance.id} is good from {clearance.valid_from.isoformat()} "
            f"until {clearance.valid_to.isoformat()}.",
        )
    if DATA_TYPE not in clearance.data_types:
        yield "clearance-data-type", f"Clearance {clearance.id} does not cover video."


def may_see(case: Case, facts: Facts, now: datetime) -> bool:
    """Whether the agent may know that the case exists: overseers, and those cleared for it."""
    if has_role(facts, Role.MAGISTRATE, Role.REFERENT_MAGISTRATE, Role.AUDITOR):
        return True
    return has_role(facts, Role.INVESTIGATOR) and not cleared(facts, case.service, now)


def dated(
    start: datetime | None, end: datetime | None, what: str, article: str = MANDATE
) -> list[Reason]:
    """Both have a time zone (``time-zone``) and, if both are given, are in order (``order``)."""
    if any(t is not None and t.tzinfo is None for t in (start, end)):
        return [
            Reason(
                "time-zone",
                article,
                f"The {what} is given without a time zone.",
                "Write it as in 2026-03-01T22:00:00+01:00 and run the command again.",
            )
        ]
    if start is not None and end is not None and end <= start:
        return [
            Reason(
                "order",
                article,
                f"The {what} ends before it begins.",
                "Give an end later than the beginning and run the command again.",
            )
        ]
    return []


#: Roles that one person cannot hold beside another, or nobody would control them.
_APART: Mapping[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset(
        {Role.INVESTIGATOR, Role.MAGISTRATE, Role.REFERENT_MAGISTRATE, Role.AUDITOR}
    ),
    Role.MAGISTRATE: frozenset({Role.INVESTIGATOR, Role.HEAD_OF_SERVICE}),
    Role.REFERENT_MAGISTRATE: frozenset({Role.INVESTIGATOR, Role.HEAD_OF_SERVICE}),
    Role.HEAD_OF_SERVICE: frozenset({Role.INVESTIGATOR}),
}


def roles_apart(agent_id: str, roles: Collection[Role]) -> list[Reason]:
    """Nobody authorises, or oversees, what they do themselves (``roles-apart``)."""
    reasons = []
    for one, others in _APART.items():
        for other in sorted(others.intersection(roles)) if one in roles else ():
            both = f"{remedies.either([one])} and {remedies.either([other])}"
            text = f"{agent_id} cannot be both {both}."
            mend = "Give one of the roles to another person and run the same command for each."
            reasons.append(Reason("roles-apart", DESIGNATION, text, mend))
    return reasons


def clock_possible(recorded_at: datetime | None, offset: Fraction) -> list[Reason]:
    """The recording's times, and its clock's correction, can be (``recorder-time``)."""
    first, end = _RECORDED
    mend = "Correct the time that the recorder showed, or its offset, and run the same command."
    reasons = []
    if abs(offset) > _MOST_OFFSET.total_seconds():
        text = "The recorder's clock cannot be corrected by more than 100 years."
        reasons.append(Reason("recorder-time", DOCUMENTS, text, mend))
    if recorded_at is not None and not first <= recorded_at < end:
        text = "The recorder's time lies outside the years 1900 to 2199."
        reasons.append(Reason("recorder-time", DOCUMENTS, text, mend))
    return reasons


def among(named: Collection[str], facts: Facts) -> tuple[str, ...]:
    """Ids of the exhibits named, or of all of the case if none is, in order of receipt."""
    return tuple(e.id for e in facts.exhibits if not named or e.id in named)


def merge(reasons: Iterable[Reason]) -> list[Reason]:
    """The reasons, the first of each rule."""
    first: dict[str, Reason] = {}
    for reason in reasons:
        first.setdefault(reason.rule, reason)
    return list(first.values())
