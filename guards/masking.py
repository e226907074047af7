"""What of a text may be kept in clear: the words that the package itself knows, and nothing that could name a person.

`mask_personal` finds what has a form: addresses of e-mail, numbers of cards. A name, a street, a town has none. So here
it goes the other way round: a word stays when it is an everyday one of shops and orders, and is masked when it is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

from shopgraph.guards.personal import mask_personal
from shopgraph.kept import kept

WORD = "[word]"
NUMBER = "[number]"
NAME = "[name]"
_LONGEST = 4_000
"""Characters of a text that are looked at; the rest is only in the original."""
_LETTERS = r"[^\W\d_]"
_LOWER = re.compile(rf"(?<![\w'’-]){_LETTERS}+(?:['’]{_LETTERS}+)?(?![\w'’-])")
_TOKEN = re.compile(r"(\[\w+\]|#[A-Z]\d{4,}|\w+(?:['’.,:/-]\w+)*)")
_ORDER = re.compile(r"#[A-Z]\d{4,}")
_INNER = re.compile(r"[-/.,:]")
_AS_ASCII = {"\u0130": "i", "\u0131": "i", "\u017f": "s", "\u212a": "k"}
"""The letters outside ASCII that are, whatever their case, one of ASCII's: two of i, one of s, the Kelvin sign."""
_TO_ASCII = str.maketrans(_AS_ASCII)
_RUN = re.compile(r"[\x00-\x7f]+")
_FIGURE = re.compile(r"(?:19|20)\d\d|\d{1,3}(?:[.,]\d{3})*(?:[.,]\d{1,2})?%?|\d{4}-\d\d-\d\d|\d{1,2}")
"""An amount, a day, a small number: what an answer's facts are made of."""
_CLAIM = re.compile(
    r"\b((?:my|the|a|our)\s+(?:\w+\s+)?name(?:\s+is|['’]s|:)|i\s+am|i['’]m|this\s+is|called|it['’]s|dear|hi|hello|regards,?"
    r"|ich\s+hei(?:ß|ss)e|mein\s+name\s+ist|je\s+m['’]appelle|me\s+llamo)\s+"
    r"((?:[^\W\d_][\w'’-]*\s*){1,3})",
    re.I,
)
_NEVER_ALONE = frozenset(
    {
        "art",
        "baker",
        "bill",
        "black",
        "bond",
        "brown",
        "chase",
        "cook",
        "dean",
        "drew",
        "earl",
        "frank",
        "grace",
        "grant",
        "gray",
        "green",
        "hill",
        "hope",
        "hunter",
        "iris",
        "ivy",
        "jack",
        "jade",
        "joy",
        "king",
        "lake",
        "lane",
        "long",
        "mark",
        "miles",
        "north",
        "park",
        "pat",
        "penny",
        "price",
        "rich",
        "rose",
        "ruby",
        "sandy",
        "sky",
        "smith",
        "stone",
        "sue",
        "summer",
        "taylor",
        "ted",
        "tom",
        "violet",
        "walker",
        "ward",
        "west",
        "white",
        "will",
        "winter",
        "wood",
        "young",
    }
)
"""Everyday words that are names when they are written with a capital."""


@cache
def everyday_words() -> frozenset[str]:
    """Lower-case words of the package's own utterances, phrases and examples; never read from anybody's traffic."""
    models = files("shopgraph.models")
    sources = [
        *(models / "utterances").iterdir(),
        *(models / "speech" / "phrases").iterdir(),
        files("shopgraph.guards") / "injection_benign.yaml",
        *(files("shopgraph.guards") / "bundles" / "default").iterdir(),
    ]
    found: set[str] = set()
    for source in sources:
        if source.name.endswith((".yaml", ".cedar")):
            found |= {word for word in _LOWER.findall(source.read_text(encoding="utf-8")) if word.islower()}
    return frozenset(found) | frozenset(_MORE.split())


class TextMask:
    """Masks texts of one shop and one request."""

    def __init__(self, known: Iterable[str] = (), *, words: frozenset[str] = frozenset()) -> None:
        """`known` are values that must not stay, whatever they look like; `words` may stay beside the everyday ones."""
        stripped = {value.strip() for value in known}
        values = sorted([value for value in stripped if len(value) > 1], key=len, reverse=True)
        self._known = [(value, value.lower() if value.isascii() else "") for value in values]
        self._in_ascii = [
            known for known in self._known if known[1] or all(char.isascii() or char in _AS_ASCII for char in known[0])
        ]
        """Those that can stand in a text of ASCII alone."""
        self._words = words

    def typed(self, text: str) -> str:
        """A text that somebody typed: no number of three digits stays but an order's."""
        return self._masked(text, figures=False)

    def written(self, text: str) -> str:
        """A text that the shop wrote from facts: amounts and days stay."""
        return self._masked(text, figures=True)

    def _masked(self, text: str, *, figures: bool) -> str:
        if not text:
            return ""
        if self._known:
            text = self._unnamed(text)
        return _plain(text[:_LONGEST], figures, self._words)

    def _unnamed(self, text: str) -> str:
        """The text without the known values, the longer ones first."""
        if not text.isascii():
            maybe = _maybe_in([value for value, _ in self._known], text)
            return _without(maybe, text) if maybe else text
        low = text.lower()
        values = [(value, lowered) for value, lowered in self._in_ascii if lowered in low]
        if not values:
            return text
        if all(lowered for _, lowered in values):
            return _without_ascii([lowered for _, lowered in values], text, low)
        return _without([value for value, _ in values], text)


