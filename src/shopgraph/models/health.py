"""Which providers are left alone for a while, and how many retries there may be."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_LONGEST = 10
"""A cooldown grows to so many times the first one."""
_RESERVE = 10.0
"""Retries that are allowed before any call has earned one."""


@dataclass
class _State:
    failures: int = 0
    until: float = 0.0
    probing: bool = False


class Health:
    """Cooldowns by deployment. A failure begins one; when it ends one request tries, the others still go elsewhere."""

    def __init__(self, cooldown_s: float, now: Callable[[], float] = time.monotonic) -> None:
        self._cooldown_s = cooldown_s
        self._now = now
        self._states: dict[str, _State] = {}

    def admits(self, deployment: str) -> bool:
        """Whether it may be asked now."""
        state = self._states.get(deployment)
        return state is None or state.failures == 0 or (self._now() >= state.until and not state.probing)

    def entered(self, deployment: str) -> None:
        """Somebody asks it; after a cooldown that one is the only one."""
        state = self._states.get(deployment)
        if state is not None and state.failures:
            state.probing = True

    def left(self, deployment: str) -> None:
        """Whoever asked it gave up without learning anything."""
        if (state := self._states.get(deployment)) is not None:
            state.probing = False

    def succeeded(self, deployment: str) -> None:
        """It answered."""
        self._states.pop(deployment, None)

    def failed(self, deployment: str, *, at_least: float = 0.0) -> None:
        """It failed: leave it alone, for `at_least` so many seconds where it said so itself."""
        state = self._states.setdefault(deployment, _State())
        now = self._now()
        if state.failures and now < state.until:
            return  # one of several that were under way when the first of them failed
        state.failures += 1
        state.probing = False
        grown = self._cooldown_s * min(2 ** (state.failures - 1), _LONGEST)
        state.until = now + max(grown, at_least)

    def rests_for(self, deployment: str) -> float:
        """Seconds until it may be asked again; 0 when it may be now."""
        state = self._states.get(deployment)
        return 0.0 if state is None or state.failures == 0 else max(0.0, state.until - self._now())


class RetryBudget:
    """Every call earns a share of a retry, so that retries stay a share of the calls however bad things are."""

    def __init__(self, share: float) -> None:
        self._share = share
        self._left = _RESERVE if share else 0.0

    def earn(self) -> None:
        """A call was made."""
        self._left = min(_RESERVE, self._left + self._share)

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        if self._left < 1:
            return False
        self._left -= 1
        return True
