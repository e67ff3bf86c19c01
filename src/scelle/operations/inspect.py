"""How an installation is, for those who run it: nothing that is read here tells of a case."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from platform import python_version

from scelle.ledger import checkpoint
from scelle.ledger.outside import Witness
from scelle.model.acts import InspectInstallation, Outcome, Permit, Progress
from scelle.model.evidence import Role
from scelle.model.results import Inspection
from scelle.reporting.attestation import Installation
from scelle.store.records import Records

#: What decides results, or guards what is stored.
_LIBRARIES = ("av", "numpy", "onnxruntime", "opencv-python-headless", "cryptography", "sqlalchemy")


class Inspect:
    """Handler of :class:`InspectInstallation`."""

    def __init__(
        self,
        home: Path,
        records: Records,
        configuration: Callable[[], Installation],
        database: Callable[[], Mapping[str, int]],
        vkeys: Callable[[], tuple[str, ...]],
        witnesses: Callable[[], tuple[Witness, ...]],
    ) -> None:
        self._home, self._records, self._configuration = home, records, configuration
        self._database, self._vkeys, self._witnesses = database, vkeys, witnesses

    def inspect(self, act: InspectInstallation, permit: Permit, progress: Progress) -> Outcome:
        """Look at the installation.

        Returns:
            An outcome whose value is an :class:`~scelle.model.results.Inspection`.
        """
        now, agent = self._configuration(), self._records.agent(permit.agent_id)
        heads = Role.HEAD_OF_SERVICE in agent.roles
        runs = Role.ADMINISTRATOR in agent.roles
        people = self._records.agents()
        seen = Inspection(
            protected=tuple(map(str, _all(now.protection.get("names")))),
            missing=tuple(map(str, _all(now.protection.get("missing")))),
            settings=dict(now.settings),
            stored={
                "vault": _size(self._home / "vault"),
                **self._database(),
                **{name: _size(self._home / name) for name in ("ledger.db", "exports")},
            },
            free=shutil.disk_usage(self._home).free,
            versions={
                "scelle": now.version,
                "python": python_version(),
                **{name: version(name) for name in _LIBRARIES},
            },
            entries=checkpoint.parse(now.ledger).size,
            vkeys=self._vkeys(),
            witnesses=tuple((w.key.name, w.url, w.size) for w in self._witnesses()),
            models=tuple((m.name, m.sha256, m.labels) for m in now.catalogue),
            people=tuple(p for p in people if runs or p.service == agent.service),
            clearances=self._records.clearances_for(agent.service) if heads else (),
        )
        return Outcome(seen, {"people": len(seen.people)})


def _all(told: object) -> list[object]:
    return told if isinstance(told, list) else []


def _size(place: Path) -> int:
    if place.is_dir():
        return sum(p.lstat().st_size for p in place.rglob("*") if p.is_file())
    return place.stat().st_size if place.exists() else 0
