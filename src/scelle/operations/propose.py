"""Proposing a clock from the one that the recorder burnt into its pictures; nothing is applied."""

from __future__ import annotations

from datetime import datetime

from scelle.errors import BadInput, Damaged
from scelle.footage.onscreen import Reading, agree, layout
from scelle.model.acts import Outcome, Permit, Progress, ProposeClock
from scelle.model.results import ClockProposal
from scelle.operations.burnt_in import ReadClockTask, read_clock
from scelle.operations.lending import Lending
from scelle.operations.sandbox import Sandbox, decoding_limits
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault


class Propose:
    """Handler of :class:`ProposeClock`."""

    def __init__(
        self, vault: Vault, keys: Keyring, records: Records, sandbox: Sandbox | None = None
    ) -> None:
        self._vault = vault
        self._keys = keys
        self._records = records
        self._sandbox = sandbox or Sandbox()

    def propose(self, act: ProposeClock, permit: Permit, _progress: Progress) -> Outcome:
        """Read the burnt-in clock; the value is a :class:`ClockProposal`.

        The exhibit's clock stays as it is: only ``SetClock``, an act of a named person,
        changes it.

        Raises:
            BadInput: not exactly one exhibit, a mark that does not fit, or readings that
                do not agree.
        """
        if len(permit.exhibit_ids) != 1:
            raise BadInput(
                f"A clock is read in one exhibit, not in {len(permit.exhibit_ids)}.",
                remedy="Name the exhibit with --exhibit.",
            )
        exhibit = self._records.exhibit(permit.exhibit_ids[0])
        layout(act.zone, act.text, act.pattern)
        serve = Lending(
            self._vault,
            exhibit.case_id,
            self._keys.case_key(exhibit.case_id),
            exhibit.id,
            reads=frozenset(("original", "index")),
        )
        found = self._sandbox.call(
            read_clock,
            ReadClockTask(exhibit.case_id, exhibit.id, act.zone, act.at_ms, act.text, act.pattern),
            serve=serve,
            limits=decoding_limits(min(float(exhibit.stream.duration), 600.0)),
        )
        try:
            readings = [Reading(at, datetime.fromisoformat(shown)) for at, shown in found]
        except (TypeError, ValueError) as error:
            raise Damaged(
                "A sandboxed process answered with something that is no answer.",
                remedy="Treat the recording as hostile, and report it.",
            ) from error
        clock = agree(readings)
        proposal = ClockProposal(
            exhibit.id,
            clock.start,
            clock.residual,
            clock.agreeing,
            clock.disagreeing,
            clock.steps,
        )
        counts = {"exhibits": 1, "pictures": len(readings)}
        return Outcome(proposal, counts, {exhibit.id: exhibit.sha256})
