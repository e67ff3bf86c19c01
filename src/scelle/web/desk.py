"""Handing acts to the door, one at a time, in the name of whoever asks."""

from __future__ import annotations

import threading
from typing import Any

from scelle.bootstrap import App
from scelle.model.acts import Act
from scelle.web.sessions import ASKER


class Desk:
    """Acts of those who are signed in, one at a time.

    The pages are answered by several threads; the door is asked by one at a time.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._one = threading.Lock()

    def perform(self, act: Act) -> Any:
        """Hand an act to the door, in the name of whom the request stands for.

        Raises:
            Refused: the door said no.
        """
        return self.perform_as(ASKER.get(), act)

    def perform_as(self, agent_id: str, act: Act) -> Any:
        """Hand an act to the door in a name that is still to be proved: to sign in."""
        with self._one:
            return self._app.perform(agent_id, act)

    def authority(self, case_id: str) -> str:
        """What the asker's right to act in a case rests on now: :meth:`App.authority`."""
        with self._one:
            return self._app.authority(ASKER.get(), case_id)

    def ledger_head(self) -> tuple[int, str]:
        """Entries, and the root over them in hexadecimal."""
        with self._one:
            return self._app.ledger_head()

    def verify_ledger(self) -> Any:
        """The report of a verification of the whole ledger."""
        with self._one:
            return self._app.verify_ledger()
