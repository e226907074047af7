"""State machines as data: who may become what. A test checks the tables; menus are read from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shopgraph.domain.actions import RunStatus as A
from shopgraph.domain.fulfillment import FulfillmentStatus as F
from shopgraph.domain.order import OrderStatus as O
from shopgraph.domain.payment import PaymentIntentStatus as P
from shopgraph.domain.payment import RefundStatus as R
from shopgraph.domain.returns import ExchangeStatus as X
from shopgraph.domain.returns import ReturnStatus as T
from shopgraph.errors import IllegalTransition

S = TypeVar("S", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class StateMachine(Generic[S]):
    """A table of legal moves. It holds no state and does nothing."""

    name: str
    initial: frozenset[S]
    moves: Mapping[S, frozenset[S]]

    def next(self, state: S) -> frozenset[S]:
        """The states that may follow `state`; empty when it is final."""
        return self.moves[state]

    def check(self, state: S, target: S) -> None:
        """Let a legal move pass.

        Raises:
            IllegalTransition: names the machine, both states and what would be legal.
        """
        if target not in self.moves[state]:
            legal = ", ".join(sorted(self.moves[state])) or "nothing: it is final"
            raise IllegalTransition(
                f"{self.name} cannot go from {state} to {target}.",
                remedy=f"From {state} it can become {legal}.",
                machine=self.name,
                state=str(state),
                target=str(target),
            )


def _machine(name: str, initial: set[S], moves: dict[S, set[S]]) -> StateMachine[S]:
    return StateMachine(name=name, initial=frozenset(initial), moves={k: frozenset(v) for k, v in moves.items()})


ORDER = _machine(
    "order",
    {O.PENDING},
    {
        O.PENDING: {O.PROCESSED, O.CANCELED},
        O.PROCESSED: {O.SHIPPED, O.DELIVERED},
        O.SHIPPED: {O.DELIVERED},
        O.DELIVERED: set(),
        O.CANCELED: set(),
    },
)

PAYMENT = _machine(
    "payment",
    {P.REQUIRES_PAYMENT_METHOD, P.REQUIRES_CONFIRMATION},
    {
        P.REQUIRES_PAYMENT_METHOD: {P.REQUIRES_CONFIRMATION, P.CANCELED},
        P.REQUIRES_CONFIRMATION: {
            P.REQUIRES_ACTION,
            P.PROCESSING,
            P.REQUIRES_CAPTURE,
            P.SUCCEEDED,
            P.CANCELED,
            P.REQUIRES_PAYMENT_METHOD,
        },
        P.REQUIRES_ACTION: {
            P.PROCESSING,
            P.REQUIRES_CAPTURE,
            P.SUCCEEDED,
            P.REQUIRES_PAYMENT_METHOD,
            P.CANCELED,
        },
        P.PROCESSING: {P.REQUIRES_CAPTURE, P.SUCCEEDED, P.REQUIRES_PAYMENT_METHOD, P.CANCELED},
        P.REQUIRES_CAPTURE: {P.SUCCEEDED, P.CANCELED},
        P.SUCCEEDED: set(),
        P.CANCELED: set(),
    },
)

REFUND = _machine(
    "refund",
    {R.PENDING},
    {
        R.PENDING: {R.REQUIRES_ACTION, R.SUCCEEDED, R.FAILED, R.CANCELED},
        R.REQUIRES_ACTION: {R.PENDING, R.SUCCEEDED, R.FAILED, R.CANCELED},
        R.SUCCEEDED: {R.FAILED},
        R.FAILED: set(),
        R.CANCELED: set(),
    },
)
"""A succeeded refund can still fail when the bank sends it back (Stripe's documentation of refund failures)."""

FULFILLMENT = _machine(
    "fulfillment",
    {F.PENDING},
    {
        F.PENDING: {F.PACKED, F.CANCELED},
        F.PACKED: {F.SHIPPED, F.CANCELED},
        F.SHIPPED: {F.IN_TRANSIT, F.OUT_FOR_DELIVERY, F.DELIVERED, F.FAILED},
        F.IN_TRANSIT: {F.OUT_FOR_DELIVERY, F.DELIVERED, F.FAILED},
        F.OUT_FOR_DELIVERY: {F.DELIVERED, F.FAILED},
        F.FAILED: {F.IN_TRANSIT, F.OUT_FOR_DELIVERY, F.DELIVERED},
        F.DELIVERED: set(),
        F.CANCELED: set(),
    },
)

RETURN = _machine(
    "return",
    {T.REQUESTED},
    {
        T.REQUESTED: {T.RECEIVED, T.CANCELED},
        T.RECEIVED: {T.REFUNDED, T.REJECTED},
        T.REFUNDED: set(),
        T.REJECTED: set(),
        T.CANCELED: set(),
    },
)

EXCHANGE = _machine(
    "exchange",
    {X.REQUESTED},
    {
        X.REQUESTED: {X.RECEIVED, X.CANCELED},
        X.RECEIVED: {X.COMPLETED},
        X.COMPLETED: set(),
        X.CANCELED: set(),
    },
)

ACTION_RUN = _machine(
    "action",
    {A.RUNNING},
    {
        A.RUNNING: {A.STUCK, A.DONE, A.UNDONE, A.GIVEN_UP},
        A.STUCK: {A.RUNNING, A.DONE, A.UNDONE, A.GIVEN_UP},
        A.DONE: set(),
        A.UNDONE: set(),
        A.GIVEN_UP: set(),
    },
)

MACHINES: tuple[
    StateMachine[O]
    | StateMachine[P]
    | StateMachine[R]
    | StateMachine[F]
    | StateMachine[T]
    | StateMachine[X]
    | StateMachine[A],
    ...,
] = (
    ORDER,
    PAYMENT,
    REFUND,
    FULFILLMENT,
    RETURN,
    EXCHANGE,
    ACTION_RUN,
)
