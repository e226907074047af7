"""What a call would do, worked out before anything is done: read by policy, shown to the customer, then carried out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shopgraph.domain import (
    ExchangeItem,
    ExchangeStatus,
    ItemCondition,
    Money,
    Order,
    OrderLineItem,
    PaymentIntent,
    PaymentMethod,
    PaymentMethodKind,
    ProductVariant,
    Refund,
    ReturnItem,
    ReturnReason,
)
from shopgraph.domain.shares import left
from shopgraph.errors import Conflict
from shopgraph.tools.amounts import (
    LinePart,
    PaymentPart,
    held_payments,
    next_sequence,
    pick_lines,
    return_refund,
    total_held,
    worth,
)
from shopgraph.tools.arguments import ItemToReturn, ItemToSwap
from shopgraph.tools.lookups import stock_of, variants_of
from shopgraph.tools.spec import ToolContext

_EVERY_ORDER = 1_000_000
"""More than any one customer has."""


@dataclass(frozen=True, kw_only=True)
class ReturnPart:
    """Units of one line that come back, and why."""

    part: LinePart
    reason: ReturnReason


@dataclass(frozen=True, kw_only=True)
class ReturnPlan:
    """A return: which units of which lines, and what is paid back for them."""

    parts: tuple[ReturnPart, ...]
    quantities_ok: bool
    """Whether the order holds every unit asked for."""
    cost: dict[str, Money]
    """By line, what its units cost and has not gone back yet."""
    refund: Money
    fee: Money
    held: tuple[PaymentPart, ...]

    def items(self) -> tuple[ReturnItem, ...]:
        """The lines as the warehouse takes them."""
        _require(self.quantities_ok)
        return tuple(
            ReturnItem(
                line_id=entry.part.line.id,
                sku=entry.part.line.sku,
                quantity=entry.part.quantity,
                reason=entry.reason,
                condition=ItemCondition.UNKNOWN,
            )
            for entry in self.parts
        )


@dataclass(frozen=True, kw_only=True)
class SwapPart:
    """Units of one line that become another variant at its price."""

    part: LinePart
    to_sku: str
    to: ProductVariant | None
    """None: there is no such variant."""
    price: Money | None
    """None: it is not sold in the order's region."""


@dataclass(frozen=True, kw_only=True)
class SwapPlan:
    """Variants to swap in an order, before or after delivery."""

    parts: tuple[SwapPart, ...]
    quantities_ok: bool
    same_variant: bool
    """Whether any pair changes nothing."""
    same_product: bool
    """Whether every pair stays within its product."""
    all_available: bool
    """Whether every new unit can be had at once in the order's region."""
    difference: Money
    """New less old: positive is paid by the customer, negative goes back."""
    cost: dict[str, Money]
    """By line, what the old units cost and has not gone back yet."""

    @property
    def back(self) -> Money | None:
        """What goes back to the customer; None where they pay or nothing moves."""
        return -self.difference if self.difference.amount < 0 else None

    def items(self) -> tuple[ExchangeItem, ...]:
        """The swaps as the warehouse and the order system take them."""
        _require(self.quantities_ok)
        for line_id, back in backs([(each.part.line, each.price, each.part.quantity) for each in self.parts]).items():
            if back > self.cost[line_id]:
                raise Conflict(
                    f"The new variants of line {line_id} cost {back} less, and {self.cost[line_id]} was paid for it.",
                    remedy="Send it back for a refund, or choose another variant.",
                    line_id=line_id,
                )
        items = []
        for swap in self.parts:
            if swap.price is None:
                raise Conflict(f"{swap.to_sku} is not sold in the order's region.", sku=swap.to_sku)
            line, quantity = swap.part.line, swap.part.quantity
            items.append(
                ExchangeItem(
                    line_id=line.id, from_sku=line.sku, to_sku=swap.to_sku, quantity=quantity, price=swap.price
                )
            )
        return tuple(items)


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What was paid for an order and given back, read once."""

    intents: tuple[PaymentIntent, ...]
    refunds: tuple[Refund, ...]

    @property
    def held(self) -> tuple[PaymentPart, ...]:
        """What the shop still holds of each payment."""
        return held_payments(self.intents, self.refunds)

    @property
    def next_place(self) -> int:
        """The place of the next payment or refund in the order's payment history: it makes the idempotency key."""
        return next_sequence(self.intents, self.refunds)

    def left(self, order: Order) -> dict[str, Money]:
        """What of each line's money, and of the rest of the order's, has not gone back (`shopgraph.domain.shares`)."""
        return left(order, self.intents, self.refunds)


async def paid_for(context: ToolContext, order_id: str) -> Paid:
    """The order's payments and refunds."""
    payments = context.services.connectors.payments
    return Paid(intents=await payments.intents(order_id), refunds=await payments.refunds(order_id))


async def held_for(context: ToolContext, order_id: str) -> tuple[PaymentPart, ...]:
    """What the shop still holds of each payment for the order."""
    return (await paid_for(context, order_id)).held


def tax_inclusive(context: ToolContext, order: Order) -> bool:
    """Whether the order's prices have its tax in them, as its region had it on the day it was placed."""
    at = order.placed_at or context.services.clock.now()
    return context.services.policy.calendar(order.region_id, at).tax.inclusive


