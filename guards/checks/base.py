"""What a check is: a plain function from a text and its facts to findings. Nothing here imports guardrails."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from shopgraph.guards.checks.numbers import in_digits
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


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A text after the findings of one check were applied."""

    text: str
    applied: tuple[Finding, ...]
    blocked: bool


def apply(text: str, findings: Iterable[Finding]) -> Corrected:
    """Apply findings from left to right; of two that overlap the first counts, and a BLOCK leaves nothing."""
    ordered = sorted(findings, key=lambda found: (found.start, -found.end))
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
    if not applied:
        return Corrected(text=text, applied=(), blocked=False)
    left = "".join([*parts, text[place:]])
    if any(found.verdict is VerdictKind.RETRY for found in applied):
        left = left.rstrip()
    return Corrected(text=left, applied=tuple(applied), blocked=not left.strip())


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """A sentence or a line of a list; `end` includes the blanks behind it."""

    start: int
    end: int
    text: str
    first_of_line: bool

    @cached_property
    def digits(self) -> str:
        """It with numbers in words written in digits, every letter at its place."""
        return in_digits(self.text)

    @cached_property
    def stems(self) -> frozenset[str]:
        """The first four letters of its words, in lower case: what it can be about, without a regex."""
        return frozenset(_STEM.findall(self.text.lower()))

    @cached_property
    def asks(self) -> bool:
        """Whether it is a question."""
        return self.text.endswith(("?", "？"))

    def clause(self, place: int) -> str:
        """The part of it, between commas and the like, that holds that place of the whole text, in lower case."""
        at = place - self.start
        begin = 0
        for found in _CLAUSE_END.finditer(self.text):
            if found.start() > at:
                return self.text[begin : found.start()].lower()
            begin = found.end()
        return self.text[begin:].lower()


_STEM = re.compile(r"(?<![^\W\d_])[^\W\d_]{1,4}|%")


def whole_words(words: str) -> frozenset[str]:
    """Words that stand in one string."""
    return frozenset(words.split())


def stems_of(words: str) -> frozenset[str]:
    """Their first four letters, to be compared with a sentence's `stems`."""
    return frozenset(word[:4] for word in words.split())


_SENTENCE_END = re.compile(r"[.!?。！？…]+[\"”’»)\]]{0,3}(?=\s|$)\s*|\s*\n\s*")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|z\.b|approx|ca|incl|excl|etc|vs|st|mr|mrs|ms|dr|bzw|inkl))\.\s*$", re.I)
_NUMBERED = re.compile(r"\b(?:no|nr|order)\.\s*$", re.I)
_DAY = re.compile(r"(?<!\d)\d{1,2}\.\s$")
_MONTH = re.compile(r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|Septem|Oktober|Novem|Dezem)")
_CLAUSE_END = re.compile(r"[,;:](?=\s)|\s[–—-]\s|\b(?:but|however|aber|mais)\b", re.I)


@lru_cache(maxsize=4)  # every check of a chain asks for those of the same text
def sentences(text: str) -> Sequence[Sentence]:
    """The text in sentences; a line end ends one too. Joined again they are the text."""
    found: list[Sentence] = []
    start, first = 0, True
    for end in _SENTENCE_END.finditer(text):
        head = text[max(start, end.end() - 14) : end.end()]
        newline = "\n" in end[0]
        if not newline and end[0].startswith(".") and not _ends(head, text[end.end() : end.end() + 9]):
            continue
        found += _no_longer(text, start, end.end(), first)
        start, first = end.end(), newline
    if start < len(text):
        found += _no_longer(text, start, len(text), first)
    return tuple(found)


_LONGEST = 600
"""Letters of a sentence: what goes on longer is cut, so that the time to check grows with the text and no faster."""


def _no_longer(text: str, start: int, end: int, first: bool) -> Iterator[Sentence]:
    while end - start > _LONGEST:
        blank = text.rfind(" ", start + 1, start + _LONGEST) + 1
        cut = blank or start + _LONGEST
        yield _sentence(text, start, cut, first)
        start, first = cut, False
    yield _sentence(text, start, end, first)


def _ends(head: str, following: str) -> bool:
    if _ABBREVIATION.search(head) or (_DAY.search(head) and _MONTH.match(following)):
        return False
    return not (_NUMBERED.search(head) and (following[:1].isdigit() or following[:1] == "#"))


def _sentence(text: str, start: int, end: int, first: bool) -> Sentence:
    return Sentence(start=start, end=end, text=text[start:end].rstrip(), first_of_line=first)


def take_out(sentence: Sentence, reason: str) -> Finding:
    """The finding that takes a whole sentence out."""
    return Finding(verdict=VerdictKind.RETRY, start=sentence.start, end=sentence.end, reason=reason)


def replace(start: int, end: int, after: str, reason: str) -> Finding:
    """The finding that puts a passage right."""
    return Finding(verdict=VerdictKind.FIX, start=start, end=end, after=after, reason=reason)


_NEGATION = re.compile(
    r"\b(?:no|not|cannot|unable|never|neither|nor|without|more than|above|exceeds?|beyond|isn|aren|don|won|doesn|can"
    r"(?=['’]t)|kein\w*|nicht|nie|pas|aucun\w*)\b|n['’]t\b",
    re.I,
)


def denies(clause: str) -> bool:
    """Whether a clause says that something is not so, or may not be."""
    return _NEGATION.search(clause) is not None


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A place where a text names something known."""

    start: int
    end: int
    key: str


def mentions(text: str, names: Iterable[str]) -> Sequence[Mention]:
    """Where the names stand as whole words, whatever their case; of two that overlap the longer one."""
    return named(text, longest_first(names))


def longest_first(names: Iterable[str]) -> tuple[str, ...]:
    """Names in lower case as `named` takes them."""
    return tuple(sorted({name.lower() for name in names if name.strip()}, key=lambda name: (-len(name), name)))


@lru_cache(maxsize=8)  # several checks of a chain ask for the same
def named(text: str, names: tuple[str, ...]) -> Sequence[Mention]:
    """`mentions` of names that stand ready."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters grow when lowered; places would not fit
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    found: list[Mention] = []
    taken = bytearray(len(text))
    for name in names:
        start = lowered.find(name)
        while start >= 0:
            end = start + len(name)
            if _whole(lowered, start, end) and not any(taken[start:end]):
                found.append(Mention(start=start, end=end, key=name))
                taken[start:end] = b"\x01" * len(name)
            start = lowered.find(name, end)
    return tuple(sorted(found, key=lambda mention: mention.start))


def _whole(text: str, start: int, end: int) -> bool:
    before = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
    after = end == len(text) or not (text[end].isalnum() and text[end - 1].isalnum())
    return before and after
