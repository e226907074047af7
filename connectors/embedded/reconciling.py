"""Comparing the shop's books with the others': its own ledger, the payment gateway's list, the warehouse's promises."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from shopgraph.connectors.embedded.payments import EmbeddedPayments
from shopgraph.connectors.gateway import (
    ExternalKind,
    GatewayNews,
    GatewayPayment,
    GatewayRefund,
    PaymentGateway,
)
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import (
    Difference,
    DifferenceKind,
    Money,
    Order,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethodKind,
    Refund,
)

Own = TypeVar("Own", PaymentIntent, Refund)
Seen = TypeVar("Seen", GatewayPayment, GatewayRefund)

_NOTHING_HAPPENED = frozenset({PaymentIntentStatus.CANCELED, PaymentIntentStatus.REQUIRES_PAYMENT_METHOD})


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Every difference that was found."""

    differences: tuple[Difference, ...]
    news: GatewayNews
    """What the gateway says of that which it has otherwise or we do not have: kept, it settles what can be settled."""

    @property
    def message_id(self) -> str:
        """The id under which the news are kept, once."""
        return f"reconcile:{hashlib.sha256(self.news.model_dump_json().encode()).hexdigest()[:20]}"


@dataclass
class _Found:
    differences: list[Difference] = field(default_factory=list)
    payments: list[GatewayPayment] = field(default_factory=list)
    refunds: list[GatewayRefund] = field(default_factory=list)


async def reconcile(connectors: Connectors, payments: EmbeddedPayments, *, since: datetime) -> Reconciliation:
    """Compare the ledger with the records, and these since an instant with the gateway and an outside warehouse."""
    found = _Found(differences=list(await connectors.ledger.differences()))
    unsettled = {call.subject_id: call for call in await payments.unsettled()}
    for call in unsettled.values():
        found.differences.append(
            Difference(
                kind=DifferenceKind.CALL_OPEN,
                subject=call.subject_id,
                ours=f"{call.operation} begun {call.begun_at.isoformat()}",
                theirs="unknown",
                remedy="The action that asked goes on; `shopgraph actions list --unfinished` shows it.",
            )
        )
    if payments.gateway is not None:
        await _with_gateway(payments, payments.gateway, since, set(unsettled), found)
    if "inventory" in connectors.outside:
        await _with_warehouse(connectors, since, found)
    return Reconciliation(
        differences=tuple(found.differences),
        news=GatewayNews(payments=tuple(found.payments), refunds=tuple(found.refunds)),
    )


async def _with_gateway(
    payments: EmbeddedPayments, gateway: PaymentGateway, since: datetime, open_ids: set[str], found: _Found
) -> None:
    history = await payments.history(since=since)
    moved = [each for each in history.intents if each.status not in _NOTHING_HAPPENED or not each.captured.is_zero]
    paid_back = [each for each in history.refunds if not each.amount.is_zero]
    found.payments += await _Side(
        name=gateway.name,
        bound=await payments.known_there(ExternalKind.PAYMENT),
        find=payments.intent,
        look=gateway.payment,
        amount=lambda own: own.captured,
        seen_amount=lambda seen: seen.captured,
    ).compare(
        [each for each in moved if await _at_gateway(payments, each, open_ids)], gateway.payments_since(since), found
    )
    found.refunds += await _Side(
        name=gateway.name,
        bound=await payments.known_there(ExternalKind.REFUND),
        find=payments.find_refund,
        look=gateway.find_refund,
        amount=lambda own: own.amount,
        seen_amount=lambda seen: seen.amount,
    ).compare(
        [each for each in paid_back if await _at_gateway(payments, each, open_ids)], gateway.refunds_since(since), found
    )


async def _at_gateway(payments: EmbeddedPayments, own: PaymentIntent | Refund, open_ids: set[str]) -> bool:
    """Whether the gateway should have it: gift cards are the shop's own, and of an open call nobody knows."""
    method = await payments.method(own.payment_method_id)
    return own.id not in open_ids and (method is None or method.kind is not PaymentMethodKind.GIFT_CARD)


