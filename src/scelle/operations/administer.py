"""Who may: agents, cases, mandates, clearances."""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace

from scelle.errors import BadInput
from scelle.law.frameworks import FRAMEWORKS
from scelle.law.retention import erase_by
from scelle.model.acts import (
    ChangeMandate,
    CloseCase,
    GrantClearance,
    GrantMandate,
    OpenCase,
    Outcome,
    Permit,
    Progress,
    RegisterAgent,
    WithdrawClearance,
)
from scelle.model.evidence import Agent, Case, CaseState, Clearance, Mandate, MandateState, new_id
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.vault import Vault

_NAME = re.compile(r"\S{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LARGEST_DOCUMENT = 32 << 20

#: What a change of a mandate counts as, in public.
_CHANGED = {
    MandateState.ACTIVE: "restorations",
    MandateState.OBJECTED: "objections",
    MandateState.SUSPENDED: "suspensions",
    MandateState.WITHDRAWN: "withdrawals",
}


class Administer:
    """Handlers of the acts by which people are authorised."""

    def __init__(self, records: Records, keys: Keyring, vault: Vault) -> None:
        self._records = records
        self._keys = keys
        self._vault = vault

    def register_agent(self, act: RegisterAgent, permit: Permit, progress: Progress) -> Outcome:
        """Make a person known, or change what is known of them.

        Returns:
            An outcome whose value is the :class:`~scelle.model.evidence.Agent`.

        Raises:
            BadInput: a name that is empty, long or holds spaces.
        """
        if not _NAME.fullmatch(act.agent_id):
            raise BadInput(
                f"{act.agent_id!r} cannot name an agent.",
                remedy="Use one word of at most 64 characters.",
            )
        agent = Agent(act.agent_id, act.roles, act.service)
        self._records.put_agent(agent)
        return Outcome(agent, objects={agent.id: "agent"})

    def open_case(self, act: OpenCase, permit: Permit, progress: Progress) -> Outcome:
        """Open a case, with its own key and the day by which it must be erased.

        Returns:
            An outcome whose value is the :class:`~scelle.model.evidence.Case`.
        """
        framework = FRAMEWORKS.get(act.framework)
        if framework is None:
            raise ValueError("the law grants no case in an unknown framework")
        case = Case(
            id=act.case_id,
            reference=act.reference,
            framework=act.framework,
            service=act.service,
            offence_family=act.offence_family,
            four_eyes=act.four_eyes,
            opened_at=permit.at,
            erase_by=erase_by(framework, permit.at),
            demonstration=act.demonstration,
        )
        # The key first: a case without one could hold nothing.
        self._keys.create_case_key(case.id)
        self._records.add_case(case)
        return Outcome(case, objects={case.id: "case"})

    def close_case(self, act: CloseCase, permit: Permit, progress: Progress) -> Outcome:
        """Close a case; it is due to be erased from then on (art. 230-22).

        Returns:
            An outcome whose value is the closed :class:`~scelle.model.evidence.Case`.
        """
        case = self._records.case(act.case_id)
        due = min(case.erase_by, permit.at)
        case = replace(case, state=CaseState.CLOSED, closed_at=permit.at, erase_by=due)
        self._records.replace_case(case)
        return Outcome(case, objects={case.id: "case"})

    def grant_mandate(self, act: GrantMandate, permit: Permit, progress: Progress) -> Outcome:
        """Record a magistrate's authorisation, or the one that flagrance supposes.

        Returns:
            An outcome whose value is the :class:`~scelle.model.evidence.Mandate`.

        Raises:
            BadInput: the document's hash is not a SHA-256, or it cannot be read.
        """
        case = self._records.case(act.case_id)
        document = act.document_sha256.lower() or self._keep(act)
        if document and not _SHA256.fullmatch(document):
            raise BadInput(
                "The hash of the signed document is not a SHA-256.",
                remedy="Give the 64 hexadecimal digits that `sha256sum DOCUMENT` prints.",
            )
        mandate = Mandate(
            id=new_id(),
            case_id=act.case_id,
            framework=case.framework,
            powers=act.powers,
            valid_from=act.valid_from,
            valid_to=act.valid_to,
            magistrate="" if act.deemed else permit.agent_id,
            deemed=act.deemed,
            exhibits=frozenset(act.exhibit_ids),
            cameras=act.cameras,
            recorded_from=act.recorded_from,
            recorded_to=act.recorded_to,
            document_sha256=document,
            sought=act.sought,
        )
        counts = {
            "deemed": int(mandate.deemed),
            "late": int(not mandate.deemed and self._late(case)),
            "documents": int(bool(document)),
        }
        self._records.add_mandate(mandate)
        return Outcome(mandate, counts, {mandate.id: "mandate"})

    def _late(self, case: Case) -> bool:
        """Whether this is the first word of a magistrate, and recordings came in before it."""
        granted = any(not m.deemed for m in self._records.mandates(case.id))
        return case.first_data_at is not None and not granted

    def _keep(self, act: GrantMandate) -> str:
        """Keep the signed document in the vault; gives its hash, empty if there is none."""
        if act.document is None:
            return ""
        try:
            data = act.document.read_bytes()
        except OSError as error:
            raise BadInput(
                f"{act.document} cannot be read: {error.strerror}.",
                remedy="Give the file of the signed authorisation.",
            ) from error
        if len(data) > _LARGEST_DOCUMENT:
            raise BadInput(
                f"{act.document} is larger than {_LARGEST_DOCUMENT >> 20} MiB.",
                remedy="Give the signed authorisation alone, or its hash.",
            )
        sha256 = hashlib.sha256(data).hexdigest()
        key = self._keys.create_case_key(act.case_id)
        self._vault.write(act.case_id, f"document/{sha256}", key, data)
        return sha256

    def change_mandate(self, act: ChangeMandate, permit: Permit, progress: Progress) -> Outcome:
        """Object to, suspend, withdraw or restore a mandate; it takes effect at once.

        Returns:
            An outcome whose value is the changed :class:`~scelle.model.evidence.Mandate`.
        """
        mandate = replace(self._records.mandate(act.mandate_id), state=act.state)
        self._records.replace_mandate(mandate)
        return Outcome(mandate, {_CHANGED[act.state]: 1}, {mandate.id: "mandate"})

    def grant_clearance(self, act: GrantClearance, permit: Permit, progress: Progress) -> Outcome:
        """Designate an agent.

        Returns:
            An outcome whose value is the :class:`~scelle.model.evidence.Clearance`.
        """
        clearance = Clearance(
            id=new_id(),
            agent_id=act.agent_id,
            service=act.service,
            data_types=act.data_types,
            valid_from=act.valid_from,
            valid_to=act.valid_to,
            granted_by=permit.agent_id,
        )
        self._records.add_clearance(clearance)
        return Outcome(clearance, objects={clearance.id: "clearance"})

    def withdraw_clearance(
        self, act: WithdrawClearance, permit: Permit, progress: Progress
    ) -> Outcome:
        """End a clearance at once.

        Returns:
            An outcome whose value is the withdrawn
            :class:`~scelle.model.evidence.Clearance`.
        """
        clearance = replace(self._records.clearance(act.clearance_id), withdrawn=True)
        self._records.replace_clearance(clearance)
        return Outcome(clearance, objects={clearance.id: "clearance"})
