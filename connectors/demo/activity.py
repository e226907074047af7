"""The small talk of a shop: reviews, notes about customers, browsing sessions, open carts."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo.markets import Market
from shopgraph.connectors.demo.seeds import stream
from shopgraph.connectors.demo.stores import Chain, Person
from shopgraph.domain import (
    Cart,
    CartLine,
    CustomerNote,
    OrderStatus,
    Reservation,
    Review,
    SessionEvent,
    SessionEventKind,
)

_PRAISE = (
    ("Exactly as described", "{title} arrived when they said, and is as good as the pictures."),
    ("Would buy again", "Bought one, used it for a month, bought a second for my sister."),
    ("Better than expected", "The {material} feels like it costs twice as much."),
    ("Lovely thing", "I use it nearly every day. No complaints at all."),
    ("Good value", "Not the lowest price in town, but the {material} is honest and the finish is clean."),
    ("My favourite this year", "{title}: everybody asks where it is from."),
)
_MIDDLING = (
    ("Fine", "Does what it should. The box was bigger than it needed to be."),
    ("Good, with a but", "I like the {material}; the colour is a shade darker than on my screen."),
    ("Took a while", "Nice, but it came two days later than promised."),
)
_GRUMBLE = (
    ("Not for me", "Sent it back. Well made, wrong for me."),
    ("Expected more", "For this price I had hoped for better {material}."),
)
_NOTES = (
    "Prefers to be written to, not called.",
    "Asked whether gift wrapping is possible; told yes, at no charge.",
    "Phoned about opening hours.",
    "Usually collects at the store on Saturdays.",
    "Asked for the invoice again; sent.",
    "Mentioned moving house next month; address not changed yet.",
    "Very happy with the repair of a zip.",
)
_SEARCHES = {
    "evening": "dress for a wedding",
    "everyday": "linen shirt",
    "office": "desk lamp",
    "travel": "weekend bag",
    "camping": "tent for two",
    "running": "trail shoes",
    "coffee": "coffee maker",
    "cooking": "cast iron pan",
    "baking": "proofing basket",
    "home": "reading lamp",
    "selfcare": "bath towels",
    "garden": "pruning shears",
    "music": "turntable",
    "kids": "wooden train",
}


def reviews(chain: Chain) -> list[Review]:
    """A few reviews of every product, by shoppers who left no name."""
    rows: list[Review] = []
    for product in chain.catalog.products:
        random = stream(chain.seed, "reviews", product.id)
        for count in range(1, random.randrange(3, 9)):
            rating = random.choices((5, 4, 3, 2, 1), weights=(45, 30, 13, 8, 4))[0]
            pool = _PRAISE if rating >= 4 else _MIDDLING if rating == 3 else _GRUMBLE
            title, body = random.choice(pool)
            rows.append(
                Review(
                    id=f"rev_{product.id.removeprefix('prd_')}_{count}",
                    product_id=product.id,
                    rating=rating,
                    title=title,
                    body=body.format(title=product.title, material=product.attributes["material"]),
                    created_at=chain.at - timedelta(minutes=random.randrange(60, 60 * 24 * 500)),
                )
            )
    return rows


def around(chain: Chain, number: int, market: Market, people: list[Person]) -> Dataset:
    """Notes, sessions of the last hours and open carts of a store's customers."""
    random = stream(chain.seed, "activity", number)
    notes = [_note(chain, random, person) for person in random.sample(people, 6)]
    events = [event for person in random.sample(people, 4) for event in _session(chain, random, person)]
    carts, reservations = [], []
    for person in random.sample(people, 3):
        cart = _cart(chain, random, market, person)
        carts.append(cart)
        if random.random() < 0.4:
            reservations.append(_reservation(chain, market, cart))
    return Dataset(notes=notes, session_events=events, carts=carts, reservations=reservations)


def _note(chain: Chain, random: Random, person: Person) -> CustomerNote:
    canceled = [story for story in person.orders if story.status is OrderStatus.CANCELED]
    created_at = chain.at - timedelta(minutes=random.randrange(60, 60 * 24 * 200))
    author, body, order_id = f"staff_{random.randrange(1, 40):03d}", random.choice(_NOTES), None
    if canceled and canceled[-1].canceled_at is not None:
        author, order_id = "system", canceled[-1].id
        body, created_at = f"Order {order_id} was canceled by the customer.", canceled[-1].canceled_at
    return CustomerNote(
        id=f"note_{person.id.removeprefix('cus_')}",
        customer_id=person.id,
        author=author,
        body=body,
        order_id=order_id,
        created_at=created_at,
    )


def _session(chain: Chain, random: Random, person: Person) -> list[SessionEvent]:
    theme = person.tastes[0]
    began = chain.at - timedelta(minutes=random.randrange(20, 60 * 8))
    seen: list[tuple[SessionEventKind, str]] = [(SessionEventKind.SEARCHED, _SEARCHES[theme])]
    for _ in range(random.randrange(1, 5)):
        product = random.choice(chain.catalog.themes[theme])
        seen.append((SessionEventKind.VIEWED, random.choice(chain.catalog.forms[product.id]).sku))
    if random.random() < 0.3:
        seen.append((SessionEventKind.ADDED_TO_CART, seen[-1][1]))
    tail = person.id.removeprefix("cus_")
    return [
        SessionEvent(
            id=f"sev_{tail}_{count}",
            session_id=f"ses_{tail}",
            customer_id=person.id,
            kind=kind,
            subject=subject,
            at=began + timedelta(minutes=2 * count),
        )
        for count, (kind, subject) in enumerate(seen, 1)
    ]


def _cart(chain: Chain, random: Random, market: Market, person: Person) -> Cart:
    updated_at = chain.at - timedelta(minutes=random.randrange(5, 60 * 30))
    basket = chain.shoppers.basket(random, person.tastes, market.id, updated_at)
    codes = [
        chain.marketing.codes[p.id]
        for p in chain.marketing.running(market.id, chain.at)
        if p.id in chain.marketing.codes
    ]
    return Cart(
        id=f"cart_{person.id.removeprefix('cus_')}",
        customer_id=person.id,
        region_id=market.id,
        lines=tuple(CartLine(sku=sku, quantity=quantity, added_at=updated_at) for sku, quantity in basket),
        codes=tuple(codes[:1]) if random.random() < 0.2 else (),
        created_at=updated_at - timedelta(minutes=random.randrange(1, 30)),
        updated_at=updated_at,
    )


def _reservation(chain: Chain, market: Market, cart: Cart) -> Reservation:
    line = cart.lines[0]
    return Reservation(
        id=f"rsv_{cart.id.removeprefix('cart_')}",
        sku=line.sku,
        location_id=market.warehouse_id,
        cart_id=cart.id,
        quantity=line.quantity,
        expires_at=chain.at + timedelta(minutes=20),
    )
