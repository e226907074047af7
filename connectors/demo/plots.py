"""How an order's life goes: one plot per order, so that every store has seen every kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from shopgraph.connectors.demo.orders import OrderStory
from shopgraph.domain import CancelReason, ItemCondition, ReturnReason

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


def _swapped(story: OrderStory, random: Random, at: datetime) -> None:
    line = story.lines[0]
    others = [form for form in story.catalog.forms[line.product_id] if form.sku != line.sku]
    if others:
        changed_at = story.placed_at + (at - story.placed_at) * random.uniform(0.2, 0.9)
        story.swap(changed_at, 0, random.choice(others).sku)


def _return_requested(story: OrderStory, random: Random, at: datetime) -> None:
    _delivered(story, random, at)
    back = [line for line in story.lines if not line.final_sale]
    if not back or story.delivered_at is None:
        return
    line = random.choice(back)
    count = random.randint(1, line.ordered_quantity)
    after = min(timedelta(days=random.randint(1, 9)), at - story.delivered_at)
    story.request_return(story.delivered_at + after, [(line.position, count, random.choice(_REASONS))])


def _return_received(story: OrderStory, random: Random, at: datetime) -> None:
    _return_requested(story, random, at)
    if story.returned is None:
        return
    reason = story.returned.items[0].reason
    condition = ItemCondition.DAMAGED if reason is ReturnReason.DAMAGED else ItemCondition.NEW
    story.receive(min(story.returned.requested_at + _hours(random, 70, 140), at), condition)


def _return_refunded(story: OrderStory, random: Random, at: datetime) -> None:
    _return_received(story, random, at)
    if story.returned is None or story.returned.received_at is None:
        return
    refunded_at = min(story.returned.received_at + _hours(random, 2, 40), at)
    story.refund_return(refunded_at, done=at - refunded_at > timedelta(days=5))


def _exchange_requested(story: OrderStory, random: Random, at: datetime) -> None:
    _delivered(story, random, at)
    for line in story.lines:
        others = [form for form in story.catalog.forms[line.product_id] if form.sku != line.sku]
        if others and not line.final_sale and story.delivered_at is not None:
            after = min(timedelta(days=random.randint(1, 9)), at - story.delivered_at)
            story.request_exchange(story.delivered_at + after, line.position, random.choice(others).sku)
            return


def _exchange_completed(story: OrderStory, random: Random, at: datetime) -> None:
    _exchange_requested(story, random, at)
    if story.exchange is not None:
        story.complete_exchange(min(story.exchange.requested_at + _hours(random, 90, 200), at))


_DAY = 24.0
_SOON, _SEASON, _LONG_AGO = 11 * _DAY, 60 * _DAY, 540 * _DAY

PLOTS: tuple[Plot, ...] = (
    Plot(count=3, hours_ago=(0.3, 18), unfold=_pending),
    Plot(count=1, hours_ago=(4, 18), unfold=_swapped),
    Plot(count=2, hours_ago=(20, 40), unfold=_processed),
    Plot(count=4, hours_ago=(48, 80), unfold=_shipped),
    Plot(count=4, hours_ago=(12, _LONG_AGO), unfold=_canceled),
    Plot(count=5, hours_ago=(10 * _DAY, 14 * _DAY), unfold=_delivered),
    Plot(count=8, hours_ago=(_SOON, _SEASON), unfold=_delivered),
    Plot(count=10, hours_ago=(_SEASON, _LONG_AGO), unfold=_delivered),
    Plot(count=3, hours_ago=(1, 14 * _DAY), unfold=_sold_in_store, in_store=True),
    Plot(count=12, hours_ago=(14 * _DAY, _LONG_AGO), unfold=_sold_in_store, in_store=True),
    Plot(count=1, hours_ago=(10 * _DAY, 18 * _DAY), unfold=_return_requested),
    Plot(count=1, hours_ago=(18 * _DAY, 24 * _DAY), unfold=_return_received),
    Plot(count=3, hours_ago=(24 * _DAY, _LONG_AGO), unfold=_return_refunded),
    Plot(count=1, hours_ago=(10 * _DAY, 18 * _DAY), unfold=_exchange_requested),
    Plot(count=2, hours_ago=(24 * _DAY, _LONG_AGO), unfold=_exchange_completed),
)
"""Sixty orders. Parcels take at most eight days, so what was placed ten days ago has arrived."""
