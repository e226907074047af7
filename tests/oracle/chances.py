"""What random worlds are made of, and how what varies in them is drawn."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar

from shopgraph.domain import Address, Money

T = TypeVar("T")

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
WEST, UK = "us-west", "uk"
CURRENCY = {WEST: "USD", UK: "GBP"}
HOME = Address(line1="1 Elm Street", city="Boston", state="MA", postal_code="02101", country="US")
PEOPLE = {"ada": WEST, "ben": WEST, "cleo": UK}
SIZES = {"shirt": ("M", "L", "XL"), "lamp": ("BRASS", "STEEL"), "socks": ("1", "2")}
PRODUCT = {f"{product.upper()}-{size}": product for product, sizes in SIZES.items() for size in sizes}
CODES = ("JUNE10", "VIPS15", "MAY20", "UK5", "SPENT", "MIX5", "ADAONLY")
LINES: dict[str, tuple[int, ...]] = {"shirt": (4000, 5000, 4500), "lamp": (49900, 50100), "socks": (1000, 1250)}


class Chances:
    """Draws near the rules' boundaries. Everything that it decides, it asks of `random`."""

    def __init__(self, random: Random, now: datetime) -> None:
        self._random = random
        self._now = now

    def _pick(self, among: Collection[T]) -> T:
        return self._random.choice(list(among))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _money(self, amount: int, region_id: str) -> Money:
        return Money(amount=amount, currency=CURRENCY[region_id])

    def _near(self, span: timedelta) -> datetime:
        """An instant that lies about `span` back, often on the very edge."""
        return self._now - span + self._pick((-DAY, -SECOND, timedelta(), timedelta(), SECOND, DAY))
