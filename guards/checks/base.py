"""What a check is: a plain function from a text and its facts to findings. Nothing here imports guardrails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from shopgraph.guards.checks.text import Sentence
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something wrong between two places of a text, and what becomes of it."""

    verdict: VerdictKind
    """FIX: replaced by `after`. RETRY: taken out; a model may be asked again. BLOCK: nothing of the text is said."""
    start: int
    end: int
    after: str = ""
    reason: str
    """For a FIX, why; for a RETRY, also what a model should do instead."""


class OnError(StrEnum):
    """What a failing check does to the answer."""

    CLOSED = "closed"
    """It blocks: the check protects money or people."""
    OPEN = "open"
    """It is left out: the check protects style."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A named check and what happens when it fails."""

    name: str
    find: Callable[[str, Facts], Iterable[Finding]]
    protects: str
    """In one sentence, for `shopgraph guard list`."""
    on_error: OnError = OnError.CLOSED
    whole: bool = False
    """Whether it reads whole answers only: while one is being written, it waits."""


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A text after the findings of one check were applied."""

    text: str
    applied: tuple[Finding, ...]
    blocked: bool


def apply(text: str, findings: Iterable[Finding]) -> Corrected:
    """Apply findings from left to right; of two that overlap the first counts, and a BLOCK leaves nothing."""
    ordered = sorted(findings, key=lambda found: (found.start, -found.end))
    if not ordered:
        return Corrected(text=text, applied=(), blocked=False)
    if any(found.verdict is VerdictKind.BLOCK for found in ordered):
        blocking = tuple(found for found in ordered if found.verdict is VerdictKind.BLOCK)
        return Corrected(text="", applied=blocking, blocked=True)
    parts: list[str] = []
    applied: list[Finding] = []
    place = 0
    for found in ordered:
        if found.start < place:
            continue
        parts.append(text[place : found.start])
        if found.verdict is VerdictKind.FIX:
            parts.append(found.after)
        applied.append(found)
        place = found.end
    left = "".join([*parts, text[place:]])
    if any(found.verdict is VerdictKind.RETRY for found in applied):
        left = left.rstrip()
    nothing = not any(map(str.isalnum, _PLACEHOLDER.sub("", left)))
    return Corrected(text="" if nothing else left, applied=tuple(applied), blocked=nothing)


_PLACEHOLDER = re.compile(r"\[[a-z ]{2,20}\]")
"""What stands where a link or a number was: alone it says nothing."""


def take_out(sentence: Sentence, reason: str) -> Finding:
    """The finding that takes a whole sentence out."""
    return Finding(verdict=VerdictKind.RETRY, start=sentence.start, end=sentence.end, reason=reason)


def replace(start: int, end: int, after: str, reason: str) -> Finding:
    """The finding that puts a passage right."""
    return Finding(verdict=VerdictKind.FIX, start=start, end=end, after=after, reason=reason)
