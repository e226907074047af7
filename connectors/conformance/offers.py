"""Codes granted to one customer: whose they are, how long, and that nobody has two of them at once."""

# ruff: noqa: S101  (the checks are tests)
from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal

from shopgraph.connectors.conformance.kit import check, refuses
from shopgraph.connectors.conformance.seed import AT, DAY
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import DiscountCode
from shopgraph.errors import Conflict


async def _grant(shop: Connectors, key: str, *, at: datetime = AT, customer_id: str = "ada") -> DiscountCode:
    return await shop.marketing.grant_code(
        customer_id=customer_id,
        region_id="north",
        sku="shoe-42",
        percent=Decimal("12.5"),
        at=at,
        valid_for=7 * DAY,
        idempotency_key=key,
    )


@check("marketing")
async def grants_a_code_to_one_customer(shop: Connectors) -> None:
    running = await shop.marketing.promotions(region_id="north", at=AT)
    code = await _grant(shop, "grant")
    assert (code.usage_limit, code.used) == (1, 0)
    assert await shop.marketing.code(code.code.swapcase()) == code
    terms = await shop.marketing.promotion(code.promotion_id)
    assert terms is not None
    assert (terms.customer_id, terms.sku, terms.percent) == ("ada", "shoe-42", Decimal("12.5"))
    assert (terms.region_ids, terms.starts_at, terms.ends_at) == (("north",), AT, AT + 7 * DAY)
    assert await shop.marketing.granted_codes("ada", at=AT) == (code,)
    assert await shop.marketing.granted_codes("ben", at=AT) == ()
    assert await shop.marketing.promotions(region_id="north", at=AT) == running, "it is nobody else's to see"


@check("marketing")
async def grants_one_open_code_at_a_time(shop: Connectors) -> None:
    tries = (_grant(shop, f"try-{n}") for n in range(8))
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, DiscountCode) for each in outcomes) == 1, outcomes
    assert sum(isinstance(each, Conflict) for each in outcomes) == 7, outcomes
    async with refuses(shop, Conflict):
        await _grant(shop, "until it has expired", at=AT + 7 * DAY - DAY / 1000)
    await _grant(shop, "another's", customer_id="ben")
    second = await _grant(shop, "afterwards", at=AT + 7 * DAY)
    assert await shop.marketing.granted_codes("ada", at=AT + 7 * DAY) == (second,)
    assert len(await shop.marketing.granted_codes("ada", at=AT)) == 2
