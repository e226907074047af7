"""What happened to the cast, and to the neighbours who made a dress the talk of the Northeast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo.cast import (
    CAST,
    INJECTED_PRODUCT_ID,
    INJECTED_REVIEW,
    INJECTED_REVIEW_ID,
    TREND_REGION_ID,
    Persona,
)
from shopgraph.connectors.demo.catalog import Catalog
from shopgraph.connectors.demo.ledger import Ledger
from shopgraph.connectors.demo.marketing import Marketing, code_for, promotion_id
from shopgraph.connectors.demo.markets import MARKET
from shopgraph.connectors.demo.orders import OrderStory
from shopgraph.connectors.demo.seeds import stream
from shopgraph.domain import (
    Address,
    CancelReason,
    Cart,
    CartLine,
    Customer,
    CustomerNote,
    Money,
    PaymentMethod,
    PaymentMethodKind,
    Promotion,
    Review,
    SessionEvent,
    SessionEventKind,
)

_LOADED = {"returner": 5000, "canceler": 20000}
"""What was once put on a gift card, in minor units; the balance is what orders left of it."""
_NEIGHBOURS = 14
_HEELS = (38, 38, 39, 0, 38, 38, 37, 0, 38, 40, 38, 0, 38, 38)
"""Shoe sizes; whoever has a 0 bought none."""
_SIZES = ("M", "S", "M", "L", "M", "XS", "M", "S", "M", "L", "M", "XL", "M", "S")


@dataclass(kw_only=True)
class Stage:
    """The cast's records as they come to be."""

    catalog: Catalog
    marketing: Marketing
    at: datetime
    ledger: Ledger = field(default_factory=Ledger)
    addresses: dict[str, Address] = field(default_factory=dict)

    def ago(self, **time: float) -> datetime:
        """So long before the shop's instant."""
        return self.at - timedelta(**time)

    def address(self, customer_id: str, region_id: str) -> Address:
        """Where somebody lives; the same place every time."""
        if customer_id not in self.addresses:
            self.addresses[customer_id] = MARKET[region_id].address(stream(0, "home", customer_id))
        return self.addresses[customer_id]

    def order(
        self,
        number: int,
        customer_id: str,
        region_id: str,
        items: list[tuple[str, int]],
        placed_at: datetime,
        *,
        gift_card: bool = False,
        promotion: Promotion | None = None,
        code: str | None = None,
        position: int = 0,
    ) -> OrderStory:
        """An order placed on the web."""
        return OrderStory(
            catalog=self.catalog,
            market=MARKET[region_id],
            number=number,
            customer_id=customer_id,
            method_id=_gift_card_id(customer_id) if gift_card else _card_id(customer_id),
            gift_card=gift_card,
            address=self.address(customer_id, region_id),
            items=items,
            placed_at=placed_at,
            promotion=promotion or self.marketing.automatic(region_id, placed_at),
            code=code,
            position=position,
        )

    def delivered(self, story: OrderStory, delivered_at: datetime) -> OrderStory:
        """An order that went the usual way and arrived then."""
        days = (delivered_at - story.placed_at) / 4
        story.process(story.placed_at + days).ship(story.placed_at + 2 * days, estimated_at=delivered_at)
        return story.travel(story.placed_at + 3 * days).deliver(delivered_at)


def play(catalog: Catalog, marketing: Marketing, at: datetime) -> tuple[Dataset, Ledger]:
    """Customers, methods, carts, sessions and notes of the cast, and the ledger of their orders."""
    stage = Stage(catalog=catalog, marketing=marketing, at=at)
    for key, scene in _SCENES.items():
        scene(stage, CAST[key])
    neighbours = [_neighbour(stage, number) for number in range(_NEIGHBOURS)]
    customers = [_customer(stage, persona) for persona in CAST.values()] + neighbours
    methods = [_card(customer) for customer in customers]
    for key, loaded in _LOADED.items():
        persona = CAST[key]
        method_id = _gift_card_id(persona.customer_id)
        balance = loaded - stage.ledger.spent[method_id]
        methods.append(
            PaymentMethod(
                id=method_id,
                customer_id=persona.customer_id,
                kind=PaymentMethodKind.GIFT_CARD,
                balance=Money(amount=balance, currency=MARKET[persona.region_id].currency),
            )
        )
    dataset = Dataset(
        customers=customers,
        payment_methods=methods,
        carts=[_cart(stage)],
        session_events=_session(stage),
        notes=_notes(stage),
        reviews=[_injected_review(stage)],
    )
    return dataset, stage.ledger


