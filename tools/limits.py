"""How much was already done: the bundle's limits, judged from the shop's own memory of the requests it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shopgraph.domain import Money, PastCall, PrincipalKind
from shopgraph.errors import ConfigurationError
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.guards.limits import Limit, Per
from shopgraph.tools.spec import Subject, ToolContext, ToolSpec


@dataclass(frozen=True, kw_only=True)
class Count:
    """A limit that a call falls under, and for whom its calls are counted."""

    limit: Limit
    who: str

    @property
    def key(self) -> str:
        """What a transaction holds while it judges and does the call: no two go beyond the limit together."""
        return f"limit:{self.limit.id}:{self.who}"


@dataclass(frozen=True, kw_only=True)
class Excess:
    """By what a call would go beyond a limit."""

    done: str
    """What was done within the window: a number of calls, or an amount."""
    limit: str
    asked: str
    again: datetime | None
    """When enough of what was done will be out of the window; None: asked at once, it is too much at any time."""


def counts(context: ToolContext, spec: ToolSpec, subject: Subject) -> tuple[Count, ...]:
    """The limits on a call, in one order for everybody; where there is no customer or conversation, none of those.

    Raises:
        ConfigurationError: a limit names a tool that changes nothing.
    """
    limits = context.services.policy.limits_on(spec.name)
    if limits and not spec.mutates:
        raise ConfigurationError(
            f"Limit {limits[0].id} names {spec.name}, which changes nothing, and what is looked up is not counted.",
            remedy="Name tools that change something.",
            limit=limits[0].id,
        )
    found = [(limit, _who(limit.per, context, subject)) for limit in limits]
    return tuple([Count(limit=limit, who=who) for limit, who in found if who is not None])


async def exceeded(
    context: ToolContext, counted: Sequence[Count], call: str, amount: Money | None, policy_version: str
) -> tuple[Decision, ...]:
    """The decision of each limit that a call which moves `amount` would go beyond.

    Raises:
        ConfigurationError: a limit has no amount in that currency.
    """
    decisions = []
    now = context.services.clock.now()
    for count in counted:
        limit = count.limit
        if limit.count is None and (amount is None or amount.amount <= 0):
            continue
        if amount is not None and limit.count is None and await _fits(context, count, now - limit.window, amount):
            continue  # what one agent did in a day can be thousands of calls: they are read when it goes beyond
        past = await _past(context, limit, count.who, now - limit.window)
        found = excess(limit, past, amount)
        if found is not None:
            decisions.append(_decision(limit, found, call, policy_version))
    return tuple(decisions)


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
        return Excess(done=str(len(past)), limit=str(limit.count), asked="1", again=last_too_many.at + limit.window)
    if asked is None or asked.amount <= 0:
        return None
    most = limit.most(asked.currency)
    moved = [(call.at, call.amount.amount) for call in past if call.amount and call.amount.currency == asked.currency]
    total = sum(amount for _, amount in moved)
    if total + asked.amount <= most.amount:
        return None
    again = _room(moved, total, most.amount - asked.amount, limit.window)
    done = Money(amount=total, currency=asked.currency)
    return Excess(done=str(done), limit=str(most), asked=str(asked), again=again)


def _room(moved: Sequence[tuple[datetime, int]], total: int, room: int, window: timedelta) -> datetime | None:
    """When what is left of `total` has come down to `room`; None when `room` is below nothing."""
    if room < 0:
        return None
    for at, amount in moved:
        total -= amount
        if total <= room:
            return at + window
    return None


def _who(per: Per, context: ToolContext, subject: Subject) -> str | None:
    match per:
        case Per.CUSTOMER:
            return customer_of(context, subject)
        case Per.AGENT:
            return agent_of(context)
        case Per.CONVERSATION:
            return context.conversation_id or None


async def _fits(context: ToolContext, count: Count, since: datetime, amount: Money) -> bool:
    """Whether `amount` more is within the limit.

    Raises:
        ConfigurationError: the limit has no amount in that currency.
    """
    most = count.limit.most(amount.currency)
    whose = {_COLUMNS[count.limit.per]: count.who}
    records = context.services.connectors.records
    moved = await records.moved(count.limit.actions, since=since, currency=amount.currency, **whose)
    return moved + amount.amount <= most.amount


_COLUMNS = {Per.CUSTOMER: "customer_id", Per.AGENT: "agent", Per.CONVERSATION: "conversation_id"}
"""By what `RecordsPort` finds whose calls they are."""


async def _past(context: ToolContext, limit: Limit, who: str, since: datetime) -> tuple[PastCall, ...]:
    records = context.services.connectors.records
    return await records.done(limit.actions, since=since, **{_COLUMNS[limit.per]: who})


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
