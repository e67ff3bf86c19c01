"""What people write into forms is read within bounds."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any

import pytest
from fastapi import Request

from scelle.errors import BadInput
from scelle.model.error_words import french_error
from scelle.web.entrance import credential_of
from scelle.web.forms import Form, read_json, seconds, stated, whole
from scelle.web.zoning import _act


def test_seconds_are_read_as_people_write_them() -> None:
    assert [seconds(t) for t in ("-1,5", " 42", "+0.25")] == [
        Fraction(-3, 2), Fraction(42), Fraction(1, 4)
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["1e20000", "1/3", "1_0", "", "9" * 10, "0.1234567", "nan"])
def test_a_few_characters_make_no_huge_number(text: str) -> None:
    with pytest.raises(BadInput):
        seconds(text)


def test_a_huge_place_of_a_clock_is_refused_before_any_act(get: Any, reading: Any) -> None:
    assert get("/case/c/clock/e?at=1e20000").status_code == 400
    assert reading.asked == []


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("-40", -40), ("9" * 15, 10**15 - 1)])
def test_whole_numbers_as_our_pages_write_them(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", "-", "1.5", "1e9", "9" * 16, "\u0661", " 1", "0x1"])
def test_what_is_no_whole_number_is_none(text: str) -> None:
    assert whole(text) is None


@pytest.mark.parametrize(
    "body", ['{"note": "\\ud800"}', '{"\\udfff": 1}', "[1]", "{", "[" * 60_000]
)
def test_what_no_text_can_hold_is_no_question(body: str) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    headers = [(b"sec-fetch-site", b"same-origin"), (b"content-type", b"application/json")]
    request = Request({"type": "http", "headers": headers}, receive)
    with pytest.raises(BadInput, match="no JSON"):
        asyncio.run(read_json(request))


@pytest.mark.parametrize("answer", ["", "1", "[]", "{}", '{"id": "\\ud800"}', "[" * 5000])
def test_what_names_no_passkey_is_no_answer(answer: str) -> None:
    with pytest.raises(BadInput, match="no answer of a passkey"):
        credential_of(answer)


ZONE = {"case": "c", "frames": [[0, 1, 1, 5, 5]], "outline": []}


@pytest.mark.parametrize(
    ("more", "most", "field"),
    [({"exhibit": "e"}, 1000, "label"), ({"zone": "z"}, 2000, "reason")],
)
def test_what_is_said_of_a_zone_is_kept_whole_or_refused_in_words(
    more: dict[str, str], most: int, field: str
) -> None:
    kept = _act({**ZONE, **more, field: "é" * most})
    assert getattr(kept, field) == "é" * most
    with pytest.raises(BadInput, match=f"{most + 1} characters; {most} are kept") as caught:
        _act({**ZONE, **more, field: "é" * (most + 1)})
    assert french_error(str(caught.value))
    assert french_error(caught.value.remedy)


def test_a_reason_is_kept_whole_or_refused_in_words() -> None:
    form = Form("", {"reason": "x" * 2001}, {})
    with pytest.raises(BadInput, match="2001 characters"):
        stated(form, "reason")
    assert stated(Form("", {"reason": " " + "x" * 2000}, {}), "reason") == "x" * 2000
    with pytest.raises(BadInput, match="Nothing is said"):
        stated(Form("", {"reason": "  "}, {}), "reason")