def _number(persona: Persona, purpose: str) -> int:
    return int(persona.order_ids[purpose].removeprefix("#D"))


def _tracker(stage: Stage, who: Persona) -> None:
    story = stage.order(
        _number(who, "in_transit"),
        who.customer_id,
        who.region_id,
        [(who.skus["bought"], 1)],
        stage.ago(days=3, hours=4),
    )
    story.process(stage.ago(days=2, hours=10)).ship(stage.ago(days=2), estimated_at=stage.at + timedelta(days=1))
    story.travel(stage.ago(hours=20)).tell(stage.ledger)


def _returner(stage: Stage, who: Persona) -> None:
    items = [(who.skus["first"], 1), (who.skus["second"], 2)]
    story = stage.order(_number(who, "delivered"), who.customer_id, who.region_id, items, stage.ago(days=9))
    stage.delivered(story, stage.ago(days=5)).tell(stage.ledger)


def _exchanger(stage: Stage, who: Persona) -> None:
    story = stage.order(
        _number(who, "delivered"), who.customer_id, who.region_id, [(who.skus["has"], 1)], stage.ago(days=9)
    )
    stage.delivered(story, stage.ago(days=6)).tell(stage.ledger)


def _canceler(stage: Stage, who: Persona) -> None:
    stage.order(
        _number(who, "pending"),
        who.customer_id,
        who.region_id,
        [(who.skus["bought"], 1)],
        stage.ago(hours=5),
        gift_card=True,
    ).tell(stage.ledger)


def _haggler(stage: Stage, who: Persona) -> None:
    trail = promotion_id("trail", who.region_id)
    story = stage.order(
        _number(who, "discounted"),
        who.customer_id,
        who.region_id,
        [(who.skus["bought"], 1)],
        stage.ago(days=12),
        promotion=next(promotion for promotion in stage.marketing.promotions if promotion.id == trail),
        code=code_for("TRAIL10", who.region_id),
    )
    stage.delivered(story, stage.ago(days=8)).tell(stage.ledger)


def _dresser(stage: Stage, who: Persona) -> None:
    story = stage.order(
        _number(who, "heels"), who.customer_id, who.region_id, [(who.skus["bought"], 1)], stage.ago(days=24)
    )
    stage.delivered(story, stage.ago(days=20)).tell(stage.ledger)


def _stranger(stage: Stage, who: Persona) -> None:
    first = stage.order(
        _number(who, "delivered"), who.customer_id, who.region_id, [(who.skus["bought"], 1)], stage.ago(days=18)
    )
    stage.delivered(first, stage.ago(days=14)).tell(stage.ledger)
    second = stage.order(
        _number(who, "processed"),
        who.customer_id,
        who.region_id,
        [("BEESWAX-CANDLES", 2)],
        stage.ago(days=1, hours=6),
        position=1,
    )
    second.process(stage.ago(hours=18)).tell(stage.ledger)


def _late_returner(stage: Stage, who: Persona) -> None:
    story = stage.order(
        _number(who, "delivered"), who.customer_id, who.region_id, [(who.skus["bought"], 1)], stage.ago(days=64)
    )
    stage.delivered(story, stage.ago(days=60)).tell(stage.ledger)


def _complainer(stage: Stage, who: Persona) -> None:
    story = stage.order(
        _number(who, "delivered"), who.customer_id, who.region_id, [(who.skus["bought"], 1)], stage.ago(days=5)
    )
    stage.delivered(story, stage.ago(days=1)).tell(stage.ledger)


def _refunded(stage: Stage, who: Persona) -> None:
    story = stage.order(
        _number(who, "canceled"), who.customer_id, who.region_id, [(who.skus["bought"], 1)], stage.ago(days=3)
    )
    story.cancel(stage.ago(days=2, hours=20), CancelReason.NO_LONGER_NEEDED, refunded=False).tell(stage.ledger)


def _final_sale(stage: Stage, who: Persona) -> None:
    items = [(who.skus["final"], 1), (who.skus["other"], 1)]
    story = stage.order(_number(who, "delivered"), who.customer_id, who.region_id, items, stage.ago(days=6))
    stage.delivered(story, stage.ago(days=3)).tell(stage.ledger)


