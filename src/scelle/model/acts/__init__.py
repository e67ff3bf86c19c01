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
from scelle.model.acts.cases import (
    ChangeMandate,
    CloseCase,
    ConsultCase,
    GrantMandate,
    ListCases,
    OpenCase,
)
from scelle.model.acts.corrections import (
    CorrectExhibit,
    SetClock,
)
from scelle.model.acts.oversight import (
    ConsultLedger,
    ExportLedger,
)
from scelle.model.acts.people import (
    GrantClearance,
    RegisterAgent,
    WithdrawClearance,
)
from scelle.model.acts.products import (
    ExportClip,
    ExportTracks,
    MakeStill,
    MakeSynopsis,
    ViewSynopsis,
)
from scelle.model.acts.recordings import (
    AnalyseExhibit,
    ConsultCoverage,
    ReceiveExhibit,
    SearchTracks,
    ViewPictures,
)

__all__ = [
    "Act",
    "AnalyseExhibit",
    "CaseAct",
    "ChangeMandate",
    "CloseCase",
    "ConsultCase",
    "ConsultCoverage",
    "ConsultLedger",
    "CorrectExhibit",
    "ExportClip",
    "ExportLedger",
    "ExportTracks",
    "GrantClearance",
    "GrantMandate",
    "ListCases",
    "MakeStill",
    "MakeSynopsis",
    "OpenCase",
    "Outcome",
    "Permit",
    "Progress",
    "Reason",
    "ReceiveExhibit",
    "RegisterAgent",
    "SearchTracks",
    "SetClock",
    "Verdict",
    "ViewPictures",
    "ViewSynopsis",
    "WithdrawClearance",
    "no_progress",
]
