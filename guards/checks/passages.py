"""Answers that are made of passages (help pages, descriptions): a sentence that goes beyond them goes.

It runs only where the facts hold passages, for English, which its words are of; the other facts bear a sentence too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from shopgraph.guards.checks.base import Finding, take_out
from shopgraph.guards.checks.known import per_facts
from shopgraph.guards.checks.text import sentences, words_of
from shopgraph.guards.facts import Facts
from shopgraph.guards.grounding import Kind, unsupported

Find = Callable[[str, Facts], Iterable[Finding]]
_QUOTED = re.compile(r'"([^"\n]{8,})"')
_SHARED = 3
"""Words of more than three letters that a sentence about the passages has of them."""


def find_ungrounded(text: str, facts: Facts) -> Iterator[Finding]:
    """Sentences about the passages with a figure, a name, a denial or an opposite that nothing bears."""
    if not facts.passages or not (facts.locale or "en").startswith("en"):
        return
    source, words = _source(facts)
    # What is quoted as it stands is borne, in whatever language the sentence around it is.
    for sentence in sentences(_without_quotations(text, facts) if '"' in text else text):
        if sentence.asks or len({word for word in sentence.words if len(word) > 3} & words) < _SHARED:
            continue
        found = [
            word
            for word in unsupported(sentence.text, source)
            if word.kind is not Kind.TURNED
            or not (_OF_SPEAKERS & set(sentence.words) or _denied_there(sentence.text[word.start :], source))
        ]
        if found:
            yield take_out(sentence, f"{found[0].reason} Say only what the passages say.")


def but_quotations(find: Find) -> Find:
    """The check, but for what stands in quotation marks just as a passage has it: what the catalog says is no claim.

    It is for checks of what a product is; money, promises, orders and people are checked within quotations, too.
    """

    def found(text: str, facts: Facts) -> Iterable[Finding]:
        return find(_without_quotations(text, facts) if facts.passages and '"' in text else text, facts)

    return found


def _without_quotations(text: str, facts: Facts) -> str:
    """The text with blanks in place of what it quotes: every other letter stays at its place."""
    passages = [passage.replace('"', "'") for passage in facts.passages]
    for quote in _QUOTED.finditer(text):
        if any(quote[1] in passage for passage in passages):
            text = f"{text[: quote.start(1)]}{' ' * len(quote[1])}{text[quote.end(1) :]}"
    return text


_DENIED = re.compile(r"(?:without|no|not|free of)\s(?:an?\s|any\s)?([^\W\d_]{3,})", re.I)


def _denied_there(text: str, source: str) -> bool:
    """Whether it begins with a denial that the source has in other words: "without pedals" of "no pedals"."""
    denied = _DENIED.match(text)
    if denied is None:
        return False
    thing = re.escape(denied[1])
    return (
        re.search(rf"\b(?:(?:without|no|not|free of)\s(?:an?\s|any\s)?{thing}|{thing}-free)\b", source, re.I)
        is not None
    )


_OF_SPEAKERS = frozenset({"i", "we"})
"""With one of these a denial may be about the conversation: "I cannot"."""


@per_facts
def _source(facts: Facts) -> tuple[str, frozenset[str]]:
    """All that may be said, and the words of the passages."""
    passages = "\n".join(facts.passages)
    rest = facts.model_dump_json(exclude={"passages", "brand"}, exclude_none=True)
    return f"{passages}\n{rest}", frozenset(words_of(passages.lower()))
