"""The whole chain, part by part: each part can be loaded once the parts before it are."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo import activity, scenes, stock
from shopgraph.connectors.demo.baskets import Shoppers
from shopgraph.connectors.demo.catalog import build_catalog, offers
from shopgraph.connectors.demo.ledger import Ledger
from shopgraph.connectors.demo.marketing import plan_marketing
from shopgraph.connectors.demo.markets import MARKETS, Market, openings
from shopgraph.connectors.demo.stores import Chain, open_store, populate
from shopgraph.domain import (
    Allocation,
    Cart,
    ClockKind,
    Customer,
    CustomerNote,
    Discount,
    Location,
    LocationKind,
    PaymentMethod,
    Reservation,
    Review,
    SessionEvent,
    ShopMeta,
    StockLevel,
    Store,
)
from shopgraph.errors import InvalidInput

_BATCH = 20
"""Stores in one part."""


def generate(
    *, stores: int, seed: int, at: datetime, progress: Callable[[int, int], None] | None = None
) -> tuple[ShopMeta, Iterator[Dataset]]:
    """Make up a chain of `stores` stores as it stands at `at`; `progress` hears of stores done and stores in all.

    The same arguments make the same chain. Its parts come one after the other, to be loaded in that order.

    Raises:
        InvalidInput: fewer than 1 or more than 9,999 stores, or an instant without time zone.
    """
    if not 1 <= stores <= 9_999:
        raise InvalidInput(f"{stores} stores cannot be made.", remedy="Ask for 1 to 9,999.")
    if at.tzinfo is None:
        raise InvalidInput(f"{at} has no time zone.", remedy="Give an aware instant, such as 2026-06-01T12:00:00Z.")
    at = at.astimezone(UTC)
    meta = ShopMeta(
        id=f"demo-{stores}-{seed}",
        name="Linden & Pine",
        bundle="default",
        default_region_id=MARKETS[0].id,
        seed=seed,
        clock=ClockKind.FIXED,
        clock_at=at,
        created_at=at,
    )
    return meta, _parts(stores, seed, at, progress or (lambda done, of: None))


@dataclass(kw_only=True)
class _Rest:
    """What only makes sense once all orders are told; kept until then."""

    allocations: dict[str, list[Allocation]] = field(default_factory=lambda: defaultdict(list))
    """By location."""
    reservations: dict[str, list[Reservation]] = field(default_factory=lambda: defaultdict(list))
    discounts: list[Discount] = field(default_factory=list)
    carts: list[Cart] = field(default_factory=list)
    notes: list[CustomerNote] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    session_events: list[SessionEvent] = field(default_factory=list)

    def keep(self, ledger: Ledger, extras: Dataset) -> None:
        """Take over what is loaded last."""
        for allocation in ledger.allocations:
            self.allocations[allocation.location_id].append(allocation)
        for reservation in extras.reservations:
            self.reservations[reservation.location_id].append(reservation)
        self.discounts.extend(ledger.discounts)
        self.carts.extend(extras.carts)
        self.notes.extend(extras.notes)
        self.reviews.extend(extras.reviews)
        self.session_events.extend(extras.session_events)


def _parts(stores: int, seed: int, at: datetime, progress: Callable[[int, int], None]) -> Iterator[Dataset]:
    catalog, marketing = build_catalog(), plan_marketing(at)
    chain = Chain(catalog=catalog, marketing=marketing, shoppers=Shoppers(catalog, seed, at), seed=seed, at=at)
    free = {market.id: stock.free_units(catalog, market, seed) for market in MARKETS}
    out = {market.id: stock.sold_out(free[market.id], market, seed) for market in MARKETS}
    opened = [(market, *open_store(number, market, seed)) for number, market in enumerate(openings(stores), 1)]
    yield Dataset(
        regions=[market.region for market in MARKETS],
        locations=[_warehouse(market) for market in MARKETS] + [location for _, _, location in opened],
        stores=[store for _, store, _ in opened],
        products=catalog.products,
        variants=catalog.variants,
        offers=[offer for market in MARKETS for offer in offers(catalog, market.id, out=out[market.id])],
        promotions=marketing.promotions,
        campaigns=marketing.campaigns,
    )
    rest = _Rest()
    cast, ledger = scenes.play(catalog, marketing, at)
    rest.keep(ledger, cast)
    yield _people(cast, ledger)
    numbered = list(enumerate(opened, 1))
    for start in range(0, stores, _BATCH):
        yield _batch(chain, numbered[start : start + _BATCH], rest, out)
        progress(min(start + _BATCH, stores), stores)
    used = Counter(discount.code for discount in rest.discounts if discount.code is not None)
    yield Dataset(
        codes=marketing.redeemable(used),
        stock_levels=[
            level
            for market in MARKETS
            for level in stock.warehouse_levels(
                market,
                free[market.id],
                out[market.id],
                at,
                allocations=rest.allocations[market.warehouse_id],
                reservations=rest.reservations[market.warehouse_id],
            )
        ],
        allocations=[allocation for rows in rest.allocations.values() for allocation in rows],
        carts=rest.carts,
        reservations=[reservation for rows in rest.reservations.values() for reservation in rows],
        discounts=rest.discounts,
        notes=rest.notes,
        reviews=[*rest.reviews, *activity.reviews(chain)],
        session_events=rest.session_events,
    )


def _batch(
    chain: Chain,
    numbered: list[tuple[int, tuple[Market, Store, Location]]],
    rest: _Rest,
    out: dict[str, dict[str, bool]],
) -> Dataset:
    ledger = Ledger()
    customers: list[Customer] = []
    methods: list[PaymentMethod] = []
    levels: list[StockLevel] = []
    for number, (market, store, location) in numbered:
        profiles, persons = populate(chain, number, market, store, ledger)
        customers.extend(profiles.customers)
        methods.extend(profiles.payment_methods)
        levels.extend(stock.store_levels(chain.catalog, market, location.id, out[market.id], chain.seed))
        rest.keep(Ledger(), activity.around(chain, number, market, persons))
    rest.keep(ledger, Dataset())
    people = _people(Dataset(customers=customers, payment_methods=methods), ledger)
    people.stock_levels = levels
    return people


def _people(profiles: Dataset, ledger: Ledger) -> Dataset:
    return Dataset(
        customers=profiles.customers,
        payment_methods=profiles.payment_methods,
        orders=ledger.orders,
        intents=ledger.intents,
        refunds=ledger.refunds,
        fulfillments=ledger.fulfillments,
        fulfillment_events=ledger.fulfillment_events,
        returns=ledger.returns,
        exchanges=ledger.exchanges,
    )


def _warehouse(market: Market) -> Location:
    return Location(
        id=market.warehouse_id,
        name=f"{market.region.name} warehouse",
        region_id=market.id,
        kind=LocationKind.WAREHOUSE,
    )
