"""Numbers in words, in four languages: read as digits that take the same room, and written again."""

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
    accents = {2: "dós", 3: "trés", 6: "séis"}
    words |= {20 + n: f"veinti{accents.get(n, _ES[n])}" for n in range(1, 10)}
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


_HUNDREDS = frozenset({"hundred", "cent", "cents"})
_THOUSANDS = frozenset({"thousand", "mille", "mil"})
_CENTENAS = {
    word: 100 * count
    for count, listed in enumerate(
        (
            "ciento cien",
            "doscientos doscientas",
            "trescientos trescientas",
            "cuatrocientos cuatrocientas",
            "quinientos quinientas",
            "seiscientos seiscientas",
            "setecientos setecientas",
            "ochocientos ochocientas",
            "novecientos novecientas",
        ),
        1,
    )
    for word in listed.split()
}
_NO_HUNDRED = frozenset({"per", "pour", "por", "pro", "a", "one", "each", "every"})
"""Before "cent": it is a share, or a coin."""
_GLUE = {"and": "en", "et": "fr", "y": "es"}
_TOKEN = re.compile(r"[^\W\d_]+")
_GERMAN_TENS = {word: 10 * (n + 2) for n, word in enumerate(_DE_TENS)} | {"dreissig": 30}
_GERMAN_SMALL = {word: n for n, word in enumerate(_DE)} | {"ein": 1, "zwo": 2, "": 0}
_LANGUAGES_OF: dict[str, frozenset[str]] = {
    "hundred": frozenset({"en"}),
    "thousand": frozenset({"en"}),
    "cent": frozenset({"fr"}),
    "cents": frozenset({"fr"}),
    "mille": frozenset({"fr"}),
    "mil": frozenset({"es"}),
} | {word: frozenset({"es"}) for word in _CENTENAS}
_SMALL: dict[str, int] = {}
for _language, _listed, _tens in (("en", _EN, _EN_TENS), ("fr", _FR, _FR_TENS), ("es", _ES, _ES_TENS)):
    _both = [*enumerate(_listed), *((10 * (n + 2), word) for n, word in enumerate(_tens))]
    for _value, _word in _both:
        if "-" not in _word:
            _SMALL[_word] = _value
            _LANGUAGES_OF[_word] = _LANGUAGES_OF.get(_word, frozenset()) | {_language}
for _word, _value, _language in (("vingts", 20, "fr"), ("un", 1, "fr"), ("un", 1, "es"), ("a", 1, "en")):
    _SMALL[_word] = _value
    _LANGUAGES_OF[_word] = _LANGUAGES_OF.get(_word, frozenset()) | {_language}


def is_large(word: str) -> bool:
    """Whether a word in lower case is a part of a number of a hundred or more."""
    return (
        word in _HUNDREDS
        or word in _THOUSANDS
        or word in _CENTENAS
        or ("hundert" in word and word != "hundert")
        or "tausend" in word
    )


_HALVES = frozenset(
    _words(
        "half halber halbe halben halbes halbem eineinhalb anderthalb zweieinhalb dreieinhalb demi demie medio media"
    )
)
_HALF = re.compile(
    r"\b(?:(?P<n>one|two|three|four|five|six|seven|eight|nine|ten|un|une|deux|trois|quatre|cinq|uno|una|dos|tres|cuatro|cinco)"
    r" (?:and a half|et demie?|y medi[oa])\b|(?P<de>ein|zwei|drei|vier|fünf|ander)(?:und)?(?:einhalb|thalb)\b"
    r"|(?:half an?|(?:ein(?:e[nrms]?)? )?halbe[rnsm]?|(?:un |une )?demie?[ -]|medi[oa])(?= ?(?:l\b|m\b|kg\b|lit"
    r"|met|mètr|meter|metro|hour"
    r"|inch|mile|pound|ounce|gall|day|year|month|stunde|tag|jahr|monat|kilo|heure|jour|journ|hora|día|año)))"
)
_HALF_WORDS = {"ander": 1, "ein": 1, "un": 1, "une": 1, "uno": 1, "una": 1}


def _halves_in_digits(text: str, low: str) -> tuple[str, str]:
    """Both texts with "half a" before a unit, and "two and a half", in digits."""
    for found in list(_HALF.finditer(low)):
        start, end = found.span()
        word = found["n"] or found["de"] or ""
        whole = 0 if not word else _HALF_WORDS.get(word) or _SMALL.get(word) or _GERMAN_SMALL.get(word, 0)
        digits = f"{whole}.5".zfill(end - start - (1 if low[end - 1] == " " else 0)).ljust(end - start)
        text, low = f"{text[:start]}{digits}{text[end:]}", f"{low[:start]}{digits}{low[end:]}"
    return text, low


