"""Entries of the ledger: what every entry of one act has in common, and how each is written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Protocol

from scelle.door.values import fields, parameters_of
from scelle.law.facts import Facts
from scelle.ledger.book import Book
from scelle.ledger.entries import Draft, Value
from scelle.ledger.tally import blinding_key, tally
from scelle.model.acts import Act, CaseAct, EraseCase, OpenCase, Verdict

#: Everyday readings.  After the entries of every other act the signed head is kept as a
#: checkpoint, for witnesses to co-sign; after these once the ledger's schedule says so.
EVERYDAY = frozenset(
    {
        "arrange-synopsis",
        "consult-case",
        "consult-copies",
        "consult-coverage",
        "consult-ledger",
        "consult-zones",
        "list-cases",
        "play-exhibit",
        "search-tracks",
        "view-pictures",
        "view-still",
        "view-synopsis",
        "view-tubes",
    }
)


#: What may be asked together: it changes nothing that another act is decided on.
READINGS = EVERYDAY | {"certify-coverage", "consult-bookmarks", "consult-searches"}


class Keys(Protocol):
    """Who keeps the keys: the store."""

    def sealing_key(self, case_id: str | None) -> bytes:
        """32 bytes: a case's, made when it is first asked for, or the installation's."""
        ...

    def sealing_keys(self) -> Iterator[bytes]:
        """All that there are: the installation's, then those of cases."""
        ...


@dataclass(frozen=True)
class Setting:
    """What all the entries of one act have in common."""

    kind: str
    agent_id: str
    case_id: str
    framework: str
    service: str
    offence_family: str
    demonstration: bool
    key: bytes


@dataclass(frozen=True)
class Unwritten:
    """An entry that is still to be written, and is dated when it is.

    Attributes:
        disclosed, sealed: what it tells, but for its month.
        more: disclosed as well.
        key: what is sealed is sealed under it.
        at: when it was made.
        keep: keep the signed head over it.
    """

    disclosed: Mapping[str, Value]
    sealed: Mapping[str, Value]
    more: Mapping[str, Value]
    key: bytes
    at: datetime
    keep: bool


