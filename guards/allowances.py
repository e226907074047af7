"""What may be promised in this conversation, worked out before anyone speaks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from pydantic import JsonValue

from shopgraph.domain import Customer, Discount, Money, Order, Principal, Promotion, Value
from shopgraph.guards.calendars import PromotionRules, RegionCalendar, ShippingMethod, TaxRules
from shopgraph.guards.decisions import Decision, Effect, PolicyRequest
from shopgraph.guards.policy import PolicyBundle


class Allowances(Value):
    """The bounds of this request, each with the decision that set it."""

    region_id: str
    max_discount_percent: Decimal
    """At most this much off, beyond running promotions; 0 for nothing."""
    discount_rule: str
    """The rule that set it: `discount-limit`, `margin-floor`, `code-cooldown`, ..."""
    return_window_days: int | None
    """Of the order when one is given, else of the region; None where nobody knows."""
    return_open: bool | None = None
    """Whether the given order may still be sent back; None without a delivered order or without terms."""
    return_days_left: int | None = None
    tax: TaxRules
    delivery: ShippingMethod | None
    """The region's standard method."""
    shipping: tuple[ShippingMethod, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    """Those that run here, now, for this customer."""
    decisions: tuple[Decision, ...]


def allow(
    bundle: PolicyBundle,
    *,
    region_id: str,
    customer: Customer | None,
    at: datetime,
    discounts: Sequence[Discount] = (),
    promotions: Sequence[Promotion] = (),
    order: Order | None = None,
    percent_requested: int | None = None,
    price: Money | None = None,
    cost: Money | None = None,
) -> Allowances:
    """Work out the bounds from bundle, customer, history of discounts, promotions and the shop's clock.

    `price` and `cost` are those of the product that a discount is asked for, where one is named.

    Raises:
        ConfigurationError: the bundle has no calendar for the region.
    """
    calendar = bundle.calendar(region_id, at)
    most = _most_percent(calendar.promotions, price, cost)
    last = last_code_at(discounts, customer.id, at) if customer else None

    def judge(percent: int) -> Decision:
        facts = discount_facts(calendar.promotions, percent, last_code=last, at=at, price=price, cost=cost)
        principal = Principal.customer(customer.id) if customer else Principal.guest()
        return bundle.decide(PolicyRequest(principal=principal, action="offer_discount", facts=facts))

    judged = judge(most)
    decisions = [judged]
    if percent_requested is not None and judged.effect is Effect.ALLOW:
        decisions = [judge(percent_requested)]
    allowed = judged.effect is Effect.ALLOW
    binding = "margin-floor" if most < calendar.promotions.max_percent else "discount-limit"
    window, is_open, left = _return_window(bundle, calendar, order, at)
    decisions += _terms(bundle, calendar, window, is_open, left, order)
    return Allowances(
        region_id=region_id,
        max_discount_percent=Decimal(most if allowed else 0),
        discount_rule=binding if allowed else judged.rule,
        return_window_days=window,
        return_open=is_open,
        return_days_left=left,
        tax=calendar.tax,
        delivery=calendar.shipping[0] if calendar.shipping else None,
        shipping=calendar.shipping,
        promotions=tuple(p for p in promotions if p.runs(at, region_id) and p.meant_for(customer)),
        decisions=tuple(decisions),
    )


def discount_facts(
    rules: PromotionRules,
    percent_requested: int,
    *,
    last_code: datetime | None,
    at: datetime,
    price: Money | None = None,
    cost: Money | None = None,
) -> dict[str, JsonValue]:
    """What the rules on a discount read, of a customer whose last code was used at `last_code`.

    `price` and `cost` are those of the product that it is for; without a price it is for nothing in particular.
    """
    known = price is not None and cost is not None and price.currency == cost.currency
    facts: dict[str, JsonValue] = {
        "percent_requested": percent_requested,
        "max_percent": int(rules.max_percent),
        "margin_ok": price is None
        or cost is None
        or margin_ok(price, cost, Decimal(percent_requested), rules.min_margin_percent),
        "cooldown_days": rules.code_cooldown_days,
    }
    if price is not None:
        facts["margin_known"] = known
    if last_code is not None:
        facts["days_since_last_code"] = days_since(last_code, at)
    return facts


def last_code_at(discounts: Iterable[Discount], customer_id: str, at: datetime) -> datetime | None:
    """When the customer last used a code, if ever."""
    used = (cut.applied_at for cut in discounts if cut.code is not None and cut.customer_id == customer_id)
    return max((applied_at for applied_at in used if applied_at <= at), default=None)


def margin_ok(price: Money, cost: Money, percent: Decimal, min_margin_percent: Decimal) -> bool:
    """Whether `percent` off the price still leaves the least margin over cost (over cost, never of the price)."""
    floor = cost.decimal * (100 + min_margin_percent)
    return price.currency == cost.currency and price.decimal * (100 - percent) >= floor


def days_since(then: datetime, at: datetime) -> int:
    """Whole days of 24 hours from `then` to `at`; the count that return windows and cooldowns go by."""
    return (at - then).days


def _most_percent(rules: PromotionRules, price: Money | None, cost: Money | None) -> int:
    """The greatest whole percentage that keeps both the region's limit and the least margin."""
    most = rules.max_percent
    if price is not None and cost is not None and price.amount > 0 and price.currency == cost.currency:
        floor = cost.decimal * (100 + rules.min_margin_percent) / price.decimal
        most = min(most, max(Decimal(0), 100 - floor))
    return int(most.to_integral_value(ROUND_FLOOR))


def _return_window(
    bundle: PolicyBundle, calendar: RegionCalendar, order: Order | None, at: datetime
) -> tuple[int | None, bool | None, int | None]:
    if "return-window" in bundle.off:
        return None, None, None
    agreed = order.return_policy.window_days if order and order.return_policy else None
    window = agreed if agreed is not None else calendar.returns.window_days
    if order is None or order.delivered_at is None or window is None:
        return window, None, None
    left = window - days_since(order.delivered_at, at)
    is_open = window > 0 and left >= 0
    return window, is_open, max(left, 0)


def _terms(
    bundle: PolicyBundle,
    calendar: RegionCalendar,
    window: int | None,
    is_open: bool | None,
    left: int | None,
    order: Order | None,
) -> list[Decision]:
    def said(rule: str, action: str, reason: str, effect: Effect = Effect.ALLOW, **numbers: object) -> Decision:
        shown = {name: str(value) for name, value in numbers.items()}
        return Decision(
            rule=rule, effect=effect, reason=reason, action=action, numbers=shown, policy_version=bundle.version
        )

    tax = calendar.tax
    held = "in the price" if tax.inclusive else "on top of the price"
    found = [said("regional-tax", "tax", f"{tax.percent} % {tax.name} {held}.", percent=tax.percent)]
    if calendar.shipping:
        first = calendar.shipping[0]
        days = f"{first.min_days} to {first.max_days} days"
        found.append(
            said("regional-delivery", "delivery", f"{first.name} takes {days} and costs {first.price}.", days=days)
        )
    if is_open is not None and order is not None:
        effect = Effect.ALLOW if is_open else Effect.DENY
        reason = (
            f"{left} days are left of a window of {window}." if is_open else f"The window of {window} days is over."
        )
        found.append(said("return-window", "return_items", reason, effect, window_days=window, days_left=left))
    return found
