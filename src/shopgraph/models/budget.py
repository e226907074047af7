"""Our own budgets, per request and per day: LiteLLM's are global to a process, so one Router fails another's calls."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from shopgraph.models.calling import BudgetPolicy
from shopgraph.models.faults import FaultKind, fault
from shopgraph.models.scope import CallScope
from shopgraph.models.spending import Price, SpendLedger, dollars_text, nanousd

DEFAULT_OUTPUT_TOKENS = 1024
"""How long an answer may be where there is a budget and nobody says."""


@dataclass(frozen=True, kw_only=True)
class Reservation:
    """What was set aside for one call."""

    nanos: int
    price: Price | None


class Budget:
    """Sets money aside before each call, and corrects it after: a call that could pass a limit is not made."""

    def __init__(self, policy: BudgetPolicy, ledger: SpendLedger) -> None:
        self.policy = policy
        self.ledger = ledger

    async def reserve(
        self, deployment: str, price: Price | None, request: str, max_output_tokens: int, scope: CallScope
    ) -> Reservation:
        """Set aside what the call may cost at most.

        Raises:
            ModelFault: the budget does not allow it, or there is one and the price is not known.
        """
        if not self.policy:
            return Reservation(nanos=0, price=price)
        if price is None:
            raise fault(FaultKind.NO_PRICE, deployment)
        nanos = price.at_most(request, max_output_tokens)
        limit = self.policy.per_request
        if limit is not None and scope.spent_nanousd + nanos > nanousd(limit):
            spent = dollars_text(scope.spent_nanousd + nanos)
            raise fault(FaultKind.BUDGET, deployment, detail=f"this request would cost {spent} of {limit} US dollars")
        if self.policy.per_day is not None:
            allowed = await asyncio.to_thread(self.ledger.reserve, nanos, nanousd(self.policy.per_day))
            if not allowed:
                raise fault(FaultKind.BUDGET, deployment, detail=f"of {self.policy.per_day} US dollars a day")
        scope.spent_nanousd += nanos
        return Reservation(nanos=nanos, price=price)

    async def left(self, scope: CallScope) -> int | None:
        """Billionths of a US dollar that a request may still cost, by both limits; None where there is none."""
        limits = []
        if self.policy.per_request is not None:
            limits.append(nanousd(self.policy.per_request) - scope.spent_nanousd)
        if self.policy.per_day is not None:
            limits.append(nanousd(self.policy.per_day) - await asyncio.to_thread(self.ledger.today))
        return max(0, min(limits)) if limits else None

    async def settle(self, reservation: Reservation, cost: int, scope: CallScope) -> None:
        """Put the cost in place of what was set aside."""
        if not self.policy:
            return
        scope.spent_nanousd += cost - reservation.nanos
        if self.policy.per_day is not None and cost != reservation.nanos:
            await asyncio.to_thread(self.ledger.correct, cost - reservation.nanos)
