"""Shops with a payment gateway in a file beside them, on SQLite and PostgreSQL, and the process's engine put away."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import JsonValue
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from shopgraph.domain import Principal
from shopgraph.shop import Shop
from shopgraph.tools.durable.engine import Engine
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.spec import GateOutcome, Outcome, ToolCall, ToolContext
from tests.durable.bench import hurry, make, opened
from tests.durable.till import Till

BACKENDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@dataclass(frozen=True)
class Place:
    """A closed shop, and the gateway's books."""

    folder: Path
    till: Till

    def open(self, *, inline: bool = False, engine: str | None = None) -> Shop:
        """Open it; `inline` without the gateway, so that every action is one transaction."""
        return Shop.open(self.folder) if inline else opened(self.folder, self.till.path, at=engine)


@pytest.fixture(scope="session", params=BACKENDS)
def template(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A closed shop on each kind of database; for copying only."""
    folder = tmp_path_factory.mktemp("durable") / "shop"
    if request.param == "sqlite":
        make(folder, None)
        yield folder
        return
    url = make_url(request.getfixturevalue("postgres")).set(database=f"durable_{id(folder)}")
    _on_server(url.render_as_string(hide_password=False), f"CREATE DATABASE {url.database}")
    make(folder, url.render_as_string(hide_password=False))
    yield folder
    _on_server(url.render_as_string(hide_password=False), f"DROP DATABASE {url.database} WITH (FORCE)")


@pytest.fixture
def new_place(template: Path, tmp_path: Path, put_away: None) -> Iterator[Callable[[], Place]]:
    """Makes a shop of its own for the test, again and again."""
    made = list[str]()

    def make_place() -> Place:
        folder = tmp_path / f"place-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(template, folder / "shop")
        kept = folder / "shop" / "url"
        if kept.is_file():
            source = make_url(kept.read_text(encoding="utf-8").strip())
            target = source.set(database=f"{source.database}_{id(folder)}")
            url = target.render_as_string(hide_password=False)
            _on_server(url, f"CREATE DATABASE {target.database} TEMPLATE {source.database}")
            kept.write_text(url, encoding="utf-8")
            made.append(url)
        return Place(folder / "shop", Till(folder / "till.db"))

    yield make_place
    _close_engine()  # before its database goes: it would try to reach it for minutes
    for url in made:
        _on_server(url, f"DROP DATABASE {make_url(url).database} WITH (FORCE)")


@pytest.fixture
def place(new_place: Callable[[], Place]) -> Place:
    """A shop of its own for the test, closed."""
    return new_place()


@pytest.fixture(autouse=True)
def put_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Shorter waits than in life; and no test leaves an engine or a harness to the next."""
    hurry(monkeypatch.setattr)
    yield
    POINTS.harness = None
    _close_engine()


Do = Callable[..., Awaitable[GateOutcome]]


@pytest.fixture
def do() -> Do:
    """Calls a tool of a shop and says yes: `await do(shop, "cancel_order", call_id="one", order_id=..., ...)`."""

    async def act(
        shop: Shop,
        tool: str,
        *,
        as_: str | Principal = "ann",
        call_id: str = "call",
        wait: float = 10.0,
        **args: JsonValue,
    ) -> GateOutcome:
        shop.engine.wait_seconds = wait
        principal = as_ if isinstance(as_, Principal) else Principal.customer(as_)
        context = ToolContext(services=shop.services, principal=principal, region_id="us-northeast", request_id=call_id)
        call = ToolCall(tool=tool, arguments=args, call_id=call_id)
        outcome = await shop.gate.call(context, call)
        if outcome.outcome is Outcome.NEEDS_CONFIRMATION and outcome.proposal is not None:
            outcome = await shop.gate.call(replace(context, request_confirmed=outcome.proposal.digest), call)
        return outcome

    return act


def _close_engine() -> None:
    if (engine := Engine.of_process()) is not None:
        engine.close()


def _on_server(url: str, statement: str) -> None:
    engine = create_engine(make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
