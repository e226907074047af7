"""The life of an order, told step by step, so that its money, parcels and stock always agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shopgraph.connectors.demo.catalog import Catalog
from shopgraph.connectors.demo.ledger import Ledger
from shopgraph.connectors.demo.markets import Market
from shopgraph.connectors.demo.parcels import Parcel
from shopgraph.domain import (
    Address,
    Allocation,
    CancelReason,
    Channel,
    Discount,
    Exchange,
    ExchangeItem,
    ExchangeStatus,
    FulfillmentStatus,
    ItemCondition,
    Money,
    Order,
    OrderLineItem,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    Promotion,
    Refund,
    RefundReason,
    RefundStatus,
    Return,
    ReturnItem,
    ReturnReason,
    ReturnStatus,
)


@dataclass(kw_only=True)
class OrderStory:
    """An order being told: `place` comes from the constructor, each method is the next thing that happened.

    It checks no policy: whoever tells the story tells a legal one.
    """

    catalog: Catalog
    market: Market
    number: int
    customer_id: str
    method_id: str
    gift_card: bool = False
    """Whether `method_id` is a gift card, on which refunds succeed at once."""
    other_method: tuple[str, bool] = ("", False)
    """Another way to pay and whether it is a gift card, for whoever changes their mind."""
    address: Address
    items: Sequence[tuple[str, int]]
    """SKUs and how many of each."""
    placed_at: datetime
    channel: Channel = Channel.WEB
    store_id: str | None = None
    promotion: Promotion | None = None
    code: str | None = None
    position: int = 0

    def __post_init__(self) -> None:
        self.id = f"#D{self.number}"
        self.status = OrderStatus.PENDING
        self.processed_at: datetime | None = None
        self.shipped_at: datetime | None = None
        self.delivered_at: datetime | None = None
        self.canceled_at: datetime | None = None
        self.cancel_reason: CancelReason | None = None
        self.items_changed_at: datetime | None = None
        self.gone: dict[int, int] = defaultdict(int)
        """Units returned or exchanged away, by line position."""
        self.intents: list[PaymentIntent] = []
        self.refunds: list[Refund] = []
        self.parcel = Parcel(number=self.number, order_id=self.id, market=self.market)
        self.returned: Return | None = None
        self.exchange: Exchange | None = None
        self.method_ids = [(self.method_id, self.gift_card)]
        self.lines = [self._line(position, sku, count) for position, (sku, count) in enumerate(self.items)]
        self.shipping = self._shipping()
        self._charge(self.method_id, self.total, self.placed_at)

    @property
    def total(self) -> Money:
        """What the customer owes: lines less discounts, tax where it comes on top, shipping."""
        return self.shipping + Money.sum((self._paid(line) for line in self.lines), self.market.currency)

    def process(self, at: datetime) -> OrderStory:
        """The warehouse packs it."""
        self.status, self.processed_at = OrderStatus.PROCESSED, at
        if self.channel is not Channel.STORE:
            self.parcel.move(FulfillmentStatus.PACKED, at)
        return self

    def ship(self, at: datetime, *, estimated_at: datetime) -> OrderStory:
        """The carrier takes it."""
        self.status, self.shipped_at, self.parcel.estimated_at = OrderStatus.SHIPPED, at, estimated_at
        self.parcel.move(FulfillmentStatus.SHIPPED, at)
        return self

    def travel(self, at: datetime) -> OrderStory:
        """It is on the road."""
        self.parcel.move(FulfillmentStatus.IN_TRANSIT, at)
        return self

    def deliver(self, at: datetime) -> OrderStory:
        """The customer has it."""
        self.status, self.delivered_at = OrderStatus.DELIVERED, at
        if self.channel is not Channel.STORE:
            self.parcel.move(FulfillmentStatus.OUT_FOR_DELIVERY, at - timedelta(hours=3))
            self.parcel.move(FulfillmentStatus.DELIVERED, at)
        return self

    def cancel(self, at: datetime, reason: CancelReason, *, refunded: bool = True) -> OrderStory:
        """The customer thinks better of it; the money goes back to where it came from."""
        self.status, self.canceled_at, self.cancel_reason = OrderStatus.CANCELED, at, reason
        method_id, gift_card = self.method_ids[-1]
        self._give_back(method_id, self.total, at, RefundReason.ORDER_CANCELED, done=refunded or gift_card)
        return self

    def change_payment(self, at: datetime, method_id: str, *, gift_card: bool = False) -> OrderStory:
        """Another method pays, the first gets its money back."""
        old, was_gift_card = self.method_ids[-1]
        self._charge(method_id, self.total, at)
        self._give_back(old, self.total, at, RefundReason.PAYMENT_METHOD_CHANGED, done=was_gift_card, intent=0)
        self.method_ids.append((method_id, gift_card))
        return self

    def swap(self, at: datetime, position: int, sku: str) -> OrderStory:
        """Another variant of the same product takes a line; the difference is paid or given back."""
        before = self.total
        self.lines[position] = self._line(position, sku, self.lines[position].ordered_quantity)
        self.items_changed_at = at
        self._settle(self.total - before, at)
        return self

    def request_return(self, at: datetime, items: Sequence[tuple[int, int, ReturnReason]]) -> Return:
        """Lines (by position) and how many of each shall come back, and why."""
        worth = Money.zero(self.market.currency)
        for position, count, _ in items:
            line = self.lines[position]
            shares = self._paid(line).split([1] * line.ordered_quantity)
            worth += Money.sum(shares[:count], self.market.currency)
        fee = min(self.market.return_policy.restocking_fee, worth)
        record = Return(
            id=f"ret_{self.number}",
            order_id=self.id,
            customer_id=self.customer_id,
            status=ReturnStatus.REQUESTED,
            items=tuple(
                ReturnItem(line_id=self.lines[p].id, sku=self.lines[p].sku, quantity=count, reason=reason)
                for p, count, reason in items
            ),
            payment_method_id=self.method_ids[-1][0],
            refund=worth - fee,
            requested_at=at,
        )
        self.returned = record
        return record

    def receive(self, at: datetime, condition: ItemCondition = ItemCondition.NEW) -> OrderStory:
        """The parcel is back in the warehouse."""
        record = self._return()
        items = tuple(item.model_copy(update={"condition": condition}) for item in record.items)
        update = {"status": ReturnStatus.RECEIVED, "received_at": at, "items": items}
        self.returned = record.model_copy(update=update)
        for item in items:
            self.gone[next(line.position for line in self.lines if line.id == item.line_id)] += item.quantity
        return self

    def refund_return(self, at: datetime, *, done: bool = True) -> OrderStory:
        """What came back is refunded."""
        record = self._return()
        method_id, gift_card = self.method_ids[-1]
        refund = self._give_back(method_id, record.refund, at, RefundReason.GOODS_RETURNED, done=done or gift_card)
        update = {"status": ReturnStatus.REFUNDED, "refunded_at": at, "refund_id": refund.id}
        self.returned = record.model_copy(update=update)
        return self

    def request_exchange(self, at: datetime, position: int, sku: str) -> Exchange:
        """One unit of a line shall become another variant."""
        line, price = self.lines[position], self.catalog.price(sku, self.market.id)
        exchange = Exchange(
            id=f"exc_{self.number}",
            order_id=self.id,
            customer_id=self.customer_id,
            status=ExchangeStatus.REQUESTED,
            items=(ExchangeItem(line_id=line.id, from_sku=line.sku, to_sku=sku, quantity=1, price=price),),
            payment_method_id=self.method_ids[-1][0],
            difference=price - line.unit_price,
            requested_at=at,
        )
        self.exchange = exchange
        return exchange

    def complete_exchange(self, at: datetime) -> OrderStory:
        """The other variant is on its way and the difference settled."""
        assert self.exchange is not None, "an exchange is requested before it is completed"  # noqa: S101
        update = {"status": ExchangeStatus.COMPLETED, "completed_at": at}
        self.exchange = self.exchange.model_copy(update=update)
        self._settle(self.exchange.difference, at)
        return self

    def tell(self, ledger: Ledger) -> None:
        """Write everything down."""
        ledger.orders.append(self._order())
        ledger.intents.extend(self.intents)
        ledger.refunds.extend(self.refunds)
        if self.returned is not None:
            ledger.returns.append(self.returned)
        if self.exchange is not None:
            ledger.exchanges.append(self.exchange)
        self.parcel.tell(ledger, self.lines, self.address.city)
        if self.status in {OrderStatus.PENDING, OrderStatus.PROCESSED}:
            ledger.allocations.extend(self._allocations())
        self._tell_money(ledger)

    def _line(self, position: int, sku: str, count: int) -> OrderLineItem:
        variant = self.catalog.by_sku[sku]
        product = self.catalog.by_id[variant.product_id]
        price = self.catalog.price(sku, self.market.id)
        discount = Money.zero(self.market.currency)
        if self.promotion is not None and (
            not self.promotion.categories or product.category in self.promotion.categories
        ):
            discount = (price * count).percent(self.promotion.percent)
        return OrderLineItem(
            id=f"{self.id}-{position + 1}",
            order_id=self.id,
            sku=sku,
            product_id=product.id,
            title=product.title,
            options=variant.options,
            unit_price=price,
            ordered_quantity=count,
            current_quantity=count,
            discount=discount,
            tax=self.market.tax(price * count - discount),
            final_sale=product.final_sale,
            position=position,
        )

    def _paid(self, line: OrderLineItem) -> Money:
        return line.subtotal if self.market.tax_inclusive else line.subtotal + line.tax

    def _shipping(self) -> Money:
        goods = Money.sum((line.subtotal for line in self.lines), self.market.currency)
        if self.channel is Channel.STORE or goods >= self.market.free_from:
            return Money.zero(self.market.currency)
        return self.market.shipping

    def _charge(self, method_id: str, amount: Money, at: datetime) -> None:
        sequence = len(self.intents) + len(self.refunds)
        self.intents.append(
            PaymentIntent(
                id=f"pi_{self.number}_{sequence}",
                order_id=self.id,
                payment_method_id=method_id,
                amount=amount,
                captured=amount,
                status=PaymentIntentStatus.SUCCEEDED,
                sequence=sequence,
                created_at=at,
            )
        )

    def _give_back(
        self, method_id: str, amount: Money, at: datetime, reason: RefundReason, *, done: bool, intent: int = -1
    ) -> Refund:
        sequence = len(self.intents) + len(self.refunds)
        refund = Refund(
            id=f"re_{self.number}_{sequence}",
            order_id=self.id,
            payment_intent_id=self.intents[intent].id,
            payment_method_id=method_id,
            amount=amount,
            status=RefundStatus.SUCCEEDED if done else RefundStatus.PENDING,
            reason=reason,
            sequence=sequence,
            created_at=at,
        )
        self.refunds.append(refund)
        return refund

    def _settle(self, difference: Money, at: datetime) -> None:
        method_id, _ = self.method_ids[-1]
        if difference.amount > 0:
            self._charge(method_id, difference, at)
        elif difference.amount < 0:
            self._give_back(method_id, -difference, at, RefundReason.EXCHANGE_DIFFERENCE, done=True)

    def _return(self) -> Return:
        assert self.returned is not None, "a return is requested before anything else happens to it"  # noqa: S101
        return self.returned

    def _order(self) -> Order:
        canceled = self.status is OrderStatus.CANCELED
        sent = self.status in {OrderStatus.SHIPPED, OrderStatus.DELIVERED}
        return Order(
            id=self.id,
            customer_id=self.customer_id,
            region_id=self.market.id,
            store_id=self.store_id,
            channel=self.channel,
            currency=self.market.currency,
            status=self.status,
            lines=tuple(
                line.model_copy(
                    update={
                        "current_quantity": 0 if canceled else line.ordered_quantity - self.gone[line.position],
                        "fulfilled_quantity": line.ordered_quantity if sent else 0,
                    }
                )
                for line in self.lines
            ),
            shipping_address=self.address,
            shipping_method="" if self.channel is Channel.STORE else "standard",
            shipping=self.shipping,
            total=self.total,
            return_policy=self.market.return_policy,
            placed_at=self.placed_at,
            processed_at=self.processed_at,
            shipped_at=self.shipped_at,
            delivered_at=self.delivered_at,
            canceled_at=self.canceled_at,
            cancel_reason=self.cancel_reason,
            items_changed_at=self.items_changed_at,
            position=self.position,
        )

    def _allocations(self) -> list[Allocation]:
        return [
            Allocation(
                id=f"alc_{self.number}_{line.position + 1}",
                sku=line.sku,
                location_id=self.market.warehouse_id,
                order_id=self.id,
                line_id=line.id,
                quantity=line.ordered_quantity,
            )
            for line in self.lines
        ]

    def _tell_money(self, ledger: Ledger) -> None:
        discount = Money.sum((line.discount for line in self.lines), self.market.currency)
        if self.promotion is not None and discount.amount > 0:
            ledger.discounts.append(
                Discount(
                    id=f"dsc_{self.number}",
                    order_id=self.id,
                    customer_id=self.customer_id,
                    promotion_id=self.promotion.id,
                    code=self.code,
                    amount=discount,
                    applied_at=self.placed_at,
                )
            )
        kept = 0
        for intent in self.intents:
            ledger.spent[intent.payment_method_id] += intent.captured.amount
            kept += intent.captured.amount
        for refund in self.refunds:
            ledger.spent[refund.payment_method_id] -= refund.amount.amount
            kept -= refund.amount.amount
        if self.status is not OrderStatus.CANCELED:
            ledger.worth[self.customer_id] += kept
