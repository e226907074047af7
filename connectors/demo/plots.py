"""How an order's life goes: one plot per order, so that every store has seen every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from shopgraph.connectors.demo.catalog import Catalog
from shopgraph.connectors.demo.orders import OrderStory
from shopgraph.domain import CancelReason, Exchange, ItemCondition, Return, ReturnReason

_REASONS = (
    ReturnReason.UNWANTED,
    ReturnReason.WRONG_SIZE,
    ReturnReason.WRONG_SIZE,
    ReturnReason.DAMAGED,
    ReturnReason.NOT_AS_DESCRIBED,
)


@dataclass(frozen=True, kw_only=True)
class Plot:
    """When such an order was placed, and what happened afterwards."""

    count: int
    """How many of a store's sixty orders go this way."""
    hours_ago: tuple[float, float]
    """When it was placed: hours before the shop's instant, from and to."""
    unfold: Callable[[OrderStory, Random, datetime], None]
    in_store: bool = False
    """Bought at the counter and carried home."""
    returnable: bool = False
    """Needs something that may come back and of which there are other variants."""
    paid_anew: bool = False
    """Needs a second way to pay."""


def _hours(random: Random, low: float, high: float) -> timedelta:
    return timedelta(seconds=int(random.uniform(low, high) * 3600))


def _pending(story: OrderStory, random: Random, at: datetime) -> None:
    """Nothing has happened yet."""


def _processed(story: OrderStory, random: Random, at: datetime) -> None:
    story.process(story.placed_at + _hours(random, 2, 18))


def _shipped(story: OrderStory, random: Random, at: datetime) -> None:
    _processed(story, random, at)
    shipped_at = story.placed_at + _hours(random, 20, 40)
    story.ship(shipped_at, estimated_at=at + _hours(random, 10, 50))
    if random.random() < 0.7:
        story.travel(shipped_at + (at - shipped_at) * random.uniform(0.2, 0.9))


def _delivered(story: OrderStory, random: Random, at: datetime) -> None:
    _processed(story, random, at)
    low, high = story.market.delivery_days
    shipped_at = story.placed_at + _hours(random, 20, 40)
    days = timedelta(days=random.randint(low, high)) + _hours(random, 4, 9)
    story.ship(shipped_at, estimated_at=shipped_at + days)
    story.travel(shipped_at + days / 2).deliver(shipped_at + days)


def _sold_in_store(story: OrderStory, random: Random, at: datetime) -> None:
    story.process(story.placed_at).deliver(story.placed_at)


def _canceled(story: OrderStory, random: Random, at: datetime) -> None:
    reason = random.choice((CancelReason.NO_LONGER_NEEDED, CancelReason.ORDERED_BY_MISTAKE))
    canceled_at = story.placed_at + _hours(random, 0.2, 9)
    story.cancel(canceled_at, reason, refunded=at - canceled_at > timedelta(days=5))


def _paid_anew(story: OrderStory, random: Random, at: datetime) -> None:
    method_id, gift_card = story.other_method
    changed_at = story.placed_at + (at - story.placed_at) * random.uniform(0.2, 0.9)
    story.change_payment(changed_at, method_id, gift_card=gift_card)


def _swapped(story: OrderStory, random: Random, at: datetime) -> None:
    line = next(line for line in story.lines if is_returnable(story.catalog, line.sku))
    changed_at = story.placed_at + (at - story.placed_at) * random.uniform(0.2, 0.9)
    story.swap(changed_at, line.position, _other_form(story, random, line.sku))


def _return_requested(story: OrderStory, random: Random, at: datetime) -> Return:
    line = next(line for line in story.lines if is_returnable(story.catalog, line.sku))
    count = random.randint(1, line.ordered_quantity)
    asked_at = _asked_at(story, random, at)
    return story.request_return(asked_at, [(line.position, count, random.choice(_REASONS))])


def _returning(story: OrderStory, random: Random, at: datetime) -> None:
    _delivered(story, random, at)
    _return_requested(story, random, at)


