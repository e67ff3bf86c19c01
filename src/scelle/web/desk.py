"""Handing acts to the door in the name of whoever asks, for each person one after the other."""

from __future__ import annotations

import threading
from typing import Any, TypeVar

from scelle.bootstrap import App, Steps
from scelle.model.acts import Act, ViewTubes
from scelle.web.sessions import ASKER

_T = TypeVar("_T")

_TURNS = 1024
"""Locks that people share: two who share one wait for each other now and then."""


class Desk:
    """Acts of those who are signed in.

    The pages are answered by several threads.  What one person asks is done one after the
    other; people do not wait for each other.  Pictures of passages, which the live synopsis
    fetches ahead, have turns of their own: what somebody does meanwhile does not wait for them.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._turns = tuple(threading.Lock() for _ in range(_TURNS))

    def perform(self, act: Act) -> Any:
        """Hand an act to the door, in the name of whom the request stands for.

        Raises:
            Refused: the door said no.
        """
        return self.perform_as(ASKER.get(), act)

    def perform_in_turn(self, steps: Steps[_T]) -> _T:
        """Hand readings that belong together to the door: see :meth:`.Door.perform_in_turn`.

        Raises:
            Refused: the door said no to one of them.
        """
        agent_id = ASKER.get()
        with self._turn(agent_id):
            return self._app.perform_in_turn(agent_id, steps)

    def perform_as(self, agent_id: str, act: Act) -> Any:
        """Hand an act to the door in a name that is still to be proved: to sign in."""
        with self._turn(agent_id, aside=isinstance(act, ViewTubes)):
            return self._app.perform(agent_id, act)

    def _turn(self, agent_id: str, *, aside: bool = False) -> threading.Lock:
        return self._turns[hash((agent_id, aside)) % _TURNS]

    def authority(self, case_id: str) -> str:
        """What the asker's right to see a case rests on now: :meth:`App.authority`."""
        return self._app.authority(ASKER.get(), case_id)

    def ledger_head(self) -> tuple[int, str]:
        """Entries, and the root over them in hexadecimal."""
        return self._app.ledger_head()

    def verify_ledger(self) -> Any:
        """The report of a verification of the whole ledger."""
        return self._app.verify_ledger()
