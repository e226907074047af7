"""What the law says by region, as data: tax in prices, withdrawal, reduced prices, ages.

Sources: Directive 2011/83/EU articles 6 and 9 (withdrawal within 14 days, total prices), Directive 98/6/EC article 6a
(the lowest price of the last 30 days); Consumer Contracts Regulations 2013 (UK); Preisbekanntgabeverordnung (CH); the
Consumption Tax Act's total price display (JP, since April 2021); ages of sale as national law has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shopgraph.guards.facts import Facts


@dataclass(frozen=True, kw_only=True)
class Region:
    """A country's rules for what a shop says to consumers."""

    tax_included: bool | None = None
    """Whether prices hold the tax; None where it is not regulated here."""
    withdrawal_days: int | None = None
    """Within how many days a consumer may withdraw from a distance contract without a reason; None: no such right."""
    prior_price_days: int | None = None
    """Of how many days the lowest price is named beside a reduced one; None: not asked for."""
    ages: Mapping[str, int]
    """From which age restricted goods are sold."""


_EU = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
    "EU",
]
_GOODS = ("beer", "spirits", "tobacco", "knives", "fireworks")
_AGES = {
    **dict.fromkeys(_EU, (18, 18, 18, None, 18)),
    **dict.fromkeys(("DE", "AT", "LU", "DK", "BE"), (16, 18, 18, None, 18)),
    "FI": (18, 20, 18, None, 18),
    "SE": (20, 20, 18, None, 18),
    "LT": (20, 20, 20, None, 18),
    "GB": (18, 18, 18, 18, 18),
    "CH": (16, 18, 18, None, 18),
    "NO": (18, 20, 18, None, 18),
    "US": (21, 21, 21, None, None),
    "CA": (19, 19, 19, None, 18),
    "AU": (18, 18, 18, None, None),
    "NZ": (18, 18, 18, None, 18),
    "JP": (20, 20, 20, None, None),
}
"""From which age beer and wine, spirits, tobacco, knives and fireworks are sold."""


def _ages(country: str) -> Mapping[str, int]:
    pairs = zip(_GOODS, _AGES.get(country, ()), strict=False)
    return MappingProxyType({good: age for good, age in pairs if age is not None})


REGIONS: Mapping[str, Region] = MappingProxyType(
    {code: Region(tax_included=True, withdrawal_days=14, prior_price_days=30, ages=_ages(code)) for code in _EU}
    | {
        "GB": Region(tax_included=True, withdrawal_days=14, ages=_ages("GB")),
        "NO": Region(tax_included=True, withdrawal_days=14, ages=_ages("NO")),
        "CH": Region(tax_included=True, ages=_ages("CH")),
        "US": Region(tax_included=False, ages=_ages("US")),
        "CA": Region(tax_included=False, ages=_ages("CA")),
        "AU": Region(tax_included=True, ages=_ages("AU")),
        "NZ": Region(tax_included=True, ages=_ages("NZ")),
        "JP": Region(tax_included=True, ages=_ages("JP")),
    }
)
"""By country (ISO 3166-1 alpha-2) and `EU`."""


def region_of(facts: Facts) -> Region | None:
    """The rules that hold for a request: by its region, else by the country of its locale; None where neither tells."""
    for written in (facts.region, (facts.locale or "").replace("_", "-").partition("-")[2]):
        code = (written or "").upper().replace("_", "-").partition("-")[0]
        code = {"UK": "GB", "USA": "US"}.get(code, code)
        if code in REGIONS:
            return REGIONS[code]
    return None
