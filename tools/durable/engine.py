"""The engine of durable actions: DBOS, one per process, with its own database and a lease that says who lives.

It is loaded when the first action needs it. What a process leaves unfinished when it dies, another one of the same
engine goes on with; what was admitted but never begun is begun.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import uuid
from collections.abc import Callable
from typing import TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, SetWorkflowID
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from shopgraph.domain import ActionRun
from shopgraph.errors import ConfigurationError, InvalidInput, NotFound
from shopgraph.tools.durable.carrying import CHOICES
from shopgraph.tools.durable.journal import APP_VERSION, CHOICE_TOPIC, carry_out, workflow_id
from shopgraph.tools.durable.leases import BEAT_SECONDS, Leases
from shopgraph.tools.durable.shops import SHOPS
from shopgraph.tools.spec import Services

T = TypeVar("T")
_LOG = logging.getLogger(__name__)

_LISTEN_SECONDS = 0.05
"""How often a waiting action looks for a person's choice."""
_BEGUN_WITHIN = 3.0
"""Seconds after which an action that was admitted and not begun is taken for left behind."""


class Engine:
    """The process's engine. `Engine.open` gives it; a process has one."""

    _of_process: Engine | None = None
    _guard = threading.Lock()

    def __init__(self, url: str) -> None:
        self.url = url
        self.executor = uuid.uuid4().hex
        """This process among those of the same engine; never used again, so that two never share it."""
        config: DBOSConfig = {
            "name": "shopgraph",
            "system_database_url": url,
            "application_version": APP_VERSION,
            "executor_id": self.executor,
            "log_level": "ERROR",
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": _LISTEN_SECONDS,
        }
        DBOS(config=config)
        # DBOS gives workflows to the loop that it was launched in; ours must outlive every caller's.
        _without_loop(DBOS.launch)
        self._database = create_engine(url, pool_size=2)
        self.leases = Leases(self._database)
        self.leases.beat(self.executor)
        self._closing = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="shopgraph-lease", daemon=True)
        self._beating.start()

    @classmethod
    def open(cls, url: str) -> Engine:
        """This process's engine, made on first use.

        Raises:
            ConfigurationError: the process has an engine on another database.
        """
        with cls._guard:
            if cls._of_process is None:
                cls._of_process = Engine(url)
            if cls._of_process.url != url:
                raise ConfigurationError(
                    f"This process's actions run on {_shown(cls._of_process.url)}; {_shown(url)} is another engine.",
                    remedy="Give both shops one engine, or serve them from two processes.",
                )
            return cls._of_process

    async def finish(self, services: Services, shop_id: str, action_id: str, *, within: float) -> ActionRun:
        """Begin an admitted action, or join it, and wait for its end at most `within` seconds.

        Returns it as it stands then, unfinished perhaps: it goes on without the caller.
        """
        SHOPS.attach(shop_id, services)
        waiter = SHOPS.waiter(action_id)
        try:
            await asyncio.to_thread(self.begin, shop_id, action_id)
            return await _ended(services, action_id, waiter, time.monotonic() + within)
        finally:
            SHOPS.forget(action_id, waiter)

    def begin(self, shop_id: str, action_id: str) -> None:
        """Begin an admitted action unless it was begun."""
        with SetWorkflowID(workflow_id(shop_id, action_id)):
            DBOS.start_workflow(carry_out, shop_id, action_id)

    def take_over(self) -> int:
        """Go on with what dead processes left behind; how many actions that was."""
        living = self.leases.living()
        left = [
            found.workflow_id
            for found in DBOS.list_workflows(status=["PENDING"], app_version=APP_VERSION, load_input=False)
            if found.executor_id not in living
        ]
        for name in left:
            DBOS.resume_workflow(name)
        return len(left)

    def close(self) -> None:
        """Stop; what is unfinished is another process's, or the next one's."""
        self._closing.set()
        self._beating.join()
        DBOS.destroy()
        self._database.dispose()
        with self._guard:
            type(self)._of_process = None

    def _beat(self) -> None:
        while not self._closing.wait(BEAT_SECONDS):
            try:
                self.leases.beat(self.executor)
                self.take_over()
                self._begin_forgotten()
            except Exception:
                _LOG.exception("the engine on %s could not look after its actions", _shown(self.url))
        self.leases.end(self.executor)

    def _begin_forgotten(self) -> None:
        for shop_id, run in SHOPS.unfinished(_BEGUN_WITHIN):
            self.begin(shop_id, run.id)


def choose(url: str, shop_id: str, action_id: str, choice: str) -> None:
    """Tell a stuck action, wherever it runs, what a person has chosen.

    Raises:
        InvalidInput: there is no such choice.
        NotFound: the engine has no such action.
    """
    if choice not in CHOICES:
        raise InvalidInput(f"{choice!r} is no choice.", remedy=f"Choose one of {', '.join(CHOICES)}.")
    client = DBOSClient(system_database_url=url)
    try:
        name = workflow_id(shop_id, action_id)
        if not client.list_workflows(workflow_ids=[name], load_input=False):
            raise NotFound(f"The engine has no action {action_id}.", action=action_id)
        client.send(name, choice, topic=CHOICE_TOPIC)
    finally:
        client.destroy()


async def _ended(services: Services, action_id: str, waiter: threading.Event, deadline: float) -> ActionRun:
    pause = 0.01
    while True:
        run = await services.connectors.runs.run(action_id)
        if run is None:
            raise NotFound(f"There is no action {action_id}.", action=action_id)
        rest = deadline - time.monotonic()
        if not run.unfinished or rest <= 0:
            return run
        # In this process the end is heard at once; of another process it is looked for.
        await asyncio.to_thread(waiter.wait, min(pause, rest))
        pause = min(pause * 2, 0.25)


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
