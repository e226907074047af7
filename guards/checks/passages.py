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
    for sentence in sentences(text):
        if sentence.asks or len({word for word in sentence.words if len(word) > 3} & words) < _SHARED:
            continue
        found = [
            word
            for word in unsupported(sentence.text, source)
            if word.kind is not Kind.TURNED or not _OF_SPEAKERS & set(sentence.words)
        ]
        if found:
            yield take_out(sentence, f"{found[0].reason} Say only what the passages say.")


def but_quotations(find: Find) -> Find:
    """The check, but for what stands in quotation marks just as a passage has it: what the catalog says is no claim.

    It is for checks of what a product is; money, promises, orders and people are checked within quotations, too.
    """

    def found(text: str, facts: Facts) -> Iterator[Finding]:
        quotes = _quotations(text, facts) if facts.passages and '"' in text else ()
        for each in find(text, facts):
            if not any(start <= each.start and each.end <= end for start, end in quotes):
                yield each

    return found


def _quotations(text: str, facts: Facts) -> list[tuple[int, int]]:
    passages = [passage.replace('"', "'") for passage in facts.passages]
    return [each.span() for each in _QUOTED.finditer(text) if any(each[1] in passage for passage in passages)]


_OF_SPEAKERS = frozenset({"i", "we"})
"""With one of these a denial may be about the conversation: "I cannot"."""


@per_facts
def _source(facts: Facts) -> tuple[str, frozenset[str]]:
    """All that may be said, and the words of the passages."""
    passages = "\n".join(facts.passages)
    rest = facts.model_dump_json(exclude={"passages", "brand"}, exclude_none=True)
    return f"{passages}\n{rest}", frozenset(words_of(passages.lower()))