def _return_received(story: OrderStory, random: Random, at: datetime) -> None:
    _delivered(story, random, at)
    record = _return_requested(story, random, at)
    reason = record.items[0].reason
    condition = ItemCondition.DAMAGED if reason is ReturnReason.DAMAGED else ItemCondition.NEW
    story.receive(min(record.requested_at + _hours(random, 70, 140), at), condition)


def _return_refunded(story: OrderStory, random: Random, at: datetime) -> None:
    _delivered(story, random, at)
    record = _return_requested(story, random, at)
    received_at = min(record.requested_at + _hours(random, 70, 140), at)
    refunded_at = min(received_at + _hours(random, 2, 40), at)
    story.receive(received_at).refund_return(refunded_at, done=at - refunded_at > timedelta(days=5))


def _exchange_requested(story: OrderStory, random: Random, at: datetime) -> Exchange:
    line = next(line for line in story.lines if is_returnable(story.catalog, line.sku))
    return story.request_exchange(_asked_at(story, random, at), line.position, _other_form(story, random, line.sku))


def _exchanging(story: OrderStory, random: Random, at: datetime) -> None:
    _delivered(story, random, at)
    _exchange_requested(story, random, at)


def _exchange_completed(story: OrderStory, random: Random, at: datetime) -> None:
    _delivered(story, random, at)
    exchange = _exchange_requested(story, random, at)
    story.complete_exchange(min(exchange.requested_at + _hours(random, 90, 200), at))


def is_returnable(catalog: Catalog, sku: str) -> bool:
    """Whether a variant may come back, and another could take its place."""
    product = catalog.by_id[catalog.by_sku[sku].product_id]
    return not product.final_sale and len(catalog.forms[product.id]) > 1


def _other_form(story: OrderStory, random: Random, sku: str) -> str:
    forms = story.catalog.forms[story.catalog.by_sku[sku].product_id]
    return random.choice([form.sku for form in forms if form.sku != sku])


def _asked_at(story: OrderStory, random: Random, at: datetime) -> datetime:
    """Within nine days of delivery: every market takes goods back that long."""
    delivered_at = story.delivered_at or at
    return min(delivered_at + timedelta(days=random.randint(1, 9)), at)


_DAY = 24.0
_SOON, _SEASON, _LONG_AGO = 11 * _DAY, 60 * _DAY, 540 * _DAY

PLOTS: tuple[Plot, ...] = (
    Plot(count=2, hours_ago=(0.3, 18), unfold=_pending),
    Plot(count=1, hours_ago=(4, 18), unfold=_paid_anew, paid_anew=True),
    Plot(count=1, hours_ago=(4, 18), unfold=_swapped, returnable=True),
    Plot(count=2, hours_ago=(20, 40), unfold=_processed),
    Plot(count=4, hours_ago=(48, 80), unfold=_shipped),
    Plot(count=4, hours_ago=(12, _LONG_AGO), unfold=_canceled),
    Plot(count=5, hours_ago=(10 * _DAY, 14 * _DAY), unfold=_delivered),
    Plot(count=8, hours_ago=(_SOON, _SEASON), unfold=_delivered),
    Plot(count=10, hours_ago=(_SEASON, _LONG_AGO), unfold=_delivered),
    Plot(count=3, hours_ago=(1, 14 * _DAY), unfold=_sold_in_store, in_store=True),
    Plot(count=12, hours_ago=(14 * _DAY, _LONG_AGO), unfold=_sold_in_store, in_store=True),
    Plot(count=1, hours_ago=(10 * _DAY, 18 * _DAY), unfold=_returning, returnable=True),
    Plot(count=1, hours_ago=(18 * _DAY, 24 * _DAY), unfold=_return_received, returnable=True),
    Plot(count=3, hours_ago=(24 * _DAY, _LONG_AGO), unfold=_return_refunded, returnable=True),
    Plot(count=1, hours_ago=(10 * _DAY, 18 * _DAY), unfold=_exchanging, returnable=True),
    Plot(count=2, hours_ago=(24 * _DAY, _LONG_AGO), unfold=_exchange_completed, returnable=True),
)
"""Sixty orders. Parcels take at most eight days, so what was placed ten days ago has arrived."""
