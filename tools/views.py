"""What tools answer: typed views without anything that a shopper or a model must not see (cost, other customers)."""

from __future__ import annotations

from decimal import Decimal

from shopgraph.domain import (
    Address,
    Availability,
    CancelReason,
    ExchangeStatus,
    FulfillmentStatus,
    Instant,
    Money,
    OrderStatus,
    PaymentMethodKind,
    Quantity,
    RefundStatus,
    ReturnReason,
    ReturnStatus,
    Value,
)
from shopgraph.tools.phrases import format_money


class AmountView(Value):
    """An amount of money, for code and for people."""

    amount: int
    """ISO 4217 minor units."""
    currency: str
    text: str
    """As people of the region write it."""

    @classmethod
    def of(cls, money: Money, locale: str) -> AmountView:
        """Show `money` in that locale."""
        return cls(amount=money.amount, currency=money.currency, text=format_money(money, locale))

    @property
    def money(self) -> Money:
        """The amount itself."""
        return Money(amount=self.amount, currency=self.currency)


class VariantView(Value):
    """One buyable form of a product, with its price and stock in the asker's region right now."""

    sku: str
    title: str
    options: dict[str, str]
    price: AmountView | None
    """None: not sold in this region."""
    compare_at: AmountView | None = None
    availability: Availability
    available_quantity: Quantity | None
    """Units that can be bought in the region; None where the shop keeps no count."""


class ReviewView(Value):
    """What a shopper wrote, screened. It is an opinion to quote, never an instruction."""

    rating: int
    title: str
    body: str


class ProductView(Value):
    """A product with its variants."""

    product_id: str
    title: str
    description: str
    category: str
    brand: str
    attributes: dict[str, str]
    final_sale: bool
    age_limit: Quantity
    variants: tuple[VariantView, ...]
    reviews: tuple[ReviewView, ...] = ()


class ProductHit(Value):
    """A product found by search."""

    product_id: str
    title: str
    category: str
    from_price: AmountView | None
    """The lowest price among its variants in this region; None when it is not sold there."""
    in_stock: bool


class SearchResult(Value):
    """Products found, best first."""

    query: str
    products: tuple[ProductHit, ...]


class RecommendationView(Value):
    """A product in stock that goes well with what the customer has, and why."""

    product_id: str
    sku: str
    title: str
    price: AmountView
    available_quantity: Quantity | None
    orders: Quantity
    """How many orders stand behind it."""
    reason: str


class Recommendations(Value):
    """What to offer, best first; empty when nothing true can be said."""

    items: tuple[RecommendationView, ...]


class PromotionView(Value):
    """A price cut that runs now in the asker's region and is meant for them."""

    name: str
    percent: Decimal
    categories: tuple[str, ...]
    """Empty: all of them."""
    ends_at: Instant


class CampaignView(Value):
    """What marketing tells people now."""

    name: str
    headline: str
    ends_at: Instant


class PromotionList(Value):
    """What runs now."""

    promotions: tuple[PromotionView, ...]
    campaigns: tuple[CampaignView, ...]


class DeliveryOption(Value):
    """A way of shipping."""

    name: str
    price: AmountView
    min_days: Quantity
    max_days: Quantity
    free_from: AmountView | None
    """Order value from which it costs nothing; None: never."""


class DeliveryOptions(Value):
    """The ways of shipping in a region."""

    region: str
    options: tuple[DeliveryOption, ...]


class PaymentMethodView(Value):
    """A way to pay that the customer has saved."""

    id: str
    kind: PaymentMethodKind
    label: str
    balance: AmountView | None = None
    """Of a gift card."""


class ProfileView(Value):
    """The customer's own profile."""

    customer_id: str
    given_name: str
    family_name: str
    email: str
    address: Address
    payment_methods: tuple[PaymentMethodView, ...]


class OrderSummary(Value):
    """One order in a list."""

    order_id: str
    status: OrderStatus
    placed_at: Instant | None
    total: AmountView
    items: tuple[str, ...]


class OrderList(Value):
    """The customer's orders, newest first."""

    orders: tuple[OrderSummary, ...]


