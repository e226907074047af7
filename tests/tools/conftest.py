"""The small shop in a database of its own, and short ways to call its tools."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.domain import Channel, Principal
from shopgraph.guards.policy import BUNDLES, PolicyBundle, load_bundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall, ToolContext
from tests.tools.edges import Edit
from tests.tools.small_shop import AT, META, NE, catalog, happenings, people

Do = Callable[..., Awaitable[GateOutcome]]


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small shop's database, made once and copied for every test: a migration takes a while."""
    path = tmp_path_factory.mktemp("tools") / "shop.db"
    with create_shop(f"sqlite:///{path}", META) as made:
        for part in (catalog(), people(), happenings()):
            made.load(part)
    return path


@pytest.fixture(scope="session")
def policy() -> PolicyBundle:
    """The default bundle."""
    return load_bundle("default")


@pytest.fixture
def edited(tmp_path: Path) -> Edit:
    """The default bundle with passages of one region's calendar replaced: `edited({old: new})`."""

    def edit(passages: dict[str, str], region_id: str = NE) -> PolicyBundle:
        folder = tmp_path / "edited"
        shutil.copytree(BUNDLES / "default", folder)
        file = folder / "calendars" / f"{region_id}.yaml"
        text = file.read_text(encoding="utf-8")
        for old, new in passages.items():
            assert old in text
            text = text.replace(old, new)
        file.write_text(text, encoding="utf-8")
        return load_bundle(folder)

    return edit


@pytest.fixture
def shop(made_once: Path, tmp_path: Path) -> Iterator[EmbeddedShop]:
    """The small shop in a database of its own."""
    with open_shop(f"sqlite:///{shutil.copy(made_once, tmp_path / 'shop.db')}") as opened:
        yield opened


@pytest.fixture
def services(shop: EmbeddedShop, policy: PolicyBundle) -> Services:
    """The small shop's connectors under the default policy, at a fixed instant."""
    return Services(connectors=shop.connectors, clock=FixedClock(AT), policy=policy)


@pytest.fixture
def gate() -> Gate:
    """The gate before all default tools."""
    return Gate(default_tools())


@pytest.fixture
def ask(services: Services) -> Callable[..., ToolContext]:
    """Makes a context: `ask("ann")`, `ask()` for a guest, `ask(principal)`."""

    def make(who: str | Principal = "", region_id: str = NE) -> ToolContext:
        principal = who if isinstance(who, Principal) else Principal.customer(who) if who else Principal.guest()
        return ToolContext(
            services=services,
            principal=principal,
            region_id=region_id,
            conversation_id="conv",
            request_id="req",
            channel=Channel.WEB,
        )

    return make


@pytest.fixture
def do(gate: Gate, ask: Callable[..., ToolContext]) -> Do:
    """Calls a tool and says yes to what is proposed: `await do("cancel_order", as_="ann", order_id=..., ...)`."""
    count = iter(range(10_000))

    async def act(
        tool: str, *, as_: str | Principal = "ann", yes: bool = True, call_id: str = "", **arguments: JsonValue
    ) -> GateOutcome:
        context = ask(as_)
        call = ToolCall(tool=tool, arguments=arguments, call_id=call_id or f"call-{next(count)}")
        outcome = await gate.call(context, call)
        if yes and outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
            outcome = await gate.call(replace(context, request_confirmed=outcome.proposal.digest), call)
        return outcome

    return act
