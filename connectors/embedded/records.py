"""What shopgraph itself keeps in the shop's database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Select, bindparam, delete, func, select

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.mapping import Mapped, V, from_micros, to_micros
from shopgraph.connectors.embedded.rows import add_unless_there, equal, existing, get, hold, keyed, replace
from shopgraph.connectors.embedded.schema import ACTIONS, CONVERSATIONS, HANDOFFS, REQUESTS, SHOP
from shopgraph.connectors.embedded.statements import rows
from shopgraph.domain import ActionRecord, Conversation, Handoff, Money, PastCall, ShopMeta, StoredRequest
from shopgraph.errors import IdempotencyConflict, NotFound


class EmbeddedRecords:
    """`RecordsPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def meta(self) -> ShopMeta:
        """The shop's own facts."""
        return await self._database.read(lambda db: SHOP.value(db.execute(select(SHOP.table)).one()))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        """The conversation of that id."""
        return await self._database.look(lambda db: get(db, CONVERSATIONS, conversation_id))

    async def open_conversation(self, conversation: Conversation) -> Conversation:
        """Store it; the stored one when it is there already. A conversation of another owner raises NotFound."""

        def act(db: Connection) -> Conversation:
            if add_unless_there(db, CONVERSATIONS, conversation):
                return conversation
            stored = existing(db, CONVERSATIONS, conversation.id)
            if (stored.owner_kind, stored.owner_id) != (conversation.owner_kind, conversation.owner_id):
                raise NotFound(f"There is no conversation {conversation.id}.", conversation_id=conversation.id)
            return stored

        # What is said in it waits for no disk either; what is decided and done does, with all that came before it.
        return await self._database.put(act, on_disk=False)

    async def request(self, call_id: str) -> StoredRequest | None:
        """The answer given to that call."""
        return await self._database.look(lambda db: get(db, REQUESTS, call_id))

    async def remember_request(self, request: StoredRequest) -> None:
        """Raises IdempotencyConflict when the call id is taken."""
        if not await self._database.write(lambda db: add_unless_there(db, REQUESTS, request)):
            raise IdempotencyConflict(f"The call {request.call_id} was answered already.", call_id=request.call_id)

    async def finish_request(self, call_id: str, result: JsonValue) -> None:
        """Write the result of a request that was remembered without one, before it was done."""

        def act(db: Connection) -> None:
            begun = existing(db, REQUESTS, call_id)
            if begun.result is None:
                replace(db, REQUESTS, begun.model_copy(update={"result": result}))

        await self._database.write(act)

    async def forget_request(self, call_id: str) -> None:
        """Forget a request that was remembered without a result and turned out not to be done."""

        def act(db: Connection) -> None:
            begun = get(db, REQUESTS, call_id)
            if begun is not None and begun.result is None:
                db.execute(delete(REQUESTS.table).where(keyed(REQUESTS, call_id)))

        await self._database.write(act)

    async def requests(self, tool: str, *, conversation_id: str) -> tuple[StoredRequest, ...]:
        """Those of a tool that were remembered for that conversation, oldest first."""
        return await self._database.read(
            lambda db: equal(db, REQUESTS, order_by=("at",), tool=tool, conversation_id=conversation_id)
        )

    async def erase_request(self, call_id: str, result: JsonValue) -> None:
        """Put what may stay of a request's result in its place, and empty the digest of its arguments."""

        def act(db: Connection) -> None:
            erased = {"result": result, "arguments_digest": ""}
            replace(db, REQUESTS, existing(db, REQUESTS, call_id).model_copy(update=erased))

        await self._database.erase(act)

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
        asked = _asked(tools, since, customer_id=customer_id, agent=agent, conversation_id=conversation_id)
        statement = _done(tuple(asked))
        return await self._database.look(lambda db: tuple([_past_call(*row) for row in rows(db, statement, asked)]))

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
        asked = _asked(tools, since, customer_id=customer_id, agent=agent, conversation_id=conversation_id)
        statement = _moved(tuple(asked))
        found = await self._database.look(lambda db: rows(db, statement, {**asked, "currency": currency}))
        return int(found[0][0] or 0)

    async def hold(self, *keys: str) -> None:
        """Let no other transaction hold the same keys until the open one ends."""
        if keys and not self._database.is_sqlite:  # there a transaction that is open is the only one that writes
            await self._database.read(lambda db: hold(db, *keys))

    async def add_action(self, action: ActionRecord) -> None:
        """Write down what was done; the same record twice is one."""
        await self._database.write(lambda db: _add_once(db, ACTIONS, action, action.id))

    async def actions(
        self, *, order_id: str | None = None, customer_id: str | None = None, limit: int = 50
    ) -> tuple[ActionRecord, ...]:
        """Newest first; of one order or customer when it is given."""
        given = _given(order_id=order_id, customer_id=customer_id)
        return await self._database.read(lambda db: equal(db, ACTIONS, order_by=("-at",), limit=limit, **given))

    async def add_handoff(self, handoff: Handoff) -> None:
        """Write down that a person takes over; the same record twice is one."""
        await self._database.write(lambda db: _add_once(db, HANDOFFS, handoff, handoff.id))

    async def handoffs(
        self, *, customer_id: str | None = None, conversation_id: str | None = None, limit: int = 50
    ) -> tuple[Handoff, ...]:
        """Newest first; of one customer or conversation when it is given."""
        given = _given(customer_id=customer_id, conversation_id=conversation_id)
        return await self._database.read(lambda db: equal(db, HANDOFFS, order_by=("-at",), limit=limit, **given))

    async def erase_handoff(self, handoff_id: str, *, reason: str) -> None:
        """Let go of its summary, and put `reason` in the place of its reason."""

        def act(db: Connection) -> None:
            erased = {"summary": "", "reason": reason}
            replace(db, HANDOFFS, existing(db, HANDOFFS, handoff_id).model_copy(update=erased))

        await self._database.erase(act)


def _asked(tools: Collection[str], since: datetime, **whose: str | None) -> dict[str, Any]:
    return {**_given(**whose), "since": to_micros(since), "tools": sorted(tools)}


def _given(**columns: str | None) -> dict[str, str]:
    return {column: held for column, held in columns.items() if held is not None}


@cache
def _done(asked: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    """What tools did, of those who are named in the columns among the parameters."""
    table = REQUESTS.table.c
    columns = (table.at, table.amount_minor, table.amount_currency)
    return _of_calls(select(*columns), asked).order_by(table.at, table.call_id)


@cache
def _moved(asked: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    table = REQUESTS.table.c
    return _of_calls(select(func.sum(table.amount_minor)), asked).where(table.amount_currency == bindparam("currency"))


def _of_calls(statement: Select[*tuple[Any, ...]], asked: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    table = REQUESTS.table.c
    whose = [table[name] == bindparam(name) for name in asked if name in table]
    recent = table.at > bindparam("since")
    return statement.where(*whose, recent, table.tool.in_(bindparam("tools", expanding=True)))


def _past_call(at: int, minor: int | None, currency: str | None) -> PastCall:
    amount = None if minor is None or currency is None else Money(amount=minor, currency=currency)
    return PastCall(at=from_micros(at), amount=amount)


def _add_once(db: Connection, mapped: Mapped[V], value: V, key: str) -> None:
    if not add_unless_there(db, mapped, value) and existing(db, mapped, key) != value:
        raise IdempotencyConflict(f"{key} in {mapped.name} is another record.", key=key)
