"""Finding personal data in text: linear scans find candidates, check digits and the words around them decide.

E-mail and IP addresses, phone and payment card numbers, IBANs, US social security numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_DIGITS = re.compile(  # begins with a set, which is fast to find
    r"[+(\d](?<![\w#+.$€£¥-].)(?:(?<=\d)|[+(]?\d)[\d() ./-]{4,28}\d(?:x\d{1,6})?(?!\w)"
)
_PHONE = re.compile(
    r"\+\d{1,3}[ ./-]?(?:\(\d{1,5}\)[ ./-]?)?\d(?:[ ./-]?\d){5,12}"  # international
    r"|\(\+?\d{2,5}\)[ ./-]?\d{2,4}(?:[ ./-]?\d{2,4}){1,3}"  # area code in brackets
    r"|(?:\+|00)?(?:\d{1,3}[ .-])?\d{3}([ .-])\d{3}\1\d{4}"  # 415-555-0100
    r"|0\d{2,4}[ /-]\d{3,4}[ /-]?\d{3,5}"  # 030 123 4567
    r"|0\d{1,4}([ .-])\d{2,3}(?:\2\d{2,3}){2,3}"  # 02.27.96.63.08
)
_EXTENSION = re.compile(r"x\d{1,6}$")
_CALLED = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|fax|call(?:ed|ing)?|dial|ring|reach|text|whatsapp|number|telefon|handy|tél"
    r"|teléfono|answering|contact)\b[^\d\n]{0,24}$",
    re.I,
)
_NAMED = re.compile(r"[ -]{1,2}(?:office|fax|mobile|cell|home|work|phone)\b", re.I)
_NOT_CALLED = re.compile(r"\b(?:card|account|order|item|tracking|license|licence|invoice|passport|zip|iban|id)\b", re.I)
_DATE = re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}\b|\d{1,2}[-./]\d{1,2}[-./]\d{4}\b")
_SSN = re.compile(  # begins with a set, which is fast to find
    r"\d{3}(?:-\d\d-\d{4}(?![\w-])(?<![\w-]\d{3}-\d\d-\d{4})|\d{6}\b(?<=ssn \d{9}))"
)
_LICENSE = re.compile(r"\blicen[sc]e\b", re.I)
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d{2}(?: ?[A-Za-z0-9]{4}){2,7}(?: ?[A-Za-z0-9]{1,3})?(?!\w)")
_IP = re.compile(
    r"(?<![\w.:])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\w:]|\.\d)"
    r"|(?<![\w.:])(?=[0-9a-fA-F]{0,4}:)[0-9a-fA-F:]{4,39}(?![\w:])"
)
# What must stand in a text before a pattern above is run on it: cheap to look for.
_LONG_NUMBER = re.compile(r"\d(?<![\w$€£¥]\d)[\d() ./-]{4,28}\d")
_IP_SIGNS = (re.compile(r"\.\d{1,3}\.\d"), re.compile(r":[\dA-Fa-f]{0,4}:"))
_SSN_SIGN = re.compile(r"-\d\d-\d")
_IBAN_SIGN = re.compile(r"\d\d(?<=[A-Za-z]{2}..)")
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
    taken: list[tuple[int, int]] = []
    for kind, start, end in _candidates(text):
        if all(end <= begun or ended <= start for begun, ended in taken):
            taken.append((start, end))
            yield Personal(kind=kind, start=start, end=end, text=text[start:end])


def _candidates(text: str) -> Iterator[tuple[str, int, int]]:
    """Kinds and places, surest first. A pattern runs only where what it needs stands: most texts hold none."""
    if "@" in text:
        for found in _EMAIL.finditer(text):
            yield "email", *found.span()
    numbers = _LONG_NUMBER.search(text) is not None
    if (numbers and _IP_SIGNS[0].search(text)) or _IP_SIGNS[1].search(text):
        for found in _IP.finditer(text):
            if _is_ip(found[0]):
                yield "ip", *found.span()
    for found in _IBAN.finditer(text) if _IBAN_SIGN.search(text) else ():
        if _is_iban(found[0]):
            yield "iban", *found.span()
    for found in _SSN.finditer(text) if numbers and (_SSN_SIGN.search(text) or "ssn " in text) else ():
        if not _LICENSE.search(text, max(0, found.start() - _BEFORE), found.start()):
            yield "ssn", *found.span()
    for found in _DIGITS.finditer(text) if numbers else ():
        kind = _kind_of_digits(
            found[0], text[max(0, found.start() - _BEFORE) : found.start()], text[found.end() :][:12]
        )
        if kind:
            yield kind, *found.span()


def mask_personal(text: str) -> str:
    """The text with every piece of personal data masked by its kind: for logs and traces."""
    for found in sorted(find_personal(text), key=lambda item: -item.start):
        text = f"{text[: found.start]}[{found.kind}]{text[found.end :]}"
    return text


def digits_of(text: str) -> str:
    """Only its decimal digits."""
    return "".join(char for char in text if char.isdecimal())


def _kind_of_digits(text: str, before: str, after: str) -> str | None:
    if len(text) == 6 and not text.isdecimal():
        return None  # 215.81: fewer digits than anything has
    digits = digits_of(_EXTENSION.sub("", text))
    if 12 <= len(digits) <= 19 and not set(text) & set("()/.+x") and luhn(digits) and _is_card_length(digits, before):
        return "card"
    if not 6 <= len(digits) <= 15 or _DATE.match(text):
        return None
    if _PHONE.fullmatch(_EXTENSION.sub("", text)):
        return "phone"
    called = _NAMED.match(after) or (_CALLED.search(before) and not _NOT_CALLED.search(before))
    return "phone" if called else None


def _is_card_length(digits: str, before: str) -> bool:
    """Twelve digits are a card's only where it is called one: item numbers are as long."""
    return len(digits) > 12 or "card" in before.lower()


def _is_ip(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def _is_iban(text: str) -> bool:
    """Whether its check digits are right (ISO 7064, modulo 97)."""
    plain = text.replace(" ", "").upper()
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of a payment card number."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and int(digits) > 0
