"""Carrying an action out: stage after stage on the engine's record, on and on through outages, or all the way back.

A stage that cannot be reached is tried again with growing pauses; after `STUCK_AFTER` attempts the action is listed as
stuck and goes on trying. A stage that is refused sends the action back when everything before it can be undone;
otherwise finishing is better than undoing, and the action waits for a person. The engine keeps every attempt, so that
another process goes on where this one died; nothing here reads a clock or a setting that may differ there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Protocol

from pydantic import BaseModel, JsonValue

from shopgraph.connectors.acting import acting
from shopgraph.domain import ActionRun, RunStatus
from shopgraph.errors import ConnectorFault, ConnectorUnavailable, ShopgraphError
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.durable.steps import ACTIONS, Action, Stage, Work, do_stage, staged, undo_stage
from shopgraph.tools.spec import ToolContext

_LOG = logging.getLogger(__name__)

FIRST_PAUSE = 0.2
"""Seconds before the second attempt; each further pause is twice as long."""
LONGEST_PAUSE = 5.0
STUCK_AFTER = 6
"""Attempts, about six seconds of them, after which an action that cannot be reached is listed as stuck."""
WAIT_FOR_A_PERSON = 3600.0
"""Seconds; then it waits again."""

RETRY, UNDO, GIVE_UP = "retry", "undo", "give-up"
CHOICES = (RETRY, UNDO, GIVE_UP)
"""What a person may choose for an action that is stuck."""

Answer = dict[str, JsonValue]
"""`{"done": results}`, `{"refused": why}`, or `{"unreachable": why, "may_have_acted": bool}`."""


Doing = Callable[[], Coroutine[Any, Any, Answer]]
"""An attempt, ready to be made."""


class Journal(Protocol):
    """The engine's record of one action: what was recorded once is not done again when it is carried on."""

    async def step(self, name: str, do: Doing) -> Answer:
        """Do it and record the answer, or give the recorded one."""
        ...

    async def choice(self, seconds: float) -> str | None:
        """Wait that long for a person's choice."""
        ...


