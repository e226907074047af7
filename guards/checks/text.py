"""A text as the checks read it: cut into sentences once, with the words and numbers of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from shopgraph.guards.checks.numbers import FIRST_WORDS, in_digits, is_counting
from shopgraph.guards.checks.topics import exact, tested, topic, topics_of
from shopgraph.kept import kept


class Sentence:
    """A sentence or a line of a list, and what tells cheaply what it can be about; never changed once made."""

    __slots__ = ("_cuts", "_digits", "asks", "end", "first_of_line", "low", "start", "text", "topics", "words")

    def __init__(self, whole: _Whole, start: int, end: int, first_of_line: bool) -> None:
        self.start = start
        self.end = end
        """Behind the blanks that follow it."""
        self.text = text = whole.text[start:end].rstrip()
        last = start + len(text)
        self.first_of_line = first_of_line
        self.low = low = whole.low[start:last]
        """It in lower case, every letter at its place."""
        self.words = words = whole.letters[start:last].split() if whole.letters else words_of(low)
        """Its runs of letters, in lower case."""
        self.topics = topics_of(words, low)
        """What it can be about."""
        self.asks = text.endswith(("?", "？"))
        """Whether it is a question."""
        self._digits: str | None = None
        self._cuts: Sequence[tuple[int, int]] | None = None

    @property
    def numeric(self) -> bool:
        """Whether a digit stands in it."""
        return _DIGIT.search(self.text) is not None

    @property
    def digits(self) -> str:
        """It in lower case with numbers in words written in digits, every letter at its place."""
        if self._digits is None:
            self._digits = in_digits(self.low, self.low, self.words) if self.topics & _NUMBERS else self.low
        return self._digits

    def clause(self, place: int) -> str:
        """The part of it, between commas and the like, that holds that place of it, in lower case."""
        if self._cuts is None:
            ends = _CLAUSE_END if self.topics & _BUT else _CLAUSE_MARK
            self._cuts = [found.span() for found in ends.finditer(self.low)]
        begin = 0
        for start, end in self._cuts:
            if start > place:
                return self.low[begin:start]
            begin = end
        return self.low[begin:]

    def denies_at(self, place: int) -> bool:
        """Whether the clause at that place of it says that something is not so, or may not be."""
        return bool(self.topics & _NEGATIONS) and _NEGATION.search(self.clause(place)) is not None

    def denies_before(self, place: int) -> bool:
        """Whether its clause does so ahead of that place."""
        if not self.topics & _NEGATIONS:
            return False
        clause = self.clause(place)
        begin = max(0, self.low.rfind(clause, 0, place + len(clause)))
        return _NEGATION.search(self.low, begin, place) is not None

    @property
    def denies(self) -> bool:
        """Whether any part of it does."""
        return bool(self.topics & _NEGATIONS) and _NEGATION.search(self.low) is not None


_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_LETTERS = "".join(chr(place) if chr(place).isalpha() else " " for place in range(128))
_CLAUSE_END = re.compile(  # begins with a set: fast to find
    r"[,;:\sbham](?:(?<=[,;:])(?=\s)|(?<=\s)[–—-]\s|(?:(?<=\bb)ut|(?<=\bh)owever|(?<=\ba)ber|(?<=\bm)ais)\b)"
)
_CLAUSE_MARK = re.compile(r"[,;:\s](?:(?<=[,;:])(?=\s)|(?<=\s)[–—-]\s)")
"""The same where none of the words stands."""
_NEGATION = re.compile(
    r"\b(?:no|not|cannot|unable|never|neither|nor|without|more than|above|exceeds?|beyond|(?:isn|aren|don|won"
    r"|doesn|can)"
    r"(?=['’]t)|kein\w*|nicht|nie|pas|aucun\w*)\b|n['’]t\b"
)


_LABEL = re.compile(r"[\W_]{0,8}[^\W\d_]{2,20}(?: [^\W\d_]{2,14}){0,2}[*_]{0,2} ?:")


def is_label(sentence: Sentence) -> bool:
    """Whether it is a line such as "Price: ...", which speaks of what a line before it names."""
    return _LABEL.match(sentence.text) is not None


def lowered(text: str) -> str:
    """The text in lower case and no longer: a few letters grow when lowered, and places would not fit."""
    low = text.lower()
    if len(low) != len(text):
        return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return low


def words_of(low: str) -> list[str]:
    """The runs of letters of a text in lower case."""
    return low.translate(_ASCII_LETTERS).split() if low.isascii() else _WORD.findall(low)


class _Whole(NamedTuple):
    """A text and what its sentences take their parts of: done once for all, it costs a tenth."""

    text: str
    low: str
    letters: str
    """In lower case with blanks for all but letters; empty where not all is ASCII."""


def whole_words(words: str) -> frozenset[str]:
    """Words that stand in one string."""
    return frozenset(words.split())


_NUMBERS = topic(" ".join(FIRST_WORDS)) | tested(is_counting)
_BUT = exact(("but", "however", "aber", "mais"))
_NEGATIONS = topic(
    "no not cannot unable never neither nor without more above exceed exceeds beyond isn aren don won doesn can kein "
    "nicht nie pas aucun t"
)


class Cue:
    """A pattern, and words of which one stands in whatever it finds: a sentence without them is not searched."""

    __slots__ = ("pattern", "topic")

    def __init__(self, words: str, pattern: str) -> None:
        self.topic = topic(words)
        self.pattern = re.compile(pattern)

    def search(self, sentence: Sentence, part: str | None = None) -> re.Match[str] | None:
        """Its first place in the sentence in lower case, or in a part of it."""
        if not sentence.topics & self.topic:
            return None
        return self.pattern.search(sentence.low if part is None else part)

    def find(self, sentence: Sentence) -> Iterable[re.Match[str]]:
        """All its places in the sentence in lower case."""
        return self.pattern.finditer(sentence.low) if sentence.topics & self.topic else ()

    def search_digits(self, sentence: Sentence) -> re.Match[str] | None:
        """Its first place in the sentence in lower case with numbers in digits."""
        return self.pattern.search(sentence.digits) if sentence.topics & self.topic else None

    def find_digits(self, sentence: Sentence) -> Iterable[re.Match[str]]:
        """All its places in the sentence in lower case with numbers in digits."""
        return self.pattern.finditer(sentence.digits) if sentence.topics & self.topic else ()


_SENTENCE_END = re.compile(
    r"[.!?。！？…\n](?:(?<=\n)\s*|(?<!\n)[.!?。！？…]{0,8}[\"”’»)\]]{0,3}(?:\s+|$))"  # begins with a set: fast to find
)
_ABBREVIATIONS = whole_words("e.g i.e z.b approx ca incl excl etc vs st mr mrs ms dr bzw inkl zzgl exkl ggf")
_TAXES = whole_words("mwst ust")
"""Abbreviations that end a sentence as well."""
_NUMBERED = whole_words("no nr order")
_MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "Septem", "Oktober", "Novem", "Dezem")
_LONGEST = 600
"""Letters of a sentence: what goes on longer is cut, so that the time to check grows with the text and no faster."""


@kept
@lru_cache(maxsize=8)  # every check of a chain asks for those of the same text
def sentences(text: str) -> Sequence[Sentence]:
    """The text in sentences; a line end ends one too. Joined again they are the text."""
    low = lowered(text)
    whole = _Whole(text, low, low.translate(_ASCII_LETTERS) if low.isascii() else "")
    found: list[Sentence] = []
    start, first = 0, True
    for mark in _SENTENCE_END.finditer(text):
        dot, end = mark.span()
        newline = text.find("\n", dot, end) >= 0
        if text[dot] == "." and not newline and not _ends(text, start, dot, end):
            continue
        _add(found, whole, start, end, first)
        start, first = end, newline
    if start < len(text):
        _add(found, whole, start, len(text), first)
    return tuple(found)


@kept
@lru_cache(maxsize=8)
def about(text: str) -> int:
    """The topics of all its sentences: a check for which there is none has nothing to read."""
    found = 0
    for sentence in sentences(text):
        found |= sentence.topics
    return found


def _ends(text: str, start: int, dot: int, end: int) -> bool:
    """Whether a full stop ends the sentence, and not an abbreviation, a number's "No." or a German day."""
    blank = text.rfind(" ", max(start, dot - 9), dot)
    if blank < 0 and dot - start > 9:
        return True
    before = text[max(blank + 1, start) : dot].lstrip("(\"'“„[–-").lower()
    if before in _ABBREVIATIONS or (before in _TAXES and text[end : end + 1].islower()):
        return False
    if before.isdecimal() and len(before) < 3:
        return not (end == dot + 2 and text.startswith(_MONTHS, end))
    return not (before in _NUMBERED and (text[end : end + 1].isdigit() or text[end : end + 1] == "#"))


def _add(found: list[Sentence], whole: _Whole, start: int, end: int, first: bool) -> None:
    while end - start > _LONGEST:
        blank = whole.text.rfind(" ", start + 1, start + _LONGEST) + 1
        cut = blank or start + _LONGEST
        found.append(Sentence(whole, start, cut, first))
        start, first = cut, False
    found.append(Sentence(whole, start, end, first))


@kept
@lru_cache(maxsize=4)
def with_digits(text: str) -> str:
    """The text with numbers in words written in digits, every letter at its place."""
    found = sentences(text)
    if all(sentence.digits is sentence.low for sentence in found):
        return text
    return "".join([in_digits(s.text, s.low, s.words) + text[s.start + len(s.text) : s.end] for s in found])
