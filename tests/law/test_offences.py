from __future__ import annotations

import re

import pytest

from scelle.law.offences import OFFENCE_FAMILIES, UNSPECIFIED
from scelle.model.acts import OpenCase


def test_every_family_has_its_names_in_two_languages() -> None:
    assert UNSPECIFIED in OFFENCE_FAMILIES
    for code, names in OFFENCE_FAMILIES.items():
        assert re.fullmatch(r"[a-z-]{4,24}", code)
        assert len(set(names)) == 2
        assert all(names)


@pytest.mark.parametrize("family", ["", "burglary of the bakery", "THEFT"])
def test_a_case_states_a_family_of_the_list(world: object, family: str) -> None:
    """Words of one's own would be published: they are refused."""
    closed = world.having(case=None)  # type: ignore[attr-defined]
    act = OpenCase(
        case_id="c2", reference="r", framework="flagrance", service="brigade-a",
        offence_family=family,
    )  # fmt: skip
    assert closed.rules(act) == {"offence-family"}
