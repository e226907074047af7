"""Finding personal data in text: e-mail addresses, phone numbers, payment cards. Linear scans, checked candidates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w-])")
_DIGITS = re.compile(r"(?<![\w#+])[+(]?\d(?:[\d() ./-]{5,28})\d(?![\w])")
_PHONE = re.compile(
    r"\+\d{1,3}[ ./-]?(?:\(\d{1,5}\)[ ./-]?)?\d(?:[ ./-]?\d){5,12}"  # international
    r"|\(\d{2,5}\)[ ./-]?\d{2,4}(?:[ ./-]?\d{2,4}){1,3}"  # area code in brackets
    r"|\d{3}([ .-])\d{3}\1\d{4}"  # 415-555-0100
    r"|0\d{2,4}[ /-]\d{3,4}[ /-]?\d{3,5}"  # 030 123 4567
)


@dataclass(frozen=True, kw_only=True)
class Personal:
    """A piece of personal data and where it stands."""

    kind: str
    """`email`, `phone` or `card`."""
    start: int
    end: int
    text: str


def find_personal(text: str) -> Iterator[Personal]:
    """Each piece of personal data, from left to right within its kind."""
    for found in _EMAIL.finditer(text):
        yield Personal(kind="email", start=found.start(), end=found.end(), text=found[0])
    for found in _DIGITS.finditer(text):
        kind = _kind_of_digits(found[0])
        if kind:
            yield Personal(kind=kind, start=found.start(), end=found.end(), text=found[0])


def mask_personal(text: str) -> str:
    """The text with every e-mail address, phone number and card number masked: for logs and traces."""
    for found in sorted(find_personal(text), key=lambda item: -item.start):
        text = f"{text[: found.start]}[{found.kind}]{text[found.end :]}"
    return text


def digits_of(text: str) -> str:
    """Only its decimal digits."""
    return "".join(char for char in text if char.isdecimal())


def _kind_of_digits(text: str) -> str | None:
    digits = digits_of(text)
    if 13 <= len(digits) <= 19 and not set(text) & set("()/") and luhn(digits):
        return "card"
    return "phone" if 7 <= len(digits) <= 15 and _PHONE.fullmatch(text) else None


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of a payment card number."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and int(digits) > 0
