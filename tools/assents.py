"""What people said to a call: the customer's yes and the staff's approval, each of which lets one call through."""

from __future__ import annotations

from dataclasses import dataclass

from shopgraph.domain import StoredRequest
from shopgraph.tools.spec import ToolCall, ToolContext


@dataclass(frozen=True, kw_only=True)
class Assents:
    """What was said to a call, as far as no other call of its request has used it."""

    confirmed: bool = False
    """The customer said yes to exactly this."""
    approver: str = ""
    """Who of the staff approved exactly this."""
    used: bool = False
    """Some of it was said, and another call has used it."""
    outdated: bool = False
    """It was said to other words: the records have changed since, and the call would do something else now."""
    keys: tuple[str, ...] = ()
    """Of what was said, as it is remembered once it is used."""


_NONE = Assents()
_OUTDATED = Assents(outdated=True)


async def assents_to(context: ToolContext, call: ToolCall, digest: str, summary: str) -> Assents:
    """What was said to that call, as it would be put to people now, and is not used up.

    A yes is told from another yes by the request in which it was said; in a request without an id of its own, by the
    call that it is for.
    """
    confirmed, approver = context.request_confirmed == digest, context.approvals.get(digest, "")
    if not confirmed and not approver:
        return _NONE
    if context.shown.get(digest, summary) != summary:
        return _OUTDATED
    records = context.services.connectors.records
    said = f"{context.conversation_id}:{context.request_id or call.call_id}:{digest}"
    keys = [f"{word}:{said}" for word, given in (("yes", confirmed), ("approval", approver)) if given]
    unused = tuple([key for key in keys if await records.request(key) is None])
    if len(unused) == len(keys):
        return Assents(confirmed=confirmed, approver=approver, keys=unused)
    approved = f"approval:{said}" in unused
    return Assents(confirmed=f"yes:{said}" in unused, approver=approver if approved else "", used=True, keys=unused)


def as_used(key: str, call: StoredRequest) -> StoredRequest:
    """How an assent is remembered that let `call` through; no limit counts it."""
    return call.model_copy(update={"call_id": key, "result": None, **_UNCOUNTED})


_UNCOUNTED = {"customer_id": None, "agent": None, "conversation_id": None, "amount": None}
