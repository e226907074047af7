"""Whether what is asked, and what guards correct, is spread as it was before: by shares, never by volume.

Two things must hold before a shift alerts: it is large (the thresholds below), and too large for chance in so few
requests. Requests of one conversation are not independent of each other, so chance is wider than the tests say; the
thresholds of size make up for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import NormalDist
from typing import TYPE_CHECKING

from shopgraph.audit.contacts import RequestFacts, RequestReader
from shopgraph.audit.quality import Share
from shopgraph.domain import Instant, Value
from shopgraph.errors import InvalidInput

if TYPE_CHECKING:
    from shopgraph.audit.log import AuditLog

WEEK = timedelta(days=7)
LATER = timedelta(hours=1)
"""How long after a request began what comes of it is looked at."""
_OFTEN = 1_000
"""After so many records, requests that are as old are counted and remembered no longer."""
PSI_SOME, PSI_MAJOR = 0.1, 0.25
"""Below the first a population counts as stable, from the second on as another one: E. M. Lewis, An Introduction to
Credit Scoring (1994); N. Siddiqi, Credit Risk Scorecards (2006)."""
RATIO = 2.0
"""How many times as often, or as rarely, a guard must correct to alert."""
ALPHA = 0.001
"""How probable a shift may be by chance alone; each intent and guard is looked at every time."""
LEAST_REQUESTS = 100
"""In each of the two times; of fewer nothing is said."""
LEAST_OF_INTENT = 10
"""In both times together; rarer intents are taken together as `rare`."""
RARE = "rare"
ANY = "any"
"""Beside the guards: any of them."""


class IntentShift(Value):
    """One intent, now and before."""

    now: Share
    before: Share
    psi: float
    """Its part of the whole."""


class CorrectionShift(Value):
    """How often a guard corrected, now and before."""

    now: Share
    before: Share
    ratio: float
    """Of the two shares, half a request added to each so that none is divided by zero."""
    chance: float
    """The probability of so much by chance: Fisher's exact test, two-sided."""
    alert: bool


class Drift(Value):
    """A time beside an earlier one."""

    since: Instant
    until: Instant
    before_since: Instant
    before_until: Instant
    requests: int
    requests_before: int
    enough: bool
    """Whether both have requests enough to be compared; where not, nothing alerts."""
    psi: float
    """Population stability index of the intents: sum of (p - q) ln(p / q) over them."""
    psi_by_chance: float
    """What chance alone stays below in all but one of a thousand times: `(1/n + 1/m)` times the quantile of a
    chi-squared distribution (B. Yurdakul, Statistical Properties of Population Stability Index, 2018)."""
    intents: dict[str, IntentShift]
    """Those that shifted most first."""
    corrections: dict[str, CorrectionShift]
    """By guard, and `any`."""
    alerts: tuple[str, ...]
    """What has to be looked at, in words."""


def drift_of(
    log: AuditLog, since: datetime, until: datetime, *, before: datetime | None = None, psi: float = PSI_MAJOR
) -> Drift:
    """Compare the requests that began from `since` until before `until` with those of the same length from `before` on.

    Args:
        before: a week before `since` unless said otherwise, so that the same days and hours are compared.
        psi: from which stability index on the intents alert.

    Raises:
        InvalidInput: the time is empty, or overlaps the one before.
    """
    start = since - WEEK if before is None else before
    end = start + (until - since)
    if until <= since or end > since:
        raise InvalidInput(
            f"{since.isoformat()} to {until.isoformat()} cannot be compared with what began at {start.isoformat()}.",
            remedy="A time ends after it begins, and the one before ends first; by default they are a week apart.",
        )
    now, then = [_counted(log, *span) for span in ((since, until), (start, end))]
    enough = min(now.requests, then.requests) >= LEAST_REQUESTS
    intents, index, chance = compared(now.intents.elements(), then.intents.elements())
    corrections = _corrections(now, then, enough)
    alerts = _alerts(intents, index, chance, psi) if enough else []
    return Drift(
        since=since,
        until=until,
        before_since=start,
        before_until=end,
        requests=now.requests,
        requests_before=then.requests,
        enough=enough,
        psi=round(index, 6),
        psi_by_chance=round(chance, 6),
        intents=intents,
        corrections=corrections,
        alerts=(*alerts, *(_told(guard, each) for guard, each in corrections.items() if each.alert)),
    )


