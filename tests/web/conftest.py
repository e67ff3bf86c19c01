from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from scelle.model.acts import (
    ConsultCase,
    ConsultCoverage,
    ListCases,
    SearchTracks,
    ViewPictures,
    ViewSynopsis,
)
from scelle.web import create_app

PICTURE = b"\xff\xd8 not a real picture \xff\xd9"
VIDEO = bytes(range(256)) * 40

Get = Callable[..., httpx.Response]


def caller(page: Any, base_url: str = "http://127.0.0.1:8600", **cookies: str) -> Get:
    """A browser's GET, without any socket."""

    def get(path: str, **headers: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=page)
            async with httpx.AsyncClient(
                transport=transport, base_url=base_url, cookies=cookies
            ) as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.get(path, headers=named)

        return asyncio.run(ask())

    return get


@pytest.fixture
def reading(fake_app: Any, values: Any) -> Any:
    """The stand-in, holding one analysed case."""
    fake_app.answers = {
        ListCases: (values.case,),
        ConsultCase: values.file,
        ConsultCoverage: (values.coverage,),
        SearchTracks: lambda act: tuple(t for t in values.tracks if act.query.matches(t)),
        ViewPictures: lambda act: dict.fromkeys(act.track_ids, PICTURE),
        ViewSynopsis: VIDEO,
    }
    return fake_app


@pytest.fixture
def get(reading: Any) -> Get:
    return caller(create_app(reading, "reader", public=True))


@pytest.fixture
def calling() -> Callable[..., Get]:
    return caller
