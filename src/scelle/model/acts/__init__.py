"""Acts: what somebody asks to do.  One frozen dataclass each.

Reading is an act.  Every act has one rule in :mod:`scelle.law.rules`, one
handler in :mod:`scelle.operations` and one page in the documentation; a test
fails where one is missing.
"""

from scelle.model.acts.answer import (
    Outcome,
    Permit,
    Progress,
    Reason,
    Verdict,
    no_progress,
)
from scelle.model.acts.base import (
    Act,
    CaseAct,
)
from scelle.model.acts.bookmarks import (
    ConsultBookmarks,
    KeepBookmark,
    RemoveBookmark,
)
from scelle.model.acts.cases import (
    ChangeMandate,
    CloseCase,
    ConsultCase,
    GrantMandate,
    ListCases,
    OpenCase,
    SignMandate,
)
from scelle.model.acts.corrections import (
    CorrectExhibit,
    ProposeClock,
    SetClock,
)
from scelle.model.acts.decisions import (
    ApproveAct,
    ConcealTrack,
    ConsultSearches,
    DecideTrack,
    NoteTrack,
    RevealTrack,
)
from scelle.model.acts.leaving import (
    ConsultCopies,
    FetchCopy,
    Film,
    MakeBundle,
    MakeDossier,
    RecallCopy,
    ReplayBundle,
    Span,
)
from scelle.model.acts.ledger import (
    NameWitness,
    RotateKey,
)
from scelle.model.acts.live import (
    ArrangeSynopsis,
    PlayExhibit,
    ViewStill,
    ViewTubes,
)
from scelle.model.acts.oversight import (
    AcceptState,
    AcceptTime,
    Attest,
    ConsultInstallation,
    ConsultLedger,
    ExportLedger,
    InspectInstallation,
    PublishUse,
    RecordCommitment,
    ReplayAnalysis,
    ReportUse,
)
from scelle.model.acts.people import (
    EnrolCredential,
    GrantClearance,
    RegisterAgent,
    WithdrawClearance,
)
from scelle.model.acts.products import (
    ExportCameras,
    ExportClip,
    ExportTracks,
    MakeStill,
    MakeSynopsis,
    ViewSynopsis,
)
from scelle.model.acts.recordings import (
    AnalyseExhibit,
    BeginUpload,
    CertifyCoverage,
    ConsultCoverage,
    ReceiveExhibit,
    SearchTracks,
    ViewPictures,
)
from scelle.model.acts.retention import (
    AnnounceErasure,
    ConsultRetention,
    EraseCase,
    ExtendRetention,
    MakeRequest,
    SettleRequest,
)
from scelle.model.acts.signing_in import (
    EndSessions,
    InviteAgent,
    SetPassword,
    SignIn,
)
from scelle.model.acts.zones import (
    ChangeZone,
    ConsultZones,
    MarkZone,
)

__all__ = [
    "AcceptState",
    "AcceptTime",
    "Act",
    "AnalyseExhibit",
    "AnnounceErasure",
    "ApproveAct",
    "ArrangeSynopsis",
    "Attest",
    "BeginUpload",
    "CaseAct",
    "CertifyCoverage",
    "ChangeMandate",
    "ChangeZone",
    "CloseCase",
    "ConcealTrack",
    "ConsultBookmarks",
    "ConsultCase",
    "ConsultCopies",
    "ConsultCoverage",
    "ConsultInstallation",
    "ConsultLedger",
    "ConsultRetention",
    "ConsultSearches",
    "ConsultZones",
    "CorrectExhibit",
    "DecideTrack",
    "EndSessions",
    "EnrolCredential",
    "EraseCase",
    "ExportCameras",
    "ExportClip",
    "ExportLedger",
    "ExportTracks",
    "ExtendRetention",
    "FetchCopy",
    "Film",
    "GrantClearance",
    "GrantMandate",
    "InspectInstallation",
    "InviteAgent",
    "KeepBookmark",
    "ListCases",
    "MakeBundle",
    "MakeDossier",
    "MakeRequest",
    "MakeStill",
    "MakeSynopsis",
    "MarkZone",
    "NameWitness",
    "NoteTrack",
    "OpenCase",
    "Outcome",
    "Permit",
    "PlayExhibit",
    "Progress",
    "ProposeClock",
    "PublishUse",
    "Reason",
    "RecallCopy",
    "ReceiveExhibit",
    "RecordCommitment",
    "RegisterAgent",
    "RemoveBookmark",
    "ReplayAnalysis",
    "ReplayBundle",
    "ReportUse",
    "RevealTrack",
    "RotateKey",
    "SearchTracks",
    "SetClock",
    "SetPassword",
    "SettleRequest",
    "SignIn",
    "SignMandate",
    "Span",
    "Verdict",
    "ViewPictures",
    "ViewStill",
    "ViewSynopsis",
    "ViewTubes",
    "WithdrawClearance",
    "no_progress",
]
