"""What needs no record: greeting, thanks, a no, a complaint, and what a shop cannot do."""

from __future__ import annotations

from shopgraph.graphs.stitching.recipes import Greeting, HandOver
from shopgraph.graphs.turns import HANDING_OVER, Step, Turn, hand_over, say, workflow
from shopgraph.models.routes import Intent

CAN_DO = (
    "I can look up orders, deliveries and refunds, cancel, return or exchange things, change an address or a payment "
    "method, and tell you about products, prices, stock and promotions. Or I can pass you to a colleague."
)

TALK = frozenset(
    (
        Intent.GREETING, Intent.THANKS, Intent.AFFIRM, Intent.DENY, Intent.COMPLAINT, Intent.PERSON,
        Intent.OUT_OF_SCOPE,
    )
)  # fmt: skip
"""Intents that no tool serves."""


@workflow(Intent.GREETING, recipe=Greeting)
async def greeting(turn: Turn) -> Step:
    """Say hello, by name when it is known."""
    name = f" {turn.context.customer.given_name}" if turn.context.customer else ""
    said = say(f"Hello{name}! How can I help? {CAN_DO}")
    return said.spoken("greeting.name can_do", name=name.strip()) if name else said.spoken("greeting can_do")


@workflow(Intent.THANKS)
async def thanks(turn: Turn) -> Step:
    """Answer a thank-you."""
    return say("You are welcome. Is there anything else I can do for you?").spoken("thanks")


@workflow(Intent.AFFIRM, Intent.DENY)
async def declined(turn: Turn) -> Step:
    """Answer a no to a proposal, or a yes to nothing."""
    if turn.route.intent == Intent.DENY:
        return say("All right, I have not changed anything. Is there something else I can do?").spoken("declined")
    return say("There is nothing waiting for your yes. What would you like me to do?").spoken("nothing_waiting")


@workflow(Intent.COMPLAINT, Intent.PERSON, recipe=HandOver)
async def complaint(turn: Turn) -> Step:
    """A complaint, or the wish for a human being, goes to a person at once."""
    if turn.route.intent == Intent.COMPLAINT:
        return hand_over(str(turn.route.intent), f"I am sorry about that. {HANDING_OVER}").spoken("complaint")
    return hand_over(str(turn.route.intent), HANDING_OVER).spoken("person")


@workflow(Intent.OUT_OF_SCOPE)
async def out_of_scope(turn: Turn) -> Step:
    """Say what this shop can do instead of guessing."""
    return say(f"I am not sure I can help with that. {CAN_DO}").spoken("not_sure can_do")
