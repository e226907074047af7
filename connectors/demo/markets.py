"""The nine markets of the demo chain: money, terms, places and names.

Tax, delivery and return terms repeat what the `default` policy bundle says, for orders of the past were made under
it; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

from shopgraph.connectors.demo import names
from shopgraph.domain import Address, Money, Region, ReturnPolicy

POLICY_VERSION = "1"


@dataclass(frozen=True, kw_only=True)
class Market:
    """A region with the terms that its orders are made under."""

    region: Region
    weight: int
    """Share of the chain's stores, in parts of the sum of all."""
    tax_percent: Decimal
    tax_inclusive: bool
    shipping: Money
    free_from: Money
    delivery_days: tuple[int, int]
    return_policy: ReturnPolicy
    carrier: str
    people: names.People
    """Where people here live and what they are called."""

    @property
    def id(self) -> str:
        """The region's id."""
        return self.region.id

    @property
    def currency(self) -> str:
        """The region's currency."""
        return self.region.currency

    @property
    def warehouse_id(self) -> str:
        """The location that parcels of this region leave from."""
        return f"loc_wh_{self.id}"

    @property
    def zone(self) -> ZoneInfo:
        """The region's time zone."""
        return ZoneInfo(self.region.timezone)

    def price(self, dollars: Decimal) -> Money:
        """What costs `dollars` in the United States, as it is priced here (rounded as people expect)."""
        return Money.of(_PRICES[self.currency](dollars), self.currency)

    def tax(self, amount: Money) -> Money:
        """The tax on (or, where prices include it, in) an amount."""
        if self.tax_inclusive:
            return Money.rounded(amount.decimal * self.tax_percent / (100 + self.tax_percent), self.currency)
        return amount.percent(self.tax_percent)

    def address(self, random: Random) -> Address:
        """A made-up address."""
        return self.people.address(random, self.region.country)


def _same(value: Decimal) -> Decimal:
    return value


def _nearest(value: Decimal, step: str) -> Decimal:
    unit = Decimal(step)
    return max(unit, (value / unit).to_integral_value() * unit)


_PRICES: dict[str, Callable[[Decimal], Decimal]] = {
    "USD": _same,
    "GBP": lambda dollars: _nearest(dollars * Decimal("0.79"), "0.50"),
    "EUR": lambda dollars: _nearest(dollars * Decimal("0.93"), "1") - Decimal("0.05"),
    "JPY": lambda dollars: _nearest(dollars * Decimal(148), "100") - 20,
    "KWD": lambda dollars: _nearest(dollars * Decimal("0.307"), "0.125"),
}


def _market(
    region: Region,
    weight: int,
    tax: str,
    shipping: tuple[str, str],
    days: tuple[int, int],
    window: int,
    carrier: str,
    people: names.People,
    *,
    inclusive: bool,
    fee: str = "0",
) -> Market:
    return Market(
        region=region,
        weight=weight,
        tax_percent=Decimal(tax),
        tax_inclusive=inclusive,
        shipping=Money.of(shipping[0], region.currency),
        free_from=Money.of(shipping[1], region.currency),
        delivery_days=days,
        return_policy=ReturnPolicy(
            window_days=window, restocking_fee=Money.of(fee, region.currency), version=POLICY_VERSION
        ),
        carrier=carrier,
        people=people,
    )


def _region(region_id: str, name: str, country: str, currency: str, locale: str, timezone: str) -> Region:
    return Region(id=region_id, name=name, country=country, currency=currency, locale=locale, timezone=timezone)


def _us(region_id: str, name: str, timezone: str) -> Region:
    return _region(region_id, name, "US", "USD", "en_US", timezone)


_US_SHIPPING = ("4.99", "50")
_UK = _region("uk", "United Kingdom", "GB", "GBP", "en_GB", "Europe/London")
_DE = _region("de", "Germany", "DE", "EUR", "de_DE", "Europe/Berlin")
_FR = _region("fr", "France", "FR", "EUR", "fr_FR", "Europe/Paris")
_JP = _region("jp", "Japan", "JP", "JPY", "ja_JP", "Asia/Tokyo")
_KW = _region("kw", "Kuwait", "KW", "KWD", "en_KW", "Asia/Kuwait")

MARKETS: tuple[Market, ...] = (
    _market(
        _us("us-northeast", "US Northeast", "America/New_York"),
        18, "8.875", _US_SHIPPING, (2, 5), 30, "Harbor Parcel", names.US_NORTHEAST, inclusive=False,
    ),
    _market(_UK, 12, "20", ("3.95", "40"), (1, 3), 30, "Kestrel Post", names.UK, inclusive=True),
    _market(
        _us("us-west", "US West", "America/Los_Angeles"),
        15, "9.5", _US_SHIPPING, (2, 5), 30, "Harbor Parcel", names.US_WEST, inclusive=False, fee="4.95",
    ),
    _market(_DE, 10, "19", ("4.90", "49"), (2, 4), 30, "Lotse Paket", names.DE, inclusive=True),
    _market(_JP, 6, "10", ("550", "5000"), (1, 3), 14, "Tsubame Express", names.JP, inclusive=True),
    _market(
        _us("us-south", "US South", "America/Chicago"),
        16, "7", _US_SHIPPING, (2, 5), 30, "Harbor Parcel", names.US_SOUTH, inclusive=False,
    ),
    _market(_FR, 7, "20", ("5.90", "49"), (2, 4), 30, "Colis Alizé", names.FR, inclusive=True),
    _market(
        _us("us-midwest", "US Midwest", "America/Chicago"),
        14, "6.25", _US_SHIPPING, (2, 5), 30, "Harbor Parcel", names.US_MIDWEST, inclusive=False,
    ),
    _market(_KW, 2, "0", ("1.500", "20"), (2, 6), 14, "Dhow Delivery", names.KW, inclusive=False),
)  # fmt: skip
"""In the order in which the chain opened there: with nine stores or more, every region has one."""

MARKET: dict[str, Market] = {market.id: market for market in MARKETS}


def openings(stores: int) -> list[Market]:
    """The market of each store, in order: a larger chain begins with the same stores as a smaller one."""
    opened = dict.fromkeys(MARKET, 0)
    result: list[Market] = []
    for number in range(stores):
        if number < len(MARKETS):
            market = MARKETS[number]
        else:
            market = max(MARKETS, key=lambda market: market.weight / (opened[market.id] + 0.5))
        opened[market.id] += 1
        result.append(market)
    return result
