"""Looking after the actions of the shops that a process serves: nothing is left behind, and nothing goes unreported.

What was admitted and never begun is begun; what a dead process left, or one that no longer serves the shop, is taken
over. So is what the engine has on record as this process's own although nobody here carries it: its database kept the
beginning and did not live to say so. What the engine gave up because its own database failed goes on from the end of
its journal, and after a few times is listed as stuck as well.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable

from dbos import DBOS, StepInfo, WorkflowStatus

from shopgraph.domain import ActionRun, RunStatus
from shopgraph.errors import IllegalTransition
from shopgraph.tools.durable.journal import APP_VERSION, workflow_id
from shopgraph.tools.durable.leases import Leases
from shopgraph.tools.durable.limits import LIMITED
from shopgraph.tools.durable.shops import SHOPS

_LOG = logging.getLogger(__name__)
_OWN = "shopgraph-of-"
NOBODYS_QUEUE = f"{_OWN}nobody"
"""What lies there is left behind: whoever looks after the shop takes it over."""
_HANDED_BACK = "CANCELLED"
_WAITING = ("ENQUEUED", "DELAYED")
_STUCK_AFTER = 3
"""Times that an action was gone on with before it is listed as stuck."""
_LONGEST_PAUSE = 60.0
"""Seconds between two such attempts; the first pause is one second, each further one twice as long."""


def own_queue(executor: str) -> str:
    """The queue to which only that process listens: what it takes over, nobody else begins."""
    return f"{_OWN}{executor}"


def left_behind(found: WorkflowStatus, living: Collection[str]) -> bool:
    """Whether no living process has the action."""
    if found.status == "PENDING":
        return found.executor_id not in living
    queue = found.queue_name or ""
    taken_over = found.status in _WAITING and queue.startswith(_OWN)
    return found.status == _HANDED_BACK or (taken_over and queue.removeprefix(_OWN) not in living)


def given_up(found: WorkflowStatus) -> bool:
    """Whether the engine does nothing more about the action."""
    return found.status not in ("PENDING", _HANDED_BACK, *_WAITING)


def end_of(journal: Iterable[StepInfo]) -> int:
    """The place from which an action goes on: all that is on record stays, the way back as well as the way there."""
    steps = list(journal)
    failed = [step["function_id"] for step in steps if step["error"] is not None]
    return min(failed) if failed else max((step["function_id"] for step in steps), default=0) + 1


class Caring:
    """One process's care for the unfinished actions of the shops attached to it. `look` is called again and again."""

    def __init__(self, executor: str, leases: Leases, begin: Callable[[str, str], None]) -> None:
        self._executor = executor
        self._leases = leases
        self._begin = begin
        self._missing = frozenset[str]()
        """What was not begun when we last looked: whoever admitted it may be just about to."""
        self._dropped = frozenset[str]()
        """What was ours at the engine and carried by nobody when we last looked: it may be just about to be."""
        self._begun_again = Counter[str]()
        self._not_before = dict[str, float]()

    def look(self) -> None:
        """Look once at every unfinished action, and do what is needed."""
        unfinished = {workflow_id(shop_id, run.id): (shop_id, run) for shop_id, run in SHOPS.unfinished()}
        found = self._found(list(unfinished))
        missing = frozenset(unfinished.keys() - found.keys())
        for name in missing & self._missing:
            shop_id, run = unfinished[name]
            self._begin(shop_id, run.id)
        self._missing = missing
        carried = SHOPS.carried()
        own = {name for name, status in found.items() if self._is_own(status)}
        dropped, self._dropped = self._dropped, frozenset(own - carried)
        living = self._leases.living() if found else frozenset()
        for name, status in found.items():
            try:
                if given_up(status):
                    self._after_all(name, *unfinished[name], status)
                elif left_behind(status, living) or name in dropped & self._dropped:
                    self._take_over(name, *unfinished[name], status)
            except Exception:  # one that cannot be helped now must not keep help from the others
                _LOG.exception("action %s could not be looked after", name)

    def _is_own(self, found: WorkflowStatus) -> bool:
        return found.status == "PENDING" and found.executor_id == self._executor

    def _after_all(self, name: str, shop_id: str, run: ActionRun, found: WorkflowStatus) -> None:
        """Go on with what the engine gave up: no action ends with an error, so it is its own record that failed."""
        why = f"The engine gave it up ({found.status.lower()}: {found.error or 'no reason'})."
        if found.status != "ERROR":
            _list_as_stuck(shop_id, run, why)
        elif time.monotonic() >= self._not_before.get(name, 0.0) and self._leases.claim(name):
            self._begun_again[name] += 1
            self._not_before[name] = time.monotonic() + min(2.0 ** self._begun_again[name] / 2, _LONGEST_PAUSE)
            place = end_of(DBOS.list_workflow_steps(name))
            DBOS.rewind_workflow(name, start_step=place, queue_name=own_queue(self._executor))
            if self._begun_again[name] == _STUCK_AFTER:
                _list_as_stuck(shop_id, run, f"{why} It is tried again and again.")

    def _take_over(self, name: str, shop_id: str, run: ActionRun, found: WorkflowStatus) -> None:
        if found.app_version != APP_VERSION:
            why = f"It was begun by a worker of version {found.app_version}, which is gone; this one has {APP_VERSION}."
            _list_as_stuck(shop_id, run, f"{why} Start a worker of that version.")
        elif self._leases.claim(name):
            DBOS.resume_workflow(name, queue_name=LIMITED.queue(shop_id) or own_queue(self._executor))

    def _found(self, names: list[str]) -> dict[str, WorkflowStatus]:
        if not names:
            return {}
        found = DBOS.list_workflows(workflow_ids=names, load_input=False)
        return {each.workflow_id: each for each in found}


def _list_as_stuck(shop_id: str, run: ActionRun, why: str) -> None:
    """Nobody goes on with it, and the shop's records do not know: somebody has to."""
    services = SHOPS.services(shop_id)
    if services is None or (run.status, run.reason) == (RunStatus.STUCK, why):
        return
    try:
        asyncio.run(services.connectors.runs.mark(run.id, RunStatus.STUCK, reason=why, at=services.clock.now()))
        _LOG.error("action %s: %s", run.id, why)
    except IllegalTransition:  # it ended between the two looks
        _LOG.info("action %s has ended", run.id)
