"""What is drawn for `Books`, and what an action's plan says that it moves."""

from __future__ import annotations

from hypothesis import strategies as st
from pydantic import JsonValue

from shopgraph.domain import Principal, RefundStatus
from tests.durable.ledger_shop import MARKETS, SKUS, Bought, Line

WHO = st.sampled_from(sorted(MARKETS))
PAYER = st.sampled_from(["card", "gift"])
SKU = st.sampled_from(SKUS)
LINE = st.builds(
    Line,
    sku=SKU,
    units=st.integers(1, 3),
    price=st.integers(1, 9999) | st.sampled_from([3001, 4003, 5007]),
    discount=st.sampled_from([0, 0, 7, 33, 100]),
    tax=st.integers(0, 25),
)
PLACE = st.integers(0, 1)
CRASH = st.integers(0, 5)
"""At the how manieth point the process dies; 0: it lives."""
STAFF = Principal.staff("eve", "supervisor")
GONE = (RefundStatus.FAILED, RefundStatus.CANCELED)


@st.composite
def bought(draw: st.DrawFn, who: str, delivered: bool) -> Bought:
    """An order with one line per variant."""
    lines = draw(st.lists(LINE, min_size=1, max_size=2, unique_by=lambda line: line.sku))
    return Bought(
        who=who,
        delivered=delivered,
        lines=tuple(lines),
        shipping=draw(st.integers(0, 999)),
        by_gift_card=draw(st.sampled_from([0, 0, 33, 100])),
    )


def planned(plan: JsonValue) -> tuple[int, int]:
    """What a plan charges and refunds."""
    if isinstance(plan, list):
        return tuple(map(sum, zip(*map(planned, plan), strict=True))) if plan else (0, 0)  # type: ignore[return-value]
    if not isinstance(plan, dict):
        return 0, 0
    if "sequence" in plan and isinstance(plan["amount"], dict):
        amount = int(str(plan["amount"]["amount"]))
        return (0, amount) if "reason" in plan else (amount, 0)
    return planned(list(plan.values()))
