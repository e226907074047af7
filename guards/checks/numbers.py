"""Numbers in words, English, German and French: read as digits that take the same room, and written again."""

from __future__ import annotations

import re
from collections.abc import Iterable


def _words(text: str) -> list[str]:
    return text.split()


_EN = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_EN_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
_DE = _words(
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn"
)
_DE_TENS = _words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_FR = _words(
    "zéro une deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf"
)
_FR_TENS = _words("vingt trente quarante cinquante soixante")


_ES = _words(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho "
    "diecinueve"
)
_ES_TENS = _words("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa")


def _spanish() -> dict[int, str]:
    words = dict(enumerate(_ES)) | {10 * (n + 2): word for n, word in enumerate(_ES_TENS)}
    return words | {tens + n: f"{words[tens]} y {_ES[n]}" for tens in range(30, 100, 10) for n in range(1, 10)}


def _english() -> dict[int, str]:
    words = dict(enumerate(_EN)) | {10 * (n + 2): word for n, word in enumerate(_EN_TENS)}
    words |= {tens + n: f"{words[tens]}-{_EN[n]}" for tens in range(20, 100, 10) for n in range(1, 10)}
    return words | {100: "one hundred"}


def _german() -> dict[int, str]:
    words = dict(enumerate(_DE)) | {10 * (n + 2): word for n, word in enumerate(_DE_TENS)}
    ones = ["", "ein", *_DE[2:10]]
    words |= {tens + n: f"{ones[n]}und{words[tens]}" for tens in range(20, 100, 10) for n in range(1, 10)}
    return words | {100: "hundert"}


def _french() -> dict[int, str]:
    words = dict(enumerate(_FR)) | {10 * (n + 2): word for n, word in enumerate(_FR_TENS)}
    for tens in range(20, 70, 10):
        words |= {tens + n: f"{words[tens]}-{_FR[n]}" for n in range(2, 10)}
        words[tens + 1] = f"{words[tens]} et un"
    words |= {60 + n: f"soixante-{_FR[n]}" for n in range(10, 20)} | {71: "soixante et onze", 80: "quatre-vingts"}
    words |= {80 + n: f"quatre-vingt-{'un' if n == 1 else _FR[n]}" for n in range(1, 20)}
    return words | {100: "cent"}


_WORDS: dict[str, dict[int, str]] = {"en": _english(), "de": _german(), "fr": _french(), "es": _spanish()}
_VALUES: dict[str, tuple[int, str]] = {
    word: (value, language) for language in ("es", "fr", "de", "en") for value, word in _WORDS[language].items()
}
_VALUES |= {word.replace("-", " "): meant for word, meant in _VALUES.items() if "-" in word}
_VALUES |= {"a hundred": (100, "en"), "a dozen": (12, "en"), "einen": (1, "de"), "einem": (1, "de"), "einer": (1, "de")}
_VALUES |= {word.replace("ß", "ss"): meant for word, meant in _VALUES.items() if "ß" in word}
for _article in ("cent", "une", "null", "uno", "once"):  # a coin, articles, "once" in English
    del _VALUES[_article]
FIRST_WORDS = frozenset(re.split(r"[ -]", word)[0] for word in _VALUES)
_NUMBER_WORD = re.compile(
    r"\b(?:" + "|".join(sorted(map(re.escape, _VALUES), key=lambda word: (-len(word), word))) + r")\b"
)


def in_digits(text: str, low: str, words: Iterable[str]) -> str:
    """The text with numbers up to a hundred in digits, filled with zeros from the left so that places stay.

    `low` is the text in lower case, as long as the text, and `words` are its words.
    """
    if FIRST_WORDS.isdisjoint(words):
        return text
    parts: list[str] = []
    place = 0
    for found in _NUMBER_WORD.finditer(low):
        parts += [text[place : found.start()], str(_VALUES[found[0]][0]).zfill(len(found[0]))]
        place = found.end()
    return "".join([*parts, text[place:]])


def write_count(value: int, *, like: str) -> str:
    """The number in digits, or in words of the language in which `like` is written."""
    meant = _VALUES.get(like.strip().lower())
    if meant is None or value not in _WORDS[meant[1]]:
        return str(value)
    word = _WORDS[meant[1]][value]
    return word[:1].upper() + word[1:] if like.strip()[:1].isupper() else word
