"""Tables on narrow screens."""

from __future__ import annotations

import io

from rich.console import Console

from scelle.cli.views import table

ID = "kq2s7fymd3x6wz4hvn5tbr2cla-12"


def told(width: int, *rows: tuple[str, ...]) -> str:
    made = table("", "track", "decision", "by", "reason")
    for row in rows:
        made.add_row(*row)
    out = io.StringIO()
    Console(file=out, width=width).print(made)
    return out.getvalue()


def test_no_word_is_broken_where_all_have_room() -> None:
    reason = "the bicycle of the neighbour stands beside her, as on photograph 3 of the statement"
    row = (ID, "confirmed", "an-officer-of-the-unit", reason)
    words = told(80, row).split()
    assert {*row[:3], *reason.split()} <= set(words)
    assert max(map(len, told(80, row).splitlines())) <= 80


def test_what_has_no_room_is_shown_whole_over_lines() -> None:
    lines = told(40, (ID, "confirmed", "officer", "x" * 60)).splitlines()
    assert max(map(len, lines)) <= 40
    assert sum(line.count("x") for line in lines) >= 60
