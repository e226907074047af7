"""Makes things go wrong in a worker's process, at the points where that is planned."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from shopgraph.connectors.embedded.database import Database
from shopgraph.errors import Conflict, ConnectorFault, ConnectorTimeout
from shopgraph.evals.faults.kinds import SLOW_SECONDS, Fault
from shopgraph.evals.faults.planned import Planned
from shopgraph.tools.durable.points import POINTS

_CANNOT_FAIL = (":admitted", ":recorded")
"""Points between two crossings: what fails there is the next crossing."""
_OF_THE_DATABASE = (Fault.DATABASE_LOST, Fault.DISK_FULL)
_OF_AN_ANSWER = (Fault.TIMEOUT, Fault.ERROR)
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Injector:
    """The faults of one process. Every fault strikes once."""

    def __init__(self, planned: Planned, tell: Callable[[str, str, Fault], None]) -> None:
        self._planned = planned
        self._tell = tell
        self._turn = threading.Lock()
        self._armed: Fault | None = None
        self.reached = defaultdict[str, set[str]](set)
        """The points that each action has passed here."""

    def reach(self, point: str) -> None:
        """Pass a point, or not."""
        fault = self._struck(point)
        if fault is Fault.CRASH:
            os.kill(os.getpid(), signal.SIGKILL)
        if fault in (Fault.SLOW, Fault.REORDERED_WEBHOOK):
            time.sleep(SLOW_SECONDS)  # time enough for messages to overtake what is being done
        elif fault in _OF_THE_DATABASE or (fault in _OF_AN_ANSWER and point.endswith(_CANNOT_FAIL)):
            self._armed = fault
        elif fault is Fault.TIMEOUT:
            raise ConnectorTimeout("No answer came in time.")
        elif fault is Fault.ERROR:
            raise ConnectorFault("It went wrong.")
        if self._planned.refuses(POINTS.action_id, point):
            raise Conflict("Refused by the harness.")

    def on_request(self, operation: str) -> Fault | None:
        """What shall go wrong with a request that is on its way to the other side."""
        fault = self._struck(f"{operation}:acted")
        if fault in _OF_THE_DATABASE:  # the other side acts, and ours cannot keep what it says
            self._armed = fault
            return None
        return fault or self._take(*_OF_AN_ANSWER)

    def watch(self, engine: Engine) -> None:
        """Have faults strike the statements and commits of a database."""
        dialect: Any = engine.dialect
        broken = dialect.dbapi.OperationalError
        commit = dialect.do_commit

        @event.listens_for(engine, "do_execute")
        def execute(cursor: Any, statement: str, *_: object) -> None:
            writes = statement.lstrip().startswith(_WRITES)
            if self._take(Fault.DATABASE_LOST):
                cursor.connection.close()
            elif writes and self._take(Fault.DISK_FULL):
                raise broken("database or disk is full")
            elif writes and self._take(Fault.ERROR):
                raise broken("disk I/O error")

        def commit_and_fall_silent(connection: Any) -> None:
            commit(connection)
            if self._take(Fault.TIMEOUT):
                raise broken("the connection was lost while the transaction was being committed")

        dialect.do_commit = commit_and_fall_silent

    def watch_records(self, database: Database) -> None:
        """`watch` for the shop's own database, whose transactions end on the driver."""
        self.watch(database.engine)
        dialect: Any = database.engine.dialect
        broken = dialect.dbapi.OperationalError
        commit = database.writers.commit

        def commit_and_fall_silent(connection: Connection) -> None:
            commit(connection)
            if self._take(Fault.TIMEOUT):
                lost = broken("the connection was lost while the transaction was being committed")
                raise OperationalError("COMMIT", None, lost)

        database.writers.commit = commit_and_fall_silent  # type: ignore[method-assign]

    def _struck(self, point: str) -> Fault | None:
        action_id = POINTS.action_id
        self.reached[action_id].add(point)
        fault = self._planned.take(action_id, point)
        if fault is not None:
            self._tell(action_id, point, fault)
        return fault

    def _take(self, *kinds: Fault) -> Fault | None:
        if self._armed is None:  # a look without the lock: most statements pass here
            return None
        with self._turn:
            if self._armed not in kinds:
                return None
            armed, self._armed = self._armed, None
            return armed
