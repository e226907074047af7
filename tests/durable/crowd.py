"""A hundred customers who all want the last one; importable from processes that tests start."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path

from sqlalchemy import Connection, update

from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import gateway_calls, open_shop
from shopgraph.connectors.embedded.schema import STOCK_LEVELS
from shopgraph.connectors.gateway import ExternalKind
from shopgraph.domain import Cart, CartLine, PaymentMethod, PaymentMethodKind, Principal
from shopgraph.shop import Shop
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext
from tests.durable.bench import opened
from tests.durable.till import Till
from tests.tools.small_shop import AT, HOME, NE, people

LAST = "SCARF-1"


def names(count: int) -> list[str]:
    return [f"buyer-{number}" for number in range(count)]


def gather(folder: Path, count: int, *skus: str) -> None:
    """Put so many customers into a closed shop, each with one of each in the cart; unless named, the last one."""
    ann, who = people().customers[0], names(count)
    lines = tuple(CartLine(sku=sku, quantity=1, added_at=AT) for sku in skus or (LAST,))
    crowd = Dataset(
        customers=[
            ann.model_copy(update={"id": each, "email": f"{each}@example.com", "address": HOME}) for each in who
        ],
        payment_methods=[
            PaymentMethod(id=f"{each}-card", customer_id=each, kind=PaymentMethodKind.CARD, brand="visa", last_four="1")
            for each in who
        ],
        carts=[
            Cart(id=f"{each}-cart", customer_id=each, region_id=NE, lines=lines, created_at=AT, updated_at=AT)
            for each in who
        ],
    )

    def prepare(db: Connection) -> None:
        db.execute(update(STOCK_LEVELS.table).where(STOCK_LEVELS.table.c.sku == LAST).values(on_hand=1))
        for each in who:
            gateway_calls.bind(db, Till.name, ExternalKind.CUSTOMER, each, f"theirs-{each}")
            gateway_calls.bind(db, Till.name, ExternalKind.PAYMENT_METHOD, f"{each}-card", f"theirs-{each}-card")

    kept = folder / "url"
    url = kept.read_text(encoding="utf-8").strip() if kept.is_file() else f"sqlite:///{folder}/shop.db"
    with open_shop(url) as shop:
        shop.load(crowd)
        shop.database.write_now(prepare)


def rush(folder: Path, till: Path | None, buyers: Sequence[str], start: Barrier, told: Path) -> None:
    """One process's customers, all at once; writes down how each call ended."""
    with Shop.open(folder) if till is None else opened(folder, till) as shop:
        start.wait(60)
        outcomes = asyncio.run(_rush(shop, buyers))
        told.write_text("\n".join(outcomes), encoding="utf-8")


async def _rush(shop: Shop, buyers: Sequence[str]) -> list[str]:
    shop.engine.wait_seconds = 60.0
    found = await asyncio.gather(*(_buy(shop, each) for each in buyers))
    return [f"{each.outcome} {each.decisions[-1].rule if each.decisions else ''}" for each in found]


async def _buy(shop: Shop, who: str) -> GateOutcome:
    context = ToolContext(services=shop.services, principal=Principal.customer(who), region_id=NE, request_id=who)
    call = ToolCall(tool="place_order", arguments={"payment_method_id": f"{who}-card"}, call_id=f"buy-{who}")
    outcome = await shop.gate.call(context, call)
    if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
        outcome = await shop.gate.call(replace(context, request_confirmed=outcome.proposal.digest), call)
    return outcome
