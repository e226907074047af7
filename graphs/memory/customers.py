"""What is remembered of one customer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from langgraph.store.base import BaseStore, PutOp, SearchItem

from shopgraph.clock import Clock
from shopgraph.domain import Instant
from shopgraph.graphs.memory.facts import CustomerRecall, Promise, Shown, Voice
from shopgraph.graphs.memory.judging import Kept, judge, topics_of
from shopgraph.graphs.memory.places import PAGE, every, items_of, label, of_customer, search
from shopgraph.graphs.memory.standing import Standing

KINDS = ("shown", "promises", "talks")
"""What is kept of a customer."""


class CustomerMemory:
    """What is remembered of one customer; bound to them, so that it cannot read or write another's."""

    def __init__(self, customer_id: str, *, store: BaseStore, standing: Standing, clock: Clock) -> None:
        self.customer_id = customer_id
        self._store = store
        self._standing = standing
        self._clock = clock
        self._shown = of_customer(customer_id, "shown")
        self._promises = of_customer(customer_id, "promises")
        self._talks = of_customer(customer_id, "talks")

    async def show(self, *shown: Shown) -> None:
        """Remember that products were put before the customer; the latest per voice and product is kept."""
        await self._put([PutOp(self._shown, f"{each.by}:{label(each.product_id)}", _json(each)) for each in shown])

    async def promise(self, *promises: Promise) -> None:
        """Remember promises. The same one twice is one; the same id with other terms stands beside the first."""
        await self._put([PutOp(self._promises, each.key, _json(each)) for each in promises])

    async def withdraw(self, promise_id: str) -> int:
        """Forget a promise in all terms it was made in, for it was kept or taken back; returns how many there were."""
        there = [item for item in await every(self._store, self._promises) if item.value["id"] == promise_id]
        await self._put([PutOp(self._promises, item.key, None) for item in there])
        return len(there)

    async def recall(self, *, shown: int = 20) -> CustomerRecall:
        """What is remembered, as it stands now: the latest `shown` products, and every promise."""
        seen, promises = await self._latest_shown_and_promises()
        views = [Kept(Shown.model_validate(item.value)) for item in seen]
        views = sorted(views, key=lambda each: each.fact.at, reverse=True)[:shown]
        kept = [Kept(Promise.model_validate(item.value)) for item in promises]
        at = self._clock.now()
        topics = topics_of(views) | topics_of(kept)
        now = await self._standing.now(topics, at=at) if topics else {}
        return CustomerRecall(shown=judge(views, now, at), promises=judge(kept, now, at))

    async def _latest_shown_and_promises(self) -> tuple[list[SearchItem], list[SearchItem]]:
        """One search finds all there is of most customers; the others' promises are read apart."""
        (found,) = await self._store.abatch([search(of_customer(self.customer_id))])
        if len(found or ()) < PAGE:  # type: ignore[arg-type]
            return items_of(found, self._shown), items_of(found, self._promises)
        (seen,) = await self._store.abatch([search(self._shown)])
        return items_of(seen, self._shown), await every(self._store, self._promises)

    async def seen(self, *, since: datetime | None = None, by: Collection[Voice] = ()) -> Mapping[str, Instant]:
        """Which products were shown since then (by these voices), and when last. It says nothing else of them."""
        last: dict[str, Instant] = {}
        for item in await every(self._store, self._shown):
            each = Shown.model_validate(item.value)
            if (since is None or each.at >= since) and (not by or each.by in by):
                last[each.product_id] = max(each.at, last.get(each.product_id, each.at))
        return last

    async def talked(self, conversation_id: str, *, at: Instant) -> None:
        """Remember that a conversation was with this customer, so that it can be forgotten with them."""
        await self._put([PutOp(self._talks, conversation_id, {"at": at.isoformat()})])

    async def conversations(self) -> tuple[str, ...]:
        """The conversations that were with this customer, by id."""
        return tuple(sorted([item.key for item in await every(self._store, self._talks)]))

    async def _put(self, writes: list[PutOp]) -> None:
        if writes:
            await self._store.abatch(writes)


def _json(fact: Shown | Promise) -> dict[str, Any]:
    return fact.model_dump(mode="json")