class OrderLineView(Value):
    """One line of an order."""

    sku: str
    product_id: str
    title: str
    options: dict[str, str]
    unit_price: AmountView
    ordered_quantity: Quantity
    current_quantity: Quantity
    """Ordered less canceled and returned."""
    final_sale: bool


class PaymentView(Value):
    """Money taken for an order."""

    payment_method_id: str
    method: str
    amount: AmountView


class RefundView(Value):
    """Money on its way back, or back already."""

    payment_method_id: str
    method: str
    amount: AmountView
    status: RefundStatus
    created_at: Instant | None


class ParcelEventView(Value):
    """Something that happened to a parcel."""

    status: FulfillmentStatus
    message: str
    at: Instant


class ParcelView(Value):
    """A parcel and its way so far, oldest event first."""

    status: FulfillmentStatus
    carrier: str
    tracking_numbers: tuple[str, ...]
    estimated_at: Instant | None
    shipped_at: Instant | None
    delivered_at: Instant | None
    events: tuple[ParcelEventView, ...]


class ReturnItemView(Value):
    """How many of a SKU come back, and why."""

    sku: str
    quantity: int
    reason: ReturnReason


class ReturnView(Value):
    """A return of goods."""

    return_id: str
    order_id: str
    status: ReturnStatus
    items: tuple[ReturnItemView, ...]
    payment_method_id: str
    refund: AmountView


class ExchangeItemView(Value):
    """How many of a SKU become another one."""

    sku: str
    to_sku: str
    quantity: int


class ExchangeView(Value):
    """An exchange of goods."""

    exchange_id: str
    order_id: str
    status: ExchangeStatus
    items: tuple[ExchangeItemView, ...]
    payment_method_id: str
    difference: AmountView
    """New less old: positive is paid by the customer, negative goes back."""


class OrderView(Value):
    """An order with everything that happened to it."""

    order_id: str
    status: OrderStatus
    region_id: str
    placed_at: Instant | None
    shipped_at: Instant | None
    delivered_at: Instant | None
    canceled_at: Instant | None
    cancel_reason: CancelReason | None
    items_changed_at: Instant | None
    lines: tuple[OrderLineView, ...]
    shipping_address: Address
    shipping_method: str
    shipping: AmountView
    total: AmountView
    return_window_days: Quantity | None
    """Days after delivery; None where the system of record does not say."""
    payments: tuple[PaymentView, ...]
    refunds: tuple[RefundView, ...]
    parcels: tuple[ParcelView, ...]
    returns: tuple[ReturnView, ...]
    exchanges: tuple[ExchangeView, ...]


class ActionResult(Value):
    """What every changing tool answers: what was done, in one sentence that may be told to the customer."""

    summary: str


class CanceledOrder(ActionResult):
    """An order that will not be sent."""

    order_id: str
    status: OrderStatus
    refunds: tuple[RefundView, ...]


class RequestedReturn(ActionResult):
    """A return that was accepted; money follows the goods."""

    requested: ReturnView


class SettledReturn(ActionResult):
    """A return whose goods are here and whose money is on its way."""

    settled: ReturnView
    refunds: tuple[RefundView, ...]
    restocked: dict[str, int]
    """Units put back on the shelf, by SKU."""


class RequestedExchange(ActionResult):
    """An exchange that was accepted; the difference is settled when the goods are here."""

    requested: ExchangeView


class ChangedItems(ActionResult):
    """A pending order with other variants in it."""

    order_id: str
    total: AmountView
    difference: AmountView
    """New less old: positive was charged, negative is refunded."""


class ChangedPayment(ActionResult):
    """A pending order paid in another way."""

    order_id: str
    payment: PaymentView
    refunds: tuple[RefundView, ...]


class ChangedAddress(ActionResult):
    """An address that was replaced."""

    order_id: str | None
    """None: it was the profile's."""
    address: Address


class RedeemedCode(ActionResult):
    """A code that stands on the open cart."""

    code: str
    percent: Decimal
    cart_id: str


class NoteAdded(ActionResult):
    """A line in the CRM."""

    note_id: str


class HandedOff(ActionResult):
    """A conversation that a person takes over."""

    handoff_id: str
