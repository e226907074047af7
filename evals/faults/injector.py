"""Makes things go wrong in a worker's process, at the points where it was told to."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Engine, event

from shopgraph.errors import Conflict, ConnectorFault, ConnectorTimeout
from shopgraph.evals.faults.kinds import SLOW_SECONDS, Fault

_CANNOT_FAIL = (":admitted", ":recorded")
"""Points between two crossings: what fails there is the next crossing."""
_WRITES = ("INSERT", "UPDATE", "DELETE")


class Injector:
    """The faults of one process. Every fault strikes once."""

    def __init__(self, tell: Callable[[str, Fault], None]) -> None:
        self._tell = tell
        self._turn = threading.Lock()
        self._planned = dict[str, Fault]()
        self._armed: Fault | None = None
        self._refused = ""
        self.reached = set[str]()
        """Every point that was passed since the last plan."""

    def plan(self, faults: Mapping[str, Fault], refused: str = "") -> None:
        """What goes wrong from now on: a fault by point, and the point at which the action is refused for certain."""
        with self._turn:
            self._planned, self._refused, self._armed = dict(faults), refused, None
            self.reached = set()

    def reach(self, point: str) -> None:
        """Pass a point, or not."""
        self.reached.add(point)
        if point == self._refused:
            raise Conflict("Refused by the harness.")
        fault = self._struck(point)
        if fault is None or fault is Fault.DUPLICATE:
            return  # The harness heard of it, and sends the call again.
        if fault is Fault.CRASH:
            os.kill(os.getpid(), signal.SIGKILL)
        if fault is Fault.SLOW:
            time.sleep(SLOW_SECONDS)
        elif fault in (Fault.DATABASE_LOST, Fault.DISK_FULL) or point.endswith(_CANNOT_FAIL):
            self._armed = fault
        elif fault is Fault.TIMEOUT:
            raise ConnectorTimeout("No answer came in time.")
        elif fault is Fault.ERROR:
            raise ConnectorFault("It went wrong.")

    def on_request(self, operation: str) -> Fault | None:
        """What shall go wrong with a request that is on its way to the other side."""
        self.reached.add(f"{operation}:acted")
        return self._struck(f"{operation}:acted") or self._take(Fault.TIMEOUT, Fault.ERROR)

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

    def _struck(self, point: str) -> Fault | None:
        with self._turn:
            fault = self._planned.pop(point, None)
        if fault is not None:
            self._tell(point, fault)
        return fault

    def _take(self, *kinds: Fault) -> Fault | None:
        with self._turn:
            if self._armed not in kinds:
                return None
            armed, self._armed = self._armed, None
            return armed
