"""Tone, as data of the brand: exclamation marks, shouting, emoji and how hard a sentence is to read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.text import Sentence, sentences
from shopgraph.guards.facts import Facts

_MARKS = re.compile(r"[!！]+")
_SHOUTED = re.compile(
    r"\b[A-ZÄÖÜÀÉÈÇ]{3,}(?:['’][A-Z]+)?(?:[ ,]{1,2}[A-ZÄÖÜÀÉÈÇ]{2,}(?:['’][A-Z]+)?)+\b|\b[A-ZÄÖÜÀÉÈÇ]{7,}\b"
)
_EMOJI = re.compile(r" ?[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d]+")
_LONG_WORD = 6
"""Letters above which a word counts as long in LIX."""


def find_wrong_tone(text: str, facts: Facts) -> Iterator[Finding]:
    """More exclamation marks than the brand wants, shouting, emoji, and the sentence that is hardest to read."""
    brand = facts.brand
    if brand is None:
        return
    if brand.max_exclamations is not None:
        yield from _exclamations(text, brand.max_exclamations)
    if not brand.shouting:
        yield from _shouting(text, facts)
    if not brand.emoji and not text.isascii():
        for found in _EMOJI.finditer(text):
            yield replace(found.start(), found.end(), "", "The shop uses no emoji.")
    if brand.max_reading_level is not None:
        yield from _unreadable(text, brand.max_reading_level)


def _exclamations(text: str, most: int) -> Iterator[Finding]:
    for number, found in enumerate(_MARKS.finditer(text), 1):
        behind_question = text[found.start() - 1 : found.start()] == "?"
        after = "" if behind_question else "!" if number <= most else "."
        if after != found[0]:
            yield replace(found.start(), found.end(), after, f"An answer has at most {most} exclamation marks.")


def _shouting(text: str, facts: Facts) -> Iterator[Finding]:
    names = known(facts).mentions(text)
    codes = known(facts).codes
    for found in _SHOUTED.finditer(text):
        named = any(name.start < found.end() and found.start() < name.end for name in names)
        if named or found[0] in codes:
            continue
        begins = found.start() == 0 or text[: found.start()].rstrip()[-1:] in ".!?\n"
        low = found[0].lower()
        yield replace(found.start(), found.end(), low.capitalize() if begins else low, "The shop does not shout.")


def _unreadable(text: str, most: int) -> Iterator[Finding]:
    whole = [sentence for sentence in sentences(text) if sentence.words]
    if len(whole) < 2:
        return
    worst = max(whole, key=lix)
    if lix(worst) > most:
        yield take_out(worst, f"Say it in shorter words and sentences: a reading level (LIX) of at most {most}.")


def lix(sentence: Sentence) -> float:
    """How hard a sentence is to read: words, and a hundred times the share of long ones (C. H. Björnsson, 1968)."""
    words = sentence.words
    return len(words) + 100 * sum([len(word) > _LONG_WORD for word in words]) / len(words)