def is_counting(word: str) -> bool:
    """Whether a word in lower case may be a part of a number that its first letters do not tell."""
    return word in _HALVES or is_large(word)


def _large_in_digits(text: str, low: str) -> tuple[str, str]:
    """Both texts with numbers of a hundred and more in digits."""
    tokens = list(_TOKEN.finditer(low))
    place = 0
    while place < len(tokens):
        value, after = _read_large(low, tokens, place)
        if value is None:
            place += 1
            continue
        start, end = tokens[place].start(), tokens[after - 1].end()
        digits = str(value).zfill(end - start)
        text, low = f"{text[:start]}{digits}{text[end:]}", f"{low[:start]}{digits}{low[end:]}"
        place = after
    return text, low


def _read_large(low: str, tokens: list[re.Match[str]], place: int) -> tuple[int | None, int]:
    """The number of a hundred or more that begins at a token, and the token behind it."""
    word = tokens[place][0]
    if "hundert" in word or "tausend" in word:
        return _read_german(word), place + 1
    if place and tokens[place - 1][0] in _NO_HUNDRED and word in ("cent", "ciento"):
        return None, place
    total = current = last = 0
    large, end, languages = False, place, frozenset({"en", "fr", "es"})
    at = place
    while at < len(tokens):
        word = tokens[at][0]
        if at > place and low[tokens[at - 1].end() : tokens[at].start()] not in (" ", "-", "\u00a0"):
            break
        if word in _GLUE and at > place and _GLUE[word] in languages:
            at += 1
            continue
        languages = languages & _LANGUAGES_OF.get(word, frozenset())
        if not languages:
            break
        if word in _THOUSANDS and not total and (current or word != "thousand"):
            total, current, last, large = (current or 1) * 1000, 0, 0, True
        elif word in _HUNDREDS and current == last and _may_be_many(last, word):
            current, last, large = (last or 1) * 100, 0, True
        elif word in _CENTENAS and not current:
            current, last, large = _CENTENAS[word], 0, True
        elif word in _SMALL and (joined := _joined(last, _SMALL[word])) is not None:
            current, last = current - last + joined, joined
        else:
            break
        at += 1
        end = at
    coin = low.startswith("six cents", tokens[place].start()) and not low.startswith(" euro", tokens[place + 1].end())
    return (total + current, end) if large and end > place and not coin else (None, place)


def _may_be_many(last: int, word: str) -> bool:
    """Whether so many hundreds can be said with that word for a hundred."""
    if word == "hundred":
        return last > 0
    return 2 <= last <= 9 or (last == 0 and word == "cent")


def _joined(last: int, value: int) -> int | None:
    """What a number below a hundred becomes with another one behind it: twenty, one; soixante, dix; quatre, vingt."""
    if not last:
        return value
    if last == 4 and value == 20:
        return 80
    if last % 10 == 0 and 20 <= last < 100 and 0 < value < (20 if last in (60, 80) else 10):
        return last + value
    return last + value if last == 10 and 7 <= value <= 9 else None


def _read_german(word: str) -> int | None:
    head, thousand, tail = word.rpartition("tausend")
    if thousand:
        many, rest = (_read_german(head) if head else 1), (_read_german(tail) if tail else 0)
        return None if many is None or rest is None else many * 1000 + rest
    head, hundred, tail = word.partition("hundert")
    if hundred:
        many, rest = _GERMAN_SMALL.get(head or "ein"), _german_below(tail.removeprefix("und"))
        return None if many is None or rest is None else many * 100 + rest
    return _german_below(word)


def _german_below(word: str) -> int | None:
    if word in _GERMAN_SMALL:
        return _GERMAN_SMALL[word]
    ones, joint, tens = word.partition("und")
    if not joint:
        return _GERMAN_TENS.get(word)
    one, ten = _GERMAN_SMALL.get(ones), _GERMAN_TENS.get(tens)
    return None if one is None or ten is None else one + ten


def in_digits(text: str, low: str, words: Iterable[str]) -> str:
    """The text with numbers in words in digits, filled with zeros from the left so that places stay.

    `low` is the text in lower case, as long as the text, and `words` are its words.
    """
    if not _HALVES.isdisjoint(words):
        text, low = _halves_in_digits(text, low)
    if any(is_large(word) for word in words):
        text, low = _large_in_digits(text, low)
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
