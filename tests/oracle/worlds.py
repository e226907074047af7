"""Random small shops whose orders, money, stock, codes and clock stand at the rules' boundaries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import (
    Allocation,
    Availability,
    Customer,
    Exchange,
    ExchangeItem,
    ExchangeStatus,
    Location,
    LocationKind,
    Money,
    Offer,
    Order,
    OrderLineItem,
    OrderStatus,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Product,
    ProductVariant,
    Refund,
    RefundReason,
    RefundStatus,
    Region,
    Return,
    ReturnItem,
    ReturnPolicy,
    ReturnStatus,
    StockLevel,
)
from tests.oracle.chances import AT, CURRENCY, DAY, HOME, LINES, PEOPLE, PRODUCT, SIZES, UK, WEST, Chances
from tests.oracle.marketing import Marketing


@dataclass(frozen=True, kw_only=True)
class World:
    """A shop's records, and what its clock shows."""

    records: Dataset
    now: datetime


class WorldMaker(Chances):
    """Makes one world. Everything that it decides, it asks of `random`."""

    def __init__(self, random: Random) -> None:
        super().__init__(random, AT + timedelta(hours=random.randint(-30, 30)))

    def world(self) -> World:
        """All records of a shop of three customers."""
        records = self._catalog()
        records.customers = [self._customer(who, region_id) for who, region_id in PEOPLE.items()]
        records.payment_methods = [method for who in PEOPLE for method in self._methods(who)]
        for who, region_id in PEOPLE.items():
            for place in range(4):
                self._order(records, who, region_id, place)
        Marketing(self._random, self._now).add_to(records)
        return World(records=records, now=self._now)

    def _delivered(self, window_days: int) -> datetime | None:
        return self._pick((self._now - 2 * DAY, self._now - 2 * DAY, self._near((window_days + 1) * DAY), None))

    def _catalog(self) -> Dataset:
        offers = [
            Offer(
                sku=sku,
                region_id=region_id,
                price=self._money(LINES[product][SIZES[product].index(sku.split("-")[1])], region_id),
                availability=self._pick([Availability.IN_STOCK] * 6 + [Availability.OUT_OF_STOCK]),
            )
            for sku, product in PRODUCT.items()
            for region_id in CURRENCY
            if self._chance(0.95)
        ]
        levels = [
            StockLevel(sku=sku, location_id=f"{kind}-{region_id}", on_hand=self._pick((0, 1, 3, 9)) + 20, allocated=20)
            for sku, product in PRODUCT.items()
            if product != "socks"
            for region_id in CURRENCY
            for kind in ("wh", "st")
        ]
        return Dataset(
            regions=[
                Region(
                    id=WEST,
                    name="US West",
                    country="US",
                    currency="USD",
                    locale="en_US",
                    timezone="America/Los_Angeles",
                ),
                Region(
                    id=UK, name="United Kingdom", country="GB", currency="GBP", locale="en_GB", timezone="Europe/London"
                ),
            ],
            locations=[
                Location(id=f"{short}-{region_id}", name=f"{kind} {region_id}", region_id=region_id, kind=kind)
                for region_id in CURRENCY
                for short, kind in (("wh", LocationKind.WAREHOUSE), ("st", LocationKind.STORE))
            ],
            products=[Product(id=key, title=key.title(), category="home") for key in SIZES],
            variants=[
                ProductVariant(
                    sku=sku,
                    product_id=product,
                    title=product.title(),
                    tracks_stock=product != "socks",
                    cost=self._cost(sku),
                )
                for sku, product in PRODUCT.items()
            ],
            offers=offers,
            stock_levels=levels,
        )

    def _cost(self, sku: str) -> Money | None:
        """What leaves just the least margin, a tenth of the cost, at so many percent off; or a cent more or less."""
        price = LINES[PRODUCT[sku]][SIZES[PRODUCT[sku]].index(sku.split("-")[1])]
        cost = price * (100 - self._pick((10, 25, 60))) // 110 + self._pick((-1, 0, 0, 1))
        return self._pick((None, *(self._money(cost, WEST),) * 6, self._money(cost, UK)))

    def _customer(self, who: str, region_id: str) -> Customer:
        return Customer(
            id=who,
            given_name=who.title(),
            family_name=f"Of{who}",
            email=f"{who}@example.com",
            address=HOME.model_copy(update={"line1": f"{len(who)} {who.title()} Lane"}),
            region_id=region_id,
            segments=self._pick(((), ("vip",))),
            lifetime_value=self._money(0, region_id),
        )

    def _methods(self, who: str) -> list[PaymentMethod]:
        region_id = PEOPLE[who] if self._chance(0.9) else self._pick(CURRENCY)
        balance = self._money(self._pick((0, 249, 250, 499, 500, 1000, 5000, 99999)), region_id)
        return [
            PaymentMethod(
                id=f"{who}-card", customer_id=who, kind=PaymentMethodKind.CARD, brand="visa", last_four="4242"
            ),
            PaymentMethod(id=f"{who}-paypal", customer_id=who, kind=PaymentMethodKind.PAYPAL),
            PaymentMethod(id=f"{who}-gift", customer_id=who, kind=PaymentMethodKind.GIFT_CARD, balance=balance),
        ]

    def _order(self, records: Dataset, who: str, region_id: str, place: int) -> None:
        order_id = f"#{who.upper()}{place}"
        status = self._pick([OrderStatus.PENDING, OrderStatus.DELIVERED] * 3 + list(OrderStatus))
        lines = [self._line(order_id, region_id, position, status) for position in range(self._random.randint(1, 3))]
        window = self._pick((None, 0, *(14, 30) * 5))
        owed = sum(line.subtotal.amount + (line.tax.amount if region_id == WEST else 0) for line in lines)
        order = Order(
            id=order_id,
            customer_id=who,
            region_id=region_id,
            currency=CURRENCY[region_id],
            status=status,
            lines=tuple(lines),
            shipping_address=HOME,
            shipping=self._money(0, region_id),
            total=self._money(owed, region_id),
            return_policy=None
            if window is None
            else ReturnPolicy(window_days=window, restocking_fee=self._money(self._pick((0, 495)), region_id)),
            delivered_at=self._delivered(window or 0) if status is OrderStatus.DELIVERED else None,
            items_changed_at=self._now - DAY if status is OrderStatus.PENDING and self._chance(0.15) else None,
            position=place,
        )
        records.orders = [*records.orders, order]
        self._payments(records, order)
        if status is OrderStatus.DELIVERED and lines[0].current_quantity and self._chance(0.3):
            self._asked_before(records, order)
        if status is OrderStatus.PENDING and self._chance(0.7):
            self._allocated(records, order)

    def _line(self, order_id: str, region_id: str, position: int, status: OrderStatus) -> OrderLineItem:
        sku = self._pick(PRODUCT)
        quantity, price = self._pick((1, 1, 2, 3)), self._pick(LINES[PRODUCT[sku]])
        kept = 0 if status is OrderStatus.CANCELED else quantity
        if status is OrderStatus.DELIVERED and self._chance(0.2):
            kept = self._random.randint(0, quantity)
        return OrderLineItem(
            id=f"{order_id}-{position}",
            order_id=order_id,
            sku=sku,
            product_id=PRODUCT[sku],
            title=PRODUCT[sku].title(),
            unit_price=self._money(price, region_id),
            ordered_quantity=quantity,
            current_quantity=kept,
            discount=self._money(self._pick((0, 0, 100, 333)), region_id),
            tax=self._money(self._pick((0, 101, 799)), region_id),
            final_sale=self._chance(0.1),
            position=position,
        )

    def _payments(self, records: Dataset, order: Order) -> None:
        methods = [
            method.id
            for method in records.payment_methods
            if method.customer_id == order.customer_id
            and (method.balance is None or method.balance.currency == order.currency)
        ]
        first, second = self._random.sample(methods, 2)
        amount = order.total
        intents = [self._intent(order, 0, first, amount)]
        refunds = []
        if self._chance(0.15):
            intents.append(self._intent(order, 1, second, amount))
            refunds.append(self._refund(order, 2, intents[0], amount, RefundStatus.SUCCEEDED))
        elif self._chance(0.2):
            status = self._pick((RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED))
            refunds.append(self._refund(order, 1, intents[0], amount.percent(Decimal(40)), status))
        records.intents = [*records.intents, *intents]
        records.refunds = [*records.refunds, *refunds]

    def _intent(self, order: Order, sequence: int, method_id: str, amount: Money) -> PaymentIntent:
        return PaymentIntent(
            id=f"pi-{order.id}-{sequence}",
            order_id=order.id,
            payment_method_id=method_id,
            amount=amount,
            captured=amount,
            status=PaymentIntentStatus.SUCCEEDED,
            sequence=sequence,
        )

    def _refund(self, order: Order, sequence: int, of: PaymentIntent, amount: Money, status: RefundStatus) -> Refund:
        return Refund(
            id=f"re-{order.id}-{sequence}",
            order_id=order.id,
            payment_intent_id=of.id,
            payment_method_id=of.payment_method_id,
            amount=amount,
            status=status,
            reason=RefundReason.REQUESTED_BY_CUSTOMER,
            sequence=sequence,
        )

    def _asked_before(self, records: Dataset, order: Order) -> None:
        line = order.lines[0]
        units = line.current_quantity
        shared = {
            "order_id": order.id,
            "customer_id": order.customer_id,
            "payment_method_id": f"{order.customer_id}-{self._pick(('card', 'gift'))}",
            "requested_at": self._now - DAY,
        }
        if self._chance(0.6):
            item = ReturnItem(line_id=line.id, sku=line.sku, quantity=units)
            status = self._pick((ReturnStatus.REQUESTED, ReturnStatus.CANCELED))
            refund = self._money(self._pick((0, 100, 1000)), order.region_id)
            back = Return.model_validate(
                {"id": f"ret-{order.id}", "status": status, "items": (item,), "refund": refund, **shared}
            )
            records.returns = [*records.returns, back]
        else:
            siblings = [sku for sku in PRODUCT if PRODUCT[sku] == line.product_id]
            swap = ExchangeItem(
                line_id=line.id, from_sku=line.sku, to_sku=siblings[0], quantity=units, price=line.unit_price
            )
            exchange = Exchange.model_validate(
                {
                    "id": f"exc-{order.id}",
                    "status": self._pick((ExchangeStatus.REQUESTED, ExchangeStatus.CANCELED, ExchangeStatus.COMPLETED)),
                    "items": (swap,),
                    "difference": self._money(self._pick((-500, 0, 1, 250, 500)), order.region_id),
                    **shared,
                }
            )
            records.exchanges = [*records.exchanges, exchange]

    def _allocated(self, records: Dataset, order: Order) -> None:
        """The order's goods are promised, out of the twenty units of each variant that are kept for it."""
        records.allocations = [
            *records.allocations,
            *(
                Allocation(
                    id=f"al-{line.id}",
                    sku=line.sku,
                    location_id=f"wh-{order.region_id}",
                    order_id=order.id,
                    line_id=line.id,
                    quantity=line.current_quantity,
                )
                for line in order.lines
                if line.product_id != "socks"
            ),
        ]
