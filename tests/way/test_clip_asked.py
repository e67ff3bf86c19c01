"""Clips are asked of bookmarks and of confirmed candidates as well as of spans."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_a_clip_is_of_a_bookmark_or_around_a_confirmed_candidate(
    looked: Callable[[str], Any], tmp_path: Path
) -> None:
    own = looked("one-by-one")  # ten pictures a second
    case, exhibit = ("--case", own.case_id), ("--exhibit", own.exhibit.id)

    def clip(*asked: object) -> Any:
        return own.office.command("clip", *case, "-o", tmp_path / "clip.mp4", *asked)

    def kept(*place: object) -> str:
        answer = own.office.command("bookmark", "keep", *case, *exhibit, *place)
        assert answer.status == 0, answer.err
        return str(answer.data["bookmark"]["id"])

    for asked, rows in (
        (("--bookmark", kept("--at", "0:05", "--to", "0:06.5")), 15),
        (("--bookmark", kept("--at", "0:05")), 40),
        (("--bookmark", kept("--at", "0:01")), 30),
        ((*exhibit, "--from", "0:05", "--to", "0:06"), 10),
    ):
        answer = clip(*asked)
        assert answer.status == 0, answer.err
        assert answer.data["clip"]["rows"] == rows

    # The first ones are decided on by others that share this installation.
    track = own.tracks[-1]
    assert track.start_ms > 3000
    for word, status in (("rejected", 2), ("confirmed", 0), ("undecided", 2)):
        said = ("decide", track.id, "--say", word, *case, "--reason", "seen")
        assert own.office.command(*said).status == 0
        answer = clip("--track", track.id)
        assert answer.status == status, answer.err
        if status == 0:
            first, last = own.exhibit.around(track.start_ms, track.end_ms)
            assert abs(answer.data["clip"]["rows"] - (last - first) / 100) <= 1
    away = kept("--at", "0:01")
    assert own.office.command("bookmark", "remove", away, *case).status == 0
    for wrong in (
        (),
        ("--bookmark", away),
        ("--bookmark", kept("--at", "0:01"), "--track", track.id),
        (*exhibit, "--from", "0:05"),
        ("--from", "0:05", "--to", "0:06"),
        (*exhibit, "--from", "0:06", "--to", "0:05"),
    ):
        assert clip(*wrong).status == 2, wrong
