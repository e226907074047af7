"""How an action stands, from the shop's records and the engine's journal, and what a person may choose for it.

Read and told from any process: whoever carries the action hears of a choice through the engine's database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from dbos import DBOSClient
from pydantic import BaseModel

from shopgraph.domain import ActionRun, RunStatus, Value
from shopgraph.errors import Conflict, InvalidInput
from shopgraph.tools.actions.money import PlannedCharge, PlannedRefund
from shopgraph.tools.actions.placing import PlacePlan
from shopgraph.tools.durable.caring import NOBODYS_QUEUE, end_of, given_up
from shopgraph.tools.durable.carrying import CHOICES, GIVE_UP, RETRY, UNDO
from shopgraph.tools.durable.journal import CHOICE_TOPIC, workflow_id
from shopgraph.tools.durable.steps import ACTIONS, Action

_NOTES = ("stuck", "going on", "undone", "given up")
"""What the journal holds beside the stages: where the action stood."""
_UNDOING = "undo "


class StageState(StrEnum):
    """What came of a stage's last attempt."""

    DONE = "done"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"


class StageView(Value):
    """A stage of an action as the engine's journal has it."""

    name: str
    """Its steps; `undo ...` where it was taken back, `tell` at the end."""
    state: StageState
    attempts: int
    began_at: datetime
    ended_at: datetime
    """Of the last attempt."""
    why: str = ""
    """Why it was refused or could not be reached."""
    may_have_acted: bool = False
    """Whether it may have been done although no answer came."""


class Standing(Value):
    """How an action stands."""

    run: ActionRun
    engine: str
    """The engine's state of it, in DBOS's word; `not begun` before it has one."""
    money: tuple[str, ...]
    """What the plan moves, in words."""
    stages: tuple[StageView, ...]
    remaining: tuple[str, ...]
    """Steps of the plan that are not done."""
    choices: tuple[str, ...]
    """What a person may choose now."""


def standing(url: str, shop_id: str, run: ActionRun) -> Standing:
    """How an action of a shop stands at the engine at `url`."""
    with _client(url) as client:
        return _standing(client, shop_id, run)


def choose(url: str, shop_id: str, run: ActionRun, choice: str) -> None:
    """Tell an action, wherever it runs, what a person has chosen; one that the engine gave up goes on where it was.

    Raises:
        InvalidInput: there is no such choice.
        Conflict: it cannot be chosen as the action stands.
    """
    if choice not in CHOICES:
        raise InvalidInput(f"{choice!r} is no choice.", remedy=f"Choose one of {', '.join(CHOICES)}.")
    with _client(url) as client:
        now = _standing(client, shop_id, run)
        if choice not in now.choices:
            raise Conflict(
                f"{run.id} cannot be told to {choice}: {_because(now, choice)}",
                remedy=f"It can be told: {', '.join(now.choices)}." if now.choices else "",
                action=run.id,
            )
        name = workflow_id(shop_id, run.id)
        if choice == RETRY and _ended(client, name):
            client.rewind_workflow(name, start_step=end_of(client.list_workflow_steps(name)), queue_name=NOBODYS_QUEUE)
        else:
            client.send(name, choice, topic=CHOICE_TOPIC)


def _standing(client: DBOSClient, shop_id: str, run: ActionRun) -> Standing:
    name = workflow_id(shop_id, run.id)
    found = client.list_workflows(workflow_ids=[name], load_input=False)
    stages = _stages(client.list_workflow_steps(name)) if found else ()
    action = ACTIONS[run.type]
    plan = action.plan.model_validate(run.plan)
    done = {step for each in stages if each.state is StageState.DONE for step in each.name.split("+")}
    return Standing(
        run=run,
        engine=found[0].status.lower() if found else "not begun",
        money=tuple(_money(plan)),
        stages=stages,
        remaining=tuple(step.name for step in action.steps(plan) if step.name not in done) if run.unfinished else (),
        choices=_choices(run, action, plan, stages, bool(found) and given_up(found[0])),
    )


def _stages(steps: Iterable[Any]) -> tuple[StageView, ...]:
    """The journal's attempts, one entry for each stage."""
    views = dict[str, StageView]()
    for step in steps:
        name, answer = step["function_name"], step["output"]
        if name in _NOTES or name.startswith("DBOS.") or not isinstance(answer, dict):
            continue
        state = StageState(next(iter(answer)))
        before = views.get(name)
        views[name] = StageView(
            name=name,
            state=state,
            attempts=before.attempts + 1 if before else 1,
            began_at=before.began_at if before else _instant(step["started_at_epoch_ms"]),
            ended_at=_instant(step["completed_at_epoch_ms"]),
            why="" if state is StageState.DONE else str(answer[state]),
            may_have_acted=bool(answer.get("may_have_acted")),
        )
    return tuple(views.values())


def _choices(
    run: ActionRun, action: Action[Any, Any], plan: BaseModel, stages: tuple[StageView, ...], over: bool
) -> tuple[str, ...]:
    if not run.unfinished:
        return ()
    last = stages[-1] if stages else None
    if over or last is None or run.status is RunStatus.RUNNING or last.state is StageState.DONE:
        return (RETRY,) if over or run.status is RunStatus.STUCK else ()
    if last.state is StageState.REFUSED:
        return (RETRY,) if last.name == "tell" else (RETRY, GIVE_UP)
    undoable = not last.may_have_acted and not last.name.startswith(_UNDOING) and last.name != "tell"
    return (RETRY, UNDO) if undoable and _reversible(action, plan, stages[:-1]) else (RETRY,)


def _reversible(action: Action[Any, Any], plan: BaseModel, before: tuple[StageView, ...]) -> bool:
    steps = {step.name: step for step in action.steps(plan)}
    return all(steps[name].undo is not None for stage in before for name in stage.name.split("+") if name in steps)


def _because(now: Standing, choice: str) -> str:
    if not now.run.unfinished:
        return f"it is {now.run.status}."
    if now.run.status is RunStatus.RUNNING:
        return "it is under way and not stuck."
    last = now.stages[-1] if now.stages else None
    if last is None or choice == GIVE_UP:
        return "nothing refused it; it goes on when what it waits for is back."
    if last.may_have_acted:
        return f"nobody knows yet whether {last.name} was done; it is asked again under the same key."
    return "what was done before it cannot be taken back."


def _money(plan: BaseModel) -> Iterator[str]:
    """What a plan charges and refunds, wherever in it that stands."""
    if isinstance(plan, PlacePlan) and plan.order.total.amount:
        yield f"charge {plan.order.total} to {plan.payment_method_id}"
    for _, value in plan:
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, PlannedCharge):
                yield f"charge {each.amount} to {each.payment_method_id}"
            elif isinstance(each, PlannedRefund):
                yield f"refund {each.amount} to {each.payment_method_id}"


def _ended(client: DBOSClient, name: str) -> bool:
    found = client.list_workflows(workflow_ids=[name], load_input=False)
    return bool(found) and given_up(found[0])


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@contextmanager
def _client(url: str) -> Iterator[DBOSClient]:
    client = DBOSClient(system_database_url=url)
    try:
        yield client
    finally:
        client.destroy()
