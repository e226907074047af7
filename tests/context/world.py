"""A shop of two products in memory that can be changed at will, and systems of it that can be broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from shopgraph.connectors.ports import Connectors
from shopgraph.domain import Campaign, DiscountCode, Money, Offer, Product, Promotion, StockLevel
from shopgraph.graphs.memory import (
    Dependency,
    on_availability,
    on_campaign,
    on_code,
    on_price,
    on_product,
    on_running,
    on_stock,
    on_stock_band,
)
from tests.context.virtual import AT

REGION = "north"
PRODUCTS = ("dress", "heels")


@dataclass
class World:
    """What is true now; prices in cents."""

    at: datetime = AT
    prices: dict[str, int] = field(default_factory=lambda: {"dress": 8900, "heels": 5900})
    stock: dict[str, int] = field(default_factory=lambda: {"dress": 5, "heels": 1})
    colors: dict[str, str] = field(default_factory=lambda: {"dress": "blue", "heels": "silver"})
    headlines: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """By campaign: what it says and until when."""
    used: set[str] = field(default_factory=set)
    """Codes that are used up; there is one for each product, named like it."""
    down: set[str] = field(default_factory=set)
    """Systems that do not answer: catalog, inventory, marketing."""

    def now(self) -> datetime:
        """The shop's clock."""
        return self.at

    def _up(self, system: str) -> None:
        if system in self.down:
            raise ConnectionError(f"{system} is down")

    def offer(self, sku: str) -> Offer:
        """A variant's offer."""
        return Offer(sku=sku, region_id=REGION, price=Money(amount=self.prices[sku], currency="USD"))

    def product(self, product_id: str) -> Product:
        """A product."""
        return Product(id=product_id, title=product_id.title(), attributes={"color": self.colors[product_id]})

    def campaign(self, name: str) -> Campaign:
        """A campaign."""
        headline, until = self.headlines[name]
        return Campaign(
            id=name, name=name, headline=headline, region_ids=(REGION,), starts_at=AT - timedelta(days=1), ends_at=until
        )

    def running(self) -> list[Campaign]:
        """Those that run now."""
        return [self.campaign(name) for name, (_, until) in self.headlines.items() if until > self.at]

    def claims(self, sku: str) -> dict[str, str]:
        """Everything that can be said of a product, by what it depends on."""
        return {
            "price": str(self.prices[sku]),
            "availability": "in_stock",
            "stock": str(self.stock[sku]),
            "band": "none" if not self.stock[sku] else "few" if self.stock[sku] <= 3 else "many",
            "color": self.colors[sku],
            "running": "; ".join(sorted(f"{each.id} {each.headline}" for each in self.running())),
            **({"code": f"use the code {sku}"} if sku not in self.used else {}),
            **{f"campaign {each.id}": each.headline for each in self.running()},
        }

    def depends(self, sku: str, claim: str) -> Dependency:
        """The dependency behind such a claim, as of now."""
        match claim.split():
            case ["price"]:
                return on_price(self.offer(sku))
            case ["availability"]:
                return on_availability(self.offer(sku))
            case ["stock"]:
                return on_stock(sku, REGION, self.stock[sku])
            case ["band"]:
                return on_stock_band(sku, REGION, self.stock[sku])
            case ["color"]:
                return on_product(self.product(sku))
            case ["code"]:
                return on_code(sku)
            case ["running"]:
                return on_running(REGION, self.running())
            case _:
                return on_campaign(self.campaign(claim.split()[1]), REGION)

    # The ports' own methods, as far as memory asks them.
    async def offers(self, skus: Sequence[str], region_id: str) -> tuple[Offer, ...]:
        """Of a region."""
        self._up("catalog")
        return tuple(self.offer(sku) for sku in skus if region_id == REGION)

    async def products(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        """Those that exist."""
        self._up("catalog")
        return tuple(self.product(product_id) for product_id in product_ids)

    async def levels(self, skus: Sequence[str], *, region_id: str | None = None) -> tuple[StockLevel, ...]:
        """At one place."""
        self._up("inventory")
        return tuple(StockLevel(sku=sku, location_id="loc", on_hand=self.stock[sku]) for sku in skus)

    async def campaigns(self, *, region_id: str, at: datetime) -> tuple[Campaign, ...]:
        """Those that run."""
        self._up("marketing")
        return tuple(self.running())

    async def promotions(self, *, region_id: str, at: datetime) -> tuple[Promotion, ...]:
        """None."""
        self._up("marketing")
        return ()

    async def code(self, code: str) -> DiscountCode:
        """One that can be used once."""
        self._up("marketing")
        return DiscountCode(code=code, promotion_id="own", usage_limit=1, used=int(code in self.used))

    @property
    def connectors(self) -> Connectors:
        """Its systems."""
        return cast(Connectors, _Ports(catalog=self, inventory=self, marketing=self, orders=self))


@dataclass
class _Ports:
    catalog: Any
    inventory: Any
    marketing: Any
    orders: Any
