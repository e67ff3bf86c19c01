"""The one place that wires concrete parts together."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from scelle import __version__
from scelle.door import Door, Handler
from scelle.engine.protection import MEBIBYTE, Protection, offered
from scelle.errors import BadInput, NotFound
from scelle.ledger import certificate, checkpoint
from scelle.ledger.anchoring import Anchoring, Shown
from scelle.ledger.book import Book
from scelle.ledger.checkpoint import Signer
from scelle.ledger.entries import Value
from scelle.ledger.outside import Witness
from scelle.ledger.timestamps import Authority
from scelle.ledger.verify import Report
from scelle.model import acts
from scelle.model.acts import Act, Progress, no_progress
from scelle.operations.administer import Administer
from scelle.operations.analyse import Analyse
from scelle.operations.attest import Attesting, commitment_sent_on
from scelle.operations.bookmark import Bookmarks
from scelle.operations.bundle import Bundling
from scelle.operations.certify import Certify
from scelle.operations.clipping import Clipper
from scelle.operations.consult import Consult
from scelle.operations.copies import Copies
from scelle.operations.correct import Correct
from scelle.operations.custody import Custody
from scelle.operations.decide import Decide
from scelle.operations.erase import Erase, Home
from scelle.operations.gathering import Gathering, Sources
from scelle.operations.intake import Intake
from scelle.operations.live import Live
from scelle.operations.looking import look
from scelle.operations.oversee import Oversee
from scelle.operations.produce_clip import Produce
from scelle.operations.produce_stills import ProduceStills
from scelle.operations.produce_synopsis import ProduceSynopsis
from scelle.operations.propose import Propose
from scelle.operations.publish import Publishing
from scelle.operations.reopen import Reopening
from scelle.operations.replay import ReplayOperation
from scelle.operations.retain import Retain
from scelle.operations.sandbox import Sandbox
from scelle.operations.sign import Sign
from scelle.operations.sign_in import SignIns
from scelle.reporting.attestation import Installation
from scelle.settings import Settings
from scelle.store import states
from scelle.store.control import Control
from scelle.store.database import open_database
from scelle.store.erasure import ErasureStore
from scelle.store.home import EXPORTS, prepare_home, require_ledger, require_outside
from scelle.store.keys import Keyring
from scelle.store.records import Records
from scelle.store.sign_ins import SignInStore
from scelle.store.signing import SigningStore
from scelle.store.tasks import TaskBook
from scelle.store.tracks import TrackStore
from scelle.store.vault import Vault
from scelle.vision.masking import blank_boxes as blank
from scelle.vision.masking import conceal_boxes, conceal_object


class App:
    """One open installation.  Use as a context manager.

    Attributes:
        settings: where it lives.
        sign_ins: whom a browser may stand for; read without an act, and tells of no case.
    """

    def __init__(self, settings: Settings) -> None:
        home = settings.home
        prepare_home(home)
        require_ledger(home)
        self.settings = settings
        self._keys = keys = Keyring(home)
        self._engine = open_database(home / "scelle.db")
        self._book = Book(home / "ledger.db", *signers(keys), reload=lambda: signers(keys))
        if self._book.signs_with(keys.signing_keys[-1].private_bytes_raw()):
            # A rotation that was killed before its last step.
            keys.take_next_signing_key()
        records = Records(self._engine, lambda: bool(commitment_sent_on(self._book)))
        vault = Vault(home / "vault")
        tracks, tasks = TrackStore(self._engine), TaskBook(self._engine)
        self._sandbox = sandbox = _sandbox(settings)
        intake = Intake(vault, keys, records, sandbox)
        administer = Administer(records, keys, vault)
        signing = SigningStore(self._engine, records)
        oversee = Oversee(self._book, keys, records, signing, self._book.reset_clock)
        control = Control(self._engine, records)
        decide = Decide(control, tracks, keys, self._book)
        bookmarks = Bookmarks(records, control)
        retain = Retain(records, control)
        sign = Sign(records, signing)
        self.sign_ins = SignInStore(self._engine, records)
        signs_in = SignIns(self.sign_ins, signing)
        erase = Erase(
            Home(home, home / EXPORTS),
            vault,
            keys,
            records,
            control,
            ErasureStore(self._engine, records),
            self._book,
            lambda body: certificate.sign(body, keys.signing_key, self._book.vkey),
        )
        correct = Correct(records)
        propose = Propose(vault, keys, records, sandbox)
        certify = Certify(vault, keys, records, self._book)
        analyse = Analyse(vault, keys, records, tracks, tasks, sandbox=sandbox, control=control)
        replay = ReplayOperation(
            vault,
            keys,
            records,
            tracks,
            lambda v, r, t, b: Analyse(v, keys, r, t, b, sandbox=sandbox),
        )
        consult = Consult(vault, keys, records, tracks, control)
        produce = Produce(vault, keys, records, tracks, control, conceal_boxes, sandbox, blank)
        synopsis = ProduceSynopsis(vault, keys, records, tracks, control, conceal_object)
        live = Live(vault, keys, records, tracks, control, conceal_object)
        stills = ProduceStills(vault, keys, records, tracks, conceal_object)
        told = (self._book, self._sign, lambda: self._book.vkey)
        sources = Sources(vault, keys, records, tracks, control, *told)
        gathering = Gathering(sources, certify)
        bundling = Bundling(sources, gathering, Clipper(vault, keys, blank, sandbox))
        copies = Copies(keys, records, self._book)
        reopening = Reopening(
            home, sandbox, lambda k, v, r, t, b: Analyse(v, k, r, t, b, sandbox=sandbox)
        )
        custody = Custody(keys, self._book.outside, lambda: self._door)
        attesting = Attesting(self.configuration, self._sign)
        publishing = Publishing(self._book, self._sign, lambda: keys.sealing_key(None), __version__)
        handlers: dict[type[Act], Handler] = {
            acts.RegisterAgent: administer.register_agent,
            acts.OpenCase: administer.open_case,
            acts.CloseCase: administer.close_case,
            acts.GrantMandate: administer.grant_mandate,
            acts.ChangeMandate: administer.change_mandate,
            acts.GrantClearance: administer.grant_clearance,
            acts.WithdrawClearance: administer.withdraw_clearance,
            acts.ListCases: oversee.list_cases,
            acts.ConsultCase: oversee.consult_case,
            acts.ReceiveExhibit: intake.receive,
            acts.SetClock: correct.set_clock,
            acts.CorrectExhibit: correct.correct,
            acts.ProposeClock: propose.propose,
            acts.AnalyseExhibit: analyse.analyse,
            acts.SearchTracks: consult.search,
            acts.ViewPictures: consult.pictures,
            acts.ConsultCoverage: consult.coverage,
            acts.CertifyCoverage: certify.certify,
            acts.MakeStill: stills.make,
            acts.MakeSynopsis: synopsis.make,
            acts.ViewSynopsis: synopsis.view,
            acts.ArrangeSynopsis: live.arrange,
            acts.ViewTubes: live.tubes,
            acts.PlayExhibit: produce.play,
            acts.KeepBookmark: bookmarks.keep,
            acts.RemoveBookmark: bookmarks.remove,
            acts.ConsultBookmarks: bookmarks.consult,
            acts.ExportClip: produce.clip,
            acts.ExportTracks: produce.tracks,
            acts.MakeBundle: bundling.make,
            acts.ConsultCopies: copies.consult,
            acts.RecallCopy: copies.recall,
            acts.ReplayBundle: reopening.replay,
            acts.ConsultLedger: oversee.consult_ledger,
            acts.ExportLedger: oversee.export_ledger,
            acts.ConsultInstallation: oversee.consult_installation,
            acts.AcceptState: oversee.accept_state,
            acts.AcceptTime: oversee.accept_time,
            acts.ReplayAnalysis: replay.replay,
            acts.DecideTrack: decide.decide,
            acts.RevealTrack: decide.reveal,
            acts.ConcealTrack: decide.conceal,
            acts.ConsultSearches: decide.searches,
            acts.ApproveAct: decide.approve,
            acts.ConsultRetention: retain.consult,
            acts.AnnounceErasure: retain.announce,
            acts.ExtendRetention: retain.extend,
            acts.MakeRequest: retain.request,
            acts.SettleRequest: retain.settle,
            acts.EraseCase: live.forgetting(erase.erase),
            acts.RotateKey: custody.rotate_key,
            acts.NameWitness: custody.name_witness,
            acts.Attest: attesting.attest,
            acts.RecordCommitment: attesting.record_commitment,
            acts.ReportUse: publishing.report,
            acts.PublishUse: publishing.publish,
            acts.EnrolCredential: sign.enrol,
            acts.SignMandate: sign.sign,
            acts.SignIn: signs_in.sign_in,
            acts.SetPassword: signs_in.set_password,
            acts.InviteAgent: signs_in.invite,
            acts.EndSessions: signs_in.end_sessions,
        }
        self.handled = frozenset(handlers)
        self._door = Door(records, self._book, keys, handlers, lambda: datetime.now(UTC))
        self._records = records
        self._anchoring = Anchoring(
            self._book,
            Authority.configured(settings.timestamp_url, settings.timestamp_certificate),
            self._refused_by_witness,
        )
        self._door.bind(records)
        intake.sweep()
        erase.sweep()
        self._record_version(home)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the databases."""
        self._engine.dispose()
        self._book.close()

    def perform(self, agent_id: str, act: Act, progress: Progress = no_progress) -> Any:
        """Hand an act to the door (:meth:`scelle.door.Door.perform`).

        Raises:
            BadInput: its output would land among the installation's own files.
        """
        require_outside(self.settings.home, getattr(act, "output", None))
        return self._door.perform(agent_id, act, progress)

    @property
    def protection(self) -> Protection:
        """What holds decoding processes on this machine."""
        return offered()

    def configuration(self) -> Installation:
        """What this installation is made of now; needs no permit, since it tells of no case."""
        told, path = self.settings.model_dump(mode="json"), self._book.path
        return look(self.settings.home, self._engine, self._book, path, told, offered())

    def agent(self) -> str:
        """Who asks on this machine: the setting, or the login name."""
        return self.settings.agent or getpass.getuser()

    def authority(self, agent_id: str, case_id: str) -> str:
        """Changes whenever what lets an agent act in a case may have changed; tells nothing else.

        Whoever goes on showing what the door has granted asks the door again when it does.
        """
        told = self._records.states(states.of_agent(agent_id), states.of_case(case_id))
        return ".".join(told.values())

    def verify_ledger(
        self,
        against: Path | None = None,
        kept: Sequence[Path] = (),
        witnesses: Sequence[str] = (),
    ) -> Report:
        """Hold the ledger against its signed head, and earlier heads; needs no permit.

        Args:
            against, kept: files with signed heads kept from before, or given by a witness.
            witnesses: verifier keys that must have co-signed a head, besides those that
                the ledger names.

        Raises:
            BadInput: the file with the earlier head cannot be read.
        """
        earlier = [_text(path, "the earlier head") for path in (against, *kept) if path]
        report = self._book.check(earlier=earlier, witnesses=witnesses)
        if any(p.check == "storage" for p in report.problems):
            return report
        altered = self._door.check_states(self._records.states())
        told = "What the database says of people and cases is what the ledger's acts left."
        holds = report.holds if altered else (*report.holds, told)
        return replace(report, holds=holds, problems=(*report.problems, *altered))

    # -- outside parties -----------------------------------------------------------

    def vkeys(self) -> tuple[str, ...]:
        """The ledger's verifier keys, from the first to the one that signs now."""
        return self._book.vkeys()

    def witnesses(self) -> tuple[Witness, ...]:
        """Those who co-sign the ledger's heads."""
        return self._book.outside.witnesses()

    def checkpoint(self) -> tuple[str, tuple[Shown, ...]]:
        """Keep the last signed head, and show it to every witness and authority.

        Returns:
            The head with its signatures, and what became of showing it.
        """
        self._book.checkpoint(datetime.now(UTC))
        shown = self._anchoring.show(datetime.now(UTC), stamp=True)
        return self._book.checkpoints()[-1][1], shown

    def anchor(self) -> tuple[Shown, ...]:
        """Show the last head that was kept to whoever has not signed it; nothing else."""
        return self._anchoring.show(datetime.now(UTC))

    def witness_request(self, name: str, seen: int | None = None) -> str:
        """The request to a witness, to give to it as a file.

        Args:
            seen: the size that it co-signed last, where it says another than is known here.

        Raises:
            NotFound: no such witness.
        """
        for witness in self.witnesses():
            if witness.key.name == name:
                self._book.checkpoint(datetime.now(UTC))
                return self._anchoring.request_for(witness, seen)
        raise NotFound(
            f"The ledger names no witness {name}.",
            remedy="Run `scelle ledger witnesses` to see which there are.",
        )

    def add_cosignatures(self, file: Path) -> tuple[str, ...]:
        """Keep the co-signatures on a head that a witness gave back; gives their names.

        Raises:
            BadInput: it is no head that was kept, or a signature is wrong.
        """
        return self._book.outside.add(_text(file, "the co-signed head"))

    @property
    def vkey(self) -> str:
        """The key to hand to others: it verifies the ledger's heads and the certificates."""
        return self._book.vkey

    def ledger_head(self) -> tuple[int, str]:
        """Number of entries, and the root's hash in hexadecimal."""
        head = checkpoint.parse(self._book.head())
        return head.size, head.root.hex()

    def disclosed_entries(self, *span: int) -> Iterator[Mapping[str, Value]]:
        """The public fields of all entries, or of those from a place up to another, in order."""
        for entry in self._book.entries(*span):
            yield {name: value for name, (_, value) in entry.disclosed.items()}

    def _refused_by_witness(self, vkey: str, text: str) -> None:
        self._door.record_system("witness-refused", {"vkey": vkey, "answer": text})

    def _sign(self, text: str) -> str:
        """The signature line of a text, by the key that signs heads now."""
        return Signer.of(self._book.origin, self._keys.signing_key).sign(text)

    def _record_version(self, home: Path) -> None:
        """An entry for each version that begins to run here: *no use* is not *no record*."""
        mark = home / "version"
        known = mark.read_text() if mark.exists() else ""
        if known != __version__:
            event = "upgraded" if known else "installed"
            self._door.record_system(event, {"version": __version__, "before": known})
            fresh = mark.with_suffix(".new")
            fresh.write_text(__version__)
            fresh.replace(mark)


def _sandbox(settings: Settings) -> Sandbox:
    return Sandbox(settings.production, settings.sandbox_memory * MEBIBYTE)


def open_app(settings: Settings) -> App:
    """Open an installation; its folder is made on first use.

    Raises:
        Misconfigured: the folder cannot be made or written.
    """
    return App(settings)


def _text(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"{what} {path} cannot be read: {error}",
            remedy="Give the text file that holds a signed head of this ledger.",
        ) from error


def signers(keys: Keyring) -> list[Signer]:
    """The ledger's signers; the name that a new ledger takes is made of its first key.

    So no two ledgers share an origin.
    """
    signers = []
    for key in keys.signing_keys:
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        signers.append(Signer.of(f"scelle/{hashlib.sha256(public).hexdigest()[:16]}", key))
    return signers
