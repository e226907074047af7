"""What holds in every generated chain: money, stock, time and references agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo.markets import MARKET, MARKETS
from shopgraph.domain import (
    Availability,
    Channel,
    ExchangeStatus,
    FulfillmentStatus,
    LocationKind,
    Money,
    OrderStatus,
    PaymentMethodKind,
    RefundReason,
    RefundStatus,
    ReturnStatus,
    exponent,
)
from shopgraph.domain.transitions import FULFILLMENT


def test_references_and_ids_hold(chain: Dataset) -> None:
    for table, rows in chain.tables().items():
        ids = [getattr(row, "id", None) for row in rows]
        assert ids[:1] == [None] or len(set(ids)) == len(ids), table
    skus = {variant.sku for variant in chain.variants}
    people = {customer.id: customer for customer in chain.customers}
    methods = {method.id: method.customer_id for method in chain.payment_methods}
    orders = {order.id: order for order in chain.orders}
    assert len({customer.email for customer in chain.customers}) == len(people)
    assert all(customer.email.endswith("@example.com") and customer.email.isascii() for customer in chain.customers)
    for order in chain.orders:
        assert order.region_id == people[order.customer_id].region_id
        assert {line.sku for line in order.lines} <= skus
    used = [(row.payment_method_id, row.order_id) for row in chain.intents]
    used += [(row.payment_method_id, row.order_id) for row in chain.refunds]
    for method_id, order_id in used:
        assert methods[method_id] == orders[order_id].customer_id
    for discount in chain.discounts:
        assert discount.customer_id == orders[discount.order_id].customer_id
    positions: dict[str, list[int]] = defaultdict(list)
    for order in sorted(chain.orders, key=lambda order: (order.placed_at or order.items_changed_at, order.id)):
        positions[order.customer_id].append(order.position)
    assert all(places == list(range(len(places))) for places in positions.values())


def test_every_state_is_there(chain: Dataset) -> None:
    assert {order.status for order in chain.orders} == set(OrderStatus)
    assert any(order.items_changed_at for order in chain.orders)
    assert any(refund.reason is RefundReason.PAYMENT_METHOD_CHANGED for refund in chain.refunds)
    assert {row.status for row in chain.returns} >= {
        ReturnStatus.REQUESTED,
        ReturnStatus.RECEIVED,
        ReturnStatus.REFUNDED,
    }
    assert {row.status for row in chain.exchanges} == {ExchangeStatus.REQUESTED, ExchangeStatus.COMPLETED}
    assert {row.status for row in chain.refunds} == {RefundStatus.PENDING, RefundStatus.SUCCEEDED}
    assert {row.kind for row in chain.payment_methods} == set(PaymentMethodKind)
    assert {row.channel for row in chain.orders} >= {Channel.WEB, Channel.APP, Channel.STORE}
    assert {row.availability for row in chain.offers} >= {Availability.IN_STOCK, Availability.OUT_OF_STOCK}
    assert any(discount.code for discount in chain.discounts)
    assert chain.reservations
    assert chain.carts
    assert chain.notes


def test_orders_add_up(chain: Dataset) -> None:
    discounts = {discount.order_id: discount.amount for discount in chain.discounts}
    for order in chain.orders:
        market, zero = MARKET[order.region_id], Money.zero(order.currency)
        goods = Money.sum((line.subtotal for line in order.lines), order.currency)
        tax = zero if market.tax_inclusive else Money.sum((line.tax for line in order.lines), order.currency)
        assert order.total == goods + tax + order.shipping
        assert Money.sum((line.discount for line in order.lines), order.currency) == discounts.get(order.id, zero)
        assert order.return_policy == market.return_policy
        if order.channel is Channel.STORE:
            assert order.shipping == zero
            assert order.store_id is not None
            assert order.placed_at is not None
            assert 10 <= order.placed_at.astimezone(market.zone).hour < 19
        elif order.items_changed_at is None:
            assert order.shipping == (zero if goods >= market.free_from else market.shipping)
        for line in order.lines:
            assert line.tax == market.tax(line.subtotal)
            assert zero <= line.discount < line.unit_price * line.ordered_quantity


def test_money_taken_and_given_back_agrees_with_orders(chain: Dataset) -> None:
    taken: dict[str, int] = defaultdict(int)
    back: dict[str, dict[RefundReason, int]] = defaultdict(lambda: defaultdict(int))
    sequences: dict[str, list[int]] = defaultdict(list)
    for intent in chain.intents:
        taken[intent.order_id] += intent.captured.amount
        sequences[intent.order_id].append(intent.sequence)
    for refund in chain.refunds:
        back[refund.order_id][refund.reason] += refund.amount.amount
        sequences[refund.order_id].append(refund.sequence)
    extra = {row.order_id: row.difference.amount for row in chain.exchanges if row.status is ExchangeStatus.COMPLETED}
    returned = {row.order_id: row.refund.amount for row in chain.returns if row.status is ReturnStatus.REFUNDED}
    for order in chain.orders:
        refunded = sum(back[order.id].values())
        assert 0 <= refunded <= taken[order.id]
        assert sorted(sequences[order.id]) == list(range(len(sequences[order.id])))
        if order.status is OrderStatus.CANCELED:
            assert taken[order.id] == refunded == order.total.amount
        else:
            kept = order.total.amount + extra.get(order.id, 0) - returned.get(order.id, 0)
            assert taken[order.id] - refunded == kept


def test_lifetime_values_are_paid_less_refunded(chain: Dataset) -> None:
    owner = {o.id: o.customer_id for o in chain.orders if o.status is not OrderStatus.CANCELED}
    worth: dict[str, int] = defaultdict(int)
    for intent in chain.intents:
        worth[owner.get(intent.order_id, "")] += intent.captured.amount
    for refund in chain.refunds:
        worth[owner.get(refund.order_id, "")] -= refund.amount.amount
    for customer in chain.customers:
        assert customer.lifetime_value.amount == worth[customer.id]


def test_gift_cards_hold_what_is_left_of_them(chain: Dataset) -> None:
    spent: dict[str, int] = defaultdict(int)
    for intent in chain.intents:
        spent[intent.payment_method_id] += intent.captured.amount
    for refund in chain.refunds:
        spent[refund.payment_method_id] -= refund.amount.amount
    cards = [method for method in chain.payment_methods if method.kind is PaymentMethodKind.GIFT_CARD]
    assert any(spent[card.id] for card in cards)
    for card in cards:
        assert card.balance is not None
        assert (card.balance.amount + spent[card.id]) % (10 ** (exponent(card.balance.currency) + 1) // 2) == 0
    assert all(method.balance is None for method in chain.payment_methods if method not in cards)
    gift_ids = {card.id for card in cards}
    for refund in chain.refunds:
        assert refund.payment_method_id not in gift_ids or refund.status is RefundStatus.SUCCEEDED


def test_returns_refund_what_was_paid_for_the_goods(chain: Dataset) -> None:
    orders = {order.id: order for order in chain.orders}
    refunds = {refund.id: refund for refund in chain.refunds}
    for row in chain.returns:
        order, policy = orders[row.order_id], MARKET[orders[row.order_id].region_id].return_policy
        assert order.delivered_at is not None
        assert order.delivered_at <= row.requested_at <= order.delivered_at + timedelta(days=policy.window_days)
        received = row.status is not ReturnStatus.REQUESTED
        for item in row.items:
            line = order.line(item.line_id)
            assert line is not None
            assert not line.final_sale
            assert line.current_quantity == line.ordered_quantity - (item.quantity if received else 0)
        if row.status is ReturnStatus.REFUNDED:
            assert row.refund_id is not None
            assert refunds[row.refund_id].amount == row.refund


def test_time_runs_forward_and_ends_now(chain: Dataset, at: datetime) -> None:
    for order in chain.orders:
        steps = [order.placed_at, order.processed_at, order.shipped_at, order.delivered_at]
        known = [step for step in steps if step is not None]
        assert known == sorted(known)
        assert known[-1] <= at
        expected = {
            OrderStatus.PENDING: 1,
            OrderStatus.CANCELED: 1,
            OrderStatus.PROCESSED: 2,
            OrderStatus.SHIPPED: 3,
            OrderStatus.DELIVERED: 3 if order.channel is Channel.STORE else 4,
        }
        assert len(known) == expected[order.status]
        assert (order.canceled_at is None) == (order.status is not OrderStatus.CANCELED)
        assert (order.canceled_at is None) == (order.cancel_reason is None)
    times = [
        *(row.at for row in chain.session_events),
        *(row.created_at for row in chain.notes),
        *(row.created_at for row in chain.reviews),
        *(row.updated_at for row in chain.carts),
        *(row.applied_at for row in chain.discounts),
        *(row.refunded_at or row.received_at or row.requested_at for row in chain.returns),
        *(row.completed_at or row.requested_at for row in chain.exchanges),
        *(order.canceled_at for order in chain.orders if order.canceled_at is not None),
        *(order.items_changed_at for order in chain.orders if order.items_changed_at is not None),
        *(refund.created_at for refund in chain.refunds if refund.created_at is not None),
        *(customer.created_at for customer in chain.customers if customer.created_at is not None),
    ]
    assert max(times) <= at
    assert all(row.at > at - timedelta(hours=9) for row in chain.session_events)


def test_parcels_moved_legally(chain: Dataset, at: datetime) -> None:
    orders = {order.id: order for order in chain.orders}
    events = defaultdict(list)
    for event in chain.fulfillment_events:
        events[event.fulfillment_id].append(event)
    meaning = {
        OrderStatus.PROCESSED: {FulfillmentStatus.PACKED},
        OrderStatus.SHIPPED: {FulfillmentStatus.SHIPPED, FulfillmentStatus.IN_TRANSIT},
        OrderStatus.DELIVERED: {FulfillmentStatus.DELIVERED},
    }
    for parcel in chain.fulfillments:
        order, story = orders[parcel.order_id], events[parcel.id]
        assert parcel.status in meaning[order.status]
        assert story[-1].status is parcel.status
        assert story[-1].at <= at
        for before, after in pairwise(story):
            FULFILLMENT.check(before.status, after.status)
            assert before.at <= after.at
        assert [(line.line_id, line.quantity) for line in parcel.lines] == [
            (line.id, line.ordered_quantity) for line in order.lines
        ]
        assert bool(parcel.tracking_numbers) == (order.shipped_at is not None)
    carried = {parcel.order_id for parcel in chain.fulfillments}
    for order in chain.orders:
        assert (order.id in carried) == (order.status in meaning and order.channel is not Channel.STORE)


def test_stock_covers_its_promises(chain: Dataset) -> None:
    levels = {(level.sku, level.location_id): level for level in chain.stock_levels}
    assert len(levels) == len(chain.stock_levels)
    promised: Counter[tuple[str, str]] = Counter()
    for allocation in chain.allocations:
        promised[allocation.sku, allocation.location_id] += allocation.quantity
    held: Counter[tuple[str, str]] = Counter()
    for reservation in chain.reservations:
        held[reservation.sku, reservation.location_id] += reservation.quantity
    for key, level in levels.items():
        assert (level.allocated, level.reserved) == (promised[key], held[key])
        assert level.available >= 0
    assert set(promised) | set(held) <= set(levels)
    waiting = {o.id for o in chain.orders if o.status in {OrderStatus.PENDING, OrderStatus.PROCESSED}}
    assert {allocation.order_id for allocation in chain.allocations} == waiting
    lines = {line.id: line for order in chain.orders for line in order.lines}
    for allocation in chain.allocations:
        assert lines[allocation.line_id].sku == allocation.sku
        assert lines[allocation.line_id].ordered_quantity == allocation.quantity


def test_offers_say_what_the_shelves_say(chain: Dataset) -> None:
    places = {location.id: location.region_id for location in chain.locations}
    free: Counter[tuple[str, str]] = Counter()
    for level in chain.stock_levels:
        free[level.sku, places[level.location_id]] += level.available
    for offer in chain.offers:
        assert (offer.availability is Availability.IN_STOCK) == (free[offer.sku, offer.region_id] > 0)
    assert {location.region_id for location in chain.locations if location.kind is LocationKind.WAREHOUSE} == set(
        MARKET
    )


def test_promotions_begin_and_end_at_local_midnight(chain: Dataset, at: datetime) -> None:
    zones = {region.id: ZoneInfo(region.timezone) for region in chain.regions}
    for promotion in chain.promotions:
        (region_id,) = promotion.region_ids
        for edge in (promotion.starts_at, promotion.ends_at):
            assert edge.astimezone(zones[region_id]).time() == time()
            assert edge.tzinfo is UTC
    for region_id in zones:
        mine = [promotion for promotion in chain.promotions if region_id in promotion.region_ids]
        assert any(promotion.ends_at <= at for promotion in mine)
        assert any(promotion.runs(at, region_id) for promotion in mine)
        assert any(promotion.starts_at > at for promotion in mine)
        assert any(
            region_id in campaign.region_ids and campaign.starts_at <= at < campaign.ends_at
            for campaign in chain.campaigns
        )


def test_discounts_were_running_when_they_were_used(chain: Dataset) -> None:
    promotions = {promotion.id: promotion for promotion in chain.promotions}
    codes = {code.code: code for code in chain.codes}
    orders = {order.id: order for order in chain.orders}
    products = {product.id: product for product in chain.products}
    for discount in chain.discounts:
        assert discount.promotion_id is not None
        promotion, order = promotions[discount.promotion_id], orders[discount.order_id]
        assert promotion.runs(discount.applied_at, order.region_id)
        assert not promotion.audience
        assert discount.code is None or codes[discount.code].promotion_id == promotion.id
        for line in order.lines:
            eligible = not promotion.categories or products[line.product_id].category in promotion.categories
            assert line.discount == (line.unit_price * line.ordered_quantity).percent(
                promotion.percent if eligible else promotion.percent * 0
            )
    used = Counter(discount.code for discount in chain.discounts if discount.code is not None)
    assert {code.code: code.used for code in chain.codes if code.used} == used


def test_currencies_have_their_digits(chain: Dataset) -> None:
    seen = {offer.region_id: offer.price.currency for offer in chain.offers}
    assert seen == {market.id: market.currency for market in MARKETS}
    yen = next(order for order in chain.orders if order.region_id == "kw")
    assert str(yen.total).endswith(" KWD")
    assert len(str(yen.total).split()[0].split(".")[1]) == 3
    assert all("." not in str(offer.price) for offer in chain.offers if offer.region_id == "jp")
    assert all(offer.price.amount > 0 for offer in chain.offers)


def test_every_variant_costs_less_than_its_price(chain: Dataset) -> None:
    cost = {variant.sku: variant.cost for variant in chain.variants}
    for offer in chain.offers:
        if offer.price.currency == "USD":
            own = cost[offer.sku]
            assert own is not None
            assert own < offer.price.percent(Decimal(75))


def test_no_two_descriptions_are_the_same_and_all_are_sentences(chain: Dataset) -> None:
    texts = [product.description for product in chain.products]
    assert len(set(texts)) == len(texts) >= 120
    assert all(text[0].isupper() and text.endswith(".") and "  " not in text for text in texts)
    assert 8 <= len({product.category for product in chain.products}) <= 10