@dataclass(frozen=True, kw_only=True)
class _Side(Generic[Own, Seen]):
    """Payments, or refunds, here and there."""

    name: str
    bound: Mapping[str, str]
    """Our id by theirs."""
    find: Callable[[str], Awaitable[Own | None]]
    look: Callable[[str], Awaitable[Seen | None]]
    amount: Callable[[Own], Money]
    seen_amount: Callable[[Seen], Money]

    async def compare(self, ours: Sequence[Own], listed: AsyncIterator[Seen], found: _Found) -> list[Seen]:
        """Note every difference; gives what the gateway has otherwise or alone."""
        theirs = {each.external_id: each async for each in listed}
        by_own = {self.bound.get(external, each.id): each for external, each in theirs.items()}
        external = {own: external for external, own in self.bound.items()}
        news = list[Seen]()
        for own in ours:
            seen = by_own.pop(own.id, None)
            if seen is None and own.id in external:
                seen = await self.look(external[own.id])
            news += self._compared(own, seen, found)
        for seen in theirs.values():
            known = self.bound.get(seen.external_id, seen.id)
            if known not in by_own:
                continue  # It was compared above.
            older = await self.find(known) if known else None
            news += self._compared(older, seen, found) if older is not None else self._strange(seen, found)
        return news

    def _compared(self, own: Own, seen: Seen | None, found: _Found) -> list[Seen]:
        if seen is None:
            remedy = f"Look for it at {self.name}; if it never was there, nothing has moved: correct the record."
            found.differences.append(
                self._difference(DifferenceKind.MISSING_THERE, own.id, self._told(own), "", remedy)
            )
            return []
        same_amount = self.amount(own) == self.seen_amount(seen)
        if same_amount and own.status == seen.status:
            return []
        kind = DifferenceKind.STATE if own.status != seen.status else DifferenceKind.AMOUNT
        remedy = f"News were lost, or are on their way: `shopgraph reconcile --keep` keeps what {self.name} says."
        told = f"{self.seen_amount(seen)} {seen.status}"
        found.differences.append(self._difference(kind, own.id, self._told(own), told, remedy))
        return [seen]

    def _strange(self, seen: Seen, found: _Found) -> list[Seen]:
        remedy = f"Made by hand at {self.name} or by another shop: `--keep` books a refund of one of our payments."
        told = f"{self.seen_amount(seen)} {seen.status}"
        found.differences.append(self._difference(DifferenceKind.UNKNOWN_HERE, seen.external_id, "", told, remedy))
        return [seen]

    def _told(self, own: Own) -> str:
        return f"{self.amount(own)} {own.status}"

    def _difference(self, kind: DifferenceKind, subject: str, ours: str, theirs: str, remedy: str) -> Difference:
        return Difference(kind=kind, subject=subject, ours=ours or "nothing", theirs=theirs or "nothing", remedy=remedy)


async def _with_warehouse(connectors: Connectors, since: datetime, found: _Found) -> None:
    """What the warehouse holds for orders that were paid or refunded since then, against what they are owed."""
    history = await connectors.payments.history(since=since)
    order_ids = {each.order_id for each in history.intents} | {each.order_id for each in history.refunds}
    for order_id in sorted(order_ids):
        order = await connectors.orders.order(order_id)
        if order is None:
            continue
        promised = Counter[str]()
        for each in await connectors.inventory.allocations(order_id):
            promised[each.line_id] += each.quantity
        owed = _owed(order)
        for line_id in sorted(line for line, units in promised.items() if units > owed[line]):
            found.differences.append(
                Difference(
                    kind=DifferenceKind.STOCK,
                    subject=line_id,
                    ours=f"{owed[line_id]} owed to order {order_id} ({order.status})",
                    theirs=f"{promised[line_id]} allocated",
                    remedy="Have the warehouse release what the order is not owed.",
                )
            )


def _owed(order: Order) -> Counter[str]:
    """Units by line that are still to be sent."""
    waiting = order.status in (OrderStatus.PENDING, OrderStatus.PROCESSED)
    return Counter({line.id: line.current_quantity for line in order.lines if waiting})
