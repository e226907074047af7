"""Actions under way, from the embedded database."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import Connection

from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.mapping import changed
from shopgraph.connectors.embedded.rows import add, equal, existing, get, replace
from shopgraph.connectors.embedded.schema import ACTION_RUNS
from shopgraph.domain import ActionRun, RunStatus
from shopgraph.domain.transitions import ACTION_RUN
from shopgraph.errors import Conflict, IdempotencyConflict

_OPEN = (RunStatus.RUNNING, RunStatus.STUCK)


class EmbeddedRuns:
    """`RunsPort` over the embedded database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def admit(self, run: ActionRun) -> ActionRun:
        """Store it before anything is done; the stored one when it is there already."""

        def act(db: Connection) -> ActionRun:
            if (stored := get(db, ACTION_RUNS, run.id)) is not None:
                if (stored.type, stored.plan) != (run.type, run.plan):
                    raise IdempotencyConflict(f"The action {run.id} is another one.", action=run.id)
                return stored
            if run.order_id is not None and (others := equal(db, ACTION_RUNS, order_id=run.order_id, status=_OPEN)):
                raise Conflict(
                    f"Another change of order {run.order_id} is under way.",
                    remedy="Try again when it is finished.",
                    action=others[0].id,
                )
            return add(db, ACTION_RUNS, run)

        return await self._database.write(act)

    async def run(self, action_id: str) -> ActionRun | None:
        """The action of that id."""
        return await self._database.look(lambda db: get(db, ACTION_RUNS, action_id))

    async def mark(
        self, action_id: str, status: RunStatus, *, reason: str = "", result: JsonValue = None, at: datetime
    ) -> ActionRun:
        """Move it to another status; to the one that it has is no move, unless it is stuck for another reason."""

        def act(db: Connection) -> ActionRun:
            run = existing(db, ACTION_RUNS, action_id)
            if run.status is status and (status is not RunStatus.STUCK or run.reason == reason):
                return run
            if run.status is not status:
                ACTION_RUN.check(run.status, status)
            settled = None if status in _OPEN else at
            return replace(
                db, ACTION_RUNS, changed(run, status=status, reason=reason, result=result, settled_at=settled)
            )

        return await self._database.write(act)

    async def runs(self, *, unfinished: bool = False, limit: int = 50) -> tuple[ActionRun, ...]:
        """Newest first; only those that are running or stuck, when asked so."""
        where = {"status": _OPEN} if unfinished else {}
        return await self._database.look(lambda db: equal(db, ACTION_RUNS, order_by=("-at",), limit=limit, **where))
