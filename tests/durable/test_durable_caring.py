"""What an engine's own database keeps from it: begun and not said, given up and not helped. Somebody takes it up."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from dbos import DBOS
from dbos._dbos import _get_dbos_instance
from sqlalchemy import event

from shopgraph.domain import RunStatus
from shopgraph.shop import Shop
from shopgraph.tools.durable.engine import Engine
from shopgraph.tools.durable.journal import workflow_id
from shopgraph.tools.durable.leases import Leases
from shopgraph.tools.spec import GateOutcome, Outcome
from tests.durable.conftest import Do, Place
from tests.durable.forgetful import Forgetful

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)

HELD = 18509


async def _cancel(do: Do, shop: Shop, call_id: str = "call", order_id: str = "#P1") -> GateOutcome:
    return await do(shop, "cancel_order", order_id=order_id, reason="no_longer_needed", call_id=call_id)


async def _until_done(shop: Shop, action: str = "action:call") -> None:
    deadline = time.monotonic() + 20
    while (run := await shop.connectors.runs.run(action)) is None or run.status is not RunStatus.DONE:
        assert time.monotonic() < deadline, run
        await asyncio.sleep(0.02)


async def _until_handed_back(*actions: tuple[Shop, str]) -> None:
    names = [workflow_id(shop.engine.shop_id, action) for shop, action in actions]
    deadline = time.monotonic() + 20
    while {found.status for found in await DBOS.list_workflows_async(workflow_ids=names)} != {"CANCELLED"}:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


class _SilentCommit:
    """Loses the connection while the first write of that kind is being committed: it is kept, and nobody hears so."""

    def __init__(self, statement: str, column: str = "") -> None:
        engine: Any = _get_dbos_instance()._sys_db.engine  # it shows its database to nobody
        self.happened = False
        self._statement, self._column, self._armed = statement, column, False
        self._commit = engine.dialect.do_commit
        event.listen(engine, "do_execute", self._look)
        engine.dialect.do_commit = self._fall_silent

    def _look(self, cursor: Any, statement: str, *_: object) -> None:
        if not self.happened and statement.startswith(self._statement) and self._column in statement:
            self._armed = True

    def _fall_silent(self, connection: Any) -> None:
        self._commit(connection)
        if self._armed:
            self._armed, self.happened = False, True
            raise sqlite3.OperationalError("the connection was lost while the transaction was being committed")


async def test_what_was_begun_without_a_word_is_taken_up(place: Place, do: Do) -> None:
    with place.open() as shop:
        shop.engine.attach(shop.services)
        silent = _SilentCommit("INSERT INTO main.workflow_status")
        assert (await _cancel(do, shop)).outcome is Outcome.ACCEPTED
        assert silent.happened
        await _until_done(shop)
    assert place.till.movements() == [("refund", HELD)]


async def test_what_was_taken_over_without_a_word_is_taken_up(place: Place, do: Do) -> None:
    place.till.mood("refund", "down")
    with place.open() as shop:
        shop.engine.wait_seconds = 0.3
        await do(shop, "cancel_order", order_id="#P1", reason="no_longer_needed", wait=0.3)
    _close_engine()
    place.till.mood("refund")
    with place.open() as shop:
        Engine.open(shop.engine.url)
        silent = _SilentCommit("UPDATE main.workflow_status SET", "executor_id=")
        shop.engine.attach(shop.services)
        await _until_done(shop)
        assert silent.happened
    assert place.till.movements() == [("refund", HELD)]


async def test_one_that_cannot_be_helped_keeps_no_help_from_the_others(
    new_place: Callable[[], Place], do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = Leases.claim
    hopeless = list[str]()

    def refuse(leases: Leases, name: str) -> bool:
        if name.endswith("action:one"):
            hopeless.append(name)
            raise sqlite3.OperationalError("no room for this one")
        return claim(leases, name)

    monkeypatch.setattr(Leases, "claim", refuse)
    first, second = new_place(), new_place()
    with first.open() as one, second.open(engine=one.engine.url) as two:
        two.engine.shop_id = "another"  # copies of one shop have one id
        whole = {shop: shop.services for shop in (one, two)}
        for shop, call_id in ((one, "one"), (two, "two")):
            first.till.mood("refund", "down")
            second.till.mood("refund", "down")
            await do(shop, "cancel_order", order_id="#P1", reason="no_longer_needed", call_id=call_id, wait=0.2)
        for shop in (one, two):
            shop.engine.detach()
        await _until_handed_back((one, "action:one"), (two, "action:two"))
        first.till.mood("refund")
        second.till.mood("refund")
        for shop, services in whole.items():
            shop.services = replace(services, engine=Forgetful())
            shop.engine.attach(services)
        await _until_done(two, "action:two")
        deadline = time.monotonic() + 20
        while not hopeless:  # who is looked after first is not said
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)
    assert first.till.movements() == []
    assert second.till.movements() == [("refund", HELD)]


def _close_engine() -> None:
    engine = Engine.of_process()
    assert engine is not None
    engine.close()
