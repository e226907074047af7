"""The engine of durable actions: DBOS, one per process, with its own database and a lease that says who lives.

It is loaded when the first action needs it. What a process leaves unfinished when it dies, another one of the same
engine that serves the shop goes on with (`Caring`).
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from shopgraph.domain import ActionRun
from shopgraph.errors import ConfigurationError, NotFound
from shopgraph.tools.durable.caring import Caring, own_queue
from shopgraph.tools.durable.journal import APP_VERSION, carry_out, workflow_id
from shopgraph.tools.durable.leases import BEAT_SECONDS, Leases
from shopgraph.tools.durable.leaving import LEAVING
from shopgraph.tools.durable.limits import LIMITED
from shopgraph.tools.durable.shops import SHOPS
from shopgraph.tools.spec import Services

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

_LISTEN_SECONDS = 0.25
"""How often a waiting action looks for a person's choice."""
_QUEUE_SECONDS = 0.5
"""How often a process looks for what it has taken over; each look is a few statements, whether there is work or not."""

_BUSY_SECONDS = 30.0
"""How long a process waits for another one's write to an SQLite engine."""


class Engine:
    """The process's engine. `Engine.open` gives it; a process has one."""

    _of_process: Engine | None = None
    _guard = threading.Lock()

    def __init__(self, url: str) -> None:
        self.url = url
        self.executor = uuid.uuid4().hex
        """This process among those of the same engine; never used again, so that two never share it."""
        # DBOS gives workflows to the loop that it was launched in; ours must outlive every caller's.
        _without_loop(self._launch)
        waiting = {"timeout": _BUSY_SECONDS} if make_url(url).get_backend_name() == "sqlite" else {}
        self._database = create_engine(url, pool_size=2, connect_args=waiting)
        self.leases = Leases(self._database)
        self.leases.beat(self.executor)
        LEAVING.open(url)
        self.caring = Caring(self.executor, self.leases, self.begin)
        self._closing = threading.Event()
        # Two threads: a look at a shop's database that hangs must not stop the beat.
        self._threads = [self._every_second("lease", self._beat), self._every_second("care", self.caring.look)]

    @classmethod
    def open(cls, url: str) -> Engine:
        """This process's engine, made on first use.

        Raises:
            ConfigurationError: the process has an engine on another database.
        """
        with cls._guard:
            if cls._of_process is None:
                cls._of_process = Engine(url)
                _at_exit(cls._of_process.close)
            if cls._of_process.url != url:
                raise ConfigurationError(
                    f"This process's actions run on {_shown(cls._of_process.url)}; {_shown(url)} is another engine.",
                    remedy="Give both shops one engine, or serve them from two processes.",
                )
            return cls._of_process

    @classmethod
    def of_process(cls) -> Engine | None:
        """This process's engine, if it has one by now."""
        return cls._of_process

    async def finish(self, services: Services, shop_id: str, action_id: str, *, within: float) -> ActionRun:
        """Begin an admitted action, or join it, and wait for its end at most `within` seconds.

        Returns it as it stands then, unfinished perhaps: it goes on without the caller.
        """
        name = workflow_id(shop_id, action_id)
        waiter = SHOPS.waiter(name)
        try:
            await asyncio.to_thread(self.begin, shop_id, action_id)
            return await _ended(services, action_id, waiter, time.monotonic() + within)
        finally:
            SHOPS.forget(name, waiter)

    def begin(self, shop_id: str, action_id: str) -> None:
        """Begin an admitted action unless it was begun, or let it wait for its turn where its gateway has limits."""
        queue = LIMITED.queue(shop_id)
        with SetWorkflowID(workflow_id(shop_id, action_id)):
            if queue is None:
                DBOS.start_workflow(carry_out, shop_id, action_id)
            else:
                DBOS.enqueue_workflow(queue, carry_out, shop_id, action_id)

    def serve(self, shop_id: str) -> None:
        """Keep the limits of the shop's gateway from now on.

        Raises:
            ConfigurationError: the shop was opened too late for this process to listen to its queue.
        """
        LIMITED.register(shop_id, _LISTEN_SECONDS)

    def close(self) -> None:
        """Stop; what is unfinished is another process's, or the next one's. Close the shops before."""
        if self._closing.is_set():
            return
        self._closing.set()
        for thread in self._threads:
            thread.join()
        # DBOS calls what it is cut off from failed; what was handed back it does not touch.
        LEAVING.hand_back_all(self.executor)
        DBOS.destroy()
        LEAVING.close()
        try:
            self.leases.end(self.executor)
        except SQLAlchemyError:  # it runs out by itself
            _LOG.warning("the lease on %s could not be given back", _shown(self.url), exc_info=True)
        self._database.dispose()
        with self._guard:
            type(self)._of_process = None

    def _launch(self) -> None:
        config: DBOSConfig = {
            "name": "shopgraph",
            "system_database_url": self.url,
            "application_version": APP_VERSION,
            "executor_id": self.executor,
            "log_level": "CRITICAL",  # what it calls an error we have handed back, or list as stuck
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": _LISTEN_SECONDS,
        }
        _write_ahead(self.url)
        DBOS(config=config)
        DBOS.listen_queues([own_queue(self.executor), *LIMITED.listened_to()])
        DBOS.launch()
        DBOS.register_queue(own_queue(self.executor), polling_interval_sec=_QUEUE_SECONDS)

    def _beat(self) -> None:
        self.leases.beat(self.executor)

    def _every_second(self, name: str, work: Callable[[], object]) -> threading.Thread:
        def run() -> None:
            while not self._closing.wait(BEAT_SECONDS):
                try:
                    work()
                except Exception:
                    _LOG.exception("the engine on %s could not look after its actions (%s)", _shown(self.url), name)

        thread = threading.Thread(target=run, name=f"shopgraph-{name}", daemon=True)
        thread.start()
        return thread


async def _ended(services: Services, action_id: str, waiter: threading.Event, deadline: float) -> ActionRun:
    pause = 0.05
    while True:
        rest = deadline - time.monotonic()
        # In this process the end is heard at once; of another process it is looked for.
        if rest > 0:
            await asyncio.to_thread(waiter.wait, min(pause, rest))
        run = await services.connectors.runs.run(action_id)
        if run is None:
            raise NotFound(f"There is no action {action_id}.", action=action_id)
        if not run.unfinished or rest <= 0:
            return run
        pause = min(pause * 2, 0.25)


def _at_exit(work: Callable[[], None]) -> None:
    """Do it when the interpreter ends and its threads still work.

    `atexit` comes too late: by then the pools are shut, and DBOS has recorded whatever it was doing as failed. There is
    no public hook for this moment; `concurrent.futures` uses the same.
    """
    register: Callable[[Callable[[], None]], None] = getattr(threading, "_register_atexit")  # noqa: B009
    register(work)


def _write_ahead(url: str) -> None:
    """Let readers of an SQLite engine and its one writer not wait for each other; the file remembers it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        with closing(sqlite3.connect(parsed.database, timeout=_BUSY_SECONDS)) as database:
            database.execute("PRAGMA journal_mode=WAL")


def _without_loop(work: Callable[[], T]) -> T:
    """Run `work` in a thread that has no event loop."""
    answer: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            answer.append(work())
        except BaseException as fault:
            failed.append(fault)

    thread = threading.Thread(target=run, name="shopgraph-launch")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return answer[0]


def _shown(url: str) -> str:
    return make_url(url).render_as_string(hide_password=True)
