"""Deadlines are counted, announced, extended and asked about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scelle.model.acts import (
    AnnounceErasure,
    CloseCase,
    ConsultRetention,
    ExtendRetention,
    MakeRequest,
    SettleRequest,
)
from scelle.model.decisions import RequestKind, RequestState
from scelle.model.retention import Due

Staffed = Any
DAY = timedelta(days=1)


def due(staffed: Staffed, agent: str = "judge") -> Due:
    (only,) = staffed.do(agent, ConsultRetention())
    assert isinstance(only, Due)
    return only


def ask(staffed: Staffed, kind: RequestKind, text: str = "the camera is wrong") -> MakeRequest:
    return MakeRequest(case_id=staffed.case.id, request=kind, text=text)


def test_a_deadline_counts_from_the_first_recording(staffed: Staffed) -> None:
    first = staffed.exhibit.received_at
    assert due(staffed).erase_by == first.replace(year=first.year + 3)
    staffed.do("officer", CloseCase(case_id=staffed.case.id))
    assert due(staffed).days <= 0
    assert staffed.counts("consult-retention")[-1] == {"cases": 1, "overdue": 1}


def test_deadlines_are_announced_once_each(
    staffed: Staffed, monkeypatch: pytest.MonkeyPatch
) -> None:
    act = AnnounceErasure(case_id=staffed.case.id, days=30)
    assert staffed.rules("admin", act) == {"not-due"}
    near = staffed.exhibit.received_at + timedelta(days=3 * 365 - 5)
    monkeypatch.setattr(staffed.app._door, "_now", lambda: near)
    assert staffed.rules("admin", AnnounceErasure(case_id=staffed.case.id, days=8)) == {"not-due"}
    assert staffed.rules("admin", AnnounceErasure(case_id=staffed.case.id, days=1)) == {"not-due"}
    assert staffed.do("admin", act).announced == (30,)
    again = staffed.do("head", AnnounceErasure(case_id=staffed.case.id, days=7))
    assert again.announced == (30, 7)
    staffed.do("admin", act)
    assert staffed.counts("announce-erasure") == [
        {"announced_30": 1},
        {"announced_7": 1},
        {"announced_30": 0},
    ]


def test_only_a_magistrate_extends_and_only_for_certain_offences(staffed: Staffed) -> None:
    before = due(staffed).erase_by
    extend = ExtendRetention(case_id=staffed.case.id, article="706-73", reason="organised")
    assert staffed.rules("referent", extend) == {"role"}
    other = ExtendRetention(case_id=staffed.case.id, article="311-1")
    assert staffed.rules("judge", other) == {"extension-article"}
    for years in (2, 4):
        assert staffed.do("judge", extend).erase_by == before.replace(year=before.year + years)
    staffed.do("officer", CloseCase(case_id=staffed.case.id))
    assert staffed.rules("judge", extend) >= {"case-closed"}


def test_requests_are_followed_to_their_end(staffed: Staffed) -> None:
    assert staffed.rules("officer", ask(staffed, RequestKind.ERASURE)) == {"role"}
    assert "role" in staffed.rules("auditor", ask(staffed, RequestKind.COMPLETION))
    assert staffed.rules("judge", ask(staffed, RequestKind.EXTENSION)) == {"request-kind"}
    assert staffed.rules("judge", ask(staffed, RequestKind.COMPLETION, " ")) == {"nothing-stated"}
    wrong = staffed.do("officer", ask(staffed, RequestKind.RECTIFICATION))
    order = staffed.do("referent", ask(staffed, RequestKind.ERASURE, "erase it"))
    # The words are for those who may see the case.
    assert [r.text for r in due(staffed).requests] == ["the camera is wrong", "erase it"]
    assert [r.text for r in due(staffed, "admin").requests] == ["", ""]
    assert [r.kind.value for r in due(staffed, "head").requests] == ["rectification", "erasure"]

    def settle(request_id: str, state: RequestState, answer: str = "done so") -> SettleRequest:
        return SettleRequest(
            case_id=staffed.case.id, request_id=request_id, state=state, answer=answer
        )

    assert staffed.rules("officer", settle("nothing", RequestState.DONE)) == {"no-such-request"}
    assert staffed.rules("officer", settle(wrong.id, RequestState.DONE, "")) == {"nothing-stated"}
    assert staffed.rules("judge", settle(order.id, RequestState.DONE)) == {"request-kind"}
    assert staffed.rules("officer", settle(order.id, RequestState.DECLINED)) == {"request-kind"}
    settled = staffed.do("officer", settle(wrong.id, RequestState.DONE))
    assert (settled.state, settled.settled_by, settled.answer) == (
        RequestState.DONE,
        "officer",
        "done so",
    )
    assert staffed.rules("officer", settle(wrong.id, RequestState.DONE)) == {"no-such-request"}
    staffed.do("judge", settle(order.id, RequestState.DECLINED))
    assert due(staffed).requests == ()
    assert staffed.counts("settle-request") == [{"rectification_done": 1}, {"erasure_declined": 1}]


def test_a_deadline_moved_by_hand_is_refused(staffed: Staffed) -> None:
    later = (datetime.now(UTC) + 9999 * DAY).isoformat()
    staffed.sql("UPDATE cases SET erase_by = ?", later)
    extend = ExtendRetention(case_id=staffed.case.id, article="706-73")
    assert staffed.rules("judge", extend) == {"state-altered"}
