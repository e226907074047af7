"""A code in words: proposed, confirmed, put on the cart, and said with the numbers that it has."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from shopgraph.domain import Cart, Principal
from shopgraph.graphs import Orchestrator, build_orchestrator
from shopgraph.shop import Shop

PLANNED = """  planned:
    - id: june-days
      name: June Days
      percent: 12
      categories: [books]
      code: JUNE12
      cap: {cap}
      from: 2026-06-01
      until: 2026-06-02
"""
CAPS = {"USD": "40.00 USD", "GBP": "30.00 GBP", "EUR": "40.00 EUR", "JPY": "3000 JPY", "KWD": "12.500 KWD"}


@pytest.fixture
def cart(shop: Shop) -> Cart:
    """The open cart of somebody who has never used a code."""
    records = shop.dump()
    used = {cut.customer_id for cut in records.discounts if cut.code}
    return next(
        cart
        for cart in records.carts
        if cart.customer_id and not cart.completed_at and not cart.codes and cart.customer_id not in used
    )


@pytest.fixture
def planned(shop: Shop, cart: Cart, tmp_path: Path) -> Iterator[Shop]:
    """The same shop with a promotion declared in the calendar of the cart's region."""
    folder = shutil.copytree(tmp_path / "shop", tmp_path / "planned")
    file = folder / "policy" / "calendars" / f"{cart.region_id}.yaml"
    text = file.read_text(encoding="utf-8").replace("  planned:\n", "")
    promotion = PLANNED.format(cap=CAPS[shop.policy.calendars.of(cart.region_id).currency])
    file.write_text(text.replace("  stacking: false\n", f"  stacking: false\n{promotion}", 1), encoding="utf-8")
    with Shop.open(folder) as opened:
        yield opened


async def redeem(orchestrator: Orchestrator, cart: Cart, code: str) -> list[str]:
    """What the shop says to the code and to the yes."""
    principal = Principal.customer(cart.customer_id or "")
    asked = await orchestrator.ask(f"my code is {code}", principal=principal)
    done = await orchestrator.ask("yes", principal=principal, conversation_id=asked.conversation_id)
    return [asked.answer, done.answer]


async def test_a_code_of_the_marketing_system_is_redeemed_and_said(
    shop: Shop, orchestrator: Orchestrator, cart: Cart
) -> None:
    running = await shop.connectors.marketing.promotions(region_id=cart.region_id, at=shop.clock.now())
    everybodys = {each.id: each.percent for each in running if not each.audience}
    code = next(code for code in shop.dump().codes if code.promotion_id in everybodys)
    asked, done = await redeem(orchestrator, cart, code.code)
    assert code.code in asked
    assert f"{code.code} is on your cart: {everybodys[code.promotion_id]} percent off." in done
    after = await shop.connectors.sessions.cart(cart.customer_id or "")
    assert after is not None
    assert after.codes == (code.code,)


async def test_a_code_of_a_calendar_is_redeemed_and_said_with_its_cap(planned: Shop, cart: Cart) -> None:
    orchestrator = build_orchestrator(planned)
    _, done = await redeem(orchestrator, cart, "june12")
    assert "JUNE12 is on your cart: 12 percent off, at most" in done
    listed = await orchestrator.ask("which promotions are running?", region_id=cart.region_id)
    assert "June Days: 12 % off books with a code, at most" in listed.answer
    assert "JUNE12" not in listed.answer
    assert "until 1 June 2026" in listed.answer or "until June 1, 2026" in listed.answer
