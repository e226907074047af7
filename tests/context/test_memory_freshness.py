"""Nothing stale is ever stated as fresh: whatever changes, whoever writes late, whatever is down."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from langgraph.store.memory import InMemoryStore

from shopgraph.domain import Money
from shopgraph.graphs.memory import (
    Aspect,
    Because,
    BrandMemory,
    LiveStanding,
    Promise,
    PromiseKind,
    Shown,
    Statement,
    Topic,
    Voice,
    on_together,
)
from shopgraph.graphs.memory.counting import Counting
from tests.context.world import PRODUCTS, REGION, World

products = st.sampled_from(PRODUCTS)
claims = st.sampled_from(["price", "availability", "stock", "band", "color", "running", "code", "campaign spring"])
voices = st.sampled_from(list(Voice))


class Brand(RuleBasedStateMachine):
    """Writers read the world, and write what they read at once or after it has moved on."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.memory = BrandMemory(InMemoryStore(), LiveStanding(self.world.connectors), self.world)
        self.loop = asyncio.new_event_loop()
        self.drafts: list[Any] = []
        self.reported: set[str] = set()
        """Texts that a report has outdated, until they are written again."""

    def teardown(self) -> None:
        self.loop.close()

    def run_(self, work: Any) -> Any:
        """Await something."""
        return self.loop.run_until_complete(work)

    @rule(sku=products, cents=st.integers(1, 3))
    def price(self, sku: str, cents: int) -> None:
        self.world.prices[sku] = 100 * cents

    @rule(sku=products, units=st.integers(0, 5))
    def stock(self, sku: str, units: int) -> None:
        self.world.stock[sku] = units

    @rule(sku=products, color=st.sampled_from(["blue", "red"]))
    def paint(self, sku: str, color: str) -> None:
        self.world.colors[sku] = color

    @rule(headline=st.sampled_from(["10 % off", "20 % off"]), hours=st.integers(1, 5))
    def campaign(self, headline: str, hours: int) -> None:
        self.world.headlines["spring"] = (headline, self.world.at + timedelta(hours=hours))

    @rule(sku=products, up=st.booleans())
    def use(self, sku: str, up: bool) -> None:
        (self.world.used.add if up else self.world.used.discard)(sku)

    @rule(minutes=st.integers(1, 200))
    def time_passes(self, minutes: int) -> None:
        self.world.at += timedelta(minutes=minutes)

    @rule(system=st.sampled_from(["catalog", "inventory", "marketing"]), up=st.sampled_from([True, True, True, False]))
    def outage(self, system: str, up: bool) -> None:
        (self.world.down.discard if up else self.world.down.add)(system)

    @rule(
        sku=products,
        said=st.sets(claims, min_size=1, max_size=2),
        by=voices,
        what=st.sampled_from("SSPQ"),
        at_once=st.booleans(),
    )
    def read(self, sku: str, said: set[str], by: Voice, what: str, at_once: bool) -> None:
        """A writer reads the shop and prepares a text; what it says is in its claims. It may be written much later."""
        known = self.world.claims(sku)
        told = {claim: known[claim] for claim in sorted(said) if claim in known}
        if not told:
            return
        text = json.dumps({"sku": sku, **told})
        depends = tuple(self.world.depends(sku, claim) for claim in told)
        at = self.world.at
        if what == "S":
            self.drafts.append(Statement(by=by, product_id=sku, region_id=REGION, text=text, at=at, depends=depends))
        elif what == "P":
            until = at + timedelta(hours=2)
            self.drafts.append(
                Promise(
                    id=f"price:{sku}", by=by, kind=PromiseKind.PRICE, subject=sku, text=text, at=at, until=until,
                    amount=Money(amount=self.world.prices[sku], currency="USD"), depends=depends,
                )
            )  # fmt: skip
        else:
            self.drafts.append(Shown(by=by, product_id=sku, reason=text, at=at, depends=depends))
        if at_once:
            self.write()

    @rule()
    def write_late(self) -> None:
        """Whatever is prepared is written now."""
        self.write()

    def write(self) -> None:
        """What was prepared is written, perhaps long after it was read."""
        mine = self.memory.of("cus_ann")
        for draft in self.drafts:
            if isinstance(draft, Statement):
                self.run_(self.memory.state(draft))
                self.reported.discard(draft.text)
            elif isinstance(draft, Promise):
                self.run_(mine.promise(draft))
            else:
                self.run_(mine.show(draft))
        self.drafts = []

    @rule(sku=products, aspect=st.sampled_from([Aspect.PRICE, Aspect.STOCK]))
    def report(self, sku: str, aspect: Aspect) -> None:
        """An event: what depends on it is outdated for everybody, also where the readable value is the same."""
        self.reported |= {each.text for each in self.run_(self.memory.changed(Topic(aspect, sku, REGION)))}

    @rule()
    def poll(self) -> None:
        for one in self.run_(self.memory.poll(PRODUCTS)):
            if one.because in (Because.CHANGED, Because.USED):
                self.reported.add(one.fact.text)

    @invariant()
    def what_is_stated_as_fresh_is_true(self) -> None:
        said = self.run_(self.memory.said(PRODUCTS, region_id=REGION))
        recall = self.run_(self.memory.of("cus_ann").recall())
        texts = [each.text for each in (*said.fresh, *recall.promises.fresh)]
        texts += [each.reason for each in recall.shown.fresh]
        for text in texts:
            told = json.loads(text)
            true = self.world.claims(told.pop("sku"))
            assert {claim: true.get(claim) for claim in told} == told
        assert all(each.until > self.world.at for each in recall.promises.fresh)
        assert self.reported.isdisjoint(each.text for each in said.fresh)
        # And nothing is lost: what is not fresh is there, with its reason.
        for one in (*said.outdated, *recall.promises.outdated, *recall.shown.outdated):
            assert one.differences or one.because in (Because.EXPIRED, Because.REPORTED)


