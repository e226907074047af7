"""How good the answers of a time were: true, settling, not asked again, liked. Read from what stands in clear."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shopgraph.audit.contacts import READ_NODES, Contact, RequestFacts, RequestReader, Step, contacts_of
from shopgraph.domain import Instant, Value

if TYPE_CHECKING:
    from shopgraph.audit.log import AuditLog

CONTACT_HOURS = 168
"""Seven days: the time in which contact centers commonly take a second contact for a repeated one."""
_Z = 1.959963984540054
"""Of the normal distribution, for 95 %."""


class Share(Value):
    """How many of how many."""

    count: int
    n: int
    share: float | None
    """From 0 to 1; None of nothing."""
    interval: tuple[float, float] | None
    """The share's 95 % interval after Wilson (1927); None of nothing."""

    @classmethod
    def of(cls, count: int, n: int) -> Share:
        """`count` of `n`."""
        if not n:
            return cls(count=count, n=n, share=None, interval=None)
        p, zz = count / n, _Z * _Z
        middle = (p + zz / (2 * n)) / (1 + zz / n)
        half = _Z * math.sqrt(p * (1 - p) / n + zz / (4 * n * n)) / (1 + zz / n)
        interval = round(max(0.0, middle - half), 6), round(min(1.0, middle + half), 6)
        return cls(count=count, n=n, share=round(p, 6), interval=interval)


class Mean(Value):
    """A mean, and of how many."""

    n: int
    mean: float | None
    """None of nothing."""


class FeedbackSummary(Mean):
    """What customers themselves said; `mean` is from 0 (thumb down, one star) to 1 (thumb up, five stars)."""

    scores: dict[str, int] = {}
    """How many gave which: `up`, `down`, `1` to `5`."""


class IntentQuality(Value):
    """The answers to requests of one intent."""

    requests: int
    groundedness: Mean
    handoffs: Share
    failures: Share
    feedback: Mean


class Quality(Value):
    """How good the answers of a time were."""

    since: Instant
    until: Instant
    """The first instant that is not in it."""
    requests: int
    groundedness: Mean
    """Of each answer: 1 when the draft was true as it stood, 0.5 when a guard mended it, 0 when it was held back."""
    handoffs: Share
    """Of requests: those that a person was to go on with."""
    failures: Share
    """Of requests: a step or a check failed, or there is no answer and nobody is waited for."""
    held_back: Share
    """Of requests: a guard blocked the answer."""
    containment: Share
    """Of contacts: settled without a person, without a failure and without an answer held back."""
    resolution: Share
    """Of contacts of known customers about something to settle: contained, and nobody came back about it in time."""
    repeat_contact: Share
    """Of the same contacts: the customer came back about the same matter in time."""
    contact_hours: int
    """How many hours after its end a contact counts as coming back; `resolution` and `repeat_contact` are of contacts
    that ended so many hours before those of the period."""
    feedback: FeedbackSummary
    judge: Mean
    """What the judge said of a sample, from 0 to 1."""
    by_intent: dict[str, IntentQuality]


class QualityReader:
    """Takes the records of a time in the order of the log and makes its `Quality`, for whoever reads them anyway."""

    def __init__(self, since: datetime, until: datetime, *, contact_hours: int = CONTACT_HOURS) -> None:
        """Say which time. Records are wanted from `needs_since` on, up to now where judges and feedback come later."""
        self.needs_since = since - timedelta(hours=contact_hours)
        """The first instant of which records are wanted: whether a contact is repeated shows only afterwards."""
        self._since, self._until, self._hours = since, until, contact_hours
        self._reader = RequestReader()

    def add(self, step: Step) -> None:
        """Take one record; those of other nodes than `READ_NODES` change nothing."""
        self._reader.add(step)

    def result(self) -> Quality:
        """The quality of the time, by what was taken so far."""
        every = [*self._reader.requests.values()]
        inside = [request for request in every if self._since <= request.began_at < self._until]
        within = timedelta(hours=self._hours)
        contacts = contacts_of(every, within=within)
        here = [contact for contact in contacts if self._since <= contact.began_at < self._until]
        over = [
            contact
            for contact in contacts
            if self._since <= contact.ended_at + within < self._until and contact.customer and contact.matters
        ]
        return Quality(
            since=self._since,
            until=self._until,
            requests=len(inside),
            groundedness=_grounded(inside),
            handoffs=_share(request.handed_over for request in inside),
            failures=_share(request.broken for request in inside),
            held_back=_share(request.held_back for request in inside),
            containment=_share(contact.settled for contact in here),
            resolution=_share(_resolved(contact) for contact in over),
            repeat_contact=_share(contact.came_back for contact in over),
            contact_hours=self._hours,
            feedback=_feedback(inside),
            judge=_mean([request.judged for request in inside if request.judged is not None]),
            by_intent=_by_intent(inside),
        )


def quality_of(log: AuditLog, since: datetime, until: datetime, *, contact_hours: int = CONTACT_HOURS) -> Quality:
    """Read the log and tell the quality of a time: of requests that began from `since` until before `until`.

    It reads in this thread; `until` may be now.
    """
    reader = QualityReader(since, until, contact_hours=contact_hours)
    for step in log.steps(reader.needs_since, _FAR, READ_NODES):
        reader.add(step)
    return reader.result()


_FAR = datetime.fromisoformat("9999-12-30T00:00:00+00:00")


def _resolved(contact: Contact) -> bool:
    return contact.settled and not contact.came_back


def _share(found: Iterable[bool]) -> Share:
    counts = Counter(map(bool, found))
    return Share.of(counts[True], counts.total())


def _mean(values: Sequence[float]) -> Mean:
    return Mean(n=len(values), mean=round(sum(values) / len(values), 6) if values else None)


def _grounded(requests: Iterable[RequestFacts]) -> Mean:
    return _mean([request.grounded for request in requests if request.answered])


def _feedback(requests: Iterable[RequestFacts]) -> FeedbackSummary:
    given = [request.feedback for request in requests if request.feedback is not None]
    mean = _mean([value for _, value in given])
    return FeedbackSummary(n=mean.n, mean=mean.mean, scores=dict(sorted(Counter(word for word, _ in given).items())))


def _by_intent(requests: Iterable[RequestFacts]) -> dict[str, IntentQuality]:
    apart: dict[str, list[RequestFacts]] = {}
    for request in requests:
        apart.setdefault(request.intent, []).append(request)
    return {
        intent: IntentQuality(
            requests=len(own),
            groundedness=_grounded(own),
            handoffs=_share(request.handed_over for request in own),
            failures=_share(request.broken for request in own),
            feedback=_mean([request.feedback[1] for request in own if request.feedback is not None]),
        )
        for intent, own in sorted(apart.items())
    }
