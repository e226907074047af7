"""The last tier as a chat model: it answers a conversation from the facts that stand in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from shopgraph.models.speech.known import Known, facts_block
from shopgraph.models.speech.language import language_of
from shopgraph.models.speech.speaker import Speaker

_WORD = re.compile(r"[^\W_]{3,}")
_MOST_LINES = 4


def answer_from(messages: Sequence[dict[str, Any]], language: str = "") -> str:
    """What the facts of a conversation say about its newest question.

    Facts are the tools' results since that question, then what stands between <facts> and </facts>: a JSON object in
    the form of a tool's result, or lines, of which those that share a word with the question are told as they stand.

    Args:
        messages: in OpenAI's form.
        language: `en`, `de` or `fr`; empty for the question's.

    Raises:
        ConfigurationError: there are no phrases in that language.
    """
    asked = max((place for place, item in enumerate(messages) if item.get("role") == "user"), default=-1)
    question = _text(messages[asked]) if asked >= 0 else ""
    known = Known()
    for item in messages[asked + 1 :]:
        if item.get("role") == "tool":
            known += Known.of_text(_text(item))
    lines: list[str] = []
    for item in messages if not known else ():
        if item.get("role") == "system":
            found, written = facts_block(_text(item))
            known += found
            lines += written
    told = _about(question, lines) if not known else ()
    speaker = Speaker(language or language_of(question))
    return speaker.tell(Known(sentences=told) if told else known)


def _about(question: str, lines: Sequence[str]) -> tuple[str, ...]:
    """The lines that share most words with the question."""
    asked = {word.lower() for word in _WORD.findall(question)}
    shared = {line: len(asked & {word.lower() for word in _WORD.findall(line)}) for line in lines}
    best = sorted((line for line in lines if shared[line]), key=lambda line: -shared[line])
    return tuple(best[:_MOST_LINES])


def _text(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return str(content or "")