def backs(swaps: Iterable[tuple[OrderLineItem, Money | None, int]]) -> dict[str, Money]:
    """By line, what cheaper units give back; of a line, its new unit price and how many. Dearer lines are left out."""
    found = dict[str, Money]()
    for line, price, units in swaps:
        found[line.id] = found.get(line.id, line.unit_price * 0) + _gap(line, price, units)
    return {line_id: -gap for line_id, gap in found.items() if gap.amount < 0}


async def plan_return(context: ToolContext, order: Order, items: Sequence[ItemToReturn]) -> ReturnPlan:
    """Work out a return."""
    taken: dict[str, int] = {}
    parts = tuple(
        ReturnPart(part=part, reason=item.reason)
        for item in items
        for part in pick_lines(order, item.sku, item.quantity, taken)
    )
    paid = await paid_for(context, order.id)
    # An order is taxed, and its returns are judged, as its region had it on the day it was placed.
    terms = context.services.policy.calendar(order.region_id, order.placed_at or context.services.clock.now())
    free = order.return_policy is None or all(entry.reason in terms.returns.fee_waived_for for entry in parts)
    fee = Money.zero(order.currency) if free or not order.return_policy else order.return_policy.restocking_fee
    cost = worth([entry.part for entry in parts], tax_inclusive=terms.tax.inclusive, left=paid.left(order))
    asked = sum(item.quantity for item in items)
    return ReturnPlan(
        parts=parts,
        quantities_ok=sum(entry.part.quantity for entry in parts) == asked,
        cost=cost,
        refund=return_refund(cost, fee=fee, held=total_held(paid.held, order.currency)),
        fee=fee,
        held=paid.held,
    )


async def plan_swap(context: ToolContext, order: Order, items: Sequence[ItemToSwap]) -> SwapPlan:
    """Work out a swap of variants, each line at its own new variant's price."""
    variants = await variants_of(context, [sku for item in items for sku in (item.sku, item.to_sku)])
    stock = await stock_of(context, variants.values(), order.region_id)
    taken: dict[str, int] = {}
    parts = []
    for item in items:
        offer = stock[item.to_sku].offer if item.to_sku in stock else None
        for part in pick_lines(order, item.sku, item.quantity, taken):
            price = offer.price if offer else None
            parts.append(SwapPart(part=part, to_sku=item.to_sku, to=variants.get(item.to_sku), price=price))
    wanted = Counter[str]()
    for item in items:
        wanted[item.to_sku] += item.quantity
    return SwapPlan(
        parts=tuple(parts),
        quantities_ok=sum(entry.part.quantity for entry in parts) == wanted.total(),
        same_variant=any(item.sku == item.to_sku for item in items),
        same_product=all(swap.to is not None and swap.to.product_id == swap.part.line.product_id for swap in parts),
        all_available=all(sku in stock and stock[sku].covers(count) for sku, count in wanted.items()),
        difference=Money.sum((_gap(each.part.line, each.price, each.part.quantity) for each in parts), order.currency),
        cost=worth(
            [each.part for each in parts],
            tax_inclusive=tax_inclusive(context, order),
            left=(await paid_for(context, order.id)).left(order),
        ),
    )


def is_gift_card(method: PaymentMethod | None, currency: str) -> bool:
    """Whether it is a gift card that holds that currency: on another one no such amount can be booked."""
    if method is None or method.kind is not PaymentMethodKind.GIFT_CARD:
        return False
    return method.balance is None or method.balance.currency == currency


async def covers(context: ToolContext, method: PaymentMethod | None, amount: Money, *, promised: bool = False) -> bool:
    """Whether a gift card holds `amount` beyond what open exchanges will take from it; true for any other method.

    `promised`: the amount is what one of these exchanges takes. A card in another currency covers nothing, and takes
    nothing back.
    """
    if method is None or method.kind is not PaymentMethodKind.GIFT_CARD:
        return True
    if not is_gift_card(method, amount.currency):
        return False
    if amount.amount <= 0:
        return True
    if method.balance is None:
        return False
    others = await promised_on(context, method, method.balance.currency) - (amount if promised else amount * 0)
    return method.balance - others >= amount


def _gap(line: OrderLineItem, price: Money | None, units: int) -> Money:
    return (price - line.unit_price) * units if price else line.unit_price * 0


async def promised_on(context: ToolContext, method: PaymentMethod, currency: str) -> Money:
    """What open exchanges will take from a gift card."""
    connectors = context.services.connectors
    promised = Money.zero(currency)
    for order in await connectors.orders.orders_of(method.customer_id, limit=_EVERY_ORDER):
        for exchange in await connectors.warehouse.exchanges(order.id):
            waiting = exchange.status in (ExchangeStatus.REQUESTED, ExchangeStatus.RECEIVED)
            if waiting and exchange.payment_method_id == method.id and exchange.difference.amount > 0:
                promised += exchange.difference
    return promised


def _require(quantities_ok: bool) -> None:
    if not quantities_ok:
        raise Conflict("The order does not hold that many of these items.")
