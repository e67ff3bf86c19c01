"""Families of offences: coarse, because they are published in counts.

A family says what sort of inquiry used the software and nothing about the case.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: What is not stated; counted as such.
UNSPECIFIED = "unspecified"

#: Code, written in cases and in the ledger, to its name in French and in English.
OFFENCE_FAMILIES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "homicide": ("homicides et tentatives", "homicide and attempts"),
        "violence": ("violences", "violence"),
        "sexual-violence": ("violences sexuelles", "sexual violence"),
        "robbery": ("vols avec violence", "robbery"),
        "theft": ("vols et recels", "theft and handling"),
        "fraud": ("escroqueries et faux", "fraud and forgery"),
        "damage": ("destructions et dégradations", "damage and arson"),
        "drugs": ("stupéfiants", "drugs"),
        "trafficking": ("traite et trafics", "trafficking"),
        "terrorism": ("terrorisme", "terrorism"),
        "public-order": ("atteintes à l'ordre public", "public order"),
        "road": ("infractions routières graves", "serious road offences"),
        "death": ("mort de cause inconnue", "death of unknown cause"),
        "disappearance": ("disparition", "disappearance"),
        "other": ("autres", "other"),
        UNSPECIFIED: ("non précisée", "not stated"),
    }
)
