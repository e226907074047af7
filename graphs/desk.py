"""The person's desk: what was handed to a person, with its whole context, and how the person ended it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Any

from pydantic import JsonValue

from shopgraph.audit.log import AuditEvent, AuditRecord
from shopgraph.audit.training import RESOLVED
from shopgraph.domain import Handoff, Instant, Principal, Value
from shopgraph.errors import Conflict, Erased, InvalidInput, NotFound, Refused
from shopgraph.graphs.claims import claim
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.notes import ORIGINAL
from shopgraph.guards.masking import TextMask

TAKEN = "handoff_taken"
_MANY = 100_000


class HandoffStatus(StrEnum):
    """Where a handoff is."""

    OPEN = "open"
    TAKEN = "taken"
    RESOLVED = "resolved"


class Resolution(StrEnum):
    """How a person ended it."""

    SOLVED = "solved"
    """The customer has what was asked for."""
    DECLINED = "declined"
    """It was not possible, and the customer was told."""
    NOT_NEEDED = "not_needed"
    """The software should have served it."""
    UNREACHED = "unreached"
    """The customer could not be reached."""


class HandoffView(Value):
    """A handoff and where it is."""

    id: str
    conversation_id: str
    customer_id: str | None
    reason: str
    summary: str
    at: Instant
    status: HandoffStatus
    staff: str = ""
    """Who has taken or resolved it."""
    resolution: str = ""


class CaseTurn(Value):
    """One request of the conversation."""

    request_id: str
    at: Instant
    text: str
    """As it was typed; masked where the customer's key was destroyed."""
    answer: str
    intent: str = ""
    tier: str = ""
    decisions: tuple[str, ...] = ()
    """What policy decided: `rule: reason`."""
    actions: tuple[str, ...] = ()
    """What was done: `type: summary`."""
    corrections: tuple[str, ...] = ()
    """What guards found: `guard: reason`."""


class Case(Value):
    """A handoff with its whole context."""

    handoff: HandoffView
    turns: tuple[CaseTurn, ...]
    facts: dict[str, JsonValue] = {}
    """The context of the last request: customer, orders, cart and the rest, as the software saw them."""
    erased: bool = False
    """Whether the customer's key was destroyed: texts are masked then, and there are no facts."""


