"""The plan of a day: who writes what, when. Made from a shop's records and a seed; the same ones give the same plan."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from pydantic import TypeAdapter

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import Channel, Order, OrderStatus, Value
from shopgraph.evals.day import words

DAY_S = 86_400
_HOURS = (4, 3, 2, 2, 2, 3, 6, 12, 22, 34, 40, 44, 52, 46, 40, 40, 44, 54, 70, 88, 96, 72, 36, 14)
"""How many write in each hour of a customer's own day: few at night, most in the evening."""
_RUSHES = ((9 * 3600, 0.05), (20 * 3600, 0.09))
"""Moments at which an offer begins (local seconds), and the share of all who then write within a few minutes."""
_RUSH_S = 600
_GUESTS = 0.25
_TONGUE = 0.5
"""Of those whose region has a language of its own, how many write in it."""
_OFFSETS_H = {"de": 2, "fr": 2, "uk": 1, "jp": 9, "kw": 3, "us-northeast": -4, "us-midwest": -5, "us-south": -5}
_OFFSETS_H |= {"us-west": -7}
_MIX = (
    ("cancel", 10.5),
    ("return", 9.5),
    ("address", 10.0),
    ("status", 17.0),
    ("product", 11.0),
    ("shopping", 9.0),
    ("open", 11.5),
    ("refund", 4.0),
    ("late", 2.0),
    ("too_late", 2.0),
    ("people", 2.0),
    ("small", 2.5),
    ("attack", 2.5),
)
"""Conversations of a kind in a hundred or so."""
_TALKS = {
    "cancel": words.CANCEL,
    "return": words.RETURN,
    "address": words.ADDRESS,
    "status": words.STATUS,
    "product": words.PRODUCT,
    "shopping": words.SHOPPING,
    "open": words.OPEN,
    "refund": words.REFUND,
    "late": words.LATE,
    "too_late": words.TOO_LATE,
    "people": words.PEOPLE,
    "small": words.SMALL,
    "attack": words.ATTACKS,
}
_OWN_ORDER = frozenset({"cancel", "return", "address", "status", "refund", "late", "too_late"})


class Talk(Value):
    """One conversation of the day."""

    number: int
    kind: str
    at_s: float
    """When it begins: seconds of the day."""
    customer_id: str
    """Empty for a guest."""
    region_id: str
    channel: Channel
    turns: tuple[str, ...]


TALKS = TypeAdapter(tuple[Talk, ...])


class _Stock:
    """Orders by what can be said of them, drawn without repetition as long as there are any."""

    def __init__(self, records: Dataset, at: datetime, draw: random.Random) -> None:
        self._draw = draw
        self.orders = list(records.orders)
        draw.shuffle(self.orders)
        sent_back = {each.order_id for each in records.returns} | {each.order_id for each in records.exchanges}
        fresh, old = at - timedelta(days=13), at - timedelta(days=61)
        # Once its items were changed, an order is neither changed nor canceled.
        pending = [o for o in self.orders if o.status is OrderStatus.PENDING and o.items_changed_at is None]
        half = (len(pending) + 1) // 2
        self.by_kind: dict[str, list[Order]] = {
            "cancel": pending[:half],
            "address": pending[half:],
            "return": [o for o in self.orders if _delivered(o, after=fresh) and o.id not in sent_back and _plain(o)],
            "refund": [o for o in self.orders if o.status is OrderStatus.CANCELED],
            "late": [o for o in self.orders if _delivered(o, before=old)],
            "too_late": [o for o in self.orders if o.status is OrderStatus.SHIPPED],
            "status": self.orders,
        }
        self._next = dict.fromkeys(self.by_kind, 0)

    def take(self, kind: str) -> tuple[Order, bool]:
        """An order for this kind of talk, and whether it was never taken before."""
        orders = self.by_kind.get(kind) or self.orders
        place = self._next.get(kind, 0)
        self._next[kind] = place + 1
        return orders[place % len(orders)], place < len(orders)


def _delivered(order: Order, *, after: datetime | None = None, before: datetime | None = None) -> bool:
    at = order.delivered_at
    return at is not None and (after is None or at > after) and (before is None or at < before)


def _plain(order: Order) -> bool:
    """Whether it was sent to somebody, and holds nothing on final sale."""
    return order.channel is not Channel.STORE and not any(line.final_sale for line in order.lines)


def make_plan(records: Dataset, *, requests: int, seed: int, at: datetime) -> tuple[Talk, ...]:
    """Talks with so many turns in all, in the order in which they begin.

    Args:
        at: the noon of the day.
    """
    draw = random.Random(f"day:{seed}")  # noqa: S311 - a reproducible draw, no secret
    talks = []
    count = 0
    for number, talk in enumerate(_talks(records, draw, at)):
        turns = talk.turns[: requests - count]
        talks.append(talk.model_copy(update={"number": number, "turns": turns}))
        count += len(turns)
        if count >= requests:
            break
    return tuple(sorted(talks, key=lambda each: each.at_s))


def _talks(records: Dataset, draw: random.Random, at: datetime) -> Iterator[Talk]:
    stock = _Stock(records, at, draw)
    titles = [product.title for product in records.products]
    kinds, weights = zip(*_MIX, strict=True)
    while True:
        kind = draw.choices(kinds, weights)[0]
        order, fresh = stock.take(kind)
        if not fresh and kind in ("cancel", "return"):
            # What was called off or sent back is so once; parcels can be redirected again and again.
            kind = "address"
            order, fresh = stock.take(kind)
        yield _talk(kind, order, titles, stock, draw)


def _talk(kind: str, order: Order, titles: Sequence[str], stock: _Stock, draw: random.Random) -> Talk:
    region = order.region_id
    chosen: Iterable[str] = draw.choice(_TALKS[kind])
    own_tongue = words.FOREIGN.get(region, ())
    if own_tongue and kind in ("status", "product", "shopping", "open") and draw.random() < _TONGUE:
        chosen = draw.choice(own_tongue)
    guest = kind not in _OWN_ORDER and draw.random() < _GUESTS
    said = {
        "order": order.id,
        "digits": order.id.strip("#D"),
        "title": order.lines[0].title.lower() if order.lines else "",
        "foreign": draw.choice(stock.orders).id,
        "product": draw.choice(titles).lower(),
        "address": draw.choice(words.ADDRESSES.get(region, ("{n} High Street",))).format(n=draw.randint(1, 99)),
    }
    return Talk(
        number=0,
        kind=kind,
        at_s=_moment(region, draw),
        customer_id="" if guest else order.customer_id,
        region_id=region,
        channel=draw.choices((Channel.WEB, Channel.APP), (3, 2))[0],
        turns=tuple(turn.format(**said) for turn in chosen),
    )


def _moment(region_id: str, draw: random.Random) -> float:
    """When somebody of that region writes, in seconds of the day in UTC."""
    rush = draw.random()
    for begins, share in _RUSHES:
        if rush < share:
            local = begins + draw.expovariate(3 / _RUSH_S)
            break
        rush -= share
    else:
        hour = draw.choices(range(24), _HOURS)[0]
        local = hour * 3600 + draw.random() * 3600
    return round((local - _OFFSETS_H.get(region_id, 0) * 3600) % DAY_S, 3)
