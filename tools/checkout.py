"""What the customer's open cart would cost and where it would come from, worked out before anything is done."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shopgraph.domain import (
    Cart,
    Customer,
    Discount,
    Money,
    Order,
    OrderLineItem,
    OrderStatus,
    PaymentMethod,
    Product,
    ProductVariant,
    Promotion,
    ReturnPolicy,
)
from shopgraph.guards.allowances import days_since, last_code_at
from shopgraph.guards.calendars import RegionCalendar, ShippingMethod
from shopgraph.tools.arguments import TypedAddress
from shopgraph.tools.facts import Facts
from shopgraph.tools.lookups import asking_customer, known_code, own_method, stock_of, variants_of
from shopgraph.tools.places import Pick, Wanted, pick
from shopgraph.tools.plans import covers
from shopgraph.tools.pricing import Candidate, Cut, Goods, best_cuts, taxes
from shopgraph.tools.spec import ToolContext


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A line of the cart at the price of today."""

    variant: ProductVariant
    product: Product
    quantity: int
    price: Money
    available: bool
    """Whether so many can be had at once, what is held for this cart counted in."""

    @property
    def goods(self) -> Goods:
        """As promotions and tax see it."""
        return Goods(sku=self.variant.sku, category=self.product.category, value=self.price * self.quantity)


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """A cart that is about to become an order."""

    customer: Customer
    cart: Cart | None
    terms: RegionCalendar
    """Those of the cart's region."""
    lines: tuple[Bought, ...]
    all_sold: bool
    """Whether everything in the cart is sold in its region."""
    cuts: tuple[Cut, ...]
    taxes: tuple[Money, ...]
    """By line."""
    shipping: ShippingMethod | None
    """None: the region has no such method."""
    address: TypedAddress
    method: PaymentMethod | None
    """The customer's way to pay of the id that was named."""
    gift_card_covers: bool
    picks: tuple[Pick, ...]

    @property
    def discounts(self) -> tuple[Money, ...]:
        """By line."""
        nothing = Money.zero(self.terms.currency)
        return tuple(Money.sum((c.shares[i] for c in self.cuts), nothing.currency) for i in range(len(self.lines)))

    @property
    def discount(self) -> Money:
        """Off the whole order."""
        return Money.sum(self.discounts, self.terms.currency)

    @property
    def tax(self) -> Money:
        """On (or in) the whole order."""
        return Money.sum(self.taxes, self.terms.currency)

    @property
    def goods_value(self) -> Money:
        """What the goods cost as prices are shown, less the price cuts."""
        return Money.sum((line.goods.value for line in self.lines), self.terms.currency) - self.discount

    @property
    def shipping_price(self) -> Money:
        """What the way of shipping costs for these goods."""
        return self.shipping.cost(self.goods_value) if self.shipping else Money.zero(self.terms.currency)

    @property
    def total(self) -> Money:
        """What the customer pays."""
        added = Money.zero(self.terms.currency) if self.terms.tax.inclusive else self.tax
        return self.goods_value + self.shipping_price + added

    @property
    def idle_codes(self) -> tuple[str, ...]:
        """Codes on the cart that take nothing off."""
        used = {cut.candidate.code.casefold() for cut in self.cuts if cut.candidate.code}
        return tuple(code for code in (self.cart.codes if self.cart else ()) if code.casefold() not in used)

    def facts(self) -> Facts:
        """What the rules on a purchase read."""
        return {
            "has_cart": self.cart is not None,
            "item_count": sum(line.quantity for line in self.lines),
            "all_available": self.all_sold and all(line.available for line in self.lines),
            "age_limit": max((line.product.age_limit for line in self.lines), default=0),
            "shipping_known": self.shipping is not None,
            "address_complete": self.address.complete,
            "method_owned": self.method is not None,
            "gift_card_covers": self.gift_card_covers,
            "total_minor": self.total.amount,
            "currency": self.terms.currency,
        }

    def order(self, context: ToolContext, key: str) -> Order:
        """The order as it is to be placed, with the terms of today."""
        services, order_id = context.services, new_order_id(key)
        now, rules = services.clock.now(), self.terms.returns
        return Order(
            id=order_id,
            customer_id=self.customer.id,
            region_id=self.terms.region_id,
            channel=context.channel,
            currency=self.terms.currency,
            status=OrderStatus.PENDING,
            lines=tuple(self._line(order_id, place) for place in range(len(self.lines))),
            shipping_address=self.address.address,
            shipping_method=self.shipping.id if self.shipping else "",
            shipping=self.shipping_price,
            total=self.total,
            return_policy=None
            if rules.window_days is None
            else ReturnPolicy(
                window_days=rules.window_days, restocking_fee=rules.restocking_fee, version=services.policy.version
            ),
            placed_at=now,
        )

    def given(self, context: ToolContext, order: Order) -> tuple[Discount, ...]:
        """The price cuts as they are written down."""
        return tuple(
            Discount(
                id=f"{order.id}-{place}",
                order_id=order.id,
                customer_id=order.customer_id,
                promotion_id=cut.candidate.promotion.id,
                code=cut.candidate.code,
                amount=cut.amount,
                applied_at=context.services.clock.now(),
            )
            for place, cut in enumerate(self.cuts, 1)
        )

    def _line(self, order_id: str, place: int) -> OrderLineItem:
        bought = self.lines[place]
        return OrderLineItem(
            id=line_id(place),
            order_id=order_id,
            sku=bought.variant.sku,
            product_id=bought.product.id,
            title=bought.variant.title,
            options=bought.variant.options,
            unit_price=bought.price,
            ordered_quantity=bought.quantity,
            current_quantity=bought.quantity,
            discount=self.discounts[place],
            tax=self.taxes[place],
            final_sale=bought.product.final_sale or bought.product.category in self.terms.returns.final_sale_categories,
            position=place,
        )


