"""Nobody reads another's record by any tool or argument, nor learns that it exists: the demo shop's people in turn."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.shop import Shop
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext
from tests.oracle.chances import HOME
from tests.oracle.shop_records import CUSTOMER_READS, CUSTOMER_WRITES, INTERNAL, Arguments

PEOPLE = tuple(persona.customer_id for persona in CAST.values())
DAY = timedelta(days=1)
STRANGE = {"order_id": "#D9999999", "payment_method_id": "pm_none", "return_id": "ret_none", "code": "NOSUCHCODE"}


@dataclass(frozen=True, kw_only=True)
class Own:
    """What is one customer's and nobody else's business."""

    order_ids: tuple[str, ...]
    methods: tuple[str, ...]
    codes: tuple[str, ...]
    secrets: frozenset[str]
    """Words that tell of this customer: ids, address, e-mail, name, card numbers, tracking, notes."""


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """The demo shop, in which one customer has been granted a code."""
    with Shop.demo(stores=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def people(shop: Shop) -> dict[str, Own]:
    """What is whose."""
    granted = asyncio.run(
        shop.connectors.marketing.grant_code(
            customer_id=CAST["browser"].customer_id,
            region_id=CAST["browser"].region_id,
            sku=CAST["browser"].skus["viewed"],
            percent=Decimal(10),
            at=shop.clock.now(),
            valid_for=DAY,
            idempotency_key="a gift",
        )
    )
    records = shop._records.dump()
    assert granted.code
    return {customer.id: _own(records, customer.id) for customer in records.customers}


def _own(records: Dataset, customer_id: str) -> Own:
    customer = next(entry for entry in records.customers if entry.id == customer_id)
    orders = [order for order in records.orders if order.customer_id == customer_id]
    ids = {order.id for order in orders}
    methods = [method for method in records.payment_methods if method.customer_id == customer_id]
    parcels = [parcel for parcel in records.fulfillments if parcel.order_id in ids]
    grants = {promotion.id for promotion in records.promotions if promotion.customer_id == customer_id}
    codes = [code.code for code in records.codes if code.promotion_id in grants]
    secrets = {customer.id, customer.email, customer.name, customer.address.line1}
    secrets |= {method.id for method in methods} | ids | {*codes}
    secrets |= {f"ending in {method.last_four}" for method in methods if method.last_four}
    secrets |= {number for parcel in parcels for number in parcel.tracking_numbers}
    secrets |= {note.body for note in records.notes if note.customer_id == customer_id}
    secrets |= {order.shipping_address.line1 for order in orders}
    secrets |= {back.id for back in records.returns if back.customer_id == customer_id}
    secrets |= {swap.id for swap in records.exchanges if swap.customer_id == customer_id}
    return Own(
        order_ids=tuple(sorted(ids)),
        methods=tuple(method.id for method in methods),
        codes=tuple(codes),
        secrets=frozenset(secrets),
    )


async def call(shop: Shop, who: Principal, tool: str, arguments: Arguments) -> GateOutcome:
    """A call with a yes to whatever it proposes, short of doing it where it would change something."""
    region = CAST["tracker"].region_id
    context = ToolContext(services=shop.services, principal=who, region_id=region, conversation_id="talk")
    asked = ToolCall(tool=tool, arguments=arguments, call_id="one")
    if shop.gate.tools[tool].mutates:
        return await shop.gate.judge(context, asked)
    return await shop.gate.call(context, asked)


def foreign(theirs: Own, mine: Own, name: str) -> Iterator[tuple[str, Arguments, str, str]]:
    """Calls in which an argument is somebody else's: the tool, its arguments, which of them, and its value."""
    line: Arguments = {"sku": "READING-LAMP-BRASS", "to_sku": "READING-LAMP-BLACK"}
    back: Arguments = {"sku": "READING-LAMP-BRASS"}
    method = (*mine.methods, "pm_none")[0]
    address = HOME.model_dump()
    for order_id in theirs.order_ids[:1]:
        about = {"order_id": order_id}
        for tool in ("get_order", "track_order", "get_returns"):
            yield tool, about, "order_id", order_id
        yield "cancel_order", {**about, "reason": "no_longer_needed"}, "order_id", order_id
        yield "change_order_address", {**about, "address": address}, "order_id", order_id
        yield "change_payment_method", {**about, "payment_method_id": method}, "order_id", order_id
        yield "return_items", {**about, "items": [back], "payment_method_id": method}, "order_id", order_id
        yield "exchange_items", {**about, "items": [line], "payment_method_id": method}, "order_id", order_id
        yield "change_items", {**about, "items": [line], "payment_method_id": method}, "order_id", order_id
        yield "add_note", {**about, "body": "Hello."}, "order_id", order_id
        yield "list_notes", about, "order_id", order_id
        yield "refund_order", {**about, "amount": "1", "reason": "damaged"}, "order_id", order_id
    yield "list_notes", {"customer_id": name}, "customer_id", name
    for theirs_id in theirs.methods[:1]:
        yield "get_gift_card", {"payment_method_id": theirs_id}, "payment_method_id", theirs_id
        for order_id in mine.order_ids[:1]:
            paid: Arguments = {"order_id": order_id, "payment_method_id": theirs_id}
            yield "change_payment_method", paid, "payment_method_id", theirs_id
            yield "return_items", {**paid, "items": [back]}, "payment_method_id", theirs_id
    for code in theirs.codes:
        yield "redeem_code", {"code": code}, "code", code


