"""What shopgraph itself keeps in the shop's database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol, runtime_checkable

from pydantic import JsonValue

from shopgraph.domain import (
    ActionRecord,
    ActionRun,
    Conversation,
    Handoff,
    PastCall,
    RunStatus,
    ShopMeta,
    StoredRequest,
)


@runtime_checkable
class RecordsPort(Protocol):
    """What shopgraph itself keeps in the shop's database, committed together with what it is about."""

    async def meta(self) -> ShopMeta: ...
    async def conversation(self, conversation_id: str) -> Conversation | None: ...
    async def open_conversation(self, conversation: Conversation) -> Conversation:
        """Store it; the stored one when it is there already. A conversation of another owner raises NotFound."""
        ...

    async def request(self, call_id: str) -> StoredRequest | None: ...
    async def remember_request(self, request: StoredRequest) -> None:
        """Raises IdempotencyConflict when the call id is taken."""
        ...

    async def finish_request(self, call_id: str, result: JsonValue) -> None:
        """Write the result of a request that was remembered without one, before it was done."""
        ...

    async def forget_request(self, call_id: str) -> None:
        """Forget a request that was remembered without a result and turned out not to be done."""
        ...

    async def requests(self, tool: str, *, conversation_id: str) -> tuple[StoredRequest, ...]:
        """Those of a tool that were remembered for that conversation, oldest first."""
        ...

    async def erase_request(self, call_id: str, result: JsonValue) -> None:
        """Put what may stay of a request's result in its place, and empty the digest of its arguments.

        Whoever can read what lies beneath the records finds nothing else of it either, as far as the store allows.
        That it was done, by whom and when, stays. Raises NotFound.
        """
        ...

    async def done(
        self,
        tools: Collection[str],
        *,
        since: datetime,
        customer_id: str | None = None,
        agent: str | None = None,
        conversation_id: str | None = None,
    ) -> tuple[PastCall, ...]:
        """What those tools did after `since`, oldest first; for that customer, agent or conversation."""
        ...

    async def moved(
        self,
        tools: Collection[str],
        *,
        since: datetime,
        currency: str,
        customer_id: str | None = None,
        agent: str | None = None,
        conversation_id: str | None = None,
    ) -> int:
        """The sum of what `done` lists in that currency, in minor units."""
        ...

    async def hold(self, *keys: str) -> None:
        """Let no other transaction hold the same keys until the open one ends: whoever comes second waits.

        They are taken in the order given; who always sorts them never waits for one who waits for them.
        """
        ...

    async def add_action(self, action: ActionRecord) -> None: ...
    async def actions(
        self, *, order_id: str | None = None, customer_id: str | None = None, limit: int = 50
    ) -> tuple[ActionRecord, ...]:
        """Newest first."""
        ...

    async def add_handoff(self, handoff: Handoff) -> None: ...
    async def handoffs(
        self, *, customer_id: str | None = None, conversation_id: str | None = None, limit: int = 50
    ) -> tuple[Handoff, ...]:
        """Newest first; of one customer or conversation when it is given."""
        ...

    async def erase_handoff(self, handoff_id: str, *, reason: str) -> None:
        """Let go of its summary, and put `reason` in the place of its reason, as `erase_request` does.

        That there was one, whose, when, and in which conversation, stays. Raises NotFound.
        """
        ...


@runtime_checkable
class RunsPort(Protocol):
    """Actions under way, in the shop's database: admitted in the transaction that judged them."""

    async def admit(self, run: ActionRun) -> ActionRun:
        """Store it before anything is done; the stored one when it is there already.

        Raises:
            Conflict: another action of the same order is unfinished.
        """
        ...

    async def run(self, action_id: str) -> ActionRun | None: ...
    async def mark(
        self, action_id: str, status: RunStatus, *, reason: str = "", result: JsonValue = None, at: datetime
    ) -> ActionRun:
        """Move it to another status; to the one that it has is no move, unless it is stuck for another reason.

        Raises:
            IllegalTransition: it has ended.
        """
        ...

    async def runs(self, *, unfinished: bool = False, limit: int = 50) -> tuple[ActionRun, ...]:
        """Newest first; only those that are running or stuck, when asked so."""
        ...
