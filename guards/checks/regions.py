"""What the law of a region asks of an answer, as data: `regions.yaml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from shopgraph.domain import Value
from shopgraph.guards.facts import Facts
from shopgraph.yaml_text import read_yaml


class Region(Value):
    """What a region's law asks of an answer; what is absent is not asked for."""

    taxed: bool | None = None
    """Whether prices for consumers include the tax."""
    withdrawal_days: int | None = None
    """How long what was bought at a distance can be given back without a reason, at least."""
    lowest_price: bool = False
    """Whether a reduction is measured by the lowest price of the last 30 days."""
    ages: dict[str, int] = {}
    """Kind of goods to the age from which they are sold."""


class _Regions(Value):
    regions: dict[str, Region]


@cache
def read_regions() -> dict[str, Region]:
    """All regions by their code."""
    path = Path(__file__).with_name("regions.yaml")
    return _Regions.model_validate(read_yaml(path.read_text(encoding="utf-8"))).regions


def region_of(facts: Facts) -> Region:
    """The region of the facts, or of the locale's country; one that asks for nothing where it is not known."""
    regions = read_regions()
    country = (facts.locale or "").replace("-", "_").partition("_")[2]
    for code in ((facts.region or "").upper().replace("_", "-"), country.upper()):
        known = regions.get(code) or regions.get(code.partition("-")[0])
        if known is not None:
            return known
    return Region()
