"""Putting a request on the record: before anything is done, before a person is waited for, before the answer leaves."""

from __future__ import annotations

from shopgraph.graphs.node import Desk, booked, node
from shopgraph.graphs.notes import Notes, outcome_of
from shopgraph.graphs.state import State
from shopgraph.telemetry.layers import Layer


async def put_on_record(state: State, desk: Desk, **more: object) -> State:
    """Write the steps that are not on the record yet, and seal what they were made of; on disk when this returns.

    `more` is sealed with them. On failure nothing is taken off the tape: the next attempt has all of it.
    """
    with booked(Layer.AUDIT):
        tape = desk.tape
        customer_id = state["request"].customer_id
        if tape.who is None and customer_id:
            # A run that goes on after an approval did not begin with the screen, and the context holds less of them.
            tape.who = await desk.shop.connectors.crm.customer(customer_id)
        notes = Notes(state, desk.shop.audit, tape)
        await desk.shop.audit.append(notes.events(since=state["audited"], original=tape.content(**more)))
        tape.clear()
    return {"audited": len(state["trail"])}


@node(Layer.AUDIT, fails="closed")
async def waiting(state: State, desk: Desk) -> State:
    """Before a person of the staff is waited for, what led there is on the record: the customer hears of it now."""
    return await put_on_record(state, desk, outcome=outcome_of(state))
