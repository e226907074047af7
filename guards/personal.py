"""Finding personal data in text: linear scans find candidates, check digits and the words around them decide.

E-mail and IP addresses, phone and payment card numbers, IBANs, US social security numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

from shopgraph.guards.personal_numbers import IBAN_LENGTHS, NUMBER, digits_of, kind_of_number

__all__ = ["Personal", "digits_of", "find_personal", "mask_personal"]

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+%'’&-]{1,64}@(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w-])")
_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])|(?<!\w)\d{3}([ .]?)\d{2}\1\d{4}(?!\w)")
_LICENSE = re.compile(r"\blicen[sc]e\b", re.I)
_SSN_CALLED = re.compile(r"\b(?:ssn|social(?: security)?(?: (?:number|no\.?|num))?)\b[^\d\n]{0,16}$", re.I)
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{4}){2,7}(?:[ -]?[A-Za-z0-9]{1,3})?(?!\w)")
_IP = re.compile(
    r"(?<![\w.:])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?!\w|\.\d|:(?!\d{1,5}\b))"
    r"|(?<![\w.:])(?=[0-9a-fA-F]{0,4}:)[0-9a-fA-F:]{2,38}(?:[0-9a-fA-F:](?!\.?\d)|(?:\d{1,3}\.){3}\d{1,3})(?![\w:])"
)
_VERSION = re.compile(r"\b(?:versions?|v|release|firmware|build|update|driver)[ :.]{0,2}$", re.I)
# What must stand in a text before a pattern above is run on it: cheap to look for.
_LONG = r"(?<![\w$€£¥]\d)[\d() ./\u2010-\u2013\xa0-]{4,28}\d"
_LONG_NUMBER = re.compile(rf"\d{_LONG}")
_IP_SIGNS = (re.compile(r"\.\d{1,3}\.\d"), re.compile(r":[\dA-Fa-f]{0,4}:"))
_ANY_SIGN = re.compile(r"[\d@:]")
"""Of these stands one in all of it."""
_IBAN_SIGN = re.compile(r"\d\d(?<=[A-Za-z]{2}..)")
_EITHER = rf"\d(?:{_LONG}|\d(?<=[A-Za-z]{{2}}..))"
_NUMBER_SIGN, _NUMBER_SIGN_ASCII = re.compile(_EITHER), re.compile(_EITHER, re.A)
_BEFORE = 40
"""Characters before a number that may say what it is."""


@dataclass(frozen=True, kw_only=True)
class Personal:
    """A piece of personal data and where it stands."""

    kind: str
    """`email`, `ip`, `iban`, `ssn`, `phone` or `card`."""
    start: int
    end: int
    text: str


def find_personal(text: str) -> Iterator[Personal]:
    """Each piece of personal data, none within another."""
    if _ANY_SIGN.search(text) is None:
        return
    taken: list[tuple[int, int]] = []
    for kind, start, end in _candidates(text):
        if all(end <= begun or ended <= start for begun, ended in taken):
            taken.append((start, end))
            yield Personal(kind=kind, start=start, end=end, text=text[start:end])


def _candidates(text: str) -> Iterator[tuple[str, int, int]]:
    """Kinds and places, surest first. A pattern runs only where what it needs stands: most texts hold none."""
    any_number = (_NUMBER_SIGN_ASCII if text.isascii() else _NUMBER_SIGN).search(text) is not None
    numbers = any_number and _LONG_NUMBER.search(text) is not None
    for found in _EMAIL.finditer(text) if "@" in text else ():
        yield "email", *found.span()
    for found in _IP.finditer(text) if any(sign.search(text) for sign in _IP_SIGNS) else ():
        if _is_ip(found[0]) and not _VERSION.search(text, max(0, found.start() - 12), found.start()):
            yield "ip", *found.span()
    for found in _IBAN.finditer(text) if any_number and _IBAN_SIGN.search(text) else ():
        if iban := _iban_of(found[0]):
            yield "iban", found.start(), found.start() + len(iban)
    for found in _SSN.finditer(text) if numbers else ():
        if _is_ssn(text, found):
            yield "ssn", *found.span()
    for found in NUMBER.finditer(text) if numbers else ():
        before, after = text[max(0, found.start() - _BEFORE) : found.start()], text[found.end() :][:16]
        if kind := kind_of_number(found[0], before, after):
            yield kind, *found.span()


def mask_personal(text: str) -> str:
    """The text with every piece of personal data masked by its kind: for logs and traces."""
    for found in sorted(find_personal(text), key=lambda item: -item.start):
        text = f"{text[: found.start]}[{found.kind}]{text[found.end :]}"
    return text


def _is_ssn(text: str, found: re.Match[str]) -> bool:
    """Nine digits with hyphens, unless called a licence; written in another way, where they are called one."""
    start = max(0, found.start() - _BEFORE)
    if "-" in found[0]:
        return not _LICENSE.search(text, start, found.start())
    return _SSN_CALLED.search(text, start, found.start()) is not None


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _iban_of(text: str) -> str | None:
    """The beginning of the run that is an IBAN: as long as its country's are, with the right check digits.

    The check is ISO 7064's modulo 97. A word of four letters behind an IBAN looks like its last group.
    """
    length = IBAN_LENGTHS.get(text[:2].upper(), 0)
    ends = [at + 1 for at, char in enumerate(text) if char not in " -"]
    if not length or len(ends) < length:
        return None
    iban = text[: ends[length - 1]]
    plain = iban.replace(" ", "").replace("-", "").upper()
    return iban if int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1 else None
