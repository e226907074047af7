"""Makes views of records: amounts in the region's own form, payment methods by the names their owner knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shopgraph.domain import (
    Exchange,
    Fulfillment,
    FulfillmentEvent,
    Money,
    Order,
    OrderLineItem,
    PaymentIntent,
    PaymentMethod,
    Refund,
    Return,
)
from shopgraph.guards.screen import screen_retrieved
from shopgraph.tools.lookups import final_lines, region_of
from shopgraph.tools.phrases import count_of, format_money
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.views import (
    AmountView,
    ExchangeItemView,
    ExchangeView,
    OrderLineView,
    OrderSummary,
    OrderView,
    ParcelEventView,
    ParcelView,
    PaymentMethodView,
    PaymentView,
    RefundView,
    ReturnItemView,
    ReturnView,
)


@dataclass(frozen=True, kw_only=True)
class Showing:
    """How one customer's records are shown."""

    locale: str
    methods: Mapping[str, PaymentMethod]
    """The customer's own, by id."""

    @classmethod
    async def for_customer(cls, context: ToolContext, customer_id: str, region_id: str) -> Showing:
        """Look up what showing that customer's records takes."""
        methods = await context.services.connectors.payments.methods(customer_id)
        region = await region_of(context, region_id)
        return cls(locale=region.locale, methods={method.id: method for method in methods})

    @classmethod
    async def for_order(cls, context: ToolContext, order: Order) -> Showing:
        """Look up what showing that order takes."""
        return await cls.for_customer(context, order.customer_id, order.region_id)

    def text(self, money: Money) -> str:
        """An amount in words."""
        return format_money(money, self.locale)

    def amount(self, money: Money) -> AmountView:
        """An amount."""
        return AmountView.of(money, self.locale)

    def label(self, payment_method_id: str) -> str:
        """A way to pay as its owner knows it."""
        method = self.methods.get(payment_method_id)
        return method.label if method else "payment method no longer saved"

    def method(self, method: PaymentMethod) -> PaymentMethodView:
        """A way to pay."""
        balance = self.amount(method.balance) if method.balance else None
        return PaymentMethodView(id=method.id, kind=method.kind, label=method.label, balance=balance)

    def payment(self, intent: PaymentIntent) -> PaymentView:
        """Money taken."""
        return PaymentView(
            payment_method_id=intent.payment_method_id,
            method=self.label(intent.payment_method_id),
            amount=self.amount(intent.captured),
        )

    def refund(self, refund: Refund) -> RefundView:
        """Money on its way back."""
        return RefundView(
            payment_method_id=refund.payment_method_id,
            method=self.label(refund.payment_method_id),
            amount=self.amount(refund.amount),
            status=refund.status,
            created_at=refund.created_at,
        )

    def returned(self, entry: Return) -> ReturnView:
        """A return."""
        return ReturnView(
            return_id=entry.id,
            order_id=entry.order_id,
            status=entry.status,
            items=tuple(ReturnItemView(sku=i.sku, quantity=i.quantity, reason=i.reason) for i in entry.items),
            payment_method_id=entry.payment_method_id,
            refund=self.amount(entry.refund),
        )

    def exchanged(self, entry: Exchange) -> ExchangeView:
        """An exchange."""
        return ExchangeView(
            exchange_id=entry.id,
            order_id=entry.order_id,
            status=entry.status,
            items=tuple(ExchangeItemView(sku=i.from_sku, to_sku=i.to_sku, quantity=i.quantity) for i in entry.items),
            payment_method_id=entry.payment_method_id,
            difference=self.amount(entry.difference),
        )

    def line(self, line: OrderLineItem, *, final_sale: bool) -> OrderLineView:
        """A line of an order."""
        return OrderLineView(
            sku=line.sku,
            product_id=line.product_id,
            title=line.title,
            options=line.options,
            unit_price=self.amount(line.unit_price),
            ordered_quantity=line.ordered_quantity,
            current_quantity=line.current_quantity,
            final_sale=final_sale,
        )

    def summary(self, order: Order) -> OrderSummary:
        """An order in a list."""
        return OrderSummary(
            order_id=order.id,
            status=order.status,
            placed_at=order.placed_at,
            total=self.amount(order.total),
            items=tuple(count_of(line.ordered_quantity, line.title) for line in order.lines),
        )


async def parcels_of(context: ToolContext, order_id: str) -> tuple[ParcelView, ...]:
    """An order's parcels, each with its way so far."""
    warehouse = context.services.connectors.warehouse
    return tuple(
        [_parcel(parcel, await warehouse.events(parcel.id)) for parcel in await warehouse.fulfillments(order_id)]
    )


def _parcel(parcel: Fulfillment, events: tuple[FulfillmentEvent, ...]) -> ParcelView:
    return ParcelView(
        status=parcel.status,
        carrier=parcel.carrier,
        tracking_numbers=parcel.tracking_numbers,
        estimated_at=parcel.estimated_at,
        shipped_at=parcel.shipped_at,
        delivered_at=parcel.delivered_at,
        events=tuple(
            # Carriers' own words come from outside the shop.
            ParcelEventView(status=e.status, message=screen_retrieved(e.message, f"parcel {parcel.id}").text, at=e.at)
            for e in events
        ),
    )


async def order_view(context: ToolContext, order: Order) -> OrderView:
    """An order with everything that happened to it, from the systems that know."""
    connectors, showing = context.services.connectors, await Showing.for_order(context, order)
    final = await final_lines(context, order)
    return OrderView(
        order_id=order.id,
        status=order.status,
        region_id=order.region_id,
        placed_at=order.placed_at,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        canceled_at=order.canceled_at,
        cancel_reason=order.cancel_reason,
        items_changed_at=order.items_changed_at,
        lines=tuple(showing.line(line, final_sale=line.id in final) for line in order.lines),
        shipping_address=order.shipping_address,
        shipping_method=order.shipping_method,
        shipping=showing.amount(order.shipping),
        total=showing.amount(order.total),
        return_window_days=order.return_policy.window_days if order.return_policy else None,
        payments=tuple(showing.payment(intent) for intent in await connectors.payments.intents(order.id)),
        refunds=tuple(showing.refund(refund) for refund in await connectors.payments.refunds(order.id)),
        parcels=await parcels_of(context, order.id),
        returns=tuple(showing.returned(entry) for entry in await connectors.warehouse.returns(order.id)),
        exchanges=tuple(showing.exchanged(entry) for entry in await connectors.warehouse.exchanges(order.id)),
    )