def told(outcome: GateOutcome, typed: str) -> str:
    """Everything that the outcome says, without what the caller typed and its digest."""
    body = outcome.model_dump(mode="json", exclude={"proposal": {"digest"}})
    return json.dumps(body, ensure_ascii=False).replace(typed, "?").replace(typed.lstrip("#"), "?")


@pytest.mark.parametrize("name", PEOPLE)
async def test_nobody_reads_or_learns_of_what_is_anothers(shop: Shop, people: dict[str, Own], name: str) -> None:
    who, mine, asked = Principal.customer(name), people[name], 0
    place = PEOPLE.index(name)
    for other in (*PEOPLE, *PEOPLE)[place + 1 : place + 6]:
        theirs = people[other]
        for tool, arguments, argument, value in foreign(theirs, mine, other):
            outcome = await call(shop, who, tool, arguments)
            assert outcome.outcome in (Outcome.REFUSED, Outcome.INVALID), (tool, arguments, outcome)
            said = told(outcome, value)
            assert not [secret for secret in theirs.secrets - mine.secrets if secret in said], (tool, arguments, said)
            strange = STRANGE.get(argument, "nobody")
            missing = await call(shop, who, tool, {**arguments, argument: strange})
            assert said == told(missing, strange), "what is another's reads as what does not exist"
            asked += 1
    assert asked > 50


@pytest.mark.parametrize("name", PEOPLE)
async def test_what_is_ones_own_tells_of_nobody_else(shop: Shop, people: dict[str, Own], name: str) -> None:
    who, mine = Principal.customer(name), people[name]
    others = frozenset[str]().union(*(own.secrets for key, own in people.items() if key != name)) - mine.secrets
    calls: list[tuple[str, Arguments]] = [
        ("get_profile", {}),
        ("list_orders", {"limit": 50}),
        ("promotion_history", {}),
        ("list_promotions", {}),
        ("list_campaigns", {}),
        ("recommend_products", {"limit": 20}),
        ("search_products", {"query": "dress", "limit": 20}),
        ("delivery_options", {}),
    ]
    calls += [(tool, {"order_id": order}) for order in mine.order_ids for tool in ("get_order", "track_order")]
    calls += [("get_returns", {"order_id": order}) for order in mine.order_ids]
    calls += [("get_product", {"product_id": sku}) for sku in CAST["dresser"].skus.values()]
    for tool, arguments in calls:
        outcome = await call(shop, who, tool, arguments)
        assert outcome.outcome is Outcome.DONE, outcome
        said = json.dumps(outcome.model_dump(mode="json"), ensure_ascii=False)
        assert not [secret for secret in others if secret in said], (tool, arguments)


async def test_a_guest_and_who_was_not_vouched_for_read_nothing(shop: Shop, people: dict[str, Own]) -> None:
    name = CAST["tracker"].customer_id
    typed: Arguments = {"order_id": people[name].order_ids[0], "payment_method_id": people[name].methods[0]}
    for who in (Principal.guest(), Principal.customer(name, method="email"), Principal.customer(name, method="typed")):
        for tool in (*CUSTOMER_READS, *CUSTOMER_WRITES, *INTERNAL):
            fields = shop.gate.tools[tool].arguments.model_fields
            outcome = await call(shop, who, tool, {key: value for key, value in typed.items() if key in fields})
            assert outcome.outcome in (Outcome.REFUSED, Outcome.INVALID), (tool, outcome)
            said = told(outcome, typed["order_id"]).replace(typed["payment_method_id"], "?")
            assert not [secret for secret in people[name].secrets if secret in said], (tool, said)