class Writer:
    """Writes entries, and knows under which key each is sealed."""

    def __init__(self, book: Book, keys: Keys) -> None:
        self._book = book
        self._keys = keys
        self._blinding_key = blinding_key(keys.sealing_key(None))

    def installation(self, event: str) -> Setting:
        """What an event of the installation itself has, which belongs to no case."""
        return Setting(event, "", "", "", "", "", False, self._keys.sealing_key(None))

    def setting(
        self,
        agent_id: str,
        act: Act,
        facts: Facts,
        verdict: Verdict,
        key_of: Callable[[str | None], bytes] | None = None,
    ) -> Setting:
        """What the entries of one act share.

        Args:
            key_of: :meth:`key_of`, or what holds its answers for a moment.
        """
        case, agent = facts.case, facts.agent
        asked = act.case_id if isinstance(act, CaseAct | OpenCase) else ""
        # A case that does not exist has no key; one to be opened has, even if refused.
        keyed = asked if case is not None or isinstance(act, OpenCase) else None
        if isinstance(act, EraseCase):
            # What is told of an erasure is not lost with the key that it destroys.
            keyed = None
        framework = family = ""
        service = agent.service if agent else ""
        demonstration = False
        # The words of a refused opening are the asker's own: they are not disclosed.
        told = act if isinstance(act, OpenCase) and verdict.granted else case
        if told is not None:
            framework, service, family = told.framework, told.service, told.offence_family
            demonstration = told.demonstration
        return Setting(
            kind=act.kind,
            agent_id=agent_id,
            case_id=asked,
            framework=framework,
            service=service,
            offence_family=family,
            demonstration=demonstration,
            key=(key_of or self.key_of)(keyed),
        )

    def keys_of(self, case_id: str) -> tuple[bytes, bytes]:
        """What the entries of a case may be sealed under: its own key, or the installation's."""
        return self.key_of(case_id), self.key_of(None)

    def key_of(self, case_id: str | None) -> bytes:
        """What an entry of that case, or of none, is sealed under."""
        try:
            return self._keys.sealing_key(case_id or None)
        except ValueError:
            # No case can have this id: its refused opening belongs to none.
            return self._keys.sealing_key(None)

    def decision(
        self,
        setting: Setting,
        act: Act,
        verdict: Verdict,
        at: datetime,
        of: int | None = None,
    ) -> int:
        """Write what the law answered: :meth:`decided`; gives the entry's place."""
        return self.write([self.decided(setting, act, verdict, at, of)])[0]

    def decided(
        self,
        setting: Setting,
        act: Act,
        verdict: Verdict,
        at: datetime,
        of: int | None = None,
    ) -> Unwritten:
        """What the law answered.

        Args:
            of: the decision that this one takes back, for an act under way.
        """
        return self.draft(
            setting,
            "decision",
            "granted" if verdict.granted else "refused",
            at,
            rules=sorted({r.rule for r in verdict.reasons}),
            reason=act.reason,
            mandate=verdict.mandate_id,
            parameters=parameters_of(act),
            objects=dict.fromkeys(verdict.exhibit_ids, ""),
            error=" ".join(r.text for r in verdict.reasons),
            decision=of,
        )

    def outcome(
        self,
        setting: Setting,
        decision: int,
        result: str,
        at: datetime,
        *,
        counts: Mapping[str, int] | None = None,
        objects: Mapping[str, str] | None = None,
        error: str = "",
    ) -> Unwritten:
        """What became of a granted act."""
        return self.draft(
            setting,
            "outcome",
            result,
            at,
            counts=dict(counts or {}),
            objects=dict(objects or {}),
            error=error,
            decision=decision,
        )

    def state(
        self,
        setting: Setting,
        key: bytes,
        told: Mapping[str, Value],
        decision: int | None,
        at: datetime,
    ) -> int:
        """Write what a transaction is about to change, under a key of its own."""
        own = replace(setting, agent_id="", case_id="", key=key)
        return self.write(
            [self.draft(own, "state", "bound", at, parameters=told, decision=decision)]
        )[0]

    def event(
        self,
        setting: Setting,
        at: datetime,
        *,
        parameters: Mapping[str, Value] | None = None,
        more: Mapping[str, Value] | None = None,
        append: Callable[[Draft, datetime], int] | None = None,
    ) -> int:
        """Write that something was done by the installation itself; gives the entry's place.

        Args:
            more: disclosed as well.
            append: writes the draft in another way than :meth:`Book.append`.
        """
        made = self.draft(setting, "system", "done", at, parameters=parameters, more=more)
        return self.write([made])[0] if append is None else append(self._dated([made])[0], at)

    def write(self, made: list[Unwritten], *further: Unwritten) -> list[int]:
        """Write entries together, all or none; gives their places.

        They are on the disk, under one signed head, when this returns.

        Args:
            made: emptied once they are in the ledger, even where the files beside it cannot
                be brought up to date then: no entry is written twice.
            further: after them.
        """
        every = [*made, *further]
        if not every:
            return []
        latest, keep = max(each.at for each in every), any(each.keep for each in every)
        return self._book.append_all(self._dated(every), latest, keep=keep, committed=made.clear)

    def _dated(self, made: Sequence[Unwritten]) -> list[Draft]:
        """Drafts, whose months never go back, whatever the clock does and however long they waited.

        The sealed time is the clock's.
        """
        drafts, latest = [], self._book.latest()
        for each in made:
            latest = max(each.at, latest or each.at)
            month = latest.astimezone(UTC).strftime("%Y-%m")
            public = {**each.disclosed, "month": month}
            public["tally"] = tally(public, self._blinding_key)
            drafts.append(Draft({**public, **each.more}, each.sealed, each.key))
        return drafts

    def draft(
        self,
        setting: Setting,
        phase: str,
        result: str,
        at: datetime,
        *,
        rules: Sequence[str] = (),
        counts: Mapping[str, int] | None = None,
        reason: str = "",
        mandate: str = "",
        parameters: Mapping[str, Value] | None = None,
        objects: Mapping[str, str] | None = None,
        error: str = "",
        decision: int | None = None,
        more: Mapping[str, Value] | None = None,
    ) -> Unwritten:
        """One entry, to be written.

        Args:
            more: disclosed as well.
        """
        disclosed: dict[str, object] = {
            "phase": phase,
            "act": setting.kind,
            "result": result,
            "framework": setting.framework,
            "service": setting.service,
            "offence_family": setting.offence_family,
            "demonstration": setting.demonstration,
            "rules": rules,
            "counts": counts or {},
        }
        sealed = {
            "at": at,
            "agent": setting.agent_id,
            "case": setting.case_id,
            "reason": reason,
            "mandate": mandate,
            "parameters": parameters or {},
            "objects": objects or {},
            "error": error,
            "decision": decision,
        }
        keep = setting.kind not in EVERYDAY
        return Unwritten(fields(disclosed), fields(sealed), more or {}, setting.key, at, keep)
