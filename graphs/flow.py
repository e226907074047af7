"""A state machine in which one node follows another, described once: LangGraph compiles it, `walk` goes through it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, get_args, get_origin, get_type_hints

from langgraph.channels import UntrackedValue
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph

NodeFunction = Callable[..., Awaitable[Any]]
"""Called with a state and `runtime`, it returns what it changes."""

Choose = Callable[[Any], str]
"""The next node, by the state; it does nothing else."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What comes next is chosen by the state."""

    choose: Choose
    ends: tuple[str, ...]
    """All that it may choose from."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A node, and what comes after it."""

    run: NodeFunction
    then: str | Choice
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """Nodes of which one runs at a time, each followed by one other."""

    name: str
    state: type
    """A TypedDict; `Annotated[list[X], reducer]` and `Annotated[X, UntrackedValue]` as in LangGraph."""
    given: type
    """What a caller may hand in."""
    context: type
    first: str
    stages: Mapping[str, Stage]
    pausing: frozenset[str] = frozenset()
    """Nodes that wait for a person; LangGraph runs these."""

    def compile(self, checkpointer: BaseCheckpointSaver[Any] | None = None) -> CompiledStateGraph[Any, Any, Any, Any]:
        """The same as a LangGraph graph."""
        graph: StateGraph[Any, Any, Any, Any] = StateGraph(
            self.state, context_schema=self.context, input_schema=self.given
        )
        for name, stage in self.stages.items():
            graph.add_node(name, stage.run, metadata=dict(stage.metadata))
        graph.add_edge(START, self.first)
        for name, stage in self.stages.items():
            if isinstance(stage.then, Choice):
                graph.add_conditional_edges(name, in_place(stage.then.choose), [*stage.then.ends])
            else:
                graph.add_edge(name, stage.then)
        return graph.compile(checkpointer=checkpointer, name=self.name)

    def following(self, node: str, state: Mapping[str, Any]) -> str:
        """What comes after a node."""
        then = self.stages[node].then
        return then.choose(state) if isinstance(then, Choice) else then

    def apply(self, state: dict[str, Any], update: Mapping[str, Any]) -> None:
        """Change a state by what a node returned, as LangGraph's channels would; what the state has not is dropped."""
        for name, value in update.items():
            if (reducer := self._reducers.get(name)) is not None:
                state[name] = reducer(state[name], value) if name in state else value
            elif name in self._names:
                state[name] = value

    def begin(self, kept: Mapping[str, Any]) -> dict[str, Any]:
        """The state of a run that goes on from what was kept; a field with a reducer begins empty."""
        return {name: [] for name in self._reducers} | {name: kept[name] for name in kept if name in self._names}

    @cached_property
    def untracked(self) -> frozenset[str]:
        """Fields that live as long as a run."""
        return frozenset(name for name, last in self._annotations if _is_untracked(last))

    @property
    def reduced(self) -> Iterable[str]:
        """Fields that have a reducer."""
        return self._reducers

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(get_type_hints(self.state))

    @cached_property
    def _reducers(self) -> dict[str, Callable[[Any, Any], Any]]:
        return {name: last for name, last in self._annotations if callable(last) and not _is_untracked(last)}

    @cached_property
    def _annotations(self) -> list[tuple[str, Any]]:
        hints = get_type_hints(self.state, include_extras=True)
        return [
            (name, get_args(hint)[-1]) for name, hint in hints.items() if get_origin(hint) is not None and _extra(hint)
        ]


def _extra(hint: Any) -> bool:
    return hasattr(hint, "__metadata__")


def _is_untracked(last: Any) -> bool:
    return isinstance(last, type) and issubclass(last, UntrackedValue)


def in_place(choose: Choose) -> Callable[[Any], Awaitable[str]]:
    """A choice that runs where it is: LangGraph would hand it to a thread."""

    @wraps(choose)
    async def chosen(state: Any) -> str:
        return choose(state)

    return chosen
