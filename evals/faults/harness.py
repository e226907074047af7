"""Runs calls in worker processes, has faults strike them, starts new workers for dead ones, and waits for the ends."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from signal import SIGKILL

from shopgraph.connectors.embedded import EmbeddedShop
from shopgraph.domain import RunStatus
from shopgraph.evals.faults.calls import Case
from shopgraph.evals.faults.diagnosis import diagnosed
from shopgraph.evals.faults.kinds import Fault
from shopgraph.evals.faults.planning import Plan
from shopgraph.evals.faults.report import End
from shopgraph.evals.faults.worker import WAIT_SECONDS, Answered, Heard, Job, Order, Ready, Setup, Struck, work
from shopgraph.tools.spec import Outcome

STUCK_SECONDS = 30.0
"""After its last fault a call has to be at its end."""
REHEARSAL_SECONDS = 60.0
"""How long a call without faults is waited for."""
_POLL_SECONDS = 0.1
_ASK_AGAIN_SECONDS = 0.5
_FAILED_AT_MOST = 20
PROCESSES = get_context("forkserver")
"""Workers are forked from a server that has loaded everything and started nothing."""


@dataclass(eq=False)
class Run:
    """One call on its way."""

    case: Case
    faults: Mapping[str, Fault]
    since: float
    """Its last fault, or its beginning."""
    struck: list[str] = field(default_factory=list)
    """What struck it, in order."""
    end: End = End.OPEN
    unfinished: bool = False
    """Whether its action was last seen under way."""
    reported: bool = True
    """Whether, stuck, its action is listed as unfinished."""
    recovery_ms: float | None = None
    last_word: str = ""
    reached: set[str] = field(default_factory=set)
    """Points that it passed in processes that lived to tell."""
    hands: int = 0
    """Workers that are at it."""
    ask_at: float = 0.0
    """When it is asked again, unless a worker is at it or its action is under way."""


@dataclass(frozen=True)
class Task:
    """What a worker is at."""

    run: Run
    job: Job


@dataclass(eq=False)
class Hand:
    """One worker process."""

    process: BaseProcess
    pipe: Connection
    ready: bool = False
    task: Task | None = None


class Harness:
    """The workers, and the calls that they make."""

    def __init__(self, setup: Setup, records: EmbeddedShop, workers: int) -> None:
        self._setup = setup
        self._records = records
        self._hands = [self._start() for _ in range(workers)]
        self._open = list[Run]()
        self._of_action = dict[str, Run]()
        self._further = deque[Task]()
        self._wait_seconds = WAIT_SECONDS
        self._polled = 0.0
        self.plan: Plan | None = None
        self.runs = list[Run]()
        self.kills = 0
        self.failed = 0
        """Workers that ended by themselves, which none should."""
        self.faults = Counter[Fault]()

    def rehearse(self, cases: Iterable[Case]) -> dict[str, frozenset[str]]:
        """Make one call of each kind without a fault, one after the other; the points that each kind reaches."""
        self._wait_seconds = REHEARSAL_SECONDS
        found = {}
        for case in cases:
            run = self._begin(case, {})
            while run in self._open or run.hands:  # its worker tells at its end what points it has passed
                self._hand_out()
                self._turn()
            if run.end is not (End.UNDONE if case.kind.has_to_be_undone else End.DONE):
                raise RuntimeError(f"Without any fault, {case.kind_name} ends {run.end}: {run.last_word}")
            found[case.kind_name] = frozenset(run.reached)
        self._wait_seconds = WAIT_SECONDS
        return found

    def play(self, runs: int, plan: Plan, make: Callable[[str], Case]) -> None:
        """Make so many calls as planned, and wait until each is at its end or stuck.

        Three are under way for two workers, for many wait for a lease to run out: with more of them the machine is
        what a call waits for, and not the recovery.
        """
        self.plan = plan
        left = runs
        while left or self._open or self._further:
            while left and 2 * len(self._open) < 3 * len(self._hands) and any(self._idle()):
                kind, faults = plan.next()
                self._begin(make(kind), faults)
                left -= 1
                self._hand_out()
            self._hand_out()
            self._turn()

    @property
    def stuck(self) -> list[Run]:
        """Calls that did not come to an end."""
        return [run for run in self.runs if run.end is End.OPEN]

    def close(self) -> None:
        """End every worker."""
        for hand in self._hands:
            hand.process.kill()
            hand.process.join()

    def _begin(self, case: Case, faults: Mapping[str, Fault]) -> Run:
        run = Run(case=case, faults=faults, since=time.monotonic())
        self._setup.planned.put(case.action_id, faults, case.kind.refused)
        self._of_action[case.action_id] = run
        self.runs.append(run)
        self._open.append(run)
        return run

    def start_worker(self) -> tuple[BaseProcess, Connection]:
        """A worker that nobody else gives orders to, and the way to it."""
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=work, args=(self._setup, theirs), daemon=True)
        process.start()
        theirs.close()
        return process, ours

    def _start(self) -> Hand:
        process, pipe = self.start_worker()
        return Hand(process=process, pipe=pipe)

    def _idle(self) -> Iterator[Hand]:
        return (hand for hand in self._hands if hand.ready and hand.task is None)

    def _hand_out(self) -> None:
        for hand in self._idle():
            task = self._further.popleft() if self._further else self._due()
            if task is None:
                return
            hand.task, run = task, task.run
            if task.job is Job.CALL:
                run.hands += 1
                if run.hands == 1 and not run.struck and not run.last_word:
                    run.since = time.monotonic()
            with contextlib.suppress(OSError):  # it was killed meanwhile, which is heard of next
                hand.pipe.send(Order(case=run.case, job=task.job, wait_seconds=self._wait_seconds))

    def _due(self) -> Task | None:
        now = time.monotonic()
        due = (run for run in self._open if not run.hands and not run.unfinished and run.ask_at <= now)
        return next((Task(run, Job.CALL) for run in due), None)

    def _turn(self) -> None:
        """Hear what the workers say, and look after open calls."""
        heard = wait([hand.pipe for hand in self._hands], timeout=_POLL_SECONDS)
        for place, hand in enumerate(self._hands):
            if hand.pipe in heard and not self._hear(hand):
                self._hands[place] = self._start()
        if time.monotonic() - self._polled > _POLL_SECONDS:
            self._polled = time.monotonic()
            asyncio.run(self._look())

    def _hear(self, hand: Hand) -> bool:
        """Take one message; False when the worker is dead."""
        try:
            message = hand.pipe.recv()
        except (EOFError, OSError):
            self._died(hand)
            return False
        if isinstance(message, Ready):
            hand.ready = True
        elif isinstance(message, Struck):
            self._struck(message)
        elif isinstance(message, Answered):
            self._answered(self._freed(hand), message)
        elif isinstance(message, Heard) and not message.kept:
            self._further.append(self._freed(hand))
        else:
            self._freed(hand)
        return True

    def _freed(self, hand: Hand) -> Task:
        task, hand.task = hand.task, None
        if task is None:
            raise RuntimeError("A worker answered what it was not asked.")
        return task

    def _died(self, hand: Hand) -> None:
        hand.process.join()
        if hand.process.exitcode == -SIGKILL:
            self.kills += 1
        else:
            self.failed += 1
            if self.failed > _FAILED_AT_MOST:
                raise RuntimeError(f"Workers end by themselves, with {hand.process.exitcode}; see workers.log.")
        if hand.task is not None and hand.task.job is Job.NEWS:
            self._further.append(hand.task)
        elif hand.task is not None:
            self._leave(hand.task.run)

    def _struck(self, message: Struck) -> None:
        self.faults[message.fault] += 1
        if self.plan is not None:
            self.plan.met(message.point, message.fault)
        run = self._of_action[message.action_id]
        run.struck.append(f"{message.fault} at {message.point}")
        run.since = message.at
        if message.fault is Fault.DUPLICATE:
            self._further.append(Task(run, Job.CALL))
        elif message.fault is Fault.REORDERED_WEBHOOK:
            self._further.append(Task(run, Job.NEWS))

    def _answered(self, task: Task, message: Answered) -> None:
        run = task.run
        run.reached |= message.reached
        run.last_word = f"{message.outcome} {message.detail}"
        if message.outcome in (Outcome.DONE, Outcome.REPLAYED):
            self._ended(run, End.DONE)
        self._leave(run)

    def _leave(self, run: Run) -> None:
        run.hands -= 1
        run.ask_at = time.monotonic() + _ASK_AGAIN_SECONDS

    def _ended(self, run: Run, end: End) -> None:
        if run not in self._open:
            return  # the same answer a second time
        run.end = end
        self._recovered(run)
        self._open.remove(run)
        self._setup.planned.drop(run.case.action_id)
        if self.plan is not None:
            self.plan.over(run.faults)

    def _recovered(self, run: Run) -> None:
        if run.struck and run.recovery_ms is None:
            run.recovery_ms = (time.monotonic() - run.since) * 1000

    async def _look(self) -> None:
        """See in the shop's own list which actions are under way, and give up on calls that are stuck."""
        runs = self._records.connectors.runs
        unfinished = {action.id for action in await runs.runs(unfinished=True, limit=100_000)}
        for run in list(self._open):
            own = run.case.action_id
            was, run.unfinished = run.unfinished, own in unfinished
            action = None if run.unfinished else await runs.run(own)
            if action is not None and was:
                run.ask_at = 0.0
            if action is not None:
                self._recovered(run)
            if action is not None and action.status is RunStatus.UNDONE:
                self._ended(run, End.UNDONE)
            elif action is not None and action.status is RunStatus.DONE and self._overdue(run):
                self._ended(run, End.DONE)  # nobody is free to hear of it
            elif self._overdue(run):
                run.reported = run.unfinished
                run.last_word = await diagnosed(self._setup.engine, self._records, own, run.struck, run.last_word)
                self._ended(run, End.OPEN)

    def _overdue(self, run: Run) -> bool:
        begun = run.struck or run.last_word
        return bool(begun) and not run.hands and time.monotonic() - run.since > STUCK_SECONDS
