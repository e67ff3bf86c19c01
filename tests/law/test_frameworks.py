from __future__ import annotations

import pytest

from scelle.law.frameworks import FRAMEWORKS


def test_the_five_frameworks_of_the_article() -> None:
    assert FRAMEWORKS.codes == (
        "flagrance",
        "preliminaire",
        "commission-rogatoire",
        "article-74",
        "article-74-1",
    )
    assert FRAMEWORKS.version == 3
    assert FRAMEWORKS.as_of.year == 2026


@pytest.mark.parametrize("code", FRAMEWORKS.codes)
def test_each_is_whole(code: str) -> None:
    framework = FRAMEWORKS.get(code)
    assert framework is not None
    assert framework.french
    assert framework.english
    assert framework.article.startswith("art. 230-20")
    assert framework.retention_years == 3
    assert framework.deemed == (code == "flagrance")
    assert framework.deemed_days == (30 if framework.deemed else 0)


@pytest.mark.parametrize("code", ["article-74-2", "administratif", "", "Flagrance"])
def test_others_are_not_there(code: str) -> None:
    assert FRAMEWORKS.get(code) is None


def test_gateways() -> None:
    gateways = {f.code: f.gateways for f in FRAMEWORKS.frameworks}
    assert gateways["flagrance"] == ("art. 60-1",)
    assert gateways["preliminaire"] == ("art. 77-1-1",)
    assert gateways["commission-rogatoire"] == ("art. 99-3", "art. 151")
