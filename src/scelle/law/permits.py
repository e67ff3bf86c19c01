"""Permits: one-use tokens for granted acts.

A :class:`PermitDesk` knows which permits it has issued and not yet taken back;
whoever runs a handler spends the permit there first.
"""

from __future__ import annotations

from threading import Lock

from scelle.errors import PermitMisused
from scelle.model.acts import Act, Permit


class PermitDesk:
    """Issues permits and takes each back once.  Safe between threads."""

    def __init__(self) -> None:
        self._out: set[Permit] = set()
        self._lock = Lock()

    def issue(self, permit: Permit) -> Permit:
        """Remember a permit just made; it may now be spent, once."""
        with self._lock:
            self._out.add(permit)
        return permit

    def spend(self, permit: Permit, act: Act) -> None:
        """Take the permit back, for the very act that it was issued for.

        Raises:
            PermitMisused: it was not issued here, was spent already, or is for
                another act.  A permit shown for another act is spent too.
        """
        with self._lock:
            issued = permit in self._out
            self._out.discard(permit)
        if not issued:
            raise PermitMisused("This permit was not issued here, or it was used already.")
        if permit.act is not act:
            raise PermitMisused("This permit was issued for another act.")
