"""A real `kill -9` at every point of an action, each of the process that took over from the last; nothing doubles."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from pydantic import JsonValue

from shopgraph.domain import RunStatus
from shopgraph.tools.durable.engine import Engine
from shopgraph.tools.durable.points import POINTS
from tests.durable.conftest import Do, Place
from tests.durable.processes import killed_again_and_again, start

CALL: tuple[str, dict[str, JsonValue]] = (
    "change_payment_method",
    {"order_id": "#P1", "payment_method_id": "ann-paypal"},
)


@pytest.mark.soak
@pytest.mark.timeout(200)
@pytest.mark.parametrize(
    ("template", "refused"), [("postgres", False), ("sqlite", True)], indirect=["template"], ids=["done", "undone"]
)
async def test_an_action_survives_a_kill_at_every_point(refused: bool, new_place: Callable[[], Place], do: Do) -> None:
    mood = "declined" if refused else ""
    quiet, place = new_place(), new_place()
    points = list[str]()
    for each in (quiet, place):
        each.till.mood("refund", mood)
    with quiet.open() as shop:
        POINTS.harness = points.append
        await do(shop, CALL[0], **CALL[1])
        POINTS.harness = None
        expected = shop.dump().tables()
    assert len(points) >= 5
    _close_engine()
    killer = start(killed_again_and_again, place.folder, place.till.path, points, CALL)
    await asyncio.to_thread(killer.join, 150)
    assert killer.exitcode == 0
    with place.open() as shop:
        shop.engine.attach(shop.services)
        shop.engine.wait_seconds = 60
        run = await shop.engine.finish(shop.services, "action:call")
        assert run.status is (RunStatus.UNDONE if refused else RunStatus.DONE)
        assert shop.dump().tables() == expected
    assert place.till.movements() == quiet.till.movements() == [("pay", 18509), ("refund", 18509)]


def _close_engine() -> None:
    engine = Engine.of_process()
    assert engine is not None
    engine.close()
