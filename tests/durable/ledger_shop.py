"""A small shop in three currencies, and random orders of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import (
    Address,
    Customer,
    Location,
    LocationKind,
    Money,
    Offer,
    Order,
    OrderLineItem,
    OrderStatus,
    Product,
    ProductVariant,
    Region,
    ReturnPolicy,
    ShopMeta,
)

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
META = ShopMeta(id="books", name="Books", bundle="default", default_region_id="us-northeast", created_at=AT)
HOME = Address(line1="1 Elm Street", city="Boston", state="MA", postal_code="02101", country="US")

MARKETS = {
    "usa": ("us-northeast", "USD", "America/New_York", "en_US"),
    "jun": ("jp", "JPY", "Asia/Tokyo", "ja_JP"),
    "kim": ("kw", "KWD", "Asia/Kuwait", "ar_KW"),
}
"""Customer to region, currency (two, no and three decimals), time zone and locale."""
SKUS = ("HAT-S", "HAT-M", "HAT-L")
PRICES = {"HAT-S": 3001, "HAT-M": 4003, "HAT-L": 5007}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a random order."""

    sku: str
    units: int
    price: int
    discount: int
    tax: int


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A random order, and how much of it a gift card paid, in percent."""

    who: str
    delivered: bool
    lines: tuple[Line, ...]
    shipping: int
    by_gift_card: int

    def order(self, place: int) -> Order:
        """The order that it is."""
        region, currency, _, _ = MARKETS[self.who]
        own = f"#{self.who}-{place}"
        lines = tuple(self._line(own, at, line, currency) for at, line in enumerate(self.lines))
        shipping = Money(amount=self.shipping, currency=currency)
        added = [line.tax for line in lines] if currency == "USD" else []
        status = OrderStatus.DELIVERED if self.delivered else OrderStatus.PENDING
        days = timedelta(days=1)
        return Order(
            id=own,
            customer_id=self.who,
            region_id=region,
            currency=currency,
            status=status,
            lines=lines,
            shipping_address=HOME,
            shipping=shipping,
            total=Money.sum([*(line.subtotal for line in lines), *added, shipping], currency),
            return_policy=ReturnPolicy(window_days=30, restocking_fee=Money.zero(currency)),
            placed_at=AT - 9 * days,
            shipped_at=AT - 7 * days if self.delivered else None,
            delivered_at=AT - 5 * days if self.delivered else None,
            position=place,
        )

    def _line(self, order_id: str, at: int, line: Line, currency: str) -> OrderLineItem:
        value = line.price * line.units
        return OrderLineItem(
            id=f"{order_id}-{at}",
            order_id=order_id,
            sku=line.sku,
            product_id="hat",
            title="Hat",
            options={"size": line.sku[-1]},
            unit_price=Money(amount=line.price, currency=currency),
            ordered_quantity=line.units,
            current_quantity=line.units,
            discount=Money(amount=value * line.discount // 100, currency=currency),
            tax=Money(amount=value * line.tax // 100, currency=currency),
            position=at,
        )


def empty_shop() -> Dataset:
    """Markets, goods and customers: what is the same in every run."""
    regions = [
        Region(id=region, name=region, country=region[:2].upper(), currency=currency, locale=locale, timezone=zone)
        for region, currency, zone, locale in MARKETS.values()
    ]
    return Dataset(
        regions=regions,
        locations=[
            Location(id=f"wh-{each.id}", name=each.id, region_id=each.id, kind=LocationKind.WAREHOUSE)
            for each in regions
        ],
        products=[Product(id="hat", title="Hat", category="fashion")],
        variants=[
            ProductVariant(
                sku=sku, product_id="hat", title="Hat", options={"size": sku[-1]}, cost=Money(amount=1, currency="USD")
            )
            for sku in SKUS
        ],
        offers=[
            Offer(sku=sku, region_id=each.id, price=Money(amount=PRICES[sku], currency=each.currency))
            for each in regions
            for sku in SKUS
        ],
        customers=[
            Customer(
                id=who,
                given_name=who.title(),
                family_name="Example",
                email=f"{who}@example.com",
                address=HOME,
                region_id=region,
                lifetime_value=Money.zero(currency),
            )
            for who, (region, currency, _, _) in MARKETS.items()
        ],
    )
