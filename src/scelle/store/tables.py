"""The tables, as the newest migration leaves them.

``serial`` columns keep the order in which rows were added: order of grant, order of
receipt.  Sets are JSON lists, sorted.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from scelle.model.tracks import Colour
from scelle.store.types import ExactFraction, StatedTime, UtcTime

metadata = MetaData()

REACH = ("reach_left", "reach_top", "reach_right", "reach_bottom")
SHARES = {colour: f"share_{colour.value}" for colour in Colour}

agents = Table(
    "agents",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id", String(128), nullable=False, unique=True),
    Column("roles", JSON, nullable=False),
    Column("service", Text, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("reference", Text, nullable=False),
    Column("framework", String(64), nullable=False),
    Column("service", Text, nullable=False),
    Column("offence_family", Text, nullable=False),
    Column("opened_at", UtcTime, nullable=False),
    Column("erase_by", UtcTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("demonstration", Boolean, nullable=False),
    Column("four_eyes", JSON, nullable=False, server_default="[]"),
    Column("first_data_at", UtcTime),
    Column("closed_at", UtcTime),
)

mandates = Table(
    "mandates",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("framework", String(64), nullable=False),
    Column("powers", JSON, nullable=False),
    Column("valid_from", UtcTime, nullable=False),
    Column("valid_to", UtcTime, nullable=False),
    Column("magistrate", String(128), nullable=False),
    Column("deemed", Boolean, nullable=False),
    Column("exhibits", JSON, nullable=False),
    Column("cameras", JSON, nullable=False),
    Column("recorded_from", UtcTime),
    Column("recorded_to", UtcTime),
    Column("document_sha256", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("sought", JSON(none_as_null=True)),
)

clearances = Table(
    "clearances",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("agent_id", String(128), nullable=False, index=True),
    Column("service", Text, nullable=False),
    Column("data_types", JSON, nullable=False),
    Column("valid_from", UtcTime, nullable=False),
    Column("valid_to", UtcTime, nullable=False),
    Column("granted_by", String(128), nullable=False),
    Column("withdrawn", Boolean, nullable=False),
)

exhibits = Table(
    "exhibits",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("camera", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("recorded_at", StatedTime),
    Column("clock_offset", ExactFraction, nullable=False),
    Column("clock_drift_ppm", ExactFraction, nullable=False),
    Column("clock_uncertainty", ExactFraction),
    Column("clock_proof", Text, nullable=False),
    Column("clock_references", JSON, nullable=False, server_default="[]"),
    Column("clock_zone", String(64), nullable=False, server_default=""),
    Column("clock_follows", Boolean, nullable=False, server_default=false()),
    Column("container", String(32), nullable=False),
    Column("codec", String(32), nullable=False),
    Column("pixel_format", String(32), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("time_base", ExactFraction, nullable=False),
    Column("frames_expected", BigInteger),
    Column("keyframes", BigInteger, nullable=False),
    Column("start_pts", BigInteger, nullable=False),
    Column("duration", ExactFraction, nullable=False),
    Column("view", Integer, nullable=False, server_default="0"),
    Column("parts", JSON, nullable=False, server_default="[]"),
    # Of the file; ``sha256`` beside it tells the views of one file apart as well.
    Column("file_sha256", String(64)),
    UniqueConstraint("case_id", "sha256"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("exhibit_id", ForeignKey("exhibits.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("agent_id", String(128), nullable=False),
    Column("field", String(32), nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("reason", Text, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("exhibit_id", ForeignKey("exhibits.id"), nullable=False, index=True),
    Column("stage", String(16), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("detail", Text, nullable=False),
)

coverage = Table(
    "coverage",
    metadata,
    Column("exhibit_id", ForeignKey("exhibits.id"), primary_key=True),
    Column("frames_expected", BigInteger),
    Column("frames_decoded", BigInteger, nullable=False),
    Column("frames_skipped", BigInteger, nullable=False),
    Column("frames_damaged", BigInteger, nullable=False),
    Column("frames_analysed", BigInteger, nullable=False),
    Column("complete", Boolean, nullable=False),
    Column("frames_concealed", BigInteger, nullable=False, server_default="0"),
)

synopses = Table(
    "synopses",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("exhibit_ids", JSON, nullable=False),
    Column("duration_s", Float(53), nullable=False),
    Column("source_s", Float(53), nullable=False),
    Column("tracks_total", Integer, nullable=False),
    Column("tracks_shown", Integer, nullable=False),
    Column("collision", Float(53), nullable=False),
    Column("path", Text),
    Column("asked", JSON(none_as_null=True)),
)

analyses = Table(
    "analyses",
    metadata,
    Column("exhibit_id", ForeignKey("exhibits.id"), primary_key=True),
    Column("manifest_sha256", String(64), nullable=False),
    # Of its tracks: how many, and first and last millisecond of the times when any is there.
    Column("tracks", Integer, nullable=False, server_default="0"),
    Column("spans", JSON, nullable=False, server_default="[]"),
)

tracks = Table(
    "tracks",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("exhibit_id", ForeignKey("exhibits.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("object_class", String(16), nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("dwell_ms", BigInteger, nullable=False),
    Column("height", Float(53), nullable=False),
    Column("moving", Boolean, nullable=False),
    Column("direction", String(16), nullable=False),
    Column("metres_per_s", Float(53), nullable=False, server_default="0"),
    # Around the path of the bottom centre of its boxes, native pixels.
    *(
        Column(name, Float(53), nullable=False, server_default="0")
        for name in (*REACH, *SHARES.values())
    ),
    Column("canonical", LargeBinary, nullable=False),
    UniqueConstraint("exhibit_id", "number"),
    # In the order of answers, with all that is asked for: no row is read to decide.
    Index(
        "tracks_by_answer",
        "exhibit_id",
        "start_ms",
        "number",
        "end_ms",
        "object_class",
        "dwell_ms",
        "height",
        "moving",
        "direction",
        "metres_per_s",
        *REACH,
        *SHARES.values(),
    ),
)

# Of an exhibit's tracks, in the order of answers: see scelle.store.columns.
track_columns = Table(
    "track_columns",
    metadata,
    Column("exhibit_id", ForeignKey("exhibits.id"), primary_key=True),
    Column("name", String(16), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

tasks = Table(
    "tasks",
    metadata,
    Column("exhibit_sha256", String(64), primary_key=True),
    Column("manifest_sha256", String(64), primary_key=True),
    Column("stage", String(32), primary_key=True),
    Column("segment", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("result_sha256", String(64), nullable=False),
)


def _of_case(name: str, *own: Column[object]) -> Table:
    """A table whose rows belong to a case and have an id and an order."""
    return Table(
        name,
        metadata,
        Column("serial", Integer, primary_key=True),
        Column("id", String(64), nullable=False, unique=True),
        Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
        *own,
    )


decisions = _of_case(
    "decisions",
    Column("exhibit_id", String(64), nullable=False),
    Column("track_id", String(128), nullable=False, index=True),
    Column("judgement", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("agent_id", String(128), nullable=False),
    Column("decided_at", UtcTime, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("search", BigInteger),
)

notes = _of_case(
    "notes",
    Column("exhibit_id", String(64), nullable=False),
    Column("track_id", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Column("agent_id", String(128), nullable=False),
    Column("written_at", UtcTime, nullable=False),
    Column("entry", BigInteger, nullable=False),
)

reveals = _of_case(
    "reveals",
    Column("track_id", String(128), nullable=False),
    Column("lifted", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("agent_id", String(128), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("mandate_id", String(64), nullable=False),
)

bookmarks = _of_case(
    "bookmarks",
    Column("exhibit_id", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger),
    Column("note", Text, nullable=False),
    Column("agent_id", String(128), nullable=False),
    Column("kept_at", UtcTime, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("removed_by", String(128), nullable=False),
    Column("removed_at", UtcTime),
)

zones = _of_case(
    "zones",
    Column("exhibit_id", String(64), nullable=False),
    Column("zone_id", String(64), nullable=False),
    Column("keyframes", JSON, nullable=False),
    Column("label", Text, nullable=False),
    Column("agent_id", String(128), nullable=False),
    Column("marked_at", UtcTime, nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("outline", JSON, nullable=False, server_default="[]"),
)

approvals = _of_case(
    "approvals",
    Column("act_sha256", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("asker", String(128), nullable=False),
    Column("approver", String(128), nullable=False),
    Column("entry", BigInteger, nullable=False),
    Column("approved_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_entry", BigInteger),
)

requests = _of_case(
    "requests",
    Column("kind", String(16), nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_by", String(128), nullable=False),
    Column("asked_at", UtcTime, nullable=False),
    Column("article", String(32), nullable=False),
    Column("until", UtcTime),
    Column("state", String(16), nullable=False),
    Column("settled_by", String(128), nullable=False),
    Column("settled_at", UtcTime),
    Column("answer", Text, nullable=False),
)

announcements = Table(
    "announcements",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("days", Integer, primary_key=True),
    Column("erase_by", UtcTime, primary_key=True),
)

erasures = Table(
    "erasures",
    metadata,
    Column("case_id", ForeignKey("cases.id"), primary_key=True),
    Column("certificate", Text, nullable=False),
)

credentials = Table(
    "credentials",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id", String(512), nullable=False, unique=True),
    Column("agent_id", String(128), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("public_key", Text, nullable=False),
    Column("enrolled_at", UtcTime, nullable=False),
    Column("rp_id", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
)

passwords = Table(
    "passwords",
    metadata,
    Column("agent_id", String(128), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_at", UtcTime, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("agent_id", String(128), nullable=False, index=True),
    Column("code_sha256", String(64), nullable=False, unique=True),
    Column("invited_by", String(128), nullable=False),
    Column("invited_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("used_at", UtcTime),
)

#: Bound to nothing in the ledger: whoever alters it gains no way in.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("agent_id", String(128), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", UtcTime),
    Column("locked_until", UtcTime),
    Column("ended_at", UtcTime),
)

#: Since when what somebody had enrolled lets them in no more.
bars = Table(
    "bars",
    metadata,
    Column("serial", Integer, primary_key=True),
    Column("agent_id", String(128), nullable=False, index=True),
    Column("barred_at", UtcTime, nullable=False),
)

signatures = _of_case(
    "signatures",
    Column("mandate_id", String(64), nullable=False),
    Column("credential_id", String(512), nullable=False),
    Column("agent_id", String(128), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("evidence", Text, nullable=False),
    Column("signed_at", UtcTime, nullable=False),
)
