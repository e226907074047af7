"""The state machines' tables are whole."""

from __future__ import annotations

from enum import StrEnum
from itertools import product

import pytest

from shopgraph.domain import (
    ExchangeStatus,
    FulfillmentStatus,
    OrderStatus,
    PaymentIntentStatus,
    RefundStatus,
    ReturnStatus,
    RunStatus,
)
from shopgraph.domain.transitions import (
    ACTION_RUN,
    EXCHANGE,
    FULFILLMENT,
    MACHINES,
    ORDER,
    PAYMENT,
    REFUND,
    RETURN,
    StateMachine,
)
from shopgraph.errors import IllegalTransition

TABLES: list[tuple[StateMachine[StrEnum], type[StrEnum]]] = [
    (ORDER, OrderStatus),  # type: ignore[list-item]
    (PAYMENT, PaymentIntentStatus),  # type: ignore[list-item]
    (REFUND, RefundStatus),  # type: ignore[list-item]
    (FULFILLMENT, FulfillmentStatus),  # type: ignore[list-item]
    (RETURN, ReturnStatus),  # type: ignore[list-item]
    (EXCHANGE, ExchangeStatus),  # type: ignore[list-item]
    (ACTION_RUN, RunStatus),  # type: ignore[list-item]
]
every_table = pytest.mark.parametrize(("machine", "states"), TABLES, ids=[machine.name for machine, _ in TABLES])


def test_every_machine_is_under_test() -> None:
    assert [machine for machine, _ in TABLES] == list(MACHINES)


@every_table
def test_every_state_stands_in_the_table(machine: StateMachine[StrEnum], states: type[StrEnum]) -> None:
    assert set(machine.moves) == set(states)


@every_table
def test_no_move_leads_to_an_unknown_state(machine: StateMachine[StrEnum], states: type[StrEnum]) -> None:
    assert machine.initial
    assert machine.initial <= set(states)
    for state in states:
        assert machine.next(state) <= set(states) - {state}


@every_table
def test_every_state_can_be_reached(machine: StateMachine[StrEnum], states: type[StrEnum]) -> None:
    reached = set(machine.initial)
    while more := {target for state in reached for target in machine.next(state)} - reached:
        reached |= more
    assert reached == set(states)


@every_table
def test_a_final_state_can_be_reached_from_every_state(machine: StateMachine[StrEnum], states: type[StrEnum]) -> None:
    ending = {state for state in states if not machine.next(state)}
    assert ending
    while more := {state for state in states if machine.next(state) & ending} - ending:
        ending |= more
    assert ending == set(states)


@every_table
def test_check_lets_pass_exactly_what_the_table_has(machine: StateMachine[StrEnum], states: type[StrEnum]) -> None:
    for state, target in product(states, states):
        if target in machine.next(state):
            machine.check(state, target)
        else:
            with pytest.raises(IllegalTransition) as caught:
                machine.check(state, target)
            assert caught.value.fields == {"machine": machine.name, "state": state.value, "target": target.value}


def test_a_refusal_names_what_would_be_legal() -> None:
    with pytest.raises(IllegalTransition, match=r"From pending it can become canceled, processed\."):
        ORDER.check(OrderStatus.PENDING, OrderStatus.DELIVERED)
    with pytest.raises(IllegalTransition, match="it is final"):
        ORDER.check(OrderStatus.CANCELED, OrderStatus.PENDING)
