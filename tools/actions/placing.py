"""Buying: the customer's open cart becomes an order that is paid for, or nothing happens.

Goods are held first, then money; money is taken last, when the goods are the order's. Whatever is refused on the way
sends everything back: nobody pays for what is not there.
"""

from __future__ import annotations

from datetime import timedelta

from shopgraph.domain import Cart, Discount, Instant, Money, Order, PaymentIntent, Reservation, Value
from shopgraph.errors import Conflict, OutOfStock
from shopgraph.tools.actions.ledger import book
from shopgraph.tools.actions.money import PAYMENTS
from shopgraph.tools.arguments import TypedAddress
from shopgraph.tools.checkout import Checkout, plan_checkout
from shopgraph.tools.durable.admission import perform
from shopgraph.tools.durable.steps import Step, Work, action
from shopgraph.tools.places import Pick
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, ToolContext
from shopgraph.tools.views import PlacedOrder

INVENTORY = frozenset({"inventory"})
HELD_FOR = timedelta(minutes=30)
"""How long goods are held for a purchase that is under way."""


class PlacePlan(Value):
    """A purchase as it was worked out and judged."""

    key: str
    """Of this purchase; each step adds its own name."""
    cart_id: str
    order: Order
    discounts: tuple[Discount, ...]
    budgets: dict[str, Money]
    """Of the promotions behind the discounts, where they have one."""
    picks: tuple[Pick, ...]
    held_until: Instant
    payment_method_id: str


class Held(Value):
    """What is held for a purchase, in the order of its picks."""

    reservations: tuple[Reservation, ...]


async def place_order(
    context: ToolContext, payment_method_id: str, shipping: str | None, address: TypedAddress | None
) -> PlacedOrder | Accepted:
    """Buy the asking customer's open cart at today's prices.

    Raises:
        Conflict: there is nothing in the cart, or it cannot be shipped or paid like this.
        OutOfStock: something in it cannot be had.
    """
    found = await plan_checkout(context, payment_method_id, shipping, address)
    plan = _plan(context, _checked(found))
    return await perform(context, PLACE, plan, order_id=plan.order.id, customer_id=plan.order.customer_id)


def _checked(found: Checkout) -> Checkout:
    if not found.all_sold or not all(line.available for line in found.lines):
        raise OutOfStock("Something in the cart cannot be had.", remedy="Take it out of the cart.")
    if not found.lines or found.shipping is None or not found.address.complete or found.method is None:
        raise Conflict("The cart cannot be bought like this.")
    if not found.gift_card_covers:
        raise Conflict(f"The gift card does not cover {found.total}.", remedy="Choose another payment method.")
    return found


def _plan(context: ToolContext, found: Checkout) -> PlacePlan:
    if found.cart is None or found.method is None:
        raise Conflict("There is no open cart.")
    key = f"place:{found.cart.id}:{context.call_id}"
    order = found.order(context, key)
    promotions = [cut.candidate.promotion for cut in found.cuts]
    return PlacePlan(
        key=key,
        cart_id=found.cart.id,
        order=order,
        discounts=found.given(context, order),
        budgets={promotion.id: promotion.budget for promotion in promotions if promotion.budget is not None},
        picks=found.picks,
        held_until=context.services.clock.now() + HELD_FOR,
        payment_method_id=found.method.id,
    )


def _steps(plan: PlacePlan) -> list[Step]:
    return [
        _close_step(plan),
        *([_hold_step(plan)] if plan.picks else []),
        _order_step(plan),
        *([_discount_step(plan)] if plan.discounts else []),
        *([_authorize_step(plan)] if plan.order.total.amount else []),
        *([_allocate_step(plan)] if plan.picks else []),
        *([_capture_step(plan)] if plan.order.total.amount else []),
    ]


def _close_step(plan: PlacePlan) -> Step:
    """First of all: of two purchases of one cart, one gets no further."""

    async def close(work: Work) -> Cart:
        services = work.context.services
        return await services.connectors.sessions.close_cart(
            cart_id=plan.cart_id, at=services.clock.now(), idempotency_key=f"{plan.key}:close"
        )

    async def reopen(work: Work) -> None:
        services = work.context.services
        await services.connectors.sessions.reopen_cart(
            cart_id=plan.cart_id, at=services.clock.now(), idempotency_key=f"{plan.key}:reopen"
        )

    return Step(name="close", ports=frozenset({"sessions"}), do=close, undo=reopen)