class Carrying:
    """One action on its way."""

    def __init__(self, context: ToolContext, run: ActionRun, journal: Journal) -> None:
        self._context = context
        self._run = run
        self._journal = journal
        self._action: Action[Any, Any] = ACTIONS[run.type]
        self._plan: BaseModel = self._action.plan.model_validate(run.plan)
        self._stages = staged(self._action.steps(self._plan), context.services.connectors.outside)
        self._done = dict[str, JsonValue]()
        self._stuck = False

    async def go(self) -> RunStatus:
        """Carry it to its end."""
        with POINTS.of(self._run.id):
            return await self._go()

    async def _go(self) -> RunStatus:
        for place, stage in enumerate(self._stages):
            why = await self._forward(place, stage)
            if why is not None:
                return await self._back(place, why)
        while "done" not in (answer := await self._until_reached("tell", self._tell, final=True)):
            await self._ask(str(answer["refused"]))
        return RunStatus.DONE

    async def _forward(self, place: int, stage: Stage) -> str | None:
        """Do a stage; why the action has to go back, or None."""
        reversible = all(earlier.can_be_undone for earlier in self._stages[:place])
        while True:
            answer = await self._until_reached(stage.name, partial(self._do, stage), reversible=reversible)
            if "done" in answer:
                self._done |= _results(answer)
                POINTS.reach(f"{self._run.type}.{stage.name}:recorded")
                return None
            if reversible:
                return str(answer["refused"])
            if await self._ask(str(answer["refused"])) == GIVE_UP:
                return f"{answer['refused']} A person gave it up."

    async def _back(self, place: int, why: str) -> RunStatus:
        """Take back what can be, last first; where something stays done, that is said."""
        refused = self._stages[place]
        done = self._stages[: place + 1] if refused.in_parts else self._stages[:place]
        stays = [stage.name for stage in done if not await self._taken_back(stage)]
        if not stays:
            await self._note("undone", RunStatus.UNDONE, why)
            return RunStatus.UNDONE
        await self._note("given up", RunStatus.GIVEN_UP, f"{why} What was done before stays: {', '.join(stays)}.")
        return RunStatus.GIVEN_UP

    async def _taken_back(self, stage: Stage) -> bool:
        if not stage.can_be_undone:
            return False
        name = f"undo {stage.name}"
        while "done" not in (answer := await self._until_reached(name, partial(self._undo, stage))):
            if await self._ask(str(answer["refused"])) == GIVE_UP:
                return False
        return True

    async def _until_reached(self, name: str, do: Doing, *, reversible: bool = False, final: bool = False) -> Answer:
        """Try until there is an answer; a `final` one has set the action's status itself."""
        attempts, pause = 0, FIRST_PAUSE
        while True:
            answer = await self._journal.step(name, do)
            if "unreachable" not in answer:
                if not final:
                    await self._unstick()
                return answer
            attempts += 1
            if attempts == STUCK_AFTER:
                await self._stick(str(answer["unreachable"]))
            choice = await self._journal.choice(pause)
            if choice == UNDO and reversible and not answer.get("may_have_acted"):
                return {"refused": f"{answer['unreachable']} A person called it off."}
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _ask(self, why: str) -> str:
        """Wait, listed as stuck, until a person has chosen between another try and giving it up."""
        await self._stick(why)
        while (choice := await self._journal.choice(WAIT_FOR_A_PERSON)) not in (RETRY, GIVE_UP):
            _LOG.info("action %s still waits for a person (%s)", self._run.id, choice)
        return choice

    async def _stick(self, why: str) -> None:
        if not self._stuck:
            self._stuck = True
            await self._note("stuck", RunStatus.STUCK, why)

    async def _unstick(self) -> None:
        if self._stuck:
            self._stuck = False
            await self._note("going on", RunStatus.RUNNING, "")

    async def _note(self, name: str, status: RunStatus, why: str) -> None:
        """Write down where it stands, however long the shop's database takes."""

        async def work() -> Answer:
            return await self._mark(status, why)

        while "done" not in await self._journal.step(name, partial(_answered, work, f"{self._run.type}.{name}")):
            await self._journal.choice(LONGEST_PAUSE)

    async def _do(self, stage: Stage) -> Answer:
        point = f"{self._run.type}.{stage.name}"

        async def work() -> Answer:
            POINTS.reach(f"{point}:before")
            with self._acting():
                results = await do_stage(stage, self._context, self._done)
            POINTS.reach(f"{point}:after")
            return {"done": results}

        return await _answered(work, point)

    async def _undo(self, stage: Stage) -> Answer:
        point = f"{self._run.type}.{stage.name}:undo"

        async def work() -> Answer:
            POINTS.reach(f"{point}-before")
            with self._acting():
                await undo_stage(stage, self._context, self._done)
            POINTS.reach(f"{point}-after")
            return {"done": {}}

        return await _answered(work, point)

    def _acting(self) -> AbstractContextManager[None]:
        return acting(self._run.id, self._context.services.clock.now())

    async def _tell(self) -> Answer:
        """The last thing, in one transaction: the note, the answer, the end."""

        point = f"{self._run.type}.tell"

        async def work() -> Answer:
            POINTS.reach(f"{point}:before")
            async with self._context.services.connectors.transaction():
                view = await self._action.tell(Work(context=self._context, done=self._done), self._plan)
                told = await self._mark(RunStatus.DONE, "", view.model_dump(mode="json"))
            POINTS.reach(f"{point}:after")
            return told

        return await _answered(work, point)

    async def _mark(self, status: RunStatus, why: str, result: JsonValue = None) -> Answer:
        services = self._context.services
        await services.connectors.runs.mark(self._run.id, status, reason=why, result=result, at=services.clock.now())
        return {"done": {}}


async def _answered(work: Doing, point: str) -> Answer:
    """What came of an attempt; no exception reaches the engine."""
    try:
        return await work()
    except ConnectorFault as fault:
        return {"unreachable": str(fault), "may_have_acted": not isinstance(fault, ConnectorUnavailable)}
    except ShopgraphError as fault:
        return {"refused": str(fault)}
    except Exception as fault:
        # Ours or an adapter's mistake: whether the other side has acted is not known, and the same key finds out.
        _LOG.exception("%s failed", point)
        return {"unreachable": f"{type(fault).__name__}: {fault}", "may_have_acted": True}


def _results(answer: Answer) -> dict[str, JsonValue]:
    results = answer["done"]
    return dict(results) if isinstance(results, dict) else {}
