"""What comes in is data: cleaned, and searched for instructions that hide in it."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterator

from pydantic import JsonValue

from shopgraph.domain import Value
from shopgraph.errors import InvalidInput
from shopgraph.guards.decisions import Verdict, VerdictKind
from shopgraph.guards.injection import find_in, read_as
from shopgraph.guards.injection_classifier import SURE, shipped_classifier
from shopgraph.guards.personal import mask_personal
from shopgraph.kept import Kept

__all__ = [
    "FENCE",
    "MAX_MESSAGE",
    "Screened",
    "clean_message",
    "mask_personal",
    "screen_json",
    "screen_line",
    "screen_message",
    "screen_retrieved",
]

MAX_MESSAGE = 8000
"""Characters of one message at most."""
FENCE = "[text removed: it looked like an instruction]"
"""What stands where retrieved text was taken out."""
_EXCERPT = 300
_SHORTEST = 12
"""Characters of the shortest text that is searched within a result: ids and states are shorter."""
_REMEMBERED = 20_000
_SEEN: Kept[bytes, str | None] = Kept()
"""What was found in fetched texts, which come again with every request; by keyed digest, so that no text is kept."""
_SEEN_KEY = secrets.token_bytes(16)
_MARKS = str.maketrans("<>", "\u2039\u203a")


class Screened(Value):
    """A text as it goes on, and what was found in it."""

    text: str
    verdicts: tuple[Verdict, ...] = ()
    suspicious: bool = False
    """It tries to instruct the assistant. It is handled as data either way."""


def clean_message(text: str) -> str:
    """A shopper's message as it is read: normalised, without characters that nobody sees.

    Raises:
        InvalidInput: there is nothing in it, or it is longer than 8,000 characters.
    """
    clean = _clean(text).strip() if len(text) <= MAX_MESSAGE else text
    if len(clean) > MAX_MESSAGE:
        raise InvalidInput(
            f"The message has {len(clean):,} characters; at most {MAX_MESSAGE:,} can be read.",
            remedy="Say it in fewer words, or in several messages.",
            length=len(clean),
            limit=MAX_MESSAGE,
        )
    if not clean:
        raise InvalidInput("The message is empty.", remedy="Write what it is about.")
    return clean


def screen_message(text: str) -> Screened:
    """Clean a shopper's message and say whether it tries to instruct the assistant.

    Raises:
        InvalidInput: as `clean_message`.
    """
    clean = clean_message(text)
    verdicts = [*_hidden(text, clean, "message")]
    what = _instruction(clean, retrieved=False)
    if what:
        reason = f"The message {what}; it is handled as data."
        verdicts.append(_verdict("injection", clean, clean, reason))
    return Screened(text=clean, verdicts=tuple(verdicts), suspicious=what is not None)


def screen_retrieved(text: str, source: str) -> Screened:
    """Clean fetched text (a review, a note, a name) and fence every paragraph that instructs the assistant."""
    clean = _clean(text)
    verdicts = [*_hidden(text, clean, source)]
    whole = _instruction_in_fetched(clean)
    if whole is None:
        return Screened(text=clean, verdicts=tuple(verdicts))
    paragraphs = clean.split("\n")
    found = [_instruction(paragraph, retrieved=True) for paragraph in paragraphs]
    if not any(found):  # one instruction broken over several lines
        paragraphs, found = [clean], [whole]
    for place, what in enumerate(found):
        if what:
            verdicts.append(_verdict("injection", paragraphs[place], FENCE, f"Text from {source} {what}."))
            paragraphs[place] = FENCE
    return Screened(text="\n".join(paragraphs), verdicts=tuple(verdicts), suspicious=True)


def screen_json(value: JsonValue, source: str) -> JsonValue:
    """A tool's result with every text in it cleaned and fenced as `screen_retrieved` does; keys and numbers stay."""
    match value:
        case str():
            return _screened(value, source) if len(value) >= _SHORTEST else value
        case list():
            return [screen_json(item, source) for item in value]
        case dict():
            return {key: screen_json(item, source) for key, item in value.items()}
        case _:
            return value


def screen_line(text: str, source: str) -> str:
    """A line of facts for a model: cleaned, fenced, on one line, and without what could end the block it stands in."""
    flat = " ".join(_screened(text, source).split())
    return flat.translate(_MARKS)


def _screened(text: str, source: str) -> str:
    """What `screen_retrieved` makes of a text, where nobody asks what was found."""
    clean = _clean(text)
    return clean if _instruction_in_fetched(clean) is None else screen_retrieved(text, source).text


def _instruction(text: str, *, retrieved: bool) -> str | None:
    """What the text tries, by a rule or else by the classifier, or None."""
    read = read_as(text)
    what = find_in(read, retrieved=retrieved)
    if what is None and shipped_classifier().score_read(read) > SURE:
        return "reads like an instruction to the assistant"
    return what


def _instruction_in_fetched(text: str) -> str | None:
    """The same of a fetched text, found once."""
    key = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=_SEEN_KEY).digest()
    try:
        return _SEEN[key]
    except KeyError:
        what = _instruction(text, retrieved=True)
    if len(_SEEN) >= _REMEMBERED:
        _SEEN.clear()
    _SEEN[key] = what
    return what


_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")
"""Unicode categories of control, format (zero-width, bidirectional, tag), surrogate, private, unassigned characters."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x85]")


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    if text.isascii():
        return _CONTROL.sub("", text)
    normal = unicodedata.normalize("NFKC", text)
    if normal.isprintable():
        return normal
    return "".join(char for char in normal if char in "\n\t" or unicodedata.category(char) not in _INVISIBLE)


def _hidden(text: str, clean: str, source: str) -> Iterator[Verdict]:
    if text.isprintable():
        return
    if text.isascii():
        hidden = len(_CONTROL.findall(text))
    else:
        hidden = sum(1 for char in text if char not in "\r\n\t\x85" and unicodedata.category(char) in _INVISIBLE)
    if hidden:
        reason = f"Control and zero-width characters were taken out of the {source}."
        yield _verdict("normalization", f"{hidden} hidden characters", clean, reason)


def _verdict(guard: str, before: str, after: str, reason: str) -> Verdict:
    return Verdict(
        guard=guard, verdict=VerdictKind.FIX, before=before[:_EXCERPT], after=after[:_EXCERPT], reason=reason
    )
