"""An action as a value: a plan that was worked out once, and the steps that carry it out, each beside its undo."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, JsonValue

from shopgraph.tools.spec import ToolContext

PlanT = TypeVar("PlanT", bound=BaseModel)
ModelT = TypeVar("ModelT", bound=BaseModel)
ResultT = TypeVar("ResultT", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a step works with: on whose behalf, and what the steps before it have brought."""

    context: ToolContext
    done: Mapping[str, JsonValue]
    """Results by step name."""

    def result(self, step: str, model: type[ModelT]) -> ModelT:
        """The result of an earlier step as the value it was."""
        return model.model_validate(self.done[step])


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that is done, and how it is taken back.

    It runs at least once: whatever it does outside carries an idempotency key made from the plan.
    """

    name: str
    ports: frozenset[str]
    """The connectors it touches, as `Connectors` names them."""
    do: Callable[[Work], Awaitable[BaseModel | None]]
    undo: Callable[[Work], Awaitable[None]] | None = None
    """None: it is not taken back; from here on an action only goes forward."""
    in_parts: bool = False
    """It is several calls of a system outside. Refused at one of them the earlier ones are done, and `undo` takes them
    back; it reads no result of the step, for there is none."""


@dataclass(frozen=True, kw_only=True)
class Action(Generic[PlanT, ResultT]):
    """A kind of action: how its plan is carried out, and what is told at its end."""

    name: str
    """The tool's."""
    plan: type[PlanT]
    steps: Callable[[PlanT], Sequence[Step]]
    """Depends on the plan alone: a worker that takes over finds the same steps."""
    tell: Callable[[Work, PlanT], Awaitable[ResultT]]
    """The tool's result, with a `summary`; also leaves the note for the staff. It touches the shop's database only."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Steps that are done together: one that leaves the database, or all neighbours that share a transaction."""

    steps: tuple[Step, ...]
    local: bool

    @property
    def name(self) -> str:
        """Names of its steps."""
        return "+".join(step.name for step in self.steps)

    @property
    def can_be_undone(self) -> bool:
        """Whether every step of it knows its way back."""
        return all(step.undo is not None for step in self.steps)

    @property
    def in_parts(self) -> bool:
        """Whether a part of it may be done when it is refused; one transaction leaves nothing of itself."""
        return not self.local and any(step.in_parts for step in self.steps)


def staged(steps: Sequence[Step], outside: Collection[str]) -> tuple[Stage, ...]:
    """Gather neighbouring steps that touch nothing outside into one stage; every other step is a stage of its own.

    Raises:
        ValueError: two steps have one name.
    """
    names = [step.name for step in steps]
    if len(set(names)) != len(names):
        raise ValueError(f"two steps have one name: {', '.join(names)}")
    stages = list[Stage]()
    for step in steps:
        local = not step.ports & frozenset(outside)
        if local and stages and stages[-1].local:
            stages[-1] = Stage(steps=(*stages[-1].steps, step), local=True)
        else:
            stages.append(Stage(steps=(step,), local=local))
    return tuple(stages)


async def do_stage(stage: Stage, context: ToolContext, done: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Do a stage's steps in order, those of a local stage in one transaction; returns their results by name."""
    if stage.local:
        async with context.services.connectors.transaction():
            return await _do(stage, context, done)
    return await _do(stage, context, done)


async def undo_stage(stage: Stage, context: ToolContext, done: Mapping[str, JsonValue]) -> None:
    """Take a stage back, last step first; a local one in one transaction."""
    if stage.local:
        async with context.services.connectors.transaction():
            return await _undo(stage, context, done)
    return await _undo(stage, context, done)


async def _undo(stage: Stage, context: ToolContext, done: Mapping[str, JsonValue]) -> None:
    for step in reversed(stage.steps):
        if step.undo is not None:
            await step.undo(Work(context=context, done=done))


async def _do(stage: Stage, context: ToolContext, done: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    results = dict[str, JsonValue]()
    for step in stage.steps:
        result = await step.do(Work(context=context, done={**done, **results}))
        results[step.name] = None if result is None else result.model_dump(mode="json")
    return results


ACTIONS: dict[str, Action[Any, Any]] = {}
"""Every kind of action by name, for a worker that finds one unfinished."""


def action(
    name: str,
    *,
    plan: type[PlanT],
    steps: Callable[[PlanT], Sequence[Step]],
    tell: Callable[[Work, PlanT], Awaitable[ResultT]],
) -> Action[PlanT, ResultT]:
    """Declare a kind of action.

    Raises:
        ValueError: the name is taken.
    """
    if name in ACTIONS:
        raise ValueError(f"there is an action {name!r} already")
    ACTIONS[name] = made = Action(name=name, plan=plan, steps=steps, tell=tell)
    return made
