"""One wrapper around every node: it times, opens the span, keeps the step for the audit, applies the failure rule."""

from __future__ import annotations

import contextvars
import functools
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar, cast

from langgraph.errors import GraphBubbleUp
from langgraph.runtime import Runtime

from shopgraph.errors import UserError
from shopgraph.graphs.context import RunContext, ShopServices
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.state import State, Step
from shopgraph.graphs.tape import Tape, TapedShop
from shopgraph.telemetry.layers import Layer, LayerMeter
from shopgraph.telemetry.tracing import NOTHING, Recording, span

logger = logging.getLogger(__name__)
T = TypeVar("T")

Body = Callable[[State, "Desk"], Coroutine[Any, Any, State]]
"""What a node does: reads the state, returns what it changes."""

Fallback = Callable[[State, "Desk"], State]
"""What the state holds after a failure; it does no I/O."""


class Node(Protocol):
    """A body as LangGraph calls it."""

    __name__: str

    def __call__(self, state: State, *, runtime: Runtime[RunContext]) -> Awaitable[State]:
        """Run it on a state."""
        ...


APOLOGY = (
    "Something went wrong on our side and I would rather not guess. "
    "A colleague will look into it; please ask again in a moment or ask for a person."
)
"""What a request that failed closed is answered with."""

_METER: contextvars.ContextVar[LayerMeter | None] = contextvars.ContextVar("shopgraph_meter", default=None)


class Desk:
    """What a node works with besides the state: the shop, and the host's word on who is asking."""

    def __init__(self, parts: Parts, context: RunContext, conversation_id: str, tape: Tape) -> None:
        self.parts = parts
        self.tape = tape
        """Where everything goes that the shop's systems, models and people answer."""
        self.untaped: ShopServices = parts.shop_for(context)
        self.shop = cast(ShopServices, TapedShop(self.untaped, tape))
        self.context = context
        """Who is asking, by the host's word."""
        self.conversation_id = conversation_id
        self.span: Recording = NOTHING
        """The node's span, for what a trace should say of it."""

    @staticmethod
    def new_request_id() -> str:
        """An id for a request that came without one."""
        return f"req_{secrets.token_hex(8)}"


def engine() -> AbstractContextManager[None]:
    """Book the time inside apart: models, tools and actions are not orchestration."""
    return booked(Layer.ENGINE)


def booked(layer: Layer) -> AbstractContextManager[None]:
    """Book the time inside to another layer than the node's own."""
    meter = _METER.get()
    return nullcontext() if meter is None else meter.measure(layer)


def node(
    layer: Layer, *, fails: Literal["closed", "open"], always: bool = False, fallback: Fallback | None = None
) -> Callable[[Body], Callable[[Parts], Node]]:
    """Make a node of a body; call the result with the graph's `Parts` to get the function to add.

    Args:
        layer: where its own time is booked.
        fails: `closed`: an exception ends the request with the apology of `govern`, nothing more is done;
            `open`: the request goes on without what the node would have added.
        always: run even after an earlier node failed closed.
        fallback: what the state holds when it fails closed, where later nodes need more than the apology.
    """

    def wrap(body: Body) -> Callable[[Parts], Node]:
        rule = _Rule(body.__name__, layer, fails, always, fallback)

        def bind(parts: Parts) -> Node:
            @functools.wraps(body)
            async def run(state: State, *, runtime: Runtime[RunContext]) -> State:
                return await _run(body, rule, state, runtime, parts)

            # LangGraph reads the parameters off the function; the body's own are (state, desk).
            del run.__dict__["__wrapped__"]
            return cast(Node, run)

        return bind

    return wrap


@dataclass(frozen=True)
class _Rule:
    name: str
    layer: Layer
    fails: str
    always: bool
    fallback: Fallback | None


async def _run(
    body: Body,
    rule: _Rule,
    state: State,
    runtime: Runtime[RunContext],
    parts: Parts,
) -> State:
    name = rule.name
    if state.get("failure") and not rule.always:
        return {}
    context = runtime.context or RunContext()
    info = runtime.execution_info
    tape = state.get("tape")
    begun: State = {}
    if tape is None:
        tape = Tape()
        begun = {"tape": tape}
    desk = Desk(parts, context, (info.thread_id if info else None) or "", tape)
    meter = LayerMeter()
    token = _METER.set(meter)
    error = ""
    update: State = {}
    try:
        with meter.measure(rule.layer), span(f"shopgraph.{name}", layer=str(rule.layer)) as desk.span:
            update = await meter.drive(body(state, desk))
    except (GraphBubbleUp, UserError):
        raise
    except Exception as exception:
        logger.exception("node %s failed", name)
        error = f"{type(exception).__name__}: {exception}"
        if rule.fails == "closed":
            update = rule.fallback(state, desk) if rule.fallback else {}
            update = {**update, "failure": name, "draft": APOLOGY}
    finally:
        _METER.reset(token)
    request = update.get("request") or state.get("request")
    step = Step(
        request_id=request.id if request else "",
        node=name,
        layer=str(rule.layer),
        at=desk.untaped.clock.now(),
        layers={**meter.cells()},
        error=error,
    )
    return {**update, **begun, "trail": [step]}
