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
    keys = {"yes": f"yes:{said}"} if confirmed else {}
    keys |= {"approval": f"approval:{said}"} if approver else {}
    free = {name: key for name, key in keys.items() if await records.request(key) is None}
    return Assents(
        confirmed="yes" in free,
        approver=approver if "approval" in free else "",
        used=len(free) < len(keys),
        keys=tuple(free.values()),
    )


def as_used(key: str, call: StoredRequest) -> StoredRequest:
    """How an assent is remembered that let `call` through; no limit counts it."""
    return StoredRequest(call_id=key, tool=call.tool, arguments_digest=call.arguments_digest, result=None, at=call.at)
