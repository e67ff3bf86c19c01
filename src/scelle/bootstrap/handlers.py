"""Which operation does which act: one table for each room of an installation's work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from scelle import __version__
from scelle.bootstrap.stores import Stores
from scelle.door import Handler
from scelle.ledger import certificate
from scelle.ledger.credentials import SignsVideo
from scelle.model import acts
from scelle.model.acts import Act
from scelle.operations.administer import Administer
from scelle.operations.analyse import Analyse
from scelle.operations.attest import Attesting
from scelle.operations.bookmark import Bookmarks
from scelle.operations.bundle import Bundling
from scelle.operations.cameras import Cameras
from scelle.operations.certify import Certify
from scelle.operations.clipping import Clipper
from scelle.operations.consult import Consult
from scelle.operations.copies import Copies
from scelle.operations.correct import Correct
from scelle.operations.custody import Custody, Recorder
from scelle.operations.decide import Decide
from scelle.operations.dossier import DossierMaking, SignsDocument
from scelle.operations.erase import Erase, Home
from scelle.operations.gathering import Gathering, Sources
from scelle.operations.inspect import Inspect
from scelle.operations.intake import Intake
from scelle.operations.keeping import Keeping
from scelle.operations.live import Live
from scelle.operations.oversee import Oversee
from scelle.operations.produce_clip import Produce
from scelle.operations.produce_stills import ProduceStills
from scelle.operations.produce_synopsis import ProduceSynopsis
from scelle.operations.propose import Propose
from scelle.operations.publish import Publishing
from scelle.operations.questions import Questions
from scelle.operations.reopen import Reopening
from scelle.operations.replay import ReplayOperation
from scelle.operations.retain import Retain
from scelle.operations.sandbox import Sandbox
from scelle.operations.sign import Sign
from scelle.operations.sign_in import SignIns
from scelle.operations.zones import Zones
from scelle.reporting.attestation import Installation
from scelle.store.database import sizes
from scelle.store.home import EXPORTS
from scelle.vision.masking import blank_boxes, conceal_boxes, conceal_object

#: Who does each kind of act.
Handlers = dict[type[Act], Handler]


@dataclass(frozen=True)
class Surroundings:
    """What operations need besides the stores.

    Attributes:
        sandbox: where decoding processes run.
        screen: the same, for what somebody waits for.
        configuration: gives what the installation is made of now.
        recorder: gives who writes entries that are no act's: the door.
        sign_document: signs a PDF file; ``None`` where no certificate is configured.
        sign_video: puts a signed manifest into a video; ``None`` where that is not wanted.
    """

    sandbox: Sandbox
    screen: Sandbox
    configuration: Callable[[], Installation]
    recorder: Callable[[], Recorder]
    sign_document: SignsDocument | None
    sign_video: SignsVideo | None


@dataclass(frozen=True)
class Wired:
    """Every handler, and what is to be cleared away when an installation is opened.

    Attributes:
        sweeps: each clears away what a process that was killed has left.
        forget: each lets go of what is held in memory of a case.
    """

    handlers: Handlers
    sweeps: tuple[Callable[[], object], ...]
    forget: tuple[Callable[[str], None], ...]


def wire(s: Stores, around: Surroundings) -> Wired:
    """Make the operations, and say which does which act."""
    intake, erase = Intake(s.vault, s.keys, s.records, around.sandbox), _erase(s)
    live = Live(s.vault, s.keys, s.records, s.tracks, s.control, conceal_object, around.sandbox)
    consult = Consult(s.vault, s.keys, s.records, s.tracks, s.control, around.screen)
    certify = Certify(s.vault, s.keys, s.records, s.book)
    questions = Questions(s.vault, s.keys, s.book)
    copies = Copies(s.vault, s.keys, s.records, s.control, s.book)
    keeping = Keeping(s.vault, s.keys, s.home / EXPORTS)
    forget = (
        consult.forget,
        live.forget,
        certify.seen.forget,
        questions.forget,
        copies.forget,
        lambda _: s.tracks.forget(),
    )
    handlers: Handlers = {
        **_people_and_cases(s),
        **_recordings(s, around, intake),
        **_looking(s, around, consult, live, keeping),
        acts.SearchTracks: questions.around(consult.search),
        **_deciding(s),
        **_leaving(s, around, certify, keeping, copies),
        **_retention(s),
        **_overseeing(s, around),
        acts.EraseCase: forgetting(erase.erase, *forget),
    }
    return Wired(handlers, (intake.sweep, keeping.sweep, erase.sweep), forget)


def forgetting(erase: Handler, *forget: Callable[[str], None]) -> Handler:
    """A handler that erases a case, after which nothing of it is held in memory either.

    After, however it ends: until it does, others may still read of the case what is then held.
    """

    def done(act: acts.EraseCase, permit: acts.Permit, progress: acts.Progress) -> acts.Outcome:
        try:
            return erase(act, permit, progress)
        finally:
            for each in forget:
                each(act.case_id)

    return done


def _people_and_cases(s: Stores) -> Handlers:
    administer = Administer(s.records, s.keys, s.vault)
    sign, signs_in = Sign(s.records, s.signing), SignIns(s.sign_ins, s.signing)
    return {
        acts.RegisterAgent: administer.register_agent,
        acts.GrantClearance: administer.grant_clearance,
        acts.WithdrawClearance: administer.withdraw_clearance,
        acts.OpenCase: administer.open_case,
        acts.CloseCase: administer.close_case,
        acts.GrantMandate: administer.grant_mandate,
        acts.ChangeMandate: administer.change_mandate,
        acts.EnrolCredential: sign.enrol,
        acts.SignMandate: sign.sign,
        acts.SignIn: signs_in.sign_in,
        acts.SetPassword: signs_in.set_password,
        acts.InviteAgent: signs_in.invite,
        acts.EndSessions: signs_in.end_sessions,
    }


def _recordings(s: Stores, around: Surroundings, intake: Intake) -> Handlers:
    correct, sandbox = Correct(s.records), around.sandbox
    analyse = Analyse(
        s.vault, s.keys, s.records, s.tracks, s.tasks, sandbox=sandbox, control=s.control
    )
    replay = ReplayOperation(
        s.vault,
        s.keys,
        s.records,
        s.tracks,
        lambda v, r, t, b: Analyse(v, s.keys, r, t, b, sandbox=sandbox),
    )
    return {
        acts.BeginUpload: intake.uploads.begin,
        acts.ReceiveExhibit: intake.receive,
        acts.SetClock: correct.set_clock,
        acts.CorrectExhibit: correct.correct,
        acts.ProposeClock: Propose(s.vault, s.keys, s.records, sandbox).propose,
        acts.AnalyseExhibit: analyse.analyse,
        acts.ReplayAnalysis: replay.replay,
    }


def _looking(
    s: Stores, around: Surroundings, consult: Consult, live: Live, keeping: Keeping
) -> Handlers:
    synopsis = ProduceSynopsis(
        s.vault,
        s.keys,
        s.records,
        s.tracks,
        s.control,
        conceal_object,
        around.sandbox,
        around.sign_video,
    )
    stills = ProduceStills(
        s.vault, s.keys, s.records, s.tracks, s.control, conceal_object, around.sandbox
    )
    return {
        acts.ViewPictures: consult.pictures,
        acts.ConsultCoverage: consult.coverage,
        acts.MakeStill: keeping.around(stills.make),
        acts.ViewStill: stills.view,
        acts.MakeSynopsis: keeping.around(synopsis.make),
        acts.ViewSynopsis: synopsis.view,
        acts.ArrangeSynopsis: live.arrange,
        acts.ViewTubes: live.tubes,
    }


def _deciding(s: Stores) -> Handlers:
    decide = Decide(s.control, s.tracks, s.keys, s.book)
    bookmarks = Bookmarks(s.records, s.control)
    zones = Zones(s.records, s.control)
    return {
        acts.DecideTrack: decide.decide,
        acts.NoteTrack: decide.note,
        acts.RevealTrack: decide.reveal,
        acts.ConcealTrack: decide.conceal,
        acts.ConsultSearches: decide.searches,
        acts.ApproveAct: decide.approve,
        acts.KeepBookmark: bookmarks.keep,
        acts.RemoveBookmark: bookmarks.remove,
        acts.ConsultBookmarks: bookmarks.consult,
        acts.MarkZone: zones.mark,
        acts.ChangeZone: zones.change,
        acts.ConsultZones: zones.consult,
    }


def _leaving(
    s: Stores, around: Surroundings, certify: Certify, keeping: Keeping, copies: Copies
) -> Handlers:
    produce = Produce(
        s.vault,
        s.keys,
        s.records,
        s.tracks,
        s.control,
        conceal_boxes,
        around.sandbox,
        blank_boxes,
        around.sign_video,
        around.screen,
    )
    told = (s.book, s.sign, lambda: s.book.vkey)
    sources = Sources(s.vault, s.keys, s.records, s.tracks, s.control, *told)
    clipper = Clipper(s.vault, s.keys, blank_boxes, around.sandbox, around.sign_video)
    known = (s.records, s.tracks, s.control)
    cameras = Cameras(s.vault, s.keys, *known, blank_boxes, around.sandbox, around.sign_video)
    gathering = Gathering(sources, certify)
    dossiers = DossierMaking(sources, gathering, around.sandbox, around.sign_document)
    bundling = Bundling(sources, gathering, clipper, cameras, around.sandbox, dossiers)
    reopening = Reopening(
        s.home,
        around.sandbox,
        lambda k, v, r, t, b: Analyse(v, k, r, t, b, sandbox=around.sandbox),
    )
    return {
        acts.PlayExhibit: produce.play,
        acts.ExportClip: keeping.around(produce.clip),
        acts.ExportCameras: cameras.export,
        acts.ExportTracks: keeping.around(produce.tracks),
        acts.CertifyCoverage: certify.certify,
        acts.MakeBundle: bundling.make,
        acts.MakeDossier: dossiers.make,
        acts.ConsultCopies: copies.consult,
        acts.FetchCopy: copies.fetch,
        acts.RecallCopy: copies.recall,
        acts.ReplayBundle: reopening.replay,
    }


def _retention(s: Stores) -> Handlers:
    retain = Retain(s.records, s.control)
    return {
        acts.ConsultRetention: retain.consult,
        acts.AnnounceErasure: retain.announce,
        acts.ExtendRetention: retain.extend,
        acts.MakeRequest: retain.request,
        acts.SettleRequest: retain.settle,
    }


def _overseeing(s: Stores, around: Surroundings) -> Handlers:
    oversee = Oversee(s.book, s.keys, s.records, s.signing, s.book.reset_clock)
    custody = Custody(s.keys, s.book.outside, around.recorder)
    attesting = Attesting(around.configuration, s.sign)
    inspect = Inspect(
        s.home,
        s.records,
        around.configuration,
        lambda: sizes(s.engine),
        s.book.vkeys,
        s.book.outside.witnesses,
    )
    publishing = Publishing(s.book, s.sign, lambda: s.keys.sealing_key(None), __version__)
    return {
        acts.ListCases: oversee.list_cases,
        acts.ConsultCase: oversee.consult_case,
        acts.ConsultLedger: oversee.consult_ledger,
        acts.ExportLedger: oversee.export_ledger,
        acts.ConsultInstallation: oversee.consult_installation,
        acts.InspectInstallation: inspect.inspect,
        acts.AcceptState: oversee.accept_state,
        acts.AcceptTime: oversee.accept_time,
        acts.RotateKey: custody.rotate_key,
        acts.NameWitness: custody.name_witness,
        acts.Attest: attesting.attest,
        acts.RecordCommitment: attesting.record_commitment,
        acts.ReportUse: publishing.report,
        acts.PublishUse: publishing.publish,
    }


def _erase(s: Stores) -> Erase:
    return Erase(
        Home(s.home, s.home / EXPORTS),
        s.vault,
        s.keys,
        s.records,
        s.control,
        s.erasure,
        s.book,
        lambda body: certificate.sign(body, s.keys.signing_key, s.book.vkey),
    )
