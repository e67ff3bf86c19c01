from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scelle.web.playback import Leases, ranged

CONTENT = bytes(range(100))


@given(first=st.integers(0, 99), length=st.integers(1, 200))
def test_a_part_is_exactly_what_was_asked_for(first: int, length: int) -> None:
    answer = ranged(CONTENT, "video/mp4", f"bytes={first}-{first + length - 1}")
    last = min(99, first + length - 1)
    assert answer.status_code == 206
    assert answer.body == CONTENT[first : last + 1]
    assert answer.headers["content-range"] == f"bytes {first}-{last}/100"


@pytest.mark.parametrize(
    ("wanted", "body"),
    [("bytes=90-", CONTENT[90:]), ("bytes=-10", CONTENT[90:]), ("bytes=-500", CONTENT)],
)
def test_open_and_suffix_ranges(wanted: str, body: bytes) -> None:
    answer = ranged(CONTENT, "video/mp4", wanted)
    assert (answer.status_code, answer.body) == (206, body)


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=100-120", "bytes=-0"])
def test_a_range_outside_is_not_satisfiable(wanted: str) -> None:
    answer = ranged(CONTENT, "video/mp4", wanted)
    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */100"


@pytest.mark.parametrize(
    "wanted",
    [
        None,
        "",
        "bytes=" + 5000 * "9" + "-",
        "bytes=5-2",
        "bytes=0-1,5-6",
        "lines=1-2",
        "bytes=x-",
        "bytes=-",
    ],
)
def test_anything_else_gives_the_whole(wanted: str | None) -> None:
    answer = ranged(CONTENT, "video/mp4", wanted)
    assert (answer.status_code, answer.body) == (200, CONTENT)
    assert answer.headers["accept-ranges"] == "bytes"


def test_a_lease_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("scelle.web.playback.time.monotonic", lambda: now)
    leases = Leases(lease=60)
    assert leases.put("a", CONTENT) == CONTENT
    now += 59.9
    assert leases.get("a") == CONTENT
    now += 0.2
    assert leases.get("a") is None


def test_only_few_videos_are_held() -> None:
    leases = Leases()
    for name in "abc":
        leases.put(name, name.encode())
    assert [leases.get(name) for name in "abc"] == [None, b"b", b"c"]
