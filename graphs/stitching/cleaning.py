"""Fetched text made fit to be read: no markup, units and amounts written one way, instructions fenced."""

from __future__ import annotations

import html
import re
from decimal import Decimal
from html.parser import HTMLParser

from shopgraph.domain import Money
from shopgraph.errors import InvalidInput
from shopgraph.guards.checks.amounts import EVERY, find_amounts
from shopgraph.guards.checks.units import UNITS, Unit
from shopgraph.guards.screen import Screened, screen_retrieved

_MARKED = re.compile(r"[<>&`*_#\[\]~|]|^\s*[-+>]\s", re.M)
_DROPPED = frozenset({"script", "style", "template", "noscript", "svg", "math", "iframe", "object", "head"})
"""Elements whose content is not text for a reader."""
_BREAKS = frozenset(
    (
        "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figure", "footer", "h1", "h2", "h3", "h4",
        "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
    )
)  # fmt: skip
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3}|~~|`{1,3})(?=\S)(.+?)(?<=\S)\1(?![\w*])", re.S)
_LINE_MARK = re.compile(r"^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-+*][ \t]+|`{3,}.*$|\|)", re.M)
_BLANKS = re.compile(r"[ \t\u00a0\u202f]+")
_EMPTY_LINES = re.compile(r"\s*\n\s*")


class _Text(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._within.append(tag)
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._within:
            del self._within[self._within.index(tag) :]
        elif tag in _BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.parts.append(data)


def plain_text(text: str) -> str:
    """Text without HTML and Markdown, blanks made single, one line per block. What tags hide comes together again."""
    if _MARKED.search(text):
        text = _without_tags(text)
        text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
        text = _LINE_MARK.sub("", text)
        text = _EMPHASIS.sub(r"\2", text)
    return _EMPTY_LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def _without_tags(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    # Twice at most: an entity may hide a tag (&lt;b&gt;), and what hides one in another entity stays text.
    for _ in range(2):
        reader = _Text()
        reader.feed(text)
        reader.close()
        stripped = "".join(reader.parts)
        if stripped == text:
            break
        text = stripped
    return html.unescape(text) if "&" in text else text


_STEPS = {
    "mass": ((Decimal(1000), "kg"), (Decimal(1), "g"), (Decimal("0.001"), "mg")),
    "length": ((Decimal(1_000_000), "km"), (Decimal(1000), "m"), (Decimal(10), "cm"), (Decimal(1), "mm")),
    "volume": ((Decimal(1000), "l"), (Decimal(1), "ml")),
}
_DIGIT = re.compile(r"\d")
_MEASURE = re.compile(
    r"(?<![\w.,$€£#/-])\d{1,7}\s?(?:ft|foot|feet|lbs?)\.?,?\s?\d{1,2}(?:\.\d{1,2})?\s?(?:in|inch|inches|oz|ounces?|\")(?!\w)"
    r"|(?<![\w.,$€£#/-])(?P<number>\d{1,7}(?:[.,]\d{1,2})?)\s?(?P<unit>[A-Za-zäöüéèà²\"]{1,12}\.?)(?![\w²])"
)
_AMBIGUOUS = frozenset({"h", "m", "in", "v", "w", "an", "l", "g", "ps", "hp", "min", "mins"})
"""Letters that are a unit only right behind a number, or another word altogether."""
_EITHER = frozenset({"oz", "ounce", "ounces", "unze", "unzen", "pound", "pounds"})
"""Of a drink an ounce is a volume, and a pound may be money."""


def normal_units(text: str) -> str:
    """Masses, lengths and volumes written one way ("3,5 Kilogramm" is "3.5 kg"); imperial ones are converted beside.

    What is not certain stays as it is: numbers such as 1,299, a single capital ("5G", a size 38 M), ounces, and lengths
    or masses in two units.
    """
    return _MEASURE.sub(_written, text) if _DIGIT.search(text) else text


def _written(found: re.Match[str]) -> str:
    if found["number"] is None:
        return found[0]  # 5 ft 3 in is one length
    written = found["unit"].rstrip(".")
    word = written.lower()
    unit = UNITS.get(word)
    if unit is None or unit.kind not in _STEPS or word in _EITHER or (len(written) == 1 and written.isupper()):
        return found[0]
    if word in _AMBIGUOUS and found[0][len(found["number"])].isspace() and word not in ("g", "l", "m"):
        return found[0]
    value = Decimal(found["number"].replace(",", "."))
    if unit.system == "imperial":
        return f"{found[0]} ({_metric(value, unit, rounded=True)})"
    return _metric(value, unit, rounded=False)


def _metric(value: Decimal, unit: Unit, *, rounded: bool) -> str:
    base = value * unit.factor
    steps = _STEPS[unit.kind]
    step, name = next(((step, name) for step, name in steps if base >= step), steps[-1])
    shown = base / step
    if rounded:
        shown = shown.quantize(Decimal("0.1"))
    return f"{shown.normalize():f} {name}"


_PREFIXED = re.compile(r"(?:[^\W\d_]|\d\s?[-–—]\s?)$")
"""Ends with a letter (CA$20), or with the lower end of a range."""
_GROWS = re.compile(
    r"[^\W\d_]|\s?[-–—]\s?[$€£]?\d|\s(?:k|m|mn|mio|mrd|bn|tsd|thousand|tausend|mille?|mil|billion|mill?i?[oó]n\w{0,2})\b",
    re.I,
)
"""Goes on so that the number is not the whole amount: $5k, $5 million, $20-30."""


def normal_amounts(text: str, currency: str) -> str:
    """Amounts of money written one way ("$1,299" is "1299.00 USD"), where it is clear what they mean.

    Left as they are: a number without a currency, another dollar than the sign's (CA$20), thousands and millions ($5k),
    ends of a range ($20-30).

    Args:
        currency: of the region: what a sign that several currencies share ("$") stands for, if it may.
    """
    for amount in reversed(find_amounts(text)):
        meant = currency if currency in amount.currencies else next(iter(amount.currencies))
        if currency not in amount.currencies and len(amount.currencies) != 1:
            continue
        if (
            amount.currencies == EVERY
            or _PREFIXED.search(text, max(0, amount.start - 4), amount.start)
            or _GROWS.match(text, amount.end)
        ):
            continue
        readings = [money for value in amount.values if (money := _money(value, meant)) is not None]
        if len(readings) == 1:
            text = f"{text[: amount.start]}{readings[0]}{text[amount.end :]}"
    return text


def _money(value: Decimal, currency: str) -> Money | None:
    """The amount, where the currency has so many digits: $1,299 is no dollar and 29.9 cents."""
    try:
        return Money.of(value, currency)
    except InvalidInput:
        return None


def clean_text(text: str, source: str, *, currency: str = "") -> Screened:
    """A fetched text as it may be read: without markup, in one form, with every instruction in it fenced.

    Markup goes first: what it tears apart ("ig<b>nore</b>") must be whole when it is searched for instructions.
    """
    screened = screen_retrieved(plain_text(text), source)
    written = normal_units(screened.text)
    if currency:
        written = normal_amounts(written, currency)
    return screened if written == screened.text else screened.model_copy(update={"text": written})
