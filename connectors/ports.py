"""The systems outside, as async protocols: what the rest of shopgraph may ask of them.

An adapter implements the ports that its system serves; `Connectors` bundles one of each. The conformance kit
(`shopgraph.connectors.conformance`) is the second half of this contract: an adapter author runs it with one line.

Rules that hold for every port:

- A look-up of one record returns None when there is none; a list may be empty. Reads never raise NotFound.
- Every mutating call takes an `idempotency_key` made from the business (`refund:{order}:{sequence}`). The same key
  with the same arguments returns the first result and changes nothing; with other arguments it raises
  `IdempotencyConflict`. The instant of asking (`at`) is no part of the comparison: a retry comes later. A refused call
  leaves its key free.
- A call that the records do not allow raises a `Conflict` (`IllegalTransition`, `OutOfStock`) and changes nothing; a
  record that is not there raises `NotFound` on a mutating call.
- A fault of the outside system is a `ConnectorFault`.
- Prices and balances are `Money`, times are aware UTC and come from the caller (`at`), never from the wall clock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, runtime_checkable

from pydantic import JsonValue

from shopgraph.domain import (
    ActionRecord,
    ActionRun,
    Address,
    Allocation,
    Balance,
    Campaign,
    CancelReason,
    Cart,
    Conversation,
    Customer,
    CustomerNote,
    Difference,
    Discount,
    DiscountCode,
    Exchange,
    ExchangeItem,
    Fulfillment,
    FulfillmentEvent,
    Handoff,
    Location,
    Money,
    Offer,
    Order,
    PastCall,
    PaymentIntent,
    PaymentMethod,
    Product,
    ProductVariant,
    Promotion,
    Refund,
    RefundReason,
    Region,
    Reservation,
    Return,
    ReturnItem,
    ReturnRequest,
    Review,
    RunStatus,
    SessionEvent,
    ShopMeta,
    StockLevel,
    Store,
    StoredRequest,
    Transfer,
)


@runtime_checkable
class CatalogPort(Protocol):
    """Products, variants, prices, reviews, and the markets they are sold in."""

    async def product(self, product_id: str) -> Product | None: ...
    async def products(self, product_ids: Sequence[str]) -> tuple[Product, ...]:
        """Those that exist, in the order asked for."""
        ...

    async def all_products(self) -> tuple[Product, ...]: ...
    async def variant(self, sku: str) -> ProductVariant | None: ...
    async def variants(self, product_id: str) -> tuple[ProductVariant, ...]: ...
    async def offer(self, sku: str, region_id: str) -> Offer | None: ...
    async def offers(self, skus: Sequence[str], region_id: str) -> tuple[Offer, ...]: ...
    async def reviews(self, product_id: str, *, limit: int = 5) -> tuple[Review, ...]:
        """Newest first. Untrusted text."""
        ...

    async def regions(self) -> tuple[Region, ...]: ...
    async def region(self, region_id: str) -> Region | None: ...
    async def stores(self, region_id: str) -> tuple[Store, ...]: ...


@runtime_checkable
class InventoryPort(Protocol):
    """Stock by place, and what is promised of it."""

    async def locations(self, region_id: str) -> tuple[Location, ...]: ...
    async def levels(self, skus: Sequence[str], *, region_id: str | None = None) -> tuple[StockLevel, ...]:
        """Levels of these variants, by SKU then location; of one region when it is given."""
        ...

    async def allocations(self, order_id: str) -> tuple[Allocation, ...]: ...
    async def reserve(
        self,
        *,
        sku: str,
        location_id: str,
        cart_id: str,
        quantity: int,
        expires_at: datetime,
        idempotency_key: str,
    ) -> Reservation:
        """Hold units for a cart. Raises OutOfStock."""
        ...

    async def allocate(
        self, *, sku: str, location_id: str, order_id: str, line_id: str, quantity: int, idempotency_key: str
    ) -> Allocation:
        """Promise units to an order line. Raises OutOfStock."""
        ...

    async def release(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        """Take back every promise to an order; returns what was released (none the second time)."""
        ...

    async def consume(self, *, order_id: str, idempotency_key: str) -> tuple[Allocation, ...]:
        """Allocated units leave the building: on hand and allocated fall together."""
        ...

    async def restock(self, *, sku: str, location_id: str, quantity: int, idempotency_key: str) -> StockLevel:
        """Units arrive at a location (a delivery, a return)."""
        ...

    async def reservations(self, cart_id: str) -> tuple[Reservation, ...]:
        """What is held for a cart, by id; expired or not."""
        ...

    async def allocate_reserved(
        self, *, reservation_id: str, order_id: str, line_id: str, idempotency_key: str
    ) -> Allocation:
        """Promise to an order line what was held for its cart; the hold ends.

        Raises:
            OutOfStock: nothing is held any more.
        """
        ...

    async def unreserve(self, *, cart_id: str, idempotency_key: str) -> tuple[Reservation, ...]:
        """Let go of everything that is held for a cart; returns what that was."""
        ...

    async def release_expired(self, *, at: datetime) -> tuple[Reservation, ...]:
        """Let go of what was held until `at` or earlier; returns what that was. Asked twice, it finds nothing more."""
        ...


@runtime_checkable
class OrdersPort(Protocol):
    """The system of record for orders."""

    async def order(self, order_id: str) -> Order | None: ...
    async def orders_of(self, customer_id: str, *, limit: int = 50) -> tuple[Order, ...]:
        """Newest first."""
        ...

    async def bought_together(self, sku: str, *, limit: int = 5) -> tuple[tuple[str, int], ...]:
        """SKUs most often in the same order as this one's product, with the count of such orders, most often first.

        Canceled orders do not count, nor do other variants of the product itself; ties by SKU.
        """
        ...

    async def best_sellers(
        self, region_id: str, *, since: datetime | None = None, limit: int = 10
    ) -> tuple[tuple[str, int], ...]:
        """SKUs bought in most orders of a region that were not canceled, with the count of such orders.

        Most often first, ties by SKU; `since` leaves out orders placed earlier (and those of unknown date).
        """
        ...

    async def place(self, order: Order, *, idempotency_key: str) -> Order:
        """Take a pending order in, under the id that it has; its position is the next one of its customer.

        Raises:
            Conflict: there is an order of that id, or it is not pending.
        """
        ...

    async def cancel(self, *, order_id: str, reason: CancelReason | None, at: datetime, idempotency_key: str) -> Order:
        """Mark a pending order canceled; its lines' current quantities become 0. Moves no money and no stock.

        No reason: no customer canceled it, it could not be completed.
        """
        ...

    async def change_address(self, *, order_id: str, address: Address, idempotency_key: str) -> Order:
        """Replace the shipping address."""
        ...

    async def swap_items(
        self, *, order_id: str, items: Sequence[ExchangeItem], at: datetime, idempotency_key: str
    ) -> Order:
        """Swap variants of a pending order, once: each line takes its own new variant's price and options.

        Sets `items_changed_at` and the new total. Moves no money and no stock.
        """
        ...


@runtime_checkable
class WarehousePort(Protocol):
    """Parcels out and parcels back."""

    async def fulfillments(self, order_id: str) -> tuple[Fulfillment, ...]: ...
    async def events(self, fulfillment_id: str) -> tuple[FulfillmentEvent, ...]:
        """Oldest first."""
        ...

    async def returns(self, order_id: str) -> tuple[Return, ...]: ...
    async def find_return(self, return_id: str) -> Return | None: ...
    async def exchanges(self, order_id: str) -> tuple[Exchange, ...]: ...
    async def request_return(
        self, request: ReturnRequest, *, refund: Money, at: datetime, idempotency_key: str
    ) -> Return:
        """Accept a return: nothing is refunded until goods are received."""
        ...

    async def receive_return(
        self, *, return_id: str, items: Sequence[ReturnItem], at: datetime, idempotency_key: str
    ) -> Return:
        """The goods are here: status `received`; the order lines' current quantities fall. Restocks nothing."""
        ...

    async def settle_return(self, *, return_id: str, refund_id: str, at: datetime, idempotency_key: str) -> Return:
        """The money is on its way: status `refunded`."""
        ...

    async def request_exchange(
        self,
        *,
        order_id: str,
        customer_id: str,
        items: Sequence[ExchangeItem],
        payment_method_id: str,
        difference: Money,
        at: datetime,
        idempotency_key: str,
    ) -> Exchange:
        """Accept an exchange."""
        ...

    async def find_exchange(self, exchange_id: str) -> Exchange | None: ...
    async def receive_exchange(self, *, exchange_id: str, at: datetime, idempotency_key: str) -> Exchange:
        """The old goods are here: status `received`. Restocks nothing."""
        ...

    async def complete_exchange(
        self, *, exchange_id: str, parcels: Sequence[Fulfillment], at: datetime, idempotency_key: str
    ) -> Exchange:
        """The new goods have left in these parcels, which the order gets: status `completed`. Moves no stock."""
        ...


