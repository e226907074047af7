"""A demo shop whose policy knows two tools of somebody else's, and where any refund in the UK takes a person's yes."""

from __future__ import annotations

import hashlib
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from shopgraph.clock import parse_instant
from shopgraph.connectors.demo import generate
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.shop import DEMO_INSTANT, Shop
from shopgraph.tools.spec import ToolContext

FOREIGN_ACTIONS = """
action "parcel_weather" in ["public_tools"] appliesTo {
  principal: [Guest, Customer, Staff, System], resource: [Record], context: { channel?: String }
};

action "book_courier", "letter_to" in ["customer_tools"] appliesTo {
  principal: [Guest, Customer, Staff, System], resource: [Record], context: { channel?: String }
};
"""

CANCEL = {"order_id": CAST["canceler"].order_ids["pending"], "reason": "no_longer_needed"}
RETURN = {
    "order_id": CAST["returner"].order_ids["delivered"],
    "items": [{"sku": CAST["returner"].skus["first"], "quantity": 1, "reason": "not_specified"}],
}

ContextFor = Callable[..., ToolContext]


@pytest.fixture(scope="session")
def plain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed demo shop."""
    folder = tmp_path_factory.mktemp("plain") / "shop"
    meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
    Shop.create(folder, meta, parts).close()
    return folder


@pytest.fixture(scope="session")
def demo_folder(plain_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with the two changes to its policy, closed."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    shutil.copytree(plain_folder, folder)
    with (folder / "policy" / "schema.cedarschema").open("a", encoding="utf-8") as schema:
        schema.write(FOREIGN_ACTIONS)
    calendar = folder / "policy" / "calendars" / "uk.yaml"
    changed, count = re.subn(r"refund_above: \S+ GBP", "refund_above: 1.00 GBP", calendar.read_text(encoding="utf-8"))
    assert count == 1
    calendar.write_text(changed, encoding="utf-8")
    return folder


@pytest.fixture
def shop(demo_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    """An open copy of the demo shop."""
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    with Shop.open(folder) as opened:
        yield opened


@pytest.fixture
def state_of(shop: Shop, tmp_path: Path) -> Callable[[], str]:
    """A hash of every row of every table of the shop."""

    def hashed() -> str:
        with closing(sqlite3.connect(tmp_path / "shop" / "shop.db")) as db:
            names = [
                name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            ]
            rows = {name: sorted(map(repr, db.execute(f'SELECT * FROM "{name}"'))) for name in names}
        assert len(rows["orders"]) > 10
        return hashlib.sha256(repr(rows).encode()).hexdigest()

    return hashed


@pytest.fixture
def context_for(shop: Shop) -> ContextFor:
    """A tool context: `context_for("canceler")`, `context_for()` for a guest, `context_for(principal)`."""

    def make(who: str | Principal = "", request_id: str = "turn-1") -> ToolContext:
        principal = who if isinstance(who, Principal) else Principal.guest()
        if isinstance(who, str) and who:
            principal = Principal.customer(CAST[who].customer_id)
        return ToolContext(
            services=shop.services,
            principal=principal,
            region_id=CAST[who].region_id if isinstance(who, str) and who else shop.meta.default_region_id,
            conversation_id="conversation",
            request_id=request_id,
        )

    return make