def _maybe_in(values: Iterable[str], text: str) -> list[str]:
    """Those whose longest piece of ASCII is in the text: a text without it cannot hold the value.

    Most texts hold none, and to make the pattern takes a hundred times as long.
    """
    low = text.translate(_TO_ASCII).lower()
    return [
        value for value in values if max(_RUN.findall(value.translate(_TO_ASCII)), key=len, default="").lower() in low
    ]


def _without(values: Sequence[str], text: str) -> str:
    """Outside ASCII a pattern without case finds more than lower case does (the Kelvin sign for a k)."""
    joined = "|".join([re.escape(value) for value in values])
    return re.sub(rf"(?<!\w)(?:{joined})(?!\w)", NAME, text, flags=re.I)


def _without_ascii(values: Sequence[str], text: str, low: str) -> str:
    """The same of values and text in ASCII, both in lower case: to make the pattern takes a hundred times as long."""
    found: list[tuple[int, int, int]] = []
    for rank, value in enumerate(values):
        start = low.find(value)
        while start >= 0:
            end = start + len(value)
            if not (_of_a_word(low[start - 1 : start]) or _of_a_word(low[end : end + 1])):
                found.append((start, rank, end))
            start = low.find(value, start + 1)
    parts: list[str] = []
    done = 0
    for start, _, end in sorted(found):
        if start >= done:
            parts += (text[done:start], NAME)
            done = end
    return "".join([*parts, text[done:]])


def _of_a_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def hidden_words(text: str) -> tuple[str, ...]:
    """The words of a typed text that its masked form does not hold, each once, in their order."""
    stays = set(_TOKEN.findall(TextMask().typed(text)))
    return tuple(dict.fromkeys(word for word in _TOKEN.findall(text) if word not in stays))


@kept
@lru_cache(maxsize=8_192)
def _plain(text: str, figures: bool, words: frozenset[str]) -> str:
    everyday = everyday_words()
    text = _CLAIM.sub(lambda found: f"{found[1]} {_claimed(found[2], everyday)}", mask_personal(text))
    parts = _TOKEN.split(text)  # what is between tokens, and tokens, in turn
    shown = [*parts]
    for place in range(1, len(parts), 2):
        if parts[place] not in everyday:
            shown[place] = _shown(parts, place, figures, everyday, words, shown[place - 2] if place > 1 else "")
    return "".join(shown)


def _claimed(names: str, everyday: frozenset[str]) -> str:
    """What follows "my name is": a name, unless it goes on in everyday words ("I am looking for")."""
    first = names.split()[0]
    return names if first.islower() and first in everyday and first not in _NEVER_ALONE else f"{NAME} "


def _shown(
    parts: Sequence[str], at: int, figures: bool, everyday: frozenset[str], words: frozenset[str], before: str
) -> str:
    token = parts[at]
    if token[0] == "[" or _ORDER.fullmatch(token):
        return token
    digits = 0 if token.isalpha() else sum([char.isdigit() for char in token])
    if digits:
        stays = (digits < 3 and token.isdigit()) or (figures and bool(_FIGURE.fullmatch(token)))
        return token if stays else NUMBER
    low = token.lower().replace("’", "'")
    if low not in everyday and low not in words and not everyday.issuperset(_INNER.split(low)):
        return WORD
    if token[0].isupper() and low in _NEVER_ALONE:
        following = "".join(parts[at + 1 : at + 3])[1:2]
        starts = "".join(parts[:at]).rstrip()[-1:] in (".", "!", "?", "\n", "")
        if not starts or following.isupper() or before in (NAME, WORD):
            return NAME
    return token


_MORE = """
a about above after again all also always am an and another any anything are as ask at away back be because been before
being below best better between both but by came can cannot come could day days did different do does doing done down
during each early either else end enough even ever every everything few find first for found from full gave get give
given go goes going gone good got great had half has have having he help her here him his hour hours how i if in instead
into is it its itself just keep kept know last late later least left less let like little long look lot made make many
may maybe me mean might mine minute minutes month months more most much must my myself need never new next nice no
nobody none not nothing now of off often on once one only open or other others our out over own part past person
please possible put quite rather really right said same say see seen send sent several shall she should show since so
some somebody someone something soon still such sure take taken tell than thank thanks that the their them then there
these they thing things think this those though through till time times to today together told tomorrow too took two
three four five six seven eight nine ten twelve until up upon us use used very want was way we week weeks well went were
what when where whether which while who whole whom whose why will with within without work would write wrong year years
yes yet you your yours yourself
account address amount apply available bank bought box brand broken buy call canceled cancelled card cards cart cash
change changed charge charged cheap check city code color colour company confirm confirmed contact cost credit customer
damaged date deliver delivered delivery discount door email exchange exchanged expensive express faulty fee fit free
gift house in-store invoice item items label large mail medium message missing money name number offer online order
ordered orders package paid parcel pay payment phone pickup policy post price product promotion proof purchase quality
quantity question reason receipt received record records refund refunded reply return returned returns review sale sales
ship shipped shipping shop size small standard state status stock store street style tax team total track tracking
visa voucher wait waiting warehouse warranty website window wish zip
usd eur gbp chf cad jpy ok english german french spanish
january february march april june july august september october november december monday tuesday wednesday thursday
friday saturday sunday
"""
