"""Checkpointers that know no event loop: LangGraph's own SQLite and PostgreSQL savers, called from async code.

LangGraph's async SQLite saver belongs to the loop it was made on and keeps a thread that must be closed there; a
notebook, a test and `asyncio.run` are three loops. Reading or writing one checkpoint takes well under a millisecond,
so the sync saver is called in place; PostgreSQL's so that the event loop goes on while it waits for the server.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from shopgraph.connectors.embedded.connections import patiently

T = TypeVar("T")

_MOST = 8
"""Connections to PostgreSQL at most."""
_OF_ONE_REQUEST = frozenset(
    (
        *("actions", "allowances", "approvals", "audited", "brief", "caller", "calls", "confirmed", "context"),
        *("decisions", "declined", "evidence", "facts", "handoff", "matters", "model_calls", "outcomes", "rounds"),
        *("routes", "saving", "tiers", "told", "trail", "verdicts", "way"),
    )
)
"""Channels that nobody reads once their request has ended, and the next one begins anew; the audit log has them."""


def of_the_conversation(checkpoint: Checkpoint) -> Checkpoint:
    """A checkpoint after a request that has ended, without what only that request needed; any other as it is."""
    values = checkpoint["channel_values"]
    trail = values.get("trail")
    if not trail or trail[-1].node != "record":
        return checkpoint  # it waits for a person, or died halfway
    kept = {name: value for name, value in values.items() if name not in _OF_ONE_REQUEST}
    return {**checkpoint, "channel_values": kept}


def strict_serde() -> JsonPlusSerializer:
    """A serializer that revives no type but those that the compiled graph names (`orchestrator.state_types`)."""
    return JsonPlusSerializer(allowed_msgpack_modules=[])


class LoopFree(BaseCheckpointSaver[str]):
    """A sync saver's async half, made of its sync half: a class that comes before a saver says where calls run."""

    async def _call(self, work: Callable[[], T]) -> T:
        """Run in place."""
        return work()

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """As `get_tuple`."""
        return await self._call(lambda: self.get_tuple(config))

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,  # noqa: A002 - LangGraph's name
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        """As `list`."""
        for item in await self._call(lambda: [*self.list(config, filter=filter, before=before, limit=limit)]):
            yield item

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """As `put`, without what only the request needed that has ended."""
        return await self._call(lambda: self.put(config, of_the_conversation(checkpoint), metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """As `put_writes`."""
        await self._call(lambda: self.put_writes(config, writes, task_id, task_path))

    async def adelete_thread(self, thread_id: str) -> None:
        """As `delete_thread`."""
        await self._call(lambda: self.delete_thread(thread_id))


class LoopFreeSqliteSaver(LoopFree, SqliteSaver):
    """LangGraph's SQLite saver, usable from any event loop. It does not make sync calls concurrent."""

    @classmethod
    def open(cls, path: Path) -> LoopFreeSqliteSaver:
        """Open (or make) the file."""
        connection = sqlite3.connect(path, check_same_thread=False, timeout=30)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")  # what a forgotten customer said is overwritten
        saver = cls(connection, serde=strict_serde())
        patiently(saver.setup)  # others may open it at this moment
        return saver

    def scrub(self) -> None:
        """Let nothing that was deleted stand in the write-ahead log, as far as other processes' readers allow."""
        with self.lock:
            self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close the file."""
        self.conn.close()


def postgres_saver(url: str) -> tuple[BaseCheckpointSaver[Any], Any]:
    """LangGraph's PostgreSQL saver on a pool, usable from any event loop, and the pool to close.

    Raises:
        MissingDependency: the extra `postgres` is not installed.
    """
    from shopgraph.errors import MissingDependency

    try:
        from langgraph.checkpoint.postgres import PostgresSaver

        from shopgraph.graphs.pools import InLoop, NoLock, open_pool, set_up_alone
    except ImportError as missing:
        raise MissingDependency(
            f"Conversations on PostgreSQL need {missing.name}.", remedy="Run: pip install 'shopgraph[postgres]'."
        ) from None

    class LoopFreePostgresSaver(LoopFree, PostgresSaver):
        async def _call(self, work: Callable[[], T]) -> T:
            return await in_loop.run(work)

    pool, in_loop = open_pool(url, most=_MOST), InLoop(_MOST)
    try:
        saver = LoopFreePostgresSaver(pool, serde=strict_serde())
        saver.lock = cast(Any, NoLock())
        set_up_alone(saver, pool, "shopgraph conversations")
    except BaseException:
        pool.close()
        raise
    return saver, pool
