"""Plays scripted conversations and keeps what came of each turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shopgraph.cli.demo.conversation import Conversation, Event, Expected, Turn
from shopgraph.clock import stopwatch
from shopgraph.domain import Principal

if TYPE_CHECKING:
    from shopgraph.cli.session import Session
    from shopgraph.graphs.answer import Answer


@dataclass(frozen=True, kw_only=True)
class Played:
    """One turn or event, when it is over."""

    conversation: Conversation
    turn: Turn | Event
    answer: Answer | None
    """None for an event."""
    unexpected: tuple[str, ...] = ()
    """What the script expected and did not come."""
    seconds: float = 0.0


def play(session: Session, conversations: Sequence[Conversation]) -> Iterator[Played]:
    """Play the conversations one after the other."""
    for conversation in conversations:
        yield from _play_one(session, conversation)


def _play_one(session: Session, conversation: Conversation) -> Iterator[Played]:
    from shopgraph.connectors.demo.cast import CAST

    persona = CAST[conversation.persona] if conversation.persona else None
    principal = Principal.customer(persona.customer_id) if persona else Principal.guest()
    conversation_id: str | None = None
    for item in conversation.turns:
        turn = Turn(text=item) if isinstance(item, str) else item
        started = stopwatch()
        if isinstance(turn, Event):
            session.run(turn.run(session.shop))
            yield Played(conversation=conversation, turn=turn, answer=None, seconds=stopwatch() - started)
            continue
        answer = session.ask(
            turn.text,
            principal=principal,
            conversation_id=conversation_id,
            channel=conversation.channel,
            region_id=persona.region_id if persona else conversation.region_id,
        )
        conversation_id = answer.conversation_id
        yield Played(
            conversation=conversation,
            turn=turn,
            answer=answer,
            unexpected=tuple(compare(turn.expected, answer)),
            seconds=stopwatch() - started,
        )


def compare(expected: Expected, answer: Answer) -> Iterator[str]:
    """One line for everything that was expected of a turn and did not come."""
    if expected.intent and answer.route.intent != expected.intent:
        yield f"intent {expected.intent} expected, {answer.route.intent} came"
    rules = {decision.rule for decision in answer.decisions}
    for rule in expected.rules:
        if rule not in rules:
            yield f"rule {rule} expected, {', '.join(sorted(rules)) or 'none'} came"
    actions = tuple(action.type for action in answer.actions)
    if expected.actions is not None and actions != expected.actions:
        yield f"actions {list(expected.actions)} expected, {list(actions)} came"
    pending = answer.pending.tool if answer.pending else ""
    if expected.pending is not None and pending != expected.pending:
        yield f"{expected.pending or 'nothing'} should await a yes, {pending or 'nothing'} does"
    said = answer.answer.casefold()
    for words in expected.says:
        if words.casefold() not in said:
            yield f"the answer does not say {words!r}"
    for words in expected.never_says:
        if words.casefold() in said:
            yield f"the answer says {words!r}"
