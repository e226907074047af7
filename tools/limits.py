"""How much was already done: the bundle's limits, judged from the shop's own memory of the requests it did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shopgraph.domain import Money, PastCall, PrincipalKind
from shopgraph.errors import ConfigurationError
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.guards.limits import Limit, Per
from shopgraph.tools.spec import Subject, ToolContext, ToolSpec


@dataclass(frozen=True, kw_only=True)
class Excess:
    """By what a call would go beyond a limit."""

    done: str
    """What was done within the window: a number of calls, or an amount."""
    limit: str
    asked: str
    again: datetime | None
    """When enough of what was done will be out of the window; None: asked at once, it is too much at any time."""


async def exceeded(context: ToolContext, spec: ToolSpec, subject: Subject, policy_version: str) -> tuple[Decision, ...]:
    """The decision of each limit that the call would go beyond.

    Raises:
        ConfigurationError: a limit names a tool that changes nothing, or has no amount in the call's currency.
    """
    now = context.services.clock.now()
    decisions = []
    for limit, who in _counted(context, spec, subject):
        past = await _past(context, limit, who, now - limit.window)
        found = excess(limit, past, subject.amount)
        if found is not None:
            decisions.append(_decision(limit, found, spec.name, policy_version))
    return tuple(decisions)


def keys(context: ToolContext, spec: ToolSpec, subject: Subject) -> tuple[str, ...]:
    """What a transaction holds while it judges and does the call, so that no two go beyond a limit together.

    They are in one order for everybody: whoever holds the first waits for nobody who waits for it.
    """
    return tuple(sorted(f"limit:{limit.id}:{who}" for limit, who in _counted(context, spec, subject)))


def customer_of(context: ToolContext, subject: Subject) -> str | None:
    """The customer whose limits a call counts against: the record's owner, else the one who asks."""
    return subject.owner_id or context.principal.customer_id


def agent_of(context: ToolContext) -> str:
    """Who calls: a member of staff or a system by its own id, else the software agent; unnamed ones are one."""
    principal = context.principal
    if principal.kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM):
        return f"{principal.kind}:{principal.id}"
    return context.agent


def excess(limit: Limit, past: Sequence[PastCall], asked: Money | None) -> Excess | None:
    """By what one more call goes beyond the limit, after what was done within its window (oldest first).

    A call that moves no money to the customer goes beyond no amount.

    Raises:
        ConfigurationError: the limit has no amount in the currency asked for.
    """
    if limit.count is not None:
        if len(past) < limit.count:
            return None
        last_too_many = past[len(past) - limit.count]
        again = last_too_many.at + limit.window
        return Excess(done=str(len(past)), limit=str(limit.count), asked="1", again=again)
    if asked is None or asked.amount <= 0:
        return None
    most = limit.most(asked.currency)
    moved = [(call.at, call.amount) for call in past if call.amount and call.amount.currency == asked.currency]
    total = Money.sum((amount for _, amount in moved), asked.currency)
    if total + asked <= most:
        return None
    again = _room(moved, total, most - asked, limit.window)
    return Excess(done=str(total), limit=str(most), asked=str(asked), again=again)


def _room(moved: Sequence[tuple[datetime, Money]], total: Money, room: Money, window: timedelta) -> datetime | None:
    """When what is left of `total` has come down to `room`; None when `room` is below nothing."""
    if room.amount < 0:
        return None
    for at, amount in moved:
        total -= amount
        if total <= room:
            return at + window
    return None


def _counted(context: ToolContext, spec: ToolSpec, subject: Subject) -> Iterator[tuple[Limit, str]]:
    """The limits on a tool with those for whom they count; without a customer or a conversation there is no count."""
    limits = context.services.policy.limits_on(spec.name)
    if limits and not spec.mutates:
        raise ConfigurationError(
            f"Limit {limits[0].id} names {spec.name}, which changes nothing, and what is looked up is not counted.",
            remedy="Name tools that change something.",
            limit=limits[0].id,
        )
    for limit in limits:
        who = {
            Per.CUSTOMER: customer_of(context, subject),
            Per.AGENT: agent_of(context),
            Per.CONVERSATION: context.conversation_id or None,
        }[limit.per]
        if who is not None:
            yield limit, who


async def _past(context: ToolContext, limit: Limit, who: str, since: datetime) -> tuple[PastCall, ...]:
    records = context.services.connectors.records
    match limit.per:
        case Per.CUSTOMER:
            return await records.done(limit.actions, since=since, customer_id=who)
        case Per.AGENT:
            return await records.done(limit.actions, since=since, agent=who)
        case Per.CONVERSATION:
            return await records.done(limit.actions, since=since, conversation_id=who)


def _decision(limit: Limit, found: Excess, action: str, policy_version: str) -> Decision:
    shown = {"done": found.done, "limit": found.limit, "days": str(limit.days), "asked": found.asked}
    remedy = [limit.remedy.format_map(shown)] if limit.remedy else []
    if limit.effect is Effect.DENY:
        possible = f"At most {found.limit} is possible."
        remedy.append(f"It is possible again from {_minute(found.again)}." if found.again else possible)
    numbers = {**shown, "per": str(limit.per)}
    if found.again is not None:
        numbers["possible_again_at"] = found.again.isoformat()
    return Decision(
        rule=limit.id,
        effect=limit.effect,
        reason=limit.reason.format_map(shown),
        remedy=" ".join(remedy),
        action=action,
        numbers=numbers,
        policy_version=policy_version,
    )


def _minute(instant: datetime) -> str:
    """The first full minute that is not before it."""
    whole = instant.replace(second=0, microsecond=0)
    return f"{whole if whole == instant else whole + timedelta(minutes=1):%Y-%m-%d %H:%M} UTC"
