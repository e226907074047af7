"""A shop that has trained its own router and judge: found in its folder or by the settings, read when needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shopgraph.config import Settings
from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError
from shopgraph.graphs import build_orchestrator, say, workflow
from shopgraph.graphs.turns import Step, Turn
from shopgraph.models.blend.files import LABELS, WEIGHTS, save_blend
from shopgraph.models.blend.training import LabeledText, train_blend
from shopgraph.models.router import IntentRouter
from shopgraph.shop import Shop, shop_options

pytest.importorskip("sklearn", reason="pip install 'shopgraph[train]'")

ROWS = [
    LabeledText(text=text, intent=intent)
    for intent, texts in {
        "greeting": ["hello", "hi there", "good morning", "hey you", "good evening to you", "hello again"],
        "opening_hours": [
            "when do you open", "what time do you close", "are you open on sunday", "your opening hours please",
            "how late is the shop open", "do you open on holidays",
        ],
    }.items()
    for text in texts
]  # fmt: skip


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("trained") / "router"
    save_blend(train_blend(ROWS), out, rows=ROWS, sources=["rows"], date="2026-06-01")
    return out


@workflow("opening_hours")
async def opening_hours(turn: Turn) -> Step:
    """An intent of the shop's own."""
    return say("We are open from nine to six.")


async def said(shop: Shop) -> str:
    orchestrator = build_orchestrator(shop, workflows=[opening_hours])
    answer = await orchestrator.ask("when do you open", principal=Principal.guest())
    return answer.route.intent


async def test_a_router_in_the_shops_folder_serves_it(demo_folder: Path, tmp_path: Path, trained: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    shutil.copytree(trained, folder / "router")
    with Shop.open(folder) as shop:
        assert set(shop.routing.router.intents) == {"greeting", "opening_hours", "out_of_scope"}
        assert await said(shop) == "opening_hours"
        assert build_orchestrator(shop).parts.router is shop.routing.router


def test_the_settings_name_one(shop: Shop, trained: Path) -> None:
    assert shop.routing.router is IntentRouter.default()
    options = shop_options(Settings(router=str(trained)))
    assert options["trained"] == {"router": str(trained), "tiers": ""}
    assert "opening_hours" in shop.routing.with_settings(**options["trained"]).router.intents


def test_a_damaged_one_is_named_when_the_graph_is_built(demo_folder: Path, tmp_path: Path, trained: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    shutil.copytree(trained, folder / "router")
    (folder / "router" / WEIGHTS).write_bytes(b"nothing of the kind")
    with Shop.open(folder) as shop, pytest.raises(ConfigurationError, match=WEIGHTS):
        build_orchestrator(shop)
    (folder / "router" / LABELS).unlink()
    with pytest.raises(ConfigurationError, match=LABELS):
        Shop.open(folder)
    with Shop.open(demo_folder) as untouched:  # a refused shop holds nothing open
        assert untouched.routing.judge is None
