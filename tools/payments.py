"""Tools of the payment gateway: ways to pay, gift cards, and money that goes back without goods."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shopgraph.domain import Money, PaymentMethod, PaymentMethodKind, RefundReason
from shopgraph.errors import NotFound
from shopgraph.tools import actions
from shopgraph.tools.amounts import total_held
from shopgraph.tools.arguments import Amount, GoodwillReason, ItemsToRefund, MethodId, OrderId
from shopgraph.tools.facts import order_facts
from shopgraph.tools.goodwill import goodwill_facts, plan_goodwill
from shopgraph.tools.lookups import may_see, own_method, own_order
from shopgraph.tools.plans import covers, held_for, promised_on
from shopgraph.tools.refunds import plan_refund, refund_facts, where_to
from shopgraph.tools.registry import tool
from shopgraph.tools.showing import Showing
from shopgraph.tools.spec import Accepted, Cost, Scope, Subject, System, ToolContext
from shopgraph.tools.summaries import payment_summary
from shopgraph.tools.views import ChangedPayment, CreditedGoodwill, GiftCardView, RefundedOrder

GiftCardId = Annotated[str, Field(min_length=1, max_length=64, description="Id of one of the customer's gift cards.")]
WithoutGoods = Annotated[
    Literal[
        RefundReason.DAMAGED,
        RefundReason.NOT_RECEIVED,
        RefundReason.DUPLICATE,
        RefundReason.FRAUDULENT,
        RefundReason.REQUESTED_BY_CUSTOMER,
    ],
    Field(description="Why money goes back although no goods do."),
]
RefundAmount = Annotated[
    Amount | None, Field(description="How much, such as 12.30; empty: all that the items cost, or all that is left.")
]
To = Annotated[
    MethodId | None,
    Field(description="The original method or a gift card of the customer's; empty: each method gets back its own."),
]


async def _own_gift_card(context: ToolContext, payment_method_id: str) -> tuple[PaymentMethod, Money]:
    """The gift card and its balance, when the principal may know of it."""
    card = await context.services.connectors.payments.method(payment_method_id)
    gift_card = card is not None and card.kind is PaymentMethodKind.GIFT_CARD
    if card is None or card.balance is None or not gift_card or not may_see(context, card.customer_id):
        raise NotFound(f"There is no gift card {payment_method_id} among yours.", payment_method_id=payment_method_id)
    return card, card.balance


async def _describe_gift_card(context: ToolContext, payment_method_id: str) -> Subject:
    card, _ = await _own_gift_card(context, payment_method_id)
    return Subject(owner_id=card.customer_id, resource_id=card.id, facts={})


@tool(system=System.PAYMENTS, scope=Scope.CUSTOMER, describe=_describe_gift_card)
async def get_gift_card(context: ToolContext, payment_method_id: GiftCardId) -> GiftCardView:
    """Look at one of the customer's gift cards: its balance, and how much of it open exchanges will take.

    get_profile tells the ids of the customer's payment methods.
    """
    card, balance = await _own_gift_card(context, payment_method_id)
    promised = await promised_on(context, card, balance.currency)
    customer = await context.services.connectors.crm.customer(card.customer_id)
    showing = await Showing.for_customer(
        context, card.customer_id, customer.region_id if customer else context.region_id
    )
    return GiftCardView(
        payment_method_id=card.id,
        balance=showing.amount(balance),
        promised=showing.amount(promised),
        available=showing.amount(max(balance - promised, Money.zero(balance.currency))),
    )


async def _describe_change(context: ToolContext, order_id: str, payment_method_id: str) -> Subject:
    order = await own_order(context, order_id)
    held = await held_for(context, order.id)
    total = total_held(held, order.currency)
    method = await own_method(context, order.customer_id, payment_method_id)
    holding = {part.payment_method_id for part in held if not part.amount.is_zero}
    return Subject(
        owner_id=order.customer_id,
        resource_id=order.id,
        facts={
            **await order_facts(context, order),
            "method_owned": method is not None,
            "method_differs": payment_method_id not in holding,
            "gift_card_covers": await covers(context, method, total),
        },
        summary=payment_summary(await Showing.for_order(context, order), order, held, total, payment_method_id),
    )


@tool(
    system=System.PAYMENTS,
    scope=Scope.CUSTOMER,
    mutates=True,
    needs_confirmation=True,
    cost=Cost.MONEY,
    describe=_describe_change,
)
async def change_payment_method(
    context: ToolContext, order_id: OrderId, payment_method_id: MethodId
) -> ChangedPayment | Accepted:
    """Pay a pending order with another of the customer's payment methods; the earlier one is refunded."""
    return await actions.change_payment_method(context, order_id, payment_method_id)


async def _describe_refund(
    context: ToolContext,
    order_id: str,
    reason: RefundReason,
    amount: str | None,
    items: ItemsToRefund,
    payment_method_id: str | None,
) -> Subject:
    order = await own_order(context, order_id)
    plan = await plan_refund(context, order, amount=amount, items=items, payment_method_id=payment_method_id)
    showing = await Showing.for_order(context, order)
    return Subject(
        owner_id=order.customer_id,
        resource_id=order.id,
        facts=await refund_facts(context, order, plan),
        amount=plan.amount,
        summary=f"Refund {where_to(showing, plan)} for order {order.id} ({reason.replace('_', ' ')})",
    )


@tool(system=System.PAYMENTS, scope=Scope.INTERNAL, mutates=True, cost=Cost.MONEY, describe=_describe_refund)
async def refund_order(
    context: ToolContext,
    order_id: OrderId,
    reason: WithoutGoods,
    amount: RefundAmount = None,
    items: ItemsToRefund = (),
    payment_method_id: To = None,
) -> RefundedOrder | Accepted:
    """Give back an order's money without goods coming back, such as for an item that arrived damaged.

    An amount, what some items cost, an amount for some items, or all that is left of the order.
    For the staff. Use cancel_order for a pending order and return_items where the goods come back.
    """
    return await actions.refund_order(
        context, order_id, reason, amount=amount, items=items, payment_method_id=payment_method_id
    )


async def _describe_goodwill(
    context: ToolContext, amount: str, reason: GoodwillReason, order_id: str | None, customer_id: str | None
) -> Subject:
    plan = await plan_goodwill(context, amount, order_id, customer_id)
    about = f" for order {plan.order_id}" if plan.order_id else ""
    return Subject(
        owner_id=plan.customer.id,
        resource_id=plan.order_id or plan.customer.id,
        facts=goodwill_facts(context, plan),
        amount=plan.amount,
        summary=f"Credit {plan.amount} to a gift card of the customer{about} ({reason.replace('_', ' ')})",
    )


@tool(system=System.PAYMENTS, scope=Scope.INTERNAL, mutates=True, cost=Cost.MONEY, describe=_describe_goodwill)
async def credit_goodwill(
    context: ToolContext,
    amount: Amount,
    reason: Annotated[GoodwillReason, Field(description="What it makes up for.")],
    order_id: Annotated[OrderId | None, Field(description="The order that it is about.")] = None,
    customer_id: Annotated[str | None, Field(description="Or the customer whom it is for.")] = None,
) -> CreditedGoodwill | Accepted:
    """Give a customer money of the shop's own, onto their gift card; one is made where there is none.

    For the staff. It is no refund: what was paid for an order stays as it is.
    """
    return await actions.credit_goodwill(context, amount, reason, order_id, customer_id)


TOOLS = (get_gift_card, change_payment_method, refund_order, credit_goodwill)
