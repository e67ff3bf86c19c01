"""Where somebody may go, by role.  What they may do there, the door says."""

from __future__ import annotations

import re

from scelle.model.evidence import Role
from scelle.web.sessions import Session

#: Who may read what cases are about.
READERS = (Role.INVESTIGATOR, Role.MAGISTRATE, Role.REFERENT_MAGISTRATE, Role.AUDITOR)
#: Who may look at what recordings show.
SEARCHERS = (Role.INVESTIGATOR, Role.MAGISTRATE, Role.REFERENT_MAGISTRATE)
#: Who may look at what was done in all cases.
OVERSEERS = (Role.AUDITOR, Role.MAGISTRATE, Role.REFERENT_MAGISTRATE)
#: Who may see how the installation is.
RUNNERS = (Role.ADMINISTRATOR, Role.HEAD_OF_SERVICE)

#: How far the pages of a list lie from the one that leads to them.
_STEPS = (0, 1, 2, 10, 100, 1000)


def places(session: Session | None) -> tuple[tuple[str, str], ...]:
    """Addresses and keys of their names, in order."""
    if session is None or session.enrolling:
        return ()
    found = []
    if session.has(*READERS):
        found.append(("/cases", "place.cases"))
    if session.has(Role.MAGISTRATE, Role.REFERENT_MAGISTRATE):
        found.append(("/console", "place.console"))
    if session.has(*OVERSEERS):
        found.append(("/oversight", "place.oversight"))
    if session.has(*RUNNERS):
        found.append(("/administration", "place.administration"))
    found.append(("/ledger", "place.ledger"))
    found.append(("/public", "place.public"))
    if session.method is not None:
        found.append(("/account", "place.account"))
    return tuple(found)


def numbers(page: int, pages: int) -> tuple[int, ...]:
    """The pages of a long list that a page of it leads to: few, and any other in a few steps.

    >>> numbers(500, 4000)
    (1, 400, 490, 498, 499, 500, 501, 502, 510, 600, 1500, 4000)
    """
    near = {page + sign * step for step in _STEPS for sign in (1, -1)}
    return tuple(sorted({1, pages} | {n for n in near if 1 <= n <= pages}))


#: What a command about a case does is done on the case's page too.
_ON_PAGE = re.compile(r"`scelle (?:mandate (?:grant|change)|request make)\b[^`]* --case (\w+)\b")


def page_for(remedy: str, session: Session | None) -> str:
    """The case whose page does what a remedy names a command for; empty if none may be read.

    Args:
        remedy: in English, as it is raised.
    """
    found = _ON_PAGE.search(remedy) if session is not None and session.has(*READERS) else None
    return found[1] if found else ""