Brand.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestBrand = Brand.TestCase


async def test_what_cannot_be_checked_is_not_fresh() -> None:
    world = World()
    memory = BrandMemory(InMemoryStore(), LiveStanding(world.connectors), world)
    depends = (world.depends("dress", "price"), world.depends("dress", "stock"))
    await memory.state(
        Statement(by=Voice.CHATBOT, product_id="dress", region_id=REGION, text="x", at=world.at, depends=depends)
    )
    assert (await memory.said(["dress"], region_id=REGION)).fresh
    world.down.add("inventory")
    (one,) = (await memory.said(["dress"], region_id=REGION)).outdated
    assert one.because is Because.UNCHECKED
    assert [(each.dependency.aspect, each.now) for each in one.differences] == [(Aspect.STOCK, None)]
    world.down.clear()
    world.prices["dress"] = 7900
    (one,) = (await memory.said(["dress"], region_id=REGION)).outdated
    assert str(one.differences[0]) == "price dress north was 89.00 USD, is 79.00 USD"


async def test_a_promised_code_is_fresh_while_it_can_be_used() -> None:
    world = World()
    mine = BrandMemory(InMemoryStore(), LiveStanding(world.connectors), world).of("cus_ann")
    promise = Promise(
        id="code:heels", by=Voice.CHATBOT, kind=PromiseKind.EXCEPTION, subject="heels", text="5 % off with a code",
        at=world.at, until=world.at + timedelta(days=7), depends=(world.depends("heels", "code"),),
    )  # fmt: skip
    await mine.promise(promise)
    assert (await mine.recall()).promises.fresh == (promise,)
    world.used.add("heels")
    (one,) = (await mine.recall()).promises.outdated
    assert (one.because, str(one.differences[0])) == (Because.USED, "code heels was usable, is used up")
    # Its order came to nothing.
    world.used.clear()
    assert (await mine.recall()).promises.fresh == (promise,)
    world.down.add("marketing")
    (one,) = (await mine.recall()).promises.outdated
    assert one.because is Because.UNCHECKED


async def test_a_reported_change_outdates_until_it_is_said_anew_and_says_what_to_write() -> None:
    world = World()
    store = InMemoryStore()
    memory, other = (BrandMemory(store, LiveStanding(world.connectors), world) for _ in range(2))
    told: list[Topic] = []
    memory.on_change(told.append)
    band = Statement(
        by=Voice.DESCRIPTION_WRITER, product_id="heels", region_id=REGION, text="few left", at=world.at,
        depends=(world.depends("heels", "band"),),
    )  # fmt: skip
    await memory.state(band)
    assert await memory.changed(Topic(Aspect.STOCK, "dress", REGION)) == ()
    assert await memory.changed(Topic(Aspect.STOCK, "heels", REGION)) == (band,)
    assert Topic(Aspect.STOCK_BAND, "heels", REGION) in told
    (one,) = (await other.said(["heels"], region_id=REGION)).outdated
    assert one.because is Because.REPORTED
    await memory.state(band)
    assert (await other.said(["heels"], region_id=REGION)).fresh == (band,)
    # Said anew without the dependency: the event does not concern it any more.
    await memory.state(band.model_copy(update={"depends": ()}))
    assert await memory.changed(Topic(Aspect.STOCK, "heels", REGION)) == ()


async def test_a_promise_is_never_overwritten_and_made_twice_is_one() -> None:
    world = World()
    mine = BrandMemory(InMemoryStore(), LiveStanding(world.connectors), world).of("cus_ann")
    first = Promise(
        id="late:#D1", by=Voice.CHATBOT, kind=PromiseKind.EXCEPTION, subject="#D1", text="May be returned late",
        at=world.at, until=world.at + timedelta(days=7),
    )  # fmt: skip
    other = first.model_copy(update={"text": "May be returned very late"})
    await mine.promise(first, first)
    await mine.promise(first, other)
    kept = (await mine.recall()).promises.fresh
    assert len(kept) == 2
    assert first in kept
    assert other in kept
    assert await mine.withdraw("late:#D1") == 2
    assert (await mine.recall()).promises.fresh == ()


async def test_of_orders_there_must_be_as_many_and_readers_of_the_same_seconds_count_once() -> None:
    asked: list[str] = []
    orders, seconds = {"dress": 5}, [0.0]

    class Orders:
        async def bought_with(self, product_id: str, *, limit: int) -> tuple[tuple[str, int], ...]:
            asked.append(product_id)
            return tuple(orders.items())

    counting = Counting(cast(Any, Orders()), lambda: seconds[0])
    told = on_together("heels", "dress", 5)

    async def holds(at: datetime) -> bool:
        return told.holds((await counting.baskets("", [told.topic], at))[told.topic])

    at = World().at
    assert await holds(at)
    orders["dress"] = 4
    assert await holds(at)
    assert asked == ["heels"]
    assert not await holds(at + timedelta(hours=4))
    orders["dress"] = 6
    seconds[0] = 11.0
    assert await holds(at)
    assert not told.holds(None)
