"""A customer's own word on an answer: once for each request, on the record, with the trace, counted."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from pydantic import JsonValue

from shopgraph.audit.contacts import FEEDBACK
from shopgraph.audit.log import AuditEvent, AuditRecord
from shopgraph.domain import Principal, Value
from shopgraph.errors import IdempotencyConflict, InvalidInput, NotFound
from shopgraph.graphs.claims import claim
from shopgraph.graphs.notes import personal_values
from shopgraph.guards.masking import TextMask
from shopgraph.guards.screen import clean_message
from shopgraph.telemetry import metrics, scores

if TYPE_CHECKING:
    from shopgraph.graphs.context import ShopServices
    from shopgraph.graphs.state import Dialog


class Score(StrEnum):
    """What a customer says of an answer: a thumb, or one to five stars."""

    DOWN = "down"
    UP = "up"
    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"

    @property
    def worth(self) -> float:
        """From 0 (thumb down, one star) to 1 (thumb up, five stars)."""
        match self:
            case Score.DOWN | Score.UP:
                return float(self is Score.UP)
            case _:
                return (int(self) - 1) / 4

    @classmethod
    def parse(cls, text: str) -> Score:
        """Read a score as a person or a frontend writes it.

        Raises:
            InvalidInput: it is none; names those there are.
        """
        try:
            return cls(text.strip().lower())
        except ValueError:
            raise InvalidInput(f"{text!r} is no score.", remedy=f"One of {', '.join(cls)}.") from None


class Feedback(Value):
    """A customer's word, as it stands on the record."""

    request_id: str
    score: Score
    value: float
    """The score from 0 to 1."""
    replayed: bool = False
    """The same was said before: nothing was written now."""


async def give_feedback(
    shop: ShopServices,
    request_id: str,
    score: Score,
    *,
    principal: Principal,
    comment: str = "",
    conversation_id: str = "",
    dialog: Dialog | None = None,
) -> Feedback:
    """Put a customer's word on the record. `Orchestrator.feedback` is what a host calls.

    Args:
        conversation_id: one that the asker has been shown to be part of; `dialog` is how it stands.

    Raises:
        NotFound: there is no such request of theirs.
        InvalidInput: the comment cannot be read.
        IdempotencyConflict: they have said something else about this answer before.
        ConnectorFault: the records or the audit log failed; the same can be said again.
    """
    comment = clean_message(comment) if comment.strip() else ""
    records = await shop.audit.events(request_id)
    subject = _subject(shop, records, principal, conversation_id, dialog)
    if not subject:
        raise NotFound(
            f"There is no request {request_id} of yours.",
            remedy="A guest names the conversation that it was part of.",
            request_id=request_id,
        )
    first = await _claim(shop, records[0], subject, score, comment)
    if not first and any(record.kind == FEEDBACK and record.subject == records[0].subject for record in records):
        return Feedback(request_id=request_id, score=score, value=score.worth, replayed=True)
    await shop.audit.append([await _event(shop, records[0], subject, score, comment)])
    metrics.feedback(score)
    scores.score(_trace_of(records), scores.FEEDBACK, score.worth)
    return Feedback(request_id=request_id, score=score, value=score.worth)


def _subject(
    shop: ShopServices,
    records: tuple[AuditRecord, ...],
    principal: Principal,
    conversation_id: str,
    dialog: Dialog | None,
) -> str:
    """Whose request it was, if that is the asker; empty where it is not, or cannot be told."""
    asked = next((record for record in records if record.node == "screen"), None)
    if asked is None or not asked.subject or (conversation_id and asked.conversation_id != conversation_id):
        return ""
    theirs = {f"customer:{principal.customer_id}"} if principal.customer_id else set()
    if conversation_id:
        # What was asked before it was known who asks, and what was asked by whom a look-up in the conversation found.
        theirs.add(f"conversation:{conversation_id}")
        theirs |= {f"customer:{dialog.customer_id}"} if dialog is not None and dialog.customer_id else set()
    return next((each for each in sorted(theirs) if shop.audit.pseudonym(each) == asked.subject), "")


async def _claim(shop: ShopServices, asked: AuditRecord, subject: str, score: Score, comment: str) -> bool:
    """Make this what they said, for good; False when the same was said before."""
    # Of the comment a keyed digest: the shop's records have no key to seal it under.
    body: dict[str, JsonValue] = {"score": str(score), "comment": shop.audit.version(comment.encode())}
    customer = subject.partition(":")[2] if subject.startswith("customer:") else None
    claimed = await claim(
        shop.connectors.records,
        f"feedback:{asked.request_id}:{asked.subject}",
        FEEDBACK,
        body,
        at=shop.clock.now(),
        customer_id=customer,
        conversation_id=asked.conversation_id,
    )
    if not claimed.same:
        raise IdempotencyConflict(
            f"Something else was said about the request {asked.request_id} before.",
            remedy="The first word stands.",
            request_id=asked.request_id,
        )
    return claimed.new


async def _event(shop: ShopServices, asked: AuditRecord, subject: str, score: Score, comment: str) -> AuditEvent:
    told: dict[str, object] = {}
    if comment:
        kind, _, who = subject.partition(":")
        customer = await shop.connectors.crm.customer(who) if kind == "customer" else None
        told["comment"] = TextMask(personal_values(customer) if customer is not None else ()).typed(comment)
    return AuditEvent(
        request_id=asked.request_id,
        conversation_id=asked.conversation_id,
        node=FEEDBACK,
        layer="audit",
        kind=FEEDBACK,
        at=shop.clock.now(),
        subject=subject,
        payload={"score": str(score), "value": score.worth, **told},
        original={"comment": comment} if comment else None,
    )


def _trace_of(records: tuple[AuditRecord, ...]) -> str:
    """The trace of the request's last run; empty where none was recorded."""
    return next((str(each.payload["trace_id"]) for each in reversed(records) if each.payload.get("trace_id")), "")