@runtime_checkable
class CrmPort(Protocol):
    """Who the customers are."""

    async def customer(self, customer_id: str) -> Customer | None: ...
    async def find_by_email(self, email: str) -> Customer | None:
        """Case-insensitive, exact otherwise."""
        ...

    async def find_by_name_and_postal_code(
        self, given_name: str, family_name: str, postal_code: str
    ) -> Customer | None:
        """Names case-insensitive, postal code of the profile's address exact."""
        ...

    async def notes(self, customer_id: str, *, limit: int = 10) -> tuple[CustomerNote, ...]:
        """Newest first."""
        ...

    async def change_address(self, *, customer_id: str, address: Address, idempotency_key: str) -> Customer: ...
    async def add_note(
        self,
        *,
        customer_id: str,
        author: str,
        body: str,
        order_id: str | None,
        at: datetime,
        idempotency_key: str,
    ) -> CustomerNote: ...


@dataclass(frozen=True, kw_only=True)
class PaymentHistory:
    """Payments and refunds of a shop over some time."""

    intents: tuple[PaymentIntent, ...]
    refunds: tuple[Refund, ...]


@runtime_checkable
class PaymentsPort(Protocol):
    """Payments and refunds, as the shop's records and the gateway behind them have them."""

    async def methods(self, customer_id: str) -> tuple[PaymentMethod, ...]: ...
    async def method(self, payment_method_id: str) -> PaymentMethod | None: ...
    async def intents(self, order_id: str) -> tuple[PaymentIntent, ...]:
        """By sequence."""
        ...

    async def intent(self, payment_intent_id: str) -> PaymentIntent | None: ...
    async def refunds(self, order_id: str) -> tuple[Refund, ...]:
        """By sequence."""
        ...

    async def find_refund(self, refund_id: str) -> Refund | None: ...
    async def history(self, *, since: datetime) -> PaymentHistory:
        """Every payment and refund begun at that instant or later, oldest first: what a reconciliation compares."""
        ...

    async def authorize(
        self, *, order_id: str, payment_method_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Hold money without taking it: `requires_capture`; a gift card's balance falls at once.

        Raises:
            Conflict: the gift card does not cover it.
            PaymentDeclined: the customer's bank says no.
        """
        ...

    async def capture(
        self, *, payment_intent_id: str, amount: Money | None = None, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Take what is held, or a part of it, once: what is left of it goes back to the customer.

        Raises:
            Conflict: it is more than is held.
            IllegalTransition: nothing is held.
        """
        ...

    async def void(self, *, payment_intent_id: str, at: datetime, idempotency_key: str) -> PaymentIntent:
        """Let go of what is held: `canceled`; a gift card's balance rises again.

        Raises:
            IllegalTransition: nothing is held.
        """
        ...

    async def charge(
        self, *, order_id: str, payment_method_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Take money at once (authorize and capture); a gift card's balance falls.

        Raises:
            Conflict: the gift card does not cover it.
            PaymentDeclined: the customer's bank says no.
        """
        ...

    async def credit_gift_card(
        self, *, customer_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentMethod:
        """Give money of the shop's own: onto the customer's gift card in that currency, or a new one.

        It is no refund: nothing of what was paid for an order goes back by it. Of several cards it is the first by id.
        """
        ...

    async def refund(
        self,
        *,
        order_id: str,
        payment_intent_id: str | None,
        payment_method_id: str,
        amount: Money,
        reason: RefundReason,
        at: datetime,
        idempotency_key: str,
    ) -> Refund:
        """Give money back: `succeeded` at once on a gift card (its balance rises), else what the gateway says.

        Where no payment is named, an adapter that has to choose takes the latest one of that method that holds enough.

        Raises:
            Conflict: the order's refunds would exceed what was captured for it.
        """
        ...


@runtime_checkable
class MarketingPort(Protocol):
    """Promotions, codes and campaigns."""

    async def promotions(self, *, region_id: str, at: datetime) -> tuple[Promotion, ...]:
        """Those that run there and then; what was granted to one customer is left out."""
        ...

    async def without_code(self, *, region_id: str, at: datetime) -> tuple[Promotion, ...]:
        """Those of `promotions` that everybody for whom they are meant gets, without typing a code."""
        ...

    async def promotion(self, promotion_id: str) -> Promotion | None: ...
    async def code(self, code: str) -> DiscountCode | None:
        """Case-insensitive."""
        ...

    async def campaigns(self, *, region_id: str, at: datetime) -> tuple[Campaign, ...]: ...
    async def discounts_of(self, customer_id: str, *, since: datetime | None = None) -> tuple[Discount, ...]:
        """Price cuts this customer got, newest first."""
        ...

    async def given(self, promotion_id: str) -> tuple[Money, ...]:
        """What the price cuts on a promotion add up to, one sum per currency, by currency."""
        ...

    async def granted_codes(self, customer_id: str, *, at: datetime) -> tuple[DiscountCode, ...]:
        """Codes granted to this customer that have not expired at `at`, used up or not, newest first."""
        ...

    async def grant_code(
        self,
        *,
        customer_id: str,
        region_id: str,
        sku: str,
        percent: Decimal,
        at: datetime,
        valid_for: timedelta,
        idempotency_key: str,
    ) -> DiscountCode:
        """Make a code of this customer's own: for one variant in one region, from `at` on, to be used once.

        Its promotion holds the terms (`customer_id`, `sku`, `percent`, `ends_at`).

        Raises:
            Conflict: a code granted to the customer before has neither been used up nor expired.
        """
        ...

    async def apply_discounts(
        self, discounts: Sequence[Discount], *, budgets: Mapping[str, Money], idempotency_key: str
    ) -> tuple[Discount, ...]:
        """Write down the price cuts of an order and count their codes as used; `budgets` is by promotion id.

        A code that the system does not know, for it stands in a calendar, is not counted.

        Raises:
            Conflict: a code is used up, or a promotion would give away more than its budget.
        """
        ...

    async def withdraw_discounts(self, *, order_id: str, idempotency_key: str) -> tuple[Discount, ...]:
        """Take back the price cuts of an order that came to nothing, and the uses of their codes."""
        ...


@runtime_checkable
class SessionsPort(Protocol):
    """What shoppers are doing right now."""

    async def recent(self, customer_id: str, *, since: datetime, limit: int = 20) -> tuple[SessionEvent, ...]:
        """Newest first."""
        ...

    async def cart(self, customer_id: str) -> Cart | None:
        """The open cart."""
        ...

    async def add_code(self, *, cart_id: str, code: str, at: datetime, idempotency_key: str) -> Cart:
        """Put a discount code on an open cart. Judges nothing."""
        ...

    async def close_cart(self, *, cart_id: str, at: datetime, idempotency_key: str) -> Cart:
        """The cart becomes an order.

        Raises:
            Conflict: it has become one before.
        """
        ...

    async def reopen_cart(self, *, cart_id: str, at: datetime, idempotency_key: str) -> Cart:
        """The order came to nothing, and the cart is the customer's again. One that is open stays so."""
        ...


@runtime_checkable
class RecordsPort(Protocol):
    """What shopgraph itself keeps in the shop's database, committed together with what it is about."""

    async def meta(self) -> ShopMeta: ...
    async def conversation(self, conversation_id: str) -> Conversation | None: ...
    async def open_conversation(self, conversation: Conversation) -> Conversation:
        """Store it; the stored one when it is there already. A conversation of another owner raises NotFound."""
        ...

    async def request(self, call_id: str) -> StoredRequest | None: ...
    async def remember_request(self, request: StoredRequest) -> None:
        """Raises IdempotencyConflict when the call id is taken."""
        ...

    async def finish_request(self, call_id: str, result: JsonValue) -> None:
        """Write the result of a request that was remembered without one, before it was done."""
        ...

    async def forget_request(self, call_id: str) -> None:
        """Forget a request that was remembered without a result and turned out not to be done."""
        ...

    async def done(
        self,
        tools: Collection[str],
        *,
        since: datetime,
        customer_id: str | None = None,
        agent: str | None = None,
        conversation_id: str | None = None,
    ) -> tuple[PastCall, ...]:
        """What those tools did after `since`, oldest first; for that customer, agent or conversation."""
        ...

    async def hold(self, key: str) -> None:
        """Let no other transaction hold the same key until the open one ends: whoever comes second waits."""
        ...

    async def add_action(self, action: ActionRecord) -> None: ...
    async def actions(
        self, *, order_id: str | None = None, customer_id: str | None = None, limit: int = 50
    ) -> tuple[ActionRecord, ...]:
        """Newest first."""
        ...

    async def add_handoff(self, handoff: Handoff) -> None: ...
    async def handoffs(self, *, limit: int = 50) -> tuple[Handoff, ...]:
        """Newest first."""
        ...


@runtime_checkable
class RunsPort(Protocol):
    """Actions under way, in the shop's database: admitted in the transaction that judged them."""

    async def admit(self, run: ActionRun) -> ActionRun:
        """Store it before anything is done; the stored one when it is there already.

        Raises:
            Conflict: another action of the same order is unfinished.
        """
        ...

    async def run(self, action_id: str) -> ActionRun | None: ...
    async def mark(
        self, action_id: str, status: RunStatus, *, reason: str = "", result: JsonValue = None, at: datetime
    ) -> ActionRun:
        """Move it to another status; to the one that it has is no move. Raises IllegalTransition."""
        ...

    async def runs(self, *, unfinished: bool = False, limit: int = 50) -> tuple[ActionRun, ...]:
        """Newest first; only those that are running or stuck, when asked so."""
        ...


@runtime_checkable
class LedgerPort(Protocol):
    """Every movement of money and stock, written in the transaction of the change that it explains, never changed."""

    async def transfers(
        self,
        *,
        order_id: str | None = None,
        action_id: str | None = None,
        account: str | None = None,
        limit: int = 500,
    ) -> tuple[Transfer, ...]:
        """Oldest first; of an order, an action or an account."""
        ...

    async def balance(self, account: str, unit: str) -> int:
        """What is on an account: minor units of a currency, or units of a variant."""
        ...

    async def balances(self, accounts: Collection[str] | None = None) -> tuple[Balance, ...]:
        """What is on every account, or on these, by account and unit; without those on which nothing is."""
        ...

    async def differences(self) -> tuple[Difference, ...]:
        """Where the ledger's balances and the records of payments, cards and stock disagree: nowhere."""
        ...


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """A product found, with how well it fits (higher is better; comparable within one answer only)."""

    product_id: str
    score: float


@runtime_checkable
class SearchPort(Protocol):
    """Finds products by words. An index is never the truth: prices and stock are read from the ports above."""

    async def search(self, query: str, *, limit: int = 5) -> tuple[SearchHit, ...]:
        """Best first; empty when nothing fits."""
        ...


@dataclass(frozen=True, kw_only=True)
class Connectors:
    """One of each port. `transaction()` is honest about its reach: it spans what shares one database, no more."""

    catalog: CatalogPort
    inventory: InventoryPort
    orders: OrdersPort
    warehouse: WarehousePort
    crm: CrmPort
    payments: PaymentsPort
    marketing: MarketingPort
    sessions: SessionsPort
    records: RecordsPort
    runs: RunsPort
    ledger: LedgerPort
    search: SearchPort
    unit_of_work: UnitOfWork
    outside: frozenset[str] = frozenset()
    """Names of the ports whose changes `transaction()` does not reach: systems of their own."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """All calls inside commit together or not at all, as far as the adapters share a database."""
        return self.unit_of_work.transaction()


class UnitOfWork(Protocol):
    """Whoever can commit several ports' changes together."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Commits on a clean exit, rolls back on an exception. Not nested: an inner one joins the outer."""
        ...
