"""A promotion that needs a code is told with that, whoever tells it, and the code is told to nobody."""

from __future__ import annotations

import pytest

from shopgraph.graphs import build_orchestrator, make_parts
from shopgraph.graphs.stitching.preview import preview
from shopgraph.shop import Shop

REGION = "us-northeast"


async def test_which_promotions_need_a_code_is_what_the_marketing_system_says(shop: Shop) -> None:
    running = await shop.connectors.marketing.promotions(region_id=REGION, at=shop.clock.now())
    free = {each.id for each in await shop.connectors.marketing.without_code(region_id=REGION, at=shop.clock.now())}
    seen = await preview(shop, make_parts(shop), intent="promotion_question", region_id=REGION)
    assert set(seen.context.coded) == {each.id for each in running} - free
    assert seen.context.coded
    lines = {line.partition(":")[0]: line for line in seen.brief.text.splitlines() if line.startswith("Promotion ")}
    assert lines == {
        "Promotion Porch Season": "Promotion Porch Season: 10 % off outdoor until 2026-06-14.",
        "Promotion Layers": "Promotion Layers: 15 % off shirts, dresses until 2026-06-09.",
        "Promotion Welcome": "Promotion Welcome: 15 % off everything with a code until 2026-06-21.",
    }


@pytest.mark.parametrize(
    ("region", "asked", "says"),
    [
        (REGION, "what promotions are running?", "Welcome: 15 % off with a code until June 21, 2026."),
        (
            "fr",
            "quelles promotions y a-t-il en ce moment ?",
            "Welcome : 15 % de remise jusqu'au 21 juin 2026. Il faut un code.",
        ),
    ],
)
async def test_the_chat_says_so_and_names_no_code(shop: Shop, region: str, asked: str, says: str) -> None:
    told = await build_orchestrator(shop).ask(asked, region_id=region)
    assert says in told.answer.replace("\u202f", " ").replace("\u00a0", " ")
    assert told.answer.count("code") == 1
    assert not told.verdicts
    assert not any(code.code in told.answer for code in shop.dump().codes)