def _hold_step(plan: PlacePlan) -> Step:
    async def hold(work: Work) -> Held:
        inventory = work.context.services.connectors.inventory
        await inventory.unreserve(cart_id=plan.cart_id, idempotency_key=f"{plan.key}:hold-anew")
        held = [
            await inventory.reserve(
                sku=each.sku,
                location_id=each.location_id,
                cart_id=plan.cart_id,
                quantity=each.quantity,
                expires_at=plan.held_until,
                idempotency_key=f"{plan.key}:hold:{each.line_id}:{each.location_id}",
            )
            for each in plan.picks
        ]
        return Held(reservations=tuple(held))

    async def let_go(work: Work) -> None:
        inventory = work.context.services.connectors.inventory
        await inventory.unreserve(cart_id=plan.cart_id, idempotency_key=f"{plan.key}:let-go")

    return Step(name="hold", ports=INVENTORY, do=hold, undo=let_go, in_parts=True)


def _order_step(plan: PlacePlan) -> Step:
    async def place(work: Work) -> Order:
        orders = work.context.services.connectors.orders
        return await orders.place(plan.order, idempotency_key=f"{plan.key}:order")

    async def cancel(work: Work) -> None:
        services = work.context.services
        await services.connectors.orders.cancel(
            order_id=plan.order.id, reason=None, at=services.clock.now(), idempotency_key=f"{plan.key}:cancel"
        )

    return Step(name="order", ports=frozenset({"orders"}), do=place, undo=cancel)


def _discount_step(plan: PlacePlan) -> Step:
    async def give(work: Work) -> None:
        marketing = work.context.services.connectors.marketing
        await marketing.apply_discounts(plan.discounts, budgets=plan.budgets, idempotency_key=f"{plan.key}:discount")

    async def take_back(work: Work) -> None:
        marketing = work.context.services.connectors.marketing
        await marketing.withdraw_discounts(order_id=plan.order.id, idempotency_key=f"{plan.key}:no-discount")

    return Step(name="discount", ports=frozenset({"marketing"}), do=give, undo=take_back)


def _authorize_step(plan: PlacePlan) -> Step:
    async def authorize(work: Work) -> PaymentIntent:
        services = work.context.services
        return await services.connectors.payments.authorize(
            order_id=plan.order.id,
            payment_method_id=plan.payment_method_id,
            amount=plan.order.total,
            at=services.clock.now(),
            idempotency_key=f"{plan.key}:authorize",
        )

    async def void(work: Work) -> None:
        services = work.context.services
        await services.connectors.payments.void(
            payment_intent_id=work.result("authorize", PaymentIntent).id,
            at=services.clock.now(),
            idempotency_key=f"{plan.key}:void",
        )

    return Step(name="authorize", ports=PAYMENTS, do=authorize, undo=void)


def _allocate_step(plan: PlacePlan) -> Step:
    async def allocate(work: Work) -> None:
        inventory = work.context.services.connectors.inventory
        held = work.result("hold", Held).reservations
        for each, reservation in zip(plan.picks, held, strict=True):
            await inventory.allocate_reserved(
                reservation_id=reservation.id,
                order_id=plan.order.id,
                line_id=each.line_id,
                idempotency_key=f"{plan.key}:allocate:{each.line_id}:{each.location_id}",
            )

    async def release(work: Work) -> None:
        inventory = work.context.services.connectors.inventory
        await inventory.release(order_id=plan.order.id, idempotency_key=f"{plan.key}:release")

    return Step(name="allocate", ports=INVENTORY, do=allocate, undo=release, in_parts=True)


def _capture_step(plan: PlacePlan) -> Step:
    """Last of all, when the goods are the order's."""

    async def capture(work: Work) -> PaymentIntent:
        services = work.context.services
        return await services.connectors.payments.capture(
            payment_intent_id=work.result("authorize", PaymentIntent).id,
            at=services.clock.now(),
            idempotency_key=f"{plan.key}:capture",
        )

    return Step(name="capture", ports=PAYMENTS, do=capture)


async def _tell(work: Work, plan: PlacePlan) -> PlacedOrder:
    order, showing = plan.order, await Showing.for_order(work.context, plan.order)
    paid = f"{showing.text(order.total)} is charged to your {showing.label(plan.payment_method_id)}"
    summary = f"Order {order.id} is placed; {paid}."
    await book(
        work.context,
        "place_order",
        summary=summary,
        customer_id=order.customer_id,
        order_id=order.id,
        note=f"Order placed by request, {order.total}.",
    )
    return PlacedOrder(
        summary=summary,
        order_id=order.id,
        items=showing.summary(order).items,
        discount=showing.amount(Money.sum((line.discount for line in order.lines), order.currency)),
        tax=showing.amount(Money.sum((line.tax for line in order.lines), order.currency)),
        shipping=showing.amount(order.shipping),
        total=showing.amount(order.total),
        payment_method_id=plan.payment_method_id,
    )


PLACE = action("place_order", plan=PlacePlan, steps=_steps, tell=_tell)
