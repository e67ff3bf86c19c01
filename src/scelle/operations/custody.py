"""The ledger's own key, and the witnesses that it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from scelle.errors import BadInput
from scelle.ledger import remote
from scelle.ledger.checkpoint import COSIGNATURE, BadNote, Signer, VerifierKey
from scelle.ledger.outside import Outside
from scelle.model.acts import NameWitness, Outcome, Permit, Progress, RotateKey
from scelle.store.keys import Keyring


class Recorder(Protocol):
    """Who writes such entries: the door."""

    def record_rotation(self, successor: Signer) -> int:
        """Hand the ledger over to another key; gives the entry's place."""
        ...

    def record_witness(self, vkey: str, url: str) -> int:
        """Name a witness; gives the entry's place."""
        ...


class Custody:
    """Handlers of the acts on the ledger itself.

    Args:
        recorder: gives who writes, once there is one.
    """

    def __init__(self, keys: Keyring, outside: Outside, recorder: Callable[[], Recorder]) -> None:
        self._keys = keys
        self._outside = outside
        self._recorder = recorder

    def rotate_key(self, act: RotateKey, permit: Permit, progress: Progress) -> Outcome:
        """Hand over to a new key.

        Steps, so that a process killed between two of them leaves a key that signs:
            (1) the new key lies beside the old one, durably
            (2) the entry that names it is committed, its head signed by both
            (3) the new key takes the old one's place, which destroys the old one

        Returns:
            An outcome whose value is the place of the entry that hands over.
        """
        signer = Signer.of("successor", self._keys.next_signing_key())  # (1)
        entry = self._recorder().record_rotation(signer)  # (2)
        self._keys.take_next_signing_key()  # (3)
        return Outcome(entry, objects={str(entry): "entry"})

    def name_witness(self, act: NameWitness, permit: Permit, progress: Progress) -> Outcome:
        """Name a witness.

        Returns:
            An outcome whose value is the witness' name.

        Raises:
            BadInput: not a witness' verifier key, one that is named already, or not an
                address.
        """
        remedy = "Give the key that `scelle witness show` prints: NAME+ID+KEY."
        try:
            key = VerifierKey.parse(act.vkey)
        except BadNote as error:
            raise BadInput(f"The key cannot be used: {error}.", remedy=remedy) from error
        if key.type != COSIGNATURE:
            raise BadInput("The key is not that of a witness.", remedy=remedy)
        if any(w.vkey == act.vkey or w.key.name == key.name for w in self._outside.witnesses()):
            raise BadInput(
                f"The witness {key.name} is named already.",
                remedy="Run `scelle ledger witnesses` to see which there are.",
            )
        if act.url:
            remote.require_url(act.url)
        entry = self._recorder().record_witness(act.vkey, act.url)
        return Outcome(key.name, objects={str(entry): "entry"})
