"""Orders and their parcels, baskets, and what is taken off the price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol, runtime_checkable

from shopgraph.domain import (
    Address,
    Campaign,
    CancelReason,
    Cart,
    Discount,
    DiscountCode,
    Exchange,
    ExchangeItem,
    Fulfillment,
    FulfillmentEvent,
    Money,
    Order,
    Promotion,
    Return,
    ReturnItem,
    ReturnRequest,
    SessionEvent,
)


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

    async def bought_with(self, product_id: str, *, limit: int = 5) -> tuple[tuple[str, int], ...]:
        """Products most often in the same order as this one, with the count of such orders, most often first.

        Canceled orders do not count; an order counts once, however many variants it holds; ties by id.
        """
        ...

    async def selling(
        self, region_id: str, *, since: datetime, until: datetime, limit: int = 10
    ) -> tuple[tuple[str, int], ...]:
        """Products in most orders of a region placed from `since` until before `until`, with the count of such orders.

        Canceled orders do not count; most often first, ties by id.
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
