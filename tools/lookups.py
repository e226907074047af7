"""What several tools look up: an order that may be seen, a region, live stock, a way to pay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shopgraph.connectors.units import units_of
from shopgraph.domain import (
    Availability,
    Customer,
    DiscountCode,
    Exchange,
    Offer,
    Order,
    PaymentMethod,
    PrincipalKind,
    ProductVariant,
    Promotion,
    Region,
)
from shopgraph.errors import ConfigurationError, InvalidInput, NotFound
from shopgraph.tools.spec import ToolContext


@dataclass(frozen=True, kw_only=True)
class Stock:
    """A variant's offer and stock in one region."""

    variant: ProductVariant
    offer: Offer | None
    """None: not sold there."""
    units: int | None
    """Units that can be bought over the region's locations; None where no count is kept."""

    @property
    def availability(self) -> Availability:
        """What to tell a shopper: by the count where there is one, else what the offer says."""
        if self.offer is None:
            return Availability.OUT_OF_STOCK
        if self.units == 0 and self.offer.availability is Availability.IN_STOCK:
            return Availability.OUT_OF_STOCK
        return self.offer.availability

    def covers(self, quantity: int) -> bool:
        """Whether that many can be had at once."""
        return self.availability is Availability.IN_STOCK and (self.units is None or self.units >= quantity)


async def own_order(context: ToolContext, order_id: str) -> Order:
    """The order, typed with or without its leading `#`, when the principal may know of it.

    Raises:
        NotFound: there is none, or it is another customer's: the two read the same.
    """
    typed = order_id.strip()
    bare = typed.lstrip("#")
    for candidate in dict.fromkeys((typed, f"#{bare}", bare, f"#{bare.upper()}", bare.upper())):
        order = await context.services.connectors.orders.order(candidate)
        if order is not None:
            break
    else:
        raise NotFound(f"There is no order {typed} among yours.", order_id=typed)
    if not may_see(context, order.customer_id):
        raise NotFound(f"There is no order {typed} among yours.", order_id=typed)
    return order


def may_see(context: ToolContext, owner_id: str) -> bool:
    """Whether the principal may know of that customer's records: the customer, staff and the shop's own processes."""
    if context.principal.kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM):
        return True
    return context.principal.customer_id == owner_id


async def asking_customer(context: ToolContext) -> Customer:
    """The customer who asks.

    Raises:
        InvalidInput: the principal is no customer, and the tool has no argument that names one.
        NotFound: the shop does not know this customer.
    """
    customer_id = context.principal.customer_id
    if customer_id is None:
        raise InvalidInput("This is about the asking customer's own records.", remedy="Ask as a customer.")
    customer = await context.services.connectors.crm.customer(customer_id)
    if customer is None:
        raise NotFound("There is no such customer.", customer_id=customer_id)
    return customer


async def the_exchange(context: ToolContext, exchange_id: str) -> Exchange:
    """The exchange, for whoever works in the warehouse.

    Raises:
        NotFound: there is none.
    """
    found = await context.services.connectors.warehouse.find_exchange(exchange_id)
    if found is None:
        raise NotFound(f"There is no exchange {exchange_id}.", exchange_id=exchange_id)
    return found


async def region_of(context: ToolContext, region_id: str) -> Region:
    """The region.

    Raises:
        ConfigurationError: the shop does not sell there.
    """
    region = await context.services.connectors.catalog.region(region_id)
    if region is None:
        raise ConfigurationError(f"The shop has no region {region_id!r}.", remedy="Name one of the shop's regions.")
    return region


async def variants_of(context: ToolContext, skus: Sequence[str]) -> dict[str, ProductVariant]:
    """The variants that exist, by SKU."""
    catalog = context.services.connectors.catalog
    return {sku: variant for sku in dict.fromkeys(skus) if (variant := await catalog.variant(sku)) is not None}


async def stock_of(context: ToolContext, variants: Iterable[ProductVariant], region_id: str) -> dict[str, Stock]:
    """Live offer and stock of these variants, by SKU."""
    connectors = context.services.connectors
    by_sku = {variant.sku: variant for variant in variants}
    offers = {offer.sku: offer for offer in await connectors.catalog.offers(tuple(by_sku), region_id)}
    counted = [sku for sku, variant in by_sku.items() if variant.tracks_stock]
    units = await units_of(connectors.inventory, counted, region_id)
    return {sku: Stock(variant=variant, offer=offers.get(sku), units=units.get(sku)) for sku, variant in by_sku.items()}


@dataclass(frozen=True, kw_only=True)
class KnownCode:
    """A discount code and the promotion that it gives."""

    code: DiscountCode
    promotion: Promotion


async def final_lines(context: ToolContext, order: Order) -> frozenset[str]:
    """Ids of the order's lines that are not taken back: sold as final, or of a category that was final on that day."""
    services = context.services
    terms = services.policy.calendar(order.region_id, order.placed_at or services.clock.now()).returns
    final = {line.id for line in order.lines if line.final_sale}
    if terms.final_sale_categories:
        products = await services.connectors.catalog.products([line.product_id for line in order.lines])
        held = {product.id for product in products if product.category in terms.final_sale_categories}
        final |= {line.id for line in order.lines if line.product_id in held}
    return frozenset(final)


async def known_code(context: ToolContext, typed: str, customer: Customer) -> KnownCode | None:
    """The code that this customer typed, whether it may be used or not; another one's own code reads as none at all."""
    marketing = context.services.connectors.marketing
    code = await marketing.code(typed.strip())
    promotion = await marketing.promotion(code.promotion_id) if code else None
    if code is None or promotion is None or promotion.customer_id not in (None, customer.id):
        return None
    return KnownCode(code=code, promotion=promotion)


async def own_method(context: ToolContext, customer_id: str, payment_method_id: str) -> PaymentMethod | None:
    """That customer's way to pay of that id, or None."""
    method = await context.services.connectors.payments.method(payment_method_id)
    return method if method is not None and method.customer_id == customer_id else None
