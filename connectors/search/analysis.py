"""Texts as the words that search compares: lower case, no accents, no endings, quantities in one form.

A word of an index holds letters, digits and `_` only, so that every full-text engine takes it as it is.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import import_module
from typing import Any

from shopgraph.kept import kept

STOP_WORDS = frozenset(
    (
        "a", "am", "an", "and", "any", "are", "at", "be", "by", "can", "do", "does", "find", "for", "from", "get",
        "got", "has", "have", "how", "i", "if", "in", "is", "it", "like", "looking", "me", "my", "need", "of", "on",
        "or", "our", "please", "show", "some", "that", "the", "their", "them", "there", "these", "this", "to", "want",
        "what", "which", "with", "would", "you", "your",
    )
)  # fmt: skip
"""Words that every query has; they are left out on both sides."""

_UNITS = {
    "inch": "inch", "inches": "inch", '"': "inch", "''": "inch", "”": "inch", "′′": "inch",
    "mm": "mm", "millimeter": "mm", "millimeters": "mm", "cm": "cm", "centimeter": "cm", "centimeters": "cm",
    "m": "m", "meter": "m", "meters": "m", "metre": "m", "metres": "m", "ft": "ft", "feet": "ft", "foot": "ft",
    "mb": "mb", "megabyte": "mb", "megabytes": "mb", "gb": "gb", "gigabyte": "gb", "gigabytes": "gb",
    "tb": "tb", "terabyte": "tb", "terabytes": "tb",
    "g": "g", "gram": "g", "grams": "g", "kg": "kg", "kilogram": "kg", "kilograms": "kg", "lb": "lb", "lbs": "lb",
    "ml": "ml", "milliliter": "ml", "milliliters": "ml", "l": "l", "liter": "l", "liters": "l", "litre": "l",
    "litres": "l", "oz": "oz", "ounce": "oz", "ounces": "oz",
    "hz": "hz", "khz": "khz", "mhz": "mhz", "ghz": "ghz", "w": "w", "watt": "w", "watts": "w",
    "v": "v", "volt": "v", "volts": "v", "mah": "mah", "dpi": "dpi", "fps": "fps", "ppm": "ppm", "mp": "mp",
    "megapixel": "mp", "megapixels": "mp", "pcs": "pcs", "pc(s)": "pcs", "pieces": "pcs",
}  # fmt: skip
"""How a unit is written, to its one name."""
UNIT_NAMES = frozenset(_UNITS)
_SIZES: tuple[dict[str, Decimal], ...] = (
    {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000)},
    {"mb": Decimal(1), "gb": Decimal(1000), "tb": Decimal(1_000_000)},
    {"mb": Decimal(1), "gb": Decimal(1024), "tb": Decimal(1_048_576)},
    {"g": Decimal(1), "kg": Decimal(1000)},
    {"ml": Decimal(1), "l": Decimal(1000)},
    {"mhz": Decimal(1), "ghz": Decimal(1000)},
)
_QUANTITY = re.compile(
    r"(?<![\w.,])(\d+(?:[.,]\d+)?)(\s?-?\s?)("
    + "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
    + r")(?![\w'\"])"
)
_DIGIT = re.compile(r"\d")
_CONSONANTS = re.compile(r"[bcdfghjklmnpqrstvwxz]+")
_FREE = re.compile(r"([^\W_]{3,})-free\b")
_WORD = re.compile(r"[^\W_]+(?:__?[^\W_]+)*")


def words(text: str) -> list[str]:
    """The text's words as an index holds them; `27 inch` and `27"` are both `27` and `27inch`."""
    if text.isascii() and text.isalpha() and text.islower():  # one word, and plain: most calls are for one
        return [] if text in STOP_WORDS else [stem(text)]
    found = []
    for word in _WORD.findall(plain(text)):
        quantity = word.partition("__")
        if quantity[1]:
            found.append(quantity[0])
            found.append(quantity[0] + quantity[2])
        elif word not in STOP_WORDS:
            found.append(stem(word))
    return found


def surface(text: str) -> list[str]:
    """The text's words as they were typed, in lower case and without accents; a quantity is one word."""
    return [word.replace("__", "") for word in _WORD.findall(plain(text))]


def quantity_forms(word: str) -> tuple[str, ...]:
    """The same quantity in neighboring units: `1tb` is `1000gb` and `1024gb`, too. Empty for other words."""
    parts = re.fullmatch(r"(\d+(?:_\d+)?)([a-z]+)", word)
    if parts is None:
        return ()
    amount, unit = Decimal(parts[1].replace("_", ".")), parts[2]
    found: dict[str, None] = {}
    for scale in _SIZES:
        for other, size in scale.items():
            if unit in scale and other != unit:
                value = amount * scale[unit] / size
                if Decimal("0.01") <= value < 100_000 and value == round(value, 2):
                    found[f"{_number(value)}{other}"] = None
    if unit == "inch":
        found[f"{_number(round(amount * Decimal('2.54'), 1))}cm"] = None
    return tuple(found)


@kept
@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The word without its ending (Snowball's English stemmer, Porter 2); short words and those with digits stay.

    The stemmer leaves the plural of letters alone (`tvs`); here it loses its s, too.
    """
    if len(word) < 3 or any(character.isdigit() for character in word):
        return word
    if word.endswith("s") and _CONSONANTS.fullmatch(word):
        return word[:-1]
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    library: Any = import_module("snowballstemmer")  # it ships no types
    return library.stemmer("english")


def plain(text: str) -> str:
    """The text in lower case, without accents; a quantity is one word, written `27__inch`."""
    lowered = text.casefold().replace("’", "'")
    if not lowered.isascii():
        normal = unicodedata.normalize("NFKD", lowered)
        lowered = "".join([character for character in normal if not unicodedata.combining(character)])
    plain = lowered.replace("_", " ")
    if _DIGIT.search(plain):
        plain = _QUANTITY.sub(lambda match: f" {_written(match[1])}__{_UNITS[match[3]]} ", plain)
    if "-free" in plain:
        plain = _FREE.sub(r"\1free", plain)
    return plain.replace("'", "")


def _written(number: str) -> str:
    """A number as one word: `15.6` and `15,6` are `15_6`; `1,000` is `1000`."""
    whole, mark, part = number.replace(",", ".").partition(".")
    if mark and len(part) == 3 and "," in number:
        return whole + part
    try:
        return _number(Decimal(f"{whole}.{part or '0'}"))
    except InvalidOperation:  # digits of other scripts
        return whole + part


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", "_")
