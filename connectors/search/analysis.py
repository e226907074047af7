"""Texts as the words that search compares: lower case, no accents, no endings, quantities in one form.

A word of an index holds letters, digits and `_` only, so that every full-text engine takes it as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType
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
"""Words that every English query has; they are left out on both sides."""
_STEMMERS: Mapping[str, str] = MappingProxyType({"en": "english", "de": "german", "fr": "french", "es": "spanish"})
LANGUAGES = tuple(_STEMMERS)
"""Those that a catalog may be in."""
_STOP_WORDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "en": STOP_WORDS,
        "de": frozenset(
            (
                "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "eines", "und",
                "oder", "in", "im", "ins", "am", "an", "auf", "aus", "bei", "von", "vom", "zu", "zum", "zur", "mit",
                "fur", "ist", "sind", "es", "gibt", "ich", "wir", "sie", "ihr", "ihre", "mein", "meine", "mir", "such",
                "suche", "suchen", "brauche", "zeig", "zeige", "bitte", "haben", "habt", "hat", "kann", "was", "welche",
                "welcher", "welches", "wie",
            )
        ),
        "fr": frozenset(
            (
                "le", "la", "les", "un", "une", "des", "de", "du", "d", "l", "et", "ou", "en", "au", "aux", "a", "avec",
                "pour", "dans", "sur", "par", "est", "sont", "je", "j", "nous", "vous", "cherche", "veux", "voudrais",
                "avez", "ai", "mon", "ma", "mes", "ce", "cet", "cette", "ces", "qui", "que", "qu", "quel", "quelle",
                "svp", "il", "elle", "y", "s",
            )
        ),
        "es": frozenset(
            (
                "el", "la", "los", "las", "un", "una", "unos", "unas", "de", "del", "y", "o", "en", "a", "al", "con",
                "para", "por", "es", "son", "busco", "quiero", "necesito", "tienen", "tiene", "tienes", "hay", "mi",
                "mis", "este", "esta", "estos", "estas", "que", "cual",
            )
        ),
    }
)  # fmt: skip
"""As `plain` writes them."""

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
_FREE = re.compile(r"(?<![^\W_])([^\W_]{3,}+)-free\b")
_WORD = re.compile(r"[^\W_]+(?:__?[^\W_]+)*")


def words(text: str, language: str = "en") -> list[str]:
    """The text's words as an index holds them; `27 inch` and `27"` are both `27` and `27inch`."""
    if text.isascii() and text.isalpha() and text.islower():  # one word, and plain: most calls are for one
        return [] if text in _STOP_WORDS[language] else [stem(text, language)]
    found = []
    unsaid = _STOP_WORDS[language]
    for word in _WORD.findall(plain(text, language)):
        quantity = word.partition("__")
        if quantity[1]:
            found.append(quantity[0])
            found.append(quantity[0] + quantity[2])
        elif word not in unsaid:
            found.append(stem(word, language))
    return found


def stop_words(language: str) -> frozenset[str]:
    """Words that every query in that language has, as they are without accents; left out on both sides."""
    return _STOP_WORDS[language]


def surface(text: str, language: str = "en") -> list[str]:
    """The text's words as they were typed, in lower case and without accents; a quantity is one word."""
    return [word.replace("__", "") for word in _WORD.findall(plain(text, language))]


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
def stem(word: str, language: str = "en") -> str:
    """The word without its ending (Snowball's stemmer of the language); short words and those with digits stay.

    The stemmers leave the plural of letters alone (`tvs`); here it loses its s, too.
    """
    if len(word) < 3 or any(character.isdigit() for character in word):
        return word
    if word.endswith("s") and _CONSONANTS.fullmatch(word):
        return word[:-1]
    return str(_stemmer(language).stemWord(word))


@lru_cache(maxsize=len(_STEMMERS))
def _stemmer(language: str) -> Any:
    library: Any = import_module("snowballstemmer")  # it ships no types
    return library.stemmer(_STEMMERS[language])


def plain(text: str, language: str = "en") -> str:
    """The text in lower case, without accents; a quantity is one word, written `27__inch`."""
    read = folded(text)
    if _DIGIT.search(read):
        read = _QUANTITY.sub(lambda match: f" {_written(match[1])}__{_UNITS[match[3]]} ", read)
    if "-free" in read:
        read = _FREE.sub(r"\1free", read)
    # "l'eau" is two words, "men's" is one.
    return read.replace("'", " " if language == "fr" else "")


def folded(text: str) -> str:
    """The text in lower case, without accents and underscores."""
    lowered = text.casefold().replace("’", "'")
    if not lowered.isascii():
        spread = unicodedata.normalize("NFKD", lowered)
        lowered = "".join([character for character in spread if not unicodedata.combining(character)])
    return lowered.replace("_", " ")


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