class HandoffDesk:
    """Lists, shows, takes and resolves handoffs. Whatever a person does here is on the record."""

    def __init__(self, shop: ShopServices) -> None:
        self._shop = shop

    async def list(self, *, every: bool = False, limit: int = 50) -> tuple[HandoffView, ...]:
        """Handoffs that are not resolved, newest first; with `every` the resolved ones too."""
        views = [await self._view(each) for each in await self._shop.connectors.records.handoffs(limit=_MANY)]
        return tuple([view for view in views if every or view.status is not HandoffStatus.RESOLVED][:limit])

    async def case(self, handoff_id: str, *, staff: Principal) -> Case:
        """A handoff with its whole context. Who looked is on the record.

        Raises:
            NotFound: there is no such handoff.
            Refused: it is none of the staff who asks.
        """
        _require_staff(staff)
        handoff = await self._handoff(handoff_id)
        records = await self._shop.audit.of_conversation(handoff.conversation_id)
        await self._note(handoff, records, "handoff_shown", staff, {}, None)
        return self._case(await self._view(handoff), records)

    async def take(self, handoff_id: str, *, staff: Principal) -> Case:
        """Take a handoff: of several who take it at once, one has it. Taken again by the same, it is the same.

        Raises:
            NotFound: there is no such handoff.
            Refused: it is none of the staff who asks.
            Conflict: somebody else has it.
        """
        _require_staff(staff)
        handoff = await self._handoff(handoff_id)
        first = await self._claim(_key("take", handoff_id), "handoff_take", staff, {"staff": staff.id})
        records = await self._shop.audit.of_conversation(handoff.conversation_id)
        if first or not _noted(records, TAKEN, handoff_id):
            await self._note(handoff, records, TAKEN, staff, {}, None)
        return self._case(await self._view(handoff), records)

    async def resolve(
        self,
        handoff_id: str,
        *,
        staff: Principal,
        resolution: Resolution,
        note: str = "",
        answer: str = "",
        intent: str = "",
    ) -> HandoffView:
        """End a handoff that the same person has taken.

        Args:
            note: for colleagues.
            answer: what the customer was told; a model may learn from it.
            intent: what it really was about, where the route was wrong; a router may learn from it.

        Raises:
            NotFound: there is no such handoff.
            Refused: it is none of the staff who asks.
            Conflict: nobody or somebody else has taken it, or it was resolved otherwise.
        """
        _require_staff(staff)
        handoff = await self._handoff(handoff_id)
        taken = await self._stored(_key("take", handoff_id))
        if taken.get("staff") != staff.id:
            who = f"{taken['staff']} has it" if taken else "nobody has taken it"
            raise Conflict(f"{handoff_id} is not yours to resolve: {who}.", remedy="Take it first.", handoff=handoff_id)
        body: dict[str, JsonValue] = {
            "staff": staff.id,
            "resolution": str(resolution),
            "note": note,
            "answer": answer,
            "intent": intent,
        }
        first = await self._claim(_key("resolve", handoff_id), "handoff_resolve", staff, body)
        records = await self._shop.audit.of_conversation(handoff.conversation_id)
        if first or not _noted(records, RESOLVED, handoff_id):
            mask = TextMask()
            told = {"note": mask.typed(note), "answer": mask.written(answer)}
            payload: dict[str, object] = {"resolution": str(resolution), "intent": intent, **told}
            await self._note(handoff, records, RESOLVED, staff, payload, body)
        return await self._view(handoff)

    async def erase(self, customer_id: str, conversation_ids: Collection[str]) -> int:
        """Let go of every word of a customer's handoffs, and of those in these conversations. Returns how many.

        That there was one, when, and how which of the staff ended it, stays; of its reason, the everyday words.
        """
        records = self._shop.connectors.records
        found = {each.id: each for each in await records.handoffs(customer_id=customer_id, limit=_MANY)}
        for conversation_id in conversation_ids:
            found |= {each.id: each for each in await records.handoffs(conversation_id=conversation_id, limit=_MANY)}
        mask = TextMask()
        for handoff in found.values():
            await records.erase_handoff(handoff.id, reason=mask.typed(handoff.reason))
            if resolved := await self._stored(_key("resolve", handoff.id)):
                await records.erase_request(_key("resolve", handoff.id), {**resolved, "note": "", "answer": ""})
        return len(found)

    async def _handoff(self, handoff_id: str) -> Handoff:
        for each in await self._shop.connectors.records.handoffs(limit=_MANY):
            if each.id == handoff_id:
                return each
        raise NotFound(f"There is no handoff {handoff_id}.", remedy="`shopgraph handoff list` prints those there are.")

    async def _view(self, handoff: Handoff) -> HandoffView:
        taken, resolved = [await self._stored(_key(what, handoff.id)) for what in ("take", "resolve")]
        status = HandoffStatus.RESOLVED if resolved else HandoffStatus.TAKEN if taken else HandoffStatus.OPEN
        return HandoffView(
            **handoff.model_dump(),
            status=status,
            staff=str(taken.get("staff", "")),
            resolution=str(resolved.get("resolution", "")),
        )

    async def _stored(self, key: str) -> dict[str, Any]:
        known = await self._shop.connectors.records.request(key)
        return known.result if known is not None and isinstance(known.result, dict) else {}

    async def _claim(self, key: str, tool: str, staff: Principal, body: dict[str, JsonValue]) -> bool:
        """Make this what was done, for good; False when the same was done before."""
        claimed = await claim(
            self._shop.connectors.records, key, tool, body, at=self._shop.clock.now(), agent=f"staff:{staff.id}"
        )
        if not claimed.same:
            said = claimed.first.result if claimed.first is not None else None
            other = said.get("staff") if isinstance(said, dict) else "somebody"
            raise Conflict(f"{other} was first.", remedy="`shopgraph handoff list` says how it stands.")
        return claimed.new

    async def _note(
        self,
        handoff: Handoff,
        records: Sequence[AuditRecord],
        kind: str,
        staff: Principal,
        payload: dict[str, object],
        original: object,
    ) -> None:
        request_id = next((r.request_id for r in records if handoff.id.startswith(f"handoff:{r.request_id}:")), "")
        who = handoff.customer_id
        event = AuditEvent(
            request_id=request_id,
            conversation_id=handoff.conversation_id,
            node="desk",
            layer="audit",
            kind=kind,
            at=self._shop.clock.now(),
            subject=f"customer:{who}" if who else f"conversation:{handoff.conversation_id}",
            payload={"handoff": handoff.id, "staff": staff.id, **payload},
            original=original,
        )
        await self._shop.audit.append([event])

    def _case(self, view: HandoffView, records: Sequence[AuditRecord]) -> Case:
        turns: dict[str, CaseTurn] = {}
        facts: dict[str, JsonValue] = {}
        erased = False
        for record in records:
            if record.kind != ORIGINAL:
                continue
            of_request = [each for each in records if each.request_id == record.request_id]
            try:
                tape: Any = self._shop.audit.original(record)
            except Erased:
                erased, tape = True, {}
            turns[record.request_id] = _turn(of_request, tape, turns.get(record.request_id))
            for context in tape.get("contexts", ()):
                # Of several, each source's own: a later one tells nothing of what it did not ask for.
                facts |= {name: part for name, part in context.items() if part or name not in facts}
        return Case(handoff=view, turns=tuple(turns.values()), facts=facts, erased=erased)


