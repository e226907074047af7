"""A gateway with limits: so many actions at once, so many begun in a second, in all processes together."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from dbos import DBOS, WorkflowStatus

from shopgraph.config import Settings
from shopgraph.domain import ActionRun, Principal
from shopgraph.errors import ConfigurationError
from shopgraph.shop import Shop, shop_options
from shopgraph.tools.durable.caring import Caring, left_behind
from shopgraph.tools.durable.journal import APP_VERSION
from shopgraph.tools.durable.leases import Leases
from shopgraph.tools.durable.limits import LIMITED, Limits
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.spec import Outcome
from tests.durable.conftest import Do, Place
from tests.durable.till import Till
from tests.tools.small_shop import AT, META

STAFF = Principal.staff("eve", "supervisor")
ORDERS = ("#D1", "#P1", "#UK1", "#BIG")


@pytest.fixture(autouse=True)
def none_declared() -> Iterator[None]:
    """No test leaves limits to the next."""
    yield
    for shop_id in (META.id, "small"):
        LIMITED.declare(shop_id, "till", Limits())


class Gauge:
    """How many refunds were being made at once."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0

    def pass_by(self, point: str) -> None:
        if point.endswith("refund-1:before"):
            self.inside += 1
            self.most = max(self.most, self.inside)
        elif point.endswith("refund-1:after"):
            self.inside -= 1


@contextmanager
def limited(place: Place, limits: Limits) -> Iterator[Shop]:
    with Shop.open(place.folder, gateway=lambda _: Till(place.till.path), limits=limits) as shop:
        yield shop


async def refund_all(shop: Shop, do: Do) -> None:
    calls = [
        do(shop, "refund_order", as_=STAFF, call_id=order, order_id=order, amount="1", reason="damaged", wait=30.0)
        for order in ORDERS
    ]
    assert Counter(each.outcome for each in await asyncio.gather(*calls)) == {Outcome.DONE: len(ORDERS)}


async def begun() -> list[int]:
    """When each action began, in milliseconds."""
    return sorted(
        each.dequeued_at or 0 for each in await DBOS.list_workflows_async() if each.name == "shopgraph.action"
    )


async def test_so_many_at_once_and_no_more(place: Place, do: Do) -> None:
    gauge = Gauge()
    POINTS.harness = gauge.pass_by
    place.till.mood("refund", "slow")
    with limited(place, Limits(at_once=1)) as shop:
        await refund_all(shop, do)
    assert gauge.most == 1
    assert len(place.till.movements()) == len(ORDERS) - 1, "and one on a gift card"


async def test_without_limits_they_are_made_at_once(place: Place, do: Do) -> None:
    gauge = Gauge()
    POINTS.harness = gauge.pass_by
    place.till.mood("refund", "slow")
    with limited(place, Limits()) as shop:
        await refund_all(shop, do)
    assert gauge.most > 1


async def test_so_many_begin_in_a_second(place: Place, do: Do) -> None:
    with limited(place, Limits(starts_per_second=2)) as shop:
        await refund_all(shop, do)
        first, _, third, _ = await begun()
    assert third - first >= 1000


@pytest.mark.parametrize("template", ["sqlite"], indirect=True)
async def test_a_shop_with_limits_that_comes_late_is_refused(new_place: Callable[[], Place], do: Do) -> None:
    early, late = new_place(), new_place()
    with limited(early, Limits()) as shop:
        await do(shop, "refund_order", as_=STAFF, order_id="#D1", amount="1", reason="damaged")
        url = shop.engine.url
        with (
            Shop.open(
                late.folder, gateway=lambda _: Till(late.till.path), limits=Limits(at_once=1), engine=url
            ) as second,
            pytest.raises(ConfigurationError, match="before it was opened"),
        ):
            second.engine.attach(second.services)
    assert late.till.movements() == []


@pytest.mark.parametrize(("declared", "queue"), [(Limits(at_once=1), "shopgraph-till-of-small"), (Limits(), None)])
def test_what_is_taken_over_waits_for_its_turn_too(
    declared: Limits, queue: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed = list[tuple[str, str]]()

    def resume(name: str, *, queue_name: str) -> None:
        resumed.append((name, queue_name))

    monkeypatch.setattr("shopgraph.tools.durable.caring.DBOS.resume_workflow", resume)
    LIMITED.declare("small", "till", declared)
    found = WorkflowStatus()
    found.status, found.executor_id, found.app_version, found.queue_name = "PENDING", "dead", APP_VERSION, queue
    assert left_behind(found, {"me"})
    found.status = "ENQUEUED"
    assert not left_behind(found, {"me"}), "it waits where every process that serves the shop listens"
    run = ActionRun(id="action", type="refund_order", started_by="staff", asked={}, plan={}, at=AT)
    Caring("me", Claims(), lambda *_: None)._take_over("small/action", "small", run, found)
    assert resumed == [("small/action", queue or "shopgraph-of-me")]


class Claims(Leases):
    """Leases on which everything may be claimed."""

    def __init__(self) -> None:
        pass

    def claim(self, name: str) -> bool:
        return True


def test_the_configuration_says_what_the_limits_are() -> None:
    assert "limits" not in shop_options(Settings())
    found = shop_options(Settings(gateway_at_once=20, gateway_starts_per_second=25))["limits"]
    assert found == Limits(at_once=20, starts_per_second=25)
