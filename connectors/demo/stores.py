"""A store and its people: customers, how they pay, what they bought and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo.baskets import Shoppers
from shopgraph.connectors.demo.catalog import Catalog
from shopgraph.connectors.demo.ledger import Ledger
from shopgraph.connectors.demo.marketing import Marketing
from shopgraph.connectors.demo.markets import Market
from shopgraph.connectors.demo.names import ascii_slug
from shopgraph.connectors.demo.orders import OrderStory
from shopgraph.connectors.demo.plots import PLOTS, Plot, is_returnable
from shopgraph.connectors.demo.seeds import stream
from shopgraph.domain import (
    Address,
    Channel,
    Customer,
    Location,
    LocationKind,
    Money,
    PaymentMethod,
    PaymentMethodKind,
    Promotion,
    Store,
)

CUSTOMERS = 25
_SPOTS = (
    "High Street", "Harbourside", "Old Mill", "Market Hall", "Station Yard", "Riverside", "Garden Quarter", "Arcade",
    "Northgate", "Foundry", "Lakeside", "Theatre Square", "Westend", "Ropewalk", "Orchard", "Cathedral Row",
)  # fmt: skip
_FIRST_ORDER = 2_000_000
_STEP = {"USD": 2500, "GBP": 2000, "EUR": 2500, "JPY": 3000, "KWD": 10_000}
"""Gift cards are sold in multiples of this, in minor units."""
_VIP = {"USD": 90_000, "GBP": 70_000, "EUR": 85_000, "JPY": 130_000, "KWD": 280_000}
"""Lifetime value from which somebody is a very important customer, in minor units."""


@dataclass(kw_only=True)
class Person:
    """A customer in the making."""

    id: str
    given: str
    family: str
    address: Address
    tastes: list[str]
    methods: list[tuple[str, PaymentMethodKind]]
    orders: list[OrderStory] = field(default_factory=list)

    def another_card(self) -> tuple[str, PaymentMethodKind]:
        """Get a second card."""
        self.methods.append((f"pm_{self.id.removeprefix('cus_')}_2", PaymentMethodKind.CARD))
        return self.methods[-1]


@dataclass(frozen=True, kw_only=True)
class Chain:
    """What all stores of a shop share."""

    catalog: Catalog
    marketing: Marketing
    shoppers: Shoppers
    seed: int
    at: datetime


def open_store(number: int, market: Market, seed: int) -> tuple[Store, Location]:
    """The store of that number and the location of its stock."""
    random = stream(seed, "store", number)
    address = market.address(random)
    name = f"Linden & Pine {address.city} {_SPOTS[number % len(_SPOTS)]}"
    location = Location(id=f"loc_st_{number:04d}", name=name, region_id=market.id, kind=LocationKind.STORE)
    store = Store(id=f"sto_{number:04d}", name=name, region_id=market.id, location_id=location.id, address=address)
    return store, location


def populate(chain: Chain, number: int, market: Market, store: Store, ledger: Ledger) -> tuple[Dataset, list[Person]]:
    """The customers of a store and how they pay; their orders go to the ledger."""
    random = stream(chain.seed, "people", number)
    people = [_person(chain, random, market, number * CUSTOMERS + index) for index in range(CUSTOMERS)]
    plots = [plot for plot in PLOTS for _ in range(plot.count)]
    weights = [random.paretovariate(1.2) for _ in people]
    for index, plot in enumerate(plots):
        person = random.choices(people, weights=weights)[0]
        number_of_order = _FIRST_ORDER + number * 100 + index
        person.orders.append(_order(chain, random, market, store, person, plot, number_of_order))
    customers: list[Customer] = []
    methods: list[PaymentMethod] = []
    for person in people:
        person.orders.sort(key=lambda story: (story.placed_at, story.number))
        for position, story in enumerate(person.orders):
            story.position = position
            story.tell(ledger)
        customers.append(_customer(chain, random, market, person, ledger))
        methods.extend(_methods(random, market, person, ledger))
    return Dataset(customers=customers, payment_methods=methods), people


def _person(chain: Chain, random: Random, market: Market, number: int) -> Person:
    tail = f"{number + 1:06d}"
    methods = [(f"pm_{tail}_1", PaymentMethodKind.CARD if random.random() < 0.75 else PaymentMethodKind.PAYPAL)]
    if random.random() < 0.25:
        methods.append((f"pm_{tail}_2", PaymentMethodKind.CARD))
    if random.random() < 0.25:
        methods.append((f"pm_{tail}_3", PaymentMethodKind.GIFT_CARD))
    return Person(
        id=f"cus_{tail}",
        given=random.choice(market.people.given),
        family=random.choice(market.people.family),
        address=market.address(random),
        tastes=chain.shoppers.tastes(random),
        methods=methods,
    )


def _order(
    chain: Chain, random: Random, market: Market, store: Store, person: Person, plot: Plot, number: int
) -> OrderStory:
    placed_at = chain.at - timedelta(seconds=int(random.uniform(*plot.hours_ago) * 3600))
    if plot.in_store:
        placed_at = _in_opening_hours(random, placed_at, market, chain.at)
    promotion, code = _price_cut(chain, random, market, placed_at)
    method_id, kind = random.choice(person.methods)
    others = [method for method in person.methods if method[0] != method_id]
    if plot.paid_anew and not others:
        others = [person.another_card()]
    other_id, other_kind = others[0] if others else ("", PaymentMethodKind.CARD)
    items = chain.shoppers.basket(random, person.tastes, market.id, placed_at)
    while plot.returnable and not any(is_returnable(chain.catalog, sku) for sku, _ in items):
        items = chain.shoppers.basket(random, person.tastes, market.id, placed_at)
    story = OrderStory(
        catalog=chain.catalog,
        market=market,
        number=number,
        customer_id=person.id,
        method_id=method_id,
        gift_card=kind is PaymentMethodKind.GIFT_CARD,
        other_method=(other_id, other_kind is PaymentMethodKind.GIFT_CARD),
        address=store.address if plot.in_store else person.address,
        items=items,
        placed_at=placed_at,
        channel=Channel.STORE if plot.in_store else random.choice((Channel.WEB, Channel.WEB, Channel.APP)),
        store_id=store.id if plot.in_store else None,
        promotion=promotion,
        code=code,
    )
    plot.unfold(story, random, chain.at)
    return story


def _in_opening_hours(random: Random, about: datetime, market: Market, latest: datetime) -> datetime:
    """The same local day between ten and seven, or the day before when that is still to come."""
    local = about.astimezone(market.zone)
    opened = local.replace(hour=random.randrange(10, 19), minute=random.randrange(60), second=0, microsecond=0)
    moment = opened.astimezone(UTC)
    return moment if moment <= latest else (opened - timedelta(days=1)).astimezone(UTC)


def _price_cut(
    chain: Chain, random: Random, market: Market, placed_at: datetime
) -> tuple[Promotion | None, str | None]:
    running = chain.marketing.running(market.id, placed_at)
    with_code = [promotion for promotion in running if promotion.id in chain.marketing.codes]
    if with_code and random.random() < 0.3:
        return with_code[0], chain.marketing.codes[with_code[0].id]
    return chain.marketing.automatic(market.id, placed_at), None


def _customer(chain: Chain, random: Random, market: Market, person: Person, ledger: Ledger) -> Customer:
    worth = ledger.worth[person.id]
    since = person.orders[0].placed_at if person.orders else chain.at - timedelta(days=random.randrange(1, 300))
    created_at = since - timedelta(minutes=random.randrange(5, 60 * 24 * 90))
    segments = []
    if chain.at - created_at < timedelta(days=90):
        segments.append("new")
    if len(person.orders) >= 4:
        segments.append("loyal")
    if worth >= _VIP[market.currency]:
        segments.append("vip")
    number = person.id.removeprefix("cus_").lstrip("0")
    return Customer(
        id=person.id,
        given_name=person.given,
        family_name=person.family,
        email=f"{ascii_slug(person.given)}.{ascii_slug(person.family)}{number}@example.com",
        address=person.address,
        region_id=market.id,
        segments=tuple(segments),
        lifetime_value=Money(amount=worth, currency=market.currency),
        accepts_marketing=random.random() < 0.6,
        created_at=created_at,
    )


def _methods(random: Random, market: Market, person: Person, ledger: Ledger) -> list[PaymentMethod]:
    rows: list[PaymentMethod] = []
    for method_id, kind in person.methods:
        card = kind is PaymentMethodKind.CARD
        balance = None
        if kind is PaymentMethodKind.GIFT_CARD:
            step, spent = _STEP[market.currency], ledger.spent[method_id]
            loaded = -(-spent // step) * step + step * random.randrange(0, 3)
            balance = Money(amount=loaded - spent, currency=market.currency)
        rows.append(
            PaymentMethod(
                id=method_id,
                customer_id=person.id,
                kind=kind,
                brand=random.choice(("visa", "mastercard", "amex")) if card else "",
                last_four=f"{random.randrange(10_000):04d}" if card else "",
                balance=balance,
            )
        )
    return rows
