"""Rules that find an instruction to the assistant hidden in text. Every pattern is bounded, so a scan is linear."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from shopgraph.guards.injection_readings import holds_one, readings


def find_instruction(text: str, *, retrieved: bool) -> str | None:
    """What the text tries, in a few words, or None.

    Retrieved text (a review, a note, a name) is held to more rules than what a shopper says: a shopper may ask for a
    discount, a review has nobody to give one to. What stands encoded or disguised in it is read too.
    """
    return find_in(read_as(text), retrieved=retrieved)


class Read(NamedTuple):
    """A text, or another that it can be read as."""

    text: str
    plain: str
    """What a reader sees: its skeleton."""


def read_as(text: str) -> Sequence[Read]:
    """The text, and everything else that it can be read as."""
    return [Read(each, skeleton(each)) for each in (text, *readings(text))]


def find_in(read: Sequence[Read], *, retrieved: bool) -> str | None:
    """As `find_instruction`, of a text that is read already."""
    for each in read:
        if what := find_in_skeleton(each.plain, retrieved=retrieved):
            return what
    return None


def find_in_skeleton(plain: str, *, retrieved: bool) -> str | None:
    """As `find_instruction`, of a text that is already what a reader sees."""
    if holds_one(plain, _NEEDLES):
        rules = _ANYWHERE + _OF_RETRIEVED if retrieved else _ANYWHERE
    else:
        rules = _OF_RETRIEVED if retrieved else ()
    for what, pattern in rules:
        if pattern.search(plain):
            return what
    return None


_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһӏԛԝвкмнтгпαβεηικμνορτυχωγı",
    "aeopcyxijsdhlqwbkmhtrnabenikmvoptuxwyi",
)
"""Cyrillic and Greek letters that read as Latin ones."""
_FIRST_MARK = "\u0300"
"""No character before it is a combining one."""
_SPELLED = re.compile(r"(?<![^\W_])(?:[a-z][ .*_-]){4,40}[a-z](?![^\W_])")
_BETWEEN_LETTERS = re.compile(r"[ .*_-]")


def skeleton(text: str) -> str:
    """What a reader sees: lower case, without accents and look-alikes, "i g n o r e" as one word."""
    plain = text.casefold()
    if not plain.isascii():
        normal = unicodedata.normalize("NFKD", plain)
        plain = "".join([char for char in normal if char < _FIRST_MARK or not unicodedata.combining(char)])
        plain = plain.translate(_LOOKALIKES)
    return _SPELLED.sub(lambda found: _BETWEEN_LETTERS.sub("", found[0]), plain)


_GAP = r"(?:[^\w\n]{1,3}[\w'’]{1,20}){0,5}[^\w\n]{1,3}"
"""Up to five words between two others."""
_NEXT = rf"(?:{_GAP}|[^\w\n]{{1,3}})"
_ORDERS = r"(?:instructions?|rules|prompts?|guidelines|polic(?:y|ies)|directions|programming|restrictions|context)\b"
_FOREIGN_ORDERS = (
    r"(?:anweisung(?:en)?|instruktion(?:en)?|regeln|vorgaben|befehle|richtlinien|instrucciones|reglas|consignes|regles"
    r"|instructions|directives|istruzioni|regole|instrucoes|regras|instructies|regels|polecenia|instrukcje|instrukcije)\b"
)
_FOREIGN_BEFORE = (
    r"(?:alle[nrs]?|vorherigen?|bisherigen?|obigen?|deine|ihre|anteriores|previas|todas|tus|sus|toutes|precedentes|tes|vos"
    r"|tutte|precedenti|tue|vostre|todas|suas|alle|vorige|eerdere|wszystkie|poprzednie|sve)\b"
)
_ANYONE = r"(?:customers?|users?|shoppers?|buyers?|readers?|everyone|everybody|me|them)\b"
_GIFT = r"(?:discounts?|refunds?|coupons?|credits?|vouchers?|free|\d{1,3} ?(?:%|percent))"
_MACHINE = r"(?:ai|assistants?|chatbots?|agents?|bots?|models?|llms?)\b"


def _rules(*rules: tuple[str, str]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((what, re.compile(pattern, re.MULTILINE)) for what, pattern in rules)


_ANYWHERE = _rules(
    (
        "overrides instructions",
        (
            rf"\b(?:ignore|disregard|forget|override|bypass|neglect)\b{_GAP}"
            rf"(?:previous|prior|above|earlier|preceding|all|your|system|any)\b{_NEXT}{_ORDERS}"
        ),
    ),
    (
        "overrides instructions",
        (
            r"\b(?:ignore|disregard|forget|override|bypass)\s{1,3}(?:(?:all|any|the|your|these|those)\s{1,3}){0,3}"
            r"(?:previous|prior|above|earlier|preceding|system)?\s{0,3}"
            r"(?:instructions|rules|prompts?|guidelines|policies|programming|restrictions)\b"
        ),
    ),
    (
        "overrides instructions",
        (
            r"\b(?:ignorier(?:e|en|t)?|vergiss|vergesst|vergessen sie|missachte[nt]?|oublie[zr]?|ignore[zr]?"
            r"|olvid[aeo]n?|ignor[ae]n?|dimentica(?:te)?|esqueca|negeer|vergeet|zapomnij|zignoruj|zaboravi(?:te)?)\b"
            rf"{_GAP}(?:{_FOREIGN_ORDERS}{_NEXT}{_FOREIGN_BEFORE}|{_FOREIGN_BEFORE}{_NEXT}{_FOREIGN_ORDERS})"
        ),
    ),
    (
        "gives a new role",
        r"\byou are (?:now|no longer) (?:an? |the (?!first|second|third|fourth|next|last|only)|in |bound )",
    ),
    (
        "gives a new role",
        (
            r"\b(?:act|behave|respond|answer) as (?:if you (?:were|are|had no)|"
            r"an? (?:admin|administrator|developer|unrestricted|unfiltered|system|root|different))\b"
        ),
    ),
    (
        "gives a new role",
        (
            r"\bpretend (?:to be|that you are|you are|you're) (?:an? |the )?"
            r"(?:admin|developer|system|owner|manager|different|another|unrestricted)"
        ),
    ),
    (
        "gives a new role",
        (
            r"\b(?:do anything now|(?:god|sudo|dan|jailbreak|unrestricted) mode"
            r"|developer mode (?:output|enabled|response)|jailbreak (?:yourself|mode|prompt)|you are jailbroken)\b"
        ),
    ),
    (
        "asks for the prompt",
        (
            rf"\b(?:reveal|show|print|repeat|output|display|leak|dump|recite)\b{_NEXT}"
            r"(?:(?:the |your )?(?:system|hidden|initial|secret) (?:prompt|instructions)"
            r"|your (?:instructions|prompt))\b(?! (?:for|on|to|about)\b)"
        ),
    ),
    ("imitates markup", r"<\|?/?(?:im_start|im_end|system|assistant|endoftext)\b|\[/?(?:inst|system|sys)\]|<<sys>>"),
    (
        "imitates markup",
        (
            r"^[^\S\n]{0,8}(?:#{1,4}[^\S\n]{0,3})?(?:system|assistant|developer)(?: prompt| message| instruction)?"
            r"[^\S\n]{0,3}:[^\S\n]"
        ),
    ),
    (
        "gives new instructions",
        r"\b(?:new|updated|real|actual) (?:system )?instructions?\s{0,2}(?::|are\b|from\b)",
    ),
)
"""What no shopper needs to say."""

_NEEDLES = (
    *(
        "ignore",
        "disregard",
        "forget",
        "override",
        "bypass",
        "neglect",
        "pretend",
    ),
    *("ignorier", "vergiss", "vergess", "missacht", "oubli", "olvid", "ignora", "dimentica", "esque", "negeer"),
    *("vergeet", "zapomnij", "zignoruj", "zaboravi"),
    *(" mode", "jailbr"),
    *("you are now", "you are no longer", "act as", "behave as", "respond as", "answer as", "do anything now"),
    *("prompt", "instruction", "system", "assistant", "developer", "<", "["),
)
"""What `_ANYWHERE` finds holds one of these: most texts are done with after looking for them."""

_OF_RETRIEVED = _rules(
    (
        "addresses an assistant",
        rf"\b(?:note|attention|message|instructions?|warning|memo) (?:to|for) (?:the |any |all |every )?{_MACHINE}",
    ),
    (
        "addresses an assistant",
        (
            r"\b(?:ai|assistant|chatbot|llm|language model|shopping agent)\b[,:]? "
            r"(?:must|should|shall|has to|needs? to|please|is to|will now)\b"
        ),
    ),
    ("addresses an assistant", r"\b(?:as|dear) (?:an? |the )?(?:ai|assistant|chatbot|language model)\b"),
    (
        "gives something away",
        rf"\b(?:give|grant|apply|offer|provide|issue|credit)\b{_NEXT}{_ANYONE}{_NEXT}{_GIFT}",
    ),
    (
        "keeps something secret",
        (
            rf"\b(?:do not|don['’]?t|never)\b{_NEXT}(?:tell|mention|inform|reveal|disclose)\b{_GAP}"
            r"(?:user|customer|shopper|human|anyone)\b"
        ),
    ),
    ("calls a tool", r"\b(?:call|invoke|execute) (?:the )?(?:\w{1,30} )?(?:tool|function|command|api)\b"),
    (
        "sends data away",
        (
            rf"\b(?:send|forward|post|exfiltrate|upload|email)\b{_GAP}(?:to|at)\b[^\n]{{0,20}}"
            r"(?:https?:|www\.|[\w.-]{1,40}@)"
        ),
    ),
    (
        "claims approval",
        r"\b(?:pre-?approved|already authori[sz]ed) (?:by|for) (?:the )?(?:management|system|admin|support|staff)\b",
    ),
)
"""What no review, note or name needs to say, though a shopper may."""
