"""One brand state behind chatbot, recommender and description writer: read and written here, and nowhere else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any

from langgraph.store.base import BaseStore, PutOp

from shopgraph.clock import Clock
from shopgraph.errors import InvalidInput
from shopgraph.graphs.memory.customers import KINDS, CustomerMemory
from shopgraph.graphs.memory.dependencies import Aspect, Topic
from shopgraph.graphs.memory.facts import Because, Outdated, Recalled, Statement
from shopgraph.graphs.memory.judging import Kept, judge, topics_of
from shopgraph.graphs.memory.places import (
    PAGE,
    Namespace,
    every,
    items_of,
    label,
    of_customer,
    of_dependents,
    of_product,
    search,
    statement_key,
)
from shopgraph.graphs.memory.standing import Standing


class BrandMemory:
    """What the brand has shown, promised and said. Whatever is read is compared with the shop as it is right then.

    A change of price, stock or campaign therefore outdates what depends on it for the very next reader, in any
    process, whether or not anybody reports it. `changed` and `poll` are for those who keep texts or caches up to
    date: they find what has to be written anew.
    """

    def __init__(self, store: BaseStore, standing: Standing, clock: Clock) -> None:
        self.store = store
        """LangGraph's own; everything of the brand's lies under the namespace `brand`."""
        self._standing = standing
        self._clock = clock
        self._on_change: list[Callable[[Topic], None]] = []
        self._on_forget: list[Callable[[str], Awaitable[None]]] = []

    def of(self, customer_id: str) -> CustomerMemory:
        """What is remembered of one customer. There is no other way to it, and none to two customers at once.

        Raises:
            InvalidInput: the id is empty: nothing is remembered of a guest.
        """
        if not customer_id:
            raise InvalidInput("Nothing is remembered of a guest.", remedy="Ask for a customer's memory by their id.")
        return CustomerMemory(customer_id, store=self.store, standing=self._standing, clock=self._clock)

    async def state(self, *statements: Statement) -> None:
        """Remember what the brand says about products now; each takes the place of the earlier one of its key."""
        writes: list[PutOp] = []
        for statement in statements:
            key = statement_key(statement)
            writes.append(_written(statement, reported=False))
            pointer = {"product_id": statement.product_id, "key": key}
            place = f"{label(statement.product_id)}:{key}"
            writes += [PutOp(of_dependents(topic), place, pointer) for topic in topics_of([Kept(statement)])]
        if writes:
            await self.store.abatch(writes)

    async def said(
        self, product_ids: Collection[str], *, region_id: str, segments: Collection[str] | None = (), topic: str = ""
    ) -> Recalled[Statement]:
        """What the brand says about these products in a region, to everybody and to these segments.

        Args:
            segments: None for all there are.
            topic: only statements of this topic; empty for any.
        """
        heard = None if segments is None else {"", *segments}
        return await self._judge(
            [
                each
                for each in await self._about(product_ids)
                if each.fact.region_id == region_id
                and (heard is None or each.fact.segment in heard)
                and topic in ("", each.fact.topic)
            ]
        )

    async def changed(self, *topics: Topic) -> tuple[Statement, ...]:
        """Report that something has changed: an event of a connector. Returns the statements that depend on it.

        They are outdated from now on, in every process, until they are stated anew; the listeners of `on_change` are
        called (short caches let go of the topic).
        """
        affected: dict[tuple[Namespace, str], Statement] = {}
        for topic in dict.fromkeys(each for named in topics for each in _with_consequences(named)):
            self._tell(topic)
            for pointer in await every(self.store, of_dependents(topic)):
                home, key = of_product(str(pointer.value["product_id"])), str(pointer.value["key"])
                item = await self.store.aget(home, key)
                statement = _kept(item.value).fact if item else None
                if statement is None or all(each.topic != topic for each in statement.depends):
                    # It was stated anew, without this dependency.
                    await self.store.adelete(of_dependents(topic), pointer.key)
                else:
                    affected[home, key] = statement
        await self._report(affected.values())
        return tuple(affected.values())

    async def poll(self, product_ids: Collection[str]) -> tuple[Outdated[Statement], ...]:
        """Compare everything said about these products with the shop: for systems that report nothing.

        What does not hold any more is outdated from now on for everybody, as if it had been reported.
        """
        outdated = (await self._judge(await self._about(product_ids))).outdated
        for topic in {each.dependency.topic for one in outdated for each in one.differences if each.now is not None}:
            self._tell(topic)
        await self._report(one.fact for one in outdated if one.because in (Because.CHANGED, Because.USED))
        return outdated

    async def forget(self, customer_id: str) -> int:
        """Forget a customer: what is kept here and by the listeners of `on_forget`. Returns how many facts were here.

        The shop's own records (orders, payments) are the system of record's and stay, and so does the audit log.
        """
        owner, count = self.of(customer_id), 0
        for namespace in (of_customer(owner.customer_id, kind) for kind in KINDS):
            items = await every(self.store, namespace)
            if items:
                await self.store.abatch([PutOp(namespace, item.key, None) for item in items])
            count += len(items)
        for listener in self._on_forget:
            await listener(customer_id)
        return count

    def on_change(self, listener: Callable[[Topic], None]) -> None:
        """Call this with every topic that changed, as this process learns of it."""
        self._on_change.append(listener)

    def on_forget(self, listener: Callable[[str], Awaitable[None]]) -> None:
        """Call this with the id of every customer that is forgotten here: for caches and indexes."""
        self._on_forget.append(listener)

    def _tell(self, topic: Topic) -> None:
        for listener in self._on_change:
            listener(topic)

    async def _about(self, product_ids: Collection[str]) -> list[Kept[Statement]]:
        homes = [of_product(product_id) for product_id in dict.fromkeys(product_ids)]
        if not homes:
            return []
        kept: list[Kept[Statement]] = []
        for home, result in zip(homes, await self.store.abatch([search(home) for home in homes]), strict=True):
            items = items_of(result, home)
            kept += [_kept(item.value) for item in (items if len(items) < PAGE else await every(self.store, home))]
        return kept

    async def _judge(self, kept: list[Kept[Statement]]) -> Recalled[Statement]:
        at = self._clock.now()
        topics = topics_of(kept)
        return judge(kept, await self._standing.now(topics, at=at) if topics else {}, at)

    async def _report(self, statements: Iterable[Statement]) -> None:
        writes = [_written(statement, reported=True) for statement in statements]
        if writes:
            await self.store.abatch(writes)


def _written(statement: Statement, *, reported: bool) -> PutOp:
    value = {"fact": statement.model_dump(mode="json"), "reported": reported}
    return PutOp(of_product(statement.product_id), statement_key(statement), value)


def _kept(value: Mapping[str, Any]) -> Kept[Statement]:
    return Kept(Statement.model_validate(value["fact"]), reported=bool(value["reported"]))


def _with_consequences(topic: Topic) -> tuple[Topic, ...]:
    """A change of units may change the band, and a change of a campaign what runs and what needs a code."""
    match topic.aspect:
        case Aspect.STOCK:
            return (topic, topic._replace(aspect=Aspect.STOCK_BAND))
        case Aspect.CAMPAIGN:
            return (topic, *[Topic(each, "", topic.region_id) for each in (Aspect.RUNNING, Aspect.WITHOUT_CODE)])
        case _:
            return (topic,)