def _turn(records: Sequence[AuditRecord], tape: dict[str, Any], before: CaseTurn | None) -> CaseTurn:
    """One request, from what it sealed; from what stands in clear where that cannot be opened."""
    notes: dict[str, dict[str, Any]] = {record.node: dict(record.payload) for record in records}
    outcome: dict[str, Any] = tape.get("outcome") or {}
    govern, route = notes.get("govern", {}), outcome.get("route") or notes.get("route", {})
    messages = (tape.get("begin") or {}).get("messages")
    masked = before.text if before else notes.get("screen", {}).get("text", "")
    verdicts = outcome.get("verdicts") or govern.get("verdicts", ())
    return CaseTurn(
        request_id=records[0].request_id,
        at=records[0].at,
        text=messages[-1]["text"] if messages else masked,
        answer=outcome.get("draft") or govern.get("answer", ""),
        intent=route.get("intent", ""),
        tier=route.get("tier", ""),
        decisions=tuple(_line(item, "rule") for item in outcome.get("decisions") or govern.get("decisions", ())),
        actions=tuple(f"{item['type']}: {item['summary']}" for item in outcome.get("actions") or ()),
        corrections=tuple(_line(item, "guard") for item in verdicts),
    )


def _line(item: dict[str, Any], name: str) -> str:
    return f"{item[name]}: {item['reason']}"


def _key(what: str, handoff_id: str) -> str:
    return f"desk:{what}:{handoff_id}"


def _noted(records: Sequence[AuditRecord], kind: str, handoff_id: str) -> bool:
    return any(each.kind == kind and each.payload.get("handoff") == handoff_id for each in records)


def _require_staff(staff: Principal) -> None:
    if staff.kind != "staff":
        raise Refused("Only the staff works at this desk.", remedy="Sign in as one of the staff.", principal=staff.id)
    if not staff.id:
        raise InvalidInput("Who of the staff is asking?", remedy="Give an id.")
