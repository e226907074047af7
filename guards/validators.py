"""The checks as guardrails-ai Validators, for whoever builds with guardrails-ai. Importing this imports guardrails.

The hot path is `GuardChain.run`; a test holds both to the same results.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

# Without it a synchronous Guard sets uvloop's event loop policy for the whole process and runs checks in threads.
os.environ.setdefault("GUARDRAILS_RUN_SYNC", "true")

from guardrails import Guard, OnFailAction, settings  # type: ignore[import-untyped]
from guardrails.validator_base import (  # type: ignore[import-untyped]
    FailResult,
    PassResult,
    ValidationResult,
    Validator,
    register_validator,
)

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks import CHECKS, Check, Finding, OnError
from shopgraph.guards.checks.base import apply, replace
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts


class CheckValidator(Validator):  # type: ignore[misc]
    """Wraps one check; it expects the facts, as `Facts` or its JSON form, under `facts` in the metadata."""

    check: ClassVar[Check]
    required_metadata_keys: ClassVar[list[str]] = ["facts"]

    def __init__(
        self, on_fail: OnFailAction | None = OnFailAction.FIX, complete: Callable[[Facts], Facts] | None = None
    ) -> None:
        super().__init__(on_fail=on_fail)
        self._complete = complete

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        facts = Facts.model_validate(metadata["facts"])
        outcome = apply(value, self.check.find(value, self._complete(facts) if self._complete else facts))
        if not outcome.applied:
            return PassResult()
        return FailResult(
            error_message=" ".join(found.reason for found in outcome.applied),
            fix_value="" if outcome.blocked else outcome.text,
        )


def _wrap(check: Check) -> type[CheckValidator]:
    name = "".join(part.title() for part in check.name.split("-"))
    wrapper = type(name, (CheckValidator,), {"check": check, "__doc__": check.protects})
    register_validator(name=f"shopgraph/{check.name}", data_type="string")(wrapper)
    return wrapper


VALIDATORS: dict[str, type[CheckValidator]] = {check.name: _wrap(check) for check in CHECKS}
"""Check name to its Validator, registered as `shopgraph/{name}`."""


def as_check(validator: Validator, *, on_error: OnError = OnError.CLOSED) -> Check:
    """Somebody else's Validator as a check of the chain: its fix replaces the text, a failure without one blocks.

    The facts are in its metadata under `facts`; what it raises is a failing check.
    """

    def find(text: str, facts: Facts) -> Iterator[Finding]:
        result = validator.validate(text, {"facts": facts})
        if not isinstance(result, FailResult):
            return
        reason = str(result.error_message)
        if result.fix_value is None:
            yield Finding(verdict=VerdictKind.BLOCK, start=0, end=len(text), reason=reason)
        else:
            yield replace(0, len(text), str(result.fix_value), reason)

    name = str(validator.rail_alias).replace("/", "-")
    return Check(name=name, find=find, protects=f"What {validator.rail_alias} protects.", on_error=on_error, whole=True)


def build_guard(chain: GuardChain) -> Guard:
    """A `Guard` with the chain's checks in the chain's order. It reports to nobody; building takes about 0.1 s."""
    settings.disable_tracing = True
    validators = [
        (VALIDATORS.get(check.name) or _wrap(check))(on_fail=OnFailAction.FIX, complete=chain.complete)
        for check in chain.checks
    ]
    guard = Guard().use(*validators)
    guard.configure(allow_metrics_collection=False)
    return guard
