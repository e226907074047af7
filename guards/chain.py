"""The guard chain: every check over an answer, before its first byte leaves."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterator, Sequence
from typing import Any

from shopgraph.domain import Value
from shopgraph.guards.checks import CHECKS, Check, OnError
from shopgraph.guards.checks.base import Corrected, apply
from shopgraph.guards.decisions import Verdict, VerdictKind
from shopgraph.guards.facts import BrandFact, Facts
from shopgraph.guards.personal import mask_personal
from shopgraph.guards.policy import PolicyBundle
from shopgraph.guards.streaming import GuardStream

NOTHING_LEFT = "Nothing is left to say."


class GuardResult(Value):
    """What may be said. When it is blocked, the text is empty and somebody else has to find words."""

    text: str
    verdicts: tuple[Verdict, ...]
    """Findings only: a check that passed is not listed. A RETRY has its sentence taken out already."""
    blocked: bool

    @property
    def verdict(self) -> VerdictKind:
        """All in all: PASS and nothing else means that the text is the draft. A RETRY without a model is a FIX."""
        if self.blocked:
            return VerdictKind.BLOCK
        if any(found.verdict is not VerdictKind.ERROR for found in self.verdicts):
            return VerdictKind.FIX
        return VerdictKind.ERROR if self.verdicts else VerdictKind.PASS

    @property
    def emptied(self) -> bool:
        """Whether it is blocked only because every sentence of it was taken out; more text could still be said."""
        blocks = [found for found in self.verdicts if found.verdict is VerdictKind.BLOCK]
        return self.blocked and bool(blocks) and all(found.reason == NOTHING_LEFT for found in blocks)


class GuardChain:
    """Runs checks one after another, each on what the one before left. An empty chain lets nothing through."""

    def __init__(
        self, checks: Sequence[Check], *, brand: BrandFact | None = None, allowed_hosts: tuple[str, ...] | None = None
    ) -> None:
        self.checks = tuple(checks)
        self._brand = brand
        self._allowed_hosts = allowed_hosts

    @classmethod
    def for_bundle(cls, bundle: PolicyBundle) -> GuardChain:
        """All checks, with the bundle's brand and hosts where the facts bring none.

        An answer is in the customer's language, or in one of those that the bundle's brand names.
        """
        spoken = bundle.brand.model_dump(include=set(BrandFact.model_fields))
        brand = BrandFact.model_validate(spoken)
        return cls(CHECKS, brand=brand, allowed_hosts=bundle.allowed_hosts)

    def run(self, text: str, facts: Facts, *, more: bool = False) -> GuardResult:
        """Check and correct. It never raises: a check that fails blocks, unless it is declared open.

        With `more` the answer is still being written, and checks of whole answers wait.
        """
        if not self.checks:
            nothing = Verdict(guard="chain", verdict=VerdictKind.BLOCK, before=text, reason="There are no checks.")
            return GuardResult(text="", verdicts=(nothing,), blocked=True)
        facts = self.complete(facts)
        verdicts: list[Verdict] = []
        for check in self.checks:
            if more and check.whole:
                continue
            before = text
            try:
                findings = list(check.find(text, facts))
                if not findings:
                    continue
                outcome = apply(text, findings)
            except Exception as fault:  # an error is not a pass: the check says what becomes of it
                verdicts.append(_failed(check, fault))
                if check.on_error is OnError.CLOSED:
                    return GuardResult(text="", verdicts=tuple(verdicts), blocked=True)
                continue
            verdicts.extend(_verdicts(check, before, outcome))
            if outcome.blocked:
                return GuardResult(text="", verdicts=tuple(verdicts), blocked=True)
            text = outcome.text
        return GuardResult(text=text, verdicts=tuple(verdicts), blocked=not text.strip())

    def stream(self, chunks: AsyncIterable[str], facts: Facts) -> GuardStream:
        """Check an answer while it is being written; iterate over what may leave."""
        return GuardStream(self, chunks, self.complete(facts))

    def complete(self, facts: Facts) -> Facts:
        """The facts with the bundle's brand and hosts where they bring none."""
        update: dict[str, Any] = {}
        if facts.brand is None and self._brand is not None:
            update["brand"] = self._brand
        if facts.allowed_hosts is None and self._allowed_hosts is not None:
            update["allowed_hosts"] = self._allowed_hosts
        return facts.model_copy(update=update) if update else facts

    def guard(self) -> Any:
        """The same checks as a guardrails-ai `Guard` (imported now); pass the facts as `metadata={"facts": ...}`."""
        from shopgraph.guards.validators import build_guard  # guardrails takes seconds to import

        return build_guard(self)


def _verdicts(check: Check, before: str, outcome: Corrected) -> Iterator[Verdict]:
    for found in outcome.applied:
        yield Verdict(
            guard=check.name,
            verdict=found.verdict,
            before=_shown(before[found.start : found.end], found.verdict),
            after=found.after,
            reason=found.reason,
        )
    if outcome.blocked and not any(found.verdict is VerdictKind.BLOCK for found in outcome.applied):
        yield Verdict(guard=check.name, verdict=VerdictKind.BLOCK, before=mask_personal(before), reason=NOTHING_LEFT)


def _shown(passage: str, verdict: VerdictKind) -> str:
    """A verdict goes to logs: what was blocked is not repeated there, personal data is masked."""
    return "[withheld]" if verdict is VerdictKind.BLOCK else mask_personal(passage.strip())


def _failed(check: Check, fault: Exception) -> Verdict:
    reason = f"The check failed: {type(fault).__name__}: {fault}"
    return Verdict(guard=check.name, verdict=VerdictKind.ERROR, reason=reason)