def compared(now: Iterable[str], before: Iterable[str]) -> tuple[dict[str, IntentShift], float, float]:
    """Two spreads over names: each name's shift, the stability index, and what it stays below by chance.

    Half a request is added to each name on either side (Krichevsky and Trofimov), so that none is without any.
    """
    counts, counts_before = Counter(now), Counter(before)
    both = counts + counts_before
    rare = {name for name, count in both.items() if count < LEAST_OF_INTENT}
    for each in (counts, counts_before):
        if pooled := sum(each.pop(name, 0) for name in rare):
            each[RARE] = pooled
    names = sorted(counts | counts_before)
    n, m = counts.total(), counts_before.total()
    shifts: dict[str, IntentShift] = {}
    for name in names:
        p = (counts[name] + 0.5) / (n + 0.5 * len(names))
        q = (counts_before[name] + 0.5) / (m + 0.5 * len(names))
        part = (p - q) * math.log(p / q)
        shifts[name] = IntentShift(
            now=Share.of(counts[name], n), before=Share.of(counts_before[name], m), psi=round(part, 6)
        )
    ordered = dict(sorted(shifts.items(), key=lambda item: -item[1].psi))
    chance = (1 / n + 1 / m) * chi_squared(len(names) - 1, 1 - ALPHA) if n and m and len(names) > 1 else 0.0
    return ordered, sum(each.psi for each in ordered.values()), chance


def chi_squared(freedom: int, probability: float) -> float:
    """A quantile of the chi-squared distribution after Wilson and Hilferty (1931): 3 % too high for one degree."""
    z, part = NormalDist().inv_cdf(probability), 2 / (9 * freedom)
    return float(freedom * (1 - part + z * math.sqrt(part)) ** 3)


def by_chance(count: int, n: int, before: int, m: int) -> float:
    """How probable it is that two shares differ so much or more while nothing changed: Fisher's exact test, doubled.

    Args:
        count: of `n` now.
        before: of `m` before.
    """
    drawn = count + before
    least, most = max(0, drawn - m), min(drawn, n)
    whole = _ways(n + m, drawn)

    def tail(values: range) -> float:
        return math.fsum(math.exp(_ways(n, x) + _ways(m, drawn - x) - whole) for x in values)

    return min(1.0, 2 * min(tail(range(least, count + 1)), tail(range(count, most + 1))))


def _ways(n: int, k: int) -> float:
    """The logarithm of the number of ways to choose `k` of `n`."""
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


@dataclass(kw_only=True)
class _Counted:
    """A time, counted: nothing is remembered of a request but what it adds."""

    since: datetime
    until: datetime
    intents: Counter[str] = field(default_factory=Counter)
    """Of each request, what was asked for last."""
    corrected: Counter[str] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """How many there were."""
        return self.intents.total()

    def add(self, requests: Iterable[RequestFacts]) -> None:
        """Count those that began in this time and asked for something."""
        for each in requests:
            if self.since <= each.began_at < self.until and each.matters:
                self.intents[each.intent] += 1
                if each.corrected:
                    self.corrected.update([ANY, *each.corrected])


def _counted(log: AuditLog, since: datetime, until: datetime) -> _Counted:
    reader, counted = RequestReader(), _Counted(since=since, until=until)
    # The last request's later steps are of it, too.
    for place, step in enumerate(log.steps(since, until + LATER, ("screen", "route", "govern"))):
        reader.add(step)
        if place % _OFTEN == 0:
            counted.add(reader.taken(step.at - LATER))
    counted.add(reader.requests.values())
    return counted


def _corrections(now: _Counted, then: _Counted, enough: bool) -> dict[str, CorrectionShift]:
    n, m = now.requests, then.requests
    shifts: dict[str, CorrectionShift] = {}
    for guard in (ANY, *sorted((now.corrected | then.corrected).keys() - {ANY})):
        a, b = now.corrected[guard], then.corrected[guard]
        ratio = ((a + 0.5) / (n + 1)) / ((b + 0.5) / (m + 1))
        chance = by_chance(a, n, b, m)
        alert = enough and chance < ALPHA and not 1 / RATIO < ratio < RATIO
        shifts[guard] = CorrectionShift(
            now=Share.of(a, n), before=Share.of(b, m), ratio=round(ratio, 6), chance=chance, alert=alert
        )
    return shifts


def _alerts(intents: Mapping[str, IntentShift], index: float, chance: float, threshold: float) -> list[str]:
    if index < threshold or index <= chance:
        return []
    most = [f"{name} {_percent(each.before)} to {_percent(each.now)}" for name, each in list(intents.items())[:3]]
    return [f"intents: stability index {index:.2f}, from {threshold:g} on it alerts ({', '.join(most)})"]


def _told(guard: str, shift: CorrectionShift) -> str:
    who = "guards together" if guard == ANY else f"guard {guard}"
    return f"corrections: {who} {_percent(shift.before)} to {_percent(shift.now)} of requests"


def _percent(share: Share) -> str:
    return f"{100 * (share.share or 0.0):.1f} %"
