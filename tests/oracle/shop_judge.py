"""The demo chain's policy in plain Python, written from its prose: what forbids a call, and what it waits for.

It reads a shop's records and the numbers of a bundle, and works everything else out itself. Amounts are minor units.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from shopgraph.domain import Principal, PrincipalKind
from tests.oracle.shop_records import (
    CUSTOMER_READS,
    CUSTOMER_WRITES,
    INTERNAL,
    PUBLIC,
    UNASKED,
    WRITES,
    Arguments,
    Asked,
    Asker,
    Done,
    Limit,
    Shop,
    Verdict,
)
from tests.oracle.shop_rules import MONEY, RULES, may_see, nothing


def judge(shop: Shop, asker: Asker, tool: str, arguments: Arguments) -> Verdict:
    """What the policy says of a well-formed call, with every rule that it breaks."""
    principal = asker.principal
    who = list(_who(shop, principal, tool))
    if who and principal.kind is not PrincipalKind.SYSTEM:
        return Verdict(forbidden=who)
    order = shop.find(arguments["order_id"]) if arguments.get("order_id") is not None else None
    if arguments.get("order_id") is not None and (order is None or not may_see(principal, order.customer_id)):
        return Verdict(forbidden=["own-records-only"])
    if principal.kind is PrincipalKind.CUSTOMER and tool not in PUBLIC and principal.id not in shop.customers:
        return Verdict(forbidden=["own-records-only"])
    asked = Asked(shop=shop, principal=principal, arguments=arguments, order=order, region_id=asker.region_id)
    broken = {*who, *RULES.get(tool, nothing)(asked)} - shop.terms.off
    done = _done(shop, asker, tool, asked) if not broken - {"refund-approval"} else None
    over = [limit for limit in shop.terms.limits if done and _over(shop, limit, done)]
    waits = "refund-approval" in broken or any(limit.approve for limit in over)
    supervisor = principal.kind is PrincipalKind.STAFF and "supervisor" in principal.roles
    return Verdict(
        forbidden=sorted(broken - {"refund-approval"}) + [limit.id for limit in over if not limit.approve],
        needs_yes=tool in WRITES and tool not in UNASKED and principal.kind is PrincipalKind.CUSTOMER,
        needs_approval=waits and not supervisor,
        done=done,
    )


def _done(shop: Shop, asker: Asker, tool: str, asked: Asked) -> Done:
    principal = asker.principal
    own = principal.kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM)
    who = {"agent": f"{principal.kind}:{principal.id}" if own else asker.agent, "conversation": asker.conversation}
    customer = asked.order.customer_id if asked.order else principal.customer_id
    if customer:
        who["customer"] = customer
    money = (MONEY[tool](asked), asked.order.currency) if asked.order and tool in MONEY else (0, "")
    return Done(tool=tool, who=who, money=money, at=shop.now)


def _over(shop: Shop, limit: Limit, new: Done) -> bool:
    """Whether one more call goes beyond the limit; what was done a whole window ago counts no more."""
    if new.tool not in limit.actions or limit.per not in new.who:
        return False
    since = shop.now - timedelta(days=limit.days)
    past = [
        done
        for done in shop.done
        if done.tool in limit.actions and done.at > since and done.who.get(limit.per) == new.who[limit.per]
    ]
    if limit.count is not None:
        return len(past) >= limit.count
    amount, currency = new.money
    given = sum(max(done.money[0], 0) for done in past if done.money[1] == currency)
    return amount > 0 and given + amount > limit.amounts[currency]


def _who(shop: Shop, principal: Principal, tool: str) -> Iterator[str]:
    kind = principal.kind
    if kind is PrincipalKind.CUSTOMER and principal.method not in ("host", *shop.terms.identification):
        kind = PrincipalKind.GUEST
    if tool in PUBLIC:
        return
    if tool in INTERNAL and kind not in (PrincipalKind.STAFF, PrincipalKind.SYSTEM):
        yield from ("internal-only", "identify-first", *(["refund-by-staff"] if tool == "refund_order" else []))
    if tool in (*CUSTOMER_READS, *CUSTOMER_WRITES):
        if kind is PrincipalKind.GUEST:
            yield from ("identify-first", *(["discount-needs-customer"] if tool == "offer_discount" else []))
        if kind is PrincipalKind.SYSTEM:
            yield "default-deny"