_SCENES: dict[str, Callable[[Stage, Persona], None]] = {
    "tracker": _tracker,
    "returner": _returner,
    "exchanger": _exchanger,
    "canceler": _canceler,
    "haggler": _haggler,
    "dresser": _dresser,
    "stranger": _stranger,
    "late_returner": _late_returner,
    "complainer": _complainer,
    "refunded": _refunded,
    "final_sale": _final_sale,
}


def _neighbour(stage: Stage, number: int) -> Customer:
    """Somebody in the Northeast who bought the dress within the last two weeks, mostly with the heels."""
    random = stream(0, "neighbour", number)
    market = MARKET[TREND_REGION_ID]
    customer_id = f"cus_neighbour_{number + 1:02d}"
    items = [(f"BLUE-WRAP-DRESS-{_SIZES[number]}", 1)]
    if _HEELS[number]:
        items.append((f"SILVER-HEELS-{_HEELS[number]}", 1))
    placed_at = stage.ago(days=12 - 0.5 * number, hours=random.randrange(1, 9))
    story = stage.order(1000101 + number, customer_id, market.id, items, placed_at)
    stage.delivered(story, placed_at + timedelta(days=4)).tell(stage.ledger)
    given, family = random.choice(market.people.given), random.choice(market.people.family)
    return _profile(stage, customer_id, given, family, f"neighbour{number + 1:02d}@example.com", market.id)


def _customer(stage: Stage, who: Persona) -> Customer:
    return _profile(stage, who.customer_id, who.given_name, who.family_name, who.email, who.region_id)


def _profile(stage: Stage, customer_id: str, given: str, family: str, email: str, region_id: str) -> Customer:
    return Customer(
        id=customer_id,
        given_name=given,
        family_name=family,
        email=email,
        address=stage.address(customer_id, region_id),
        region_id=region_id,
        lifetime_value=Money(amount=stage.ledger.worth[customer_id], currency=MARKET[region_id].currency),
        accepts_marketing=True,
        created_at=stage.ago(days=200),
    )


def _card_id(customer_id: str) -> str:
    return f"pm_{customer_id.removeprefix('cus_')}_card"


def _gift_card_id(customer_id: str) -> str:
    return f"pm_{customer_id.removeprefix('cus_')}_gift"


def _card(customer: Customer) -> PaymentMethod:
    return PaymentMethod(
        id=_card_id(customer.id),
        customer_id=customer.id,
        kind=PaymentMethodKind.CARD,
        brand="visa",
        last_four=f"{stream(0, 'card', customer.id).randrange(10_000):04d}",
    )


def _cart(stage: Stage) -> Cart:
    who = CAST["haggler"]
    return Cart(
        id="cart_haggler",
        customer_id=who.customer_id,
        region_id=who.region_id,
        lines=(CartLine(sku=who.skus["in_cart"], quantity=1, added_at=stage.ago(minutes=25)),),
        created_at=stage.ago(minutes=40),
        updated_at=stage.ago(minutes=25),
    )


def _session(stage: Stage) -> list[SessionEvent]:
    who, dresser = CAST["browser"], CAST["dresser"]
    seen = (
        (who, SessionEventKind.SEARCHED, "headphones for the train", 55),
        (who, SessionEventKind.VIEWED, who.skus["viewed"], 50),
        (who, SessionEventKind.VIEWED, who.skus["other"], 48),
        (who, SessionEventKind.VIEWED, who.skus["viewed"], 35),
        (dresser, SessionEventKind.SEARCHED, "dress for a wedding", 90),
        (dresser, SessionEventKind.VIEWED, "EMERALD-SLIP-DRESS-M", 86),
    )
    return [
        SessionEvent(
            id=f"sev_{person.key}_{count}",
            session_id=f"ses_{person.key}",
            customer_id=person.customer_id,
            kind=kind,
            subject=subject,
            at=stage.ago(minutes=minutes),
        )
        for count, (person, kind, subject, minutes) in enumerate(seen, 1)
    ]


def _notes(stage: Stage) -> list[CustomerNote]:
    who = CAST["complainer"]
    return [
        CustomerNote(
            id="note_complainer_1",
            customer_id=who.customer_id,
            author="system",
            body="Delivery scan mentions a dented carton.",
            order_id=who.order_ids["delivered"],
            created_at=stage.ago(days=1),
        )
    ]


def _injected_review(stage: Stage) -> Review:
    return Review(
        id=INJECTED_REVIEW_ID,
        product_id=INJECTED_PRODUCT_ID,
        rating=5,
        title="Great little speaker",
        body=INJECTED_REVIEW,
        created_at=stage.ago(days=2),
    )