def line_id(place: int) -> str:
    """The id of an order's line."""
    return f"{place + 1}"


def new_order_id(key: str) -> str:
    """An order number as people type it, made of the business key: asked again it is the same."""
    return f"#S{int(hashlib.sha256(key.encode()).hexdigest(), 16) % 10**10:010d}"


async def plan_checkout(
    context: ToolContext, payment_method_id: str, shipping: str | None, address: TypedAddress | None
) -> Checkout:
    """Work out what buying the asking customer's open cart takes; nothing changes but that expired holds end."""
    services, customer = context.services, await asking_customer(context)
    await services.connectors.inventory.release_expired(at=services.clock.now())
    cart = await services.connectors.sessions.cart(customer.id)
    region_id = cart.region_id if cart else context.region_id
    terms = services.policy.calendar(region_id, services.clock.now())
    wanted = _wanted(cart)
    own = await _held(context, cart)
    lines = await _lines(context, region_id, wanted, own)
    goods = [line.goods for line in lines]
    cuts = best_cuts(goods, await _candidates(context, customer, cart, terms), stacking=terms.promotions.stacking)
    to = address or TypedAddress(**customer.address.model_dump())
    found = Checkout(
        customer=customer,
        cart=cart,
        terms=terms,
        lines=lines,
        all_sold=len(lines) == len(wanted),
        cuts=cuts,
        taxes=(),
        shipping=next((each for each in terms.shipping if shipping in (None, each.id)), None),
        address=to,
        method=await own_method(context, customer.id, payment_method_id),
        gift_card_covers=True,
        picks=await pick(context, region_id, _counted(lines), own=own),
    )
    net = [each.value - cut for each, cut in zip(goods, found.discounts, strict=True)]
    priced = replace(found, taxes=taxes(goods, net, terms.tax))
    return replace(priced, gift_card_covers=await covers(context, priced.method, priced.total))


def _wanted(cart: Cart | None) -> Counter[str]:
    wanted = Counter[str]()
    for line in cart.lines if cart else ():
        wanted[line.sku] += line.quantity
    return wanted


async def _held(context: ToolContext, cart: Cart | None) -> Counter[tuple[str, str]]:
    """What is held for the cart already, by SKU and place."""
    held = Counter[tuple[str, str]]()
    for each in await context.services.connectors.inventory.reservations(cart.id) if cart else ():
        held[each.sku, each.location_id] += each.quantity
    return held


async def _lines(
    context: ToolContext, region_id: str, wanted: Counter[str], own: Counter[tuple[str, str]]
) -> tuple[Bought, ...]:
    """What of the cart is sold in its region, at today's prices."""
    catalog = context.services.connectors.catalog
    variants = await variants_of(context, tuple(wanted))
    stock = await stock_of(context, variants.values(), region_id)
    lines = list[Bought]()
    for sku, quantity in wanted.items():
        product = await catalog.product(variants[sku].product_id) if sku in variants else None
        offer = stock[sku].offer if sku in stock else None
        if product is None or offer is None:
            continue
        units, held = stock[sku].units, sum(count for (of, _), count in own.items() if of == sku)
        with_held = stock[sku] if units is None else replace(stock[sku], units=units + held)
        available = with_held.covers(quantity)
        lines.append(
            Bought(variant=variants[sku], product=product, quantity=quantity, price=offer.price, available=available)
        )
    return tuple(lines)


def _counted(lines: Sequence[Bought]) -> list[Wanted]:
    return [
        Wanted(line_id=line_id(place), sku=line.variant.sku, quantity=line.quantity)
        for place, line in enumerate(lines)
        if line.variant.tracks_stock
    ]


async def _candidates(
    context: ToolContext, customer: Customer, cart: Cart | None, terms: RegionCalendar
) -> list[Candidate]:
    """The promotions that this customer may have now: those without a code, and those of the cart's codes."""
    marketing, now = context.services.connectors.marketing, context.services.clock.now()
    everybodys = await marketing.without_code(region_id=terms.region_id, at=now)
    found: list[tuple[Promotion, str | None]] = [(promotion, None) for promotion in everybodys]
    if not await _cooling_down(context, customer, terms):
        for typed in cart.codes if cart else ():
            known = await known_code(context, typed, customer)
            if known is not None and not known.code.is_used_up:
                found.append((known.promotion, known.code.code))
    candidates = []
    for promotion, code in found:
        left = await _budget_left(context, promotion, terms.currency)
        fits = promotion.runs(now, terms.region_id) and promotion.meant_for(customer)
        foreign_cap = promotion.cap is not None and promotion.cap.currency != terms.currency
        if fits and not foreign_cap and (left is None or left.amount > 0):
            candidates.append(Candidate(promotion=promotion, code=code, left=left))
    return candidates


async def _cooling_down(context: ToolContext, customer: Customer, terms: RegionCalendar) -> bool:
    now = context.services.clock.now()
    last = last_code_at(await context.services.connectors.marketing.discounts_of(customer.id), customer.id, now)
    return last is not None and days_since(last, now) < terms.promotions.code_cooldown_days


async def _budget_left(context: ToolContext, promotion: Promotion, currency: str) -> Money | None:
    if promotion.budget is None or promotion.budget.currency != currency:
        return None
    given = await context.services.connectors.marketing.given(promotion.id)
    return promotion.budget - Money.sum((total for total in given if total.currency == currency), currency)
