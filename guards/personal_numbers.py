"""What a run of digits is: a payment card, a phone number, or neither; by shape, check digit and the words beside it.

No list of the world's numbering plans is asked: tried on the development part, phonenumbers called 50 of 64 street
and house numbers a valid phone of one of twelve countries (docs/guards.md).
"""

from __future__ import annotations

import re
from typing import Literal

NUMBER = re.compile(
    r"(?<![\w#+.-])[+(]{0,2}\d(?:[\d() ./\u2010-\u2013\xa0-]{4,28})\d(?:,? ?(?:x|ext\.?|extension) ?\d{1,6})?(?!\w)",
    re.I,
)
"""A candidate: digits with what may stand between them."""
_EXTENSION = re.compile(r",? ?(?:x|ext\.?|extension) ?\d{1,6}$", re.I)
_BETWEEN = re.compile(r" ?[/\u2010-\u2013-] ?")
_PHONE = re.compile(
    r"(?:\+|00[ .-]?)[1-9]\d{0,2}[ .-]?(?:\(\d{1,5}\)[ .-]?)?\d(?:[ .-]?\d){5,12}"  # international
    r"|(?:1[ .-]?)?\(\+?\d{2,5}\)[ .-]?\d{2,4}(?:[ .-]?\d{2,5}){1,3}"  # area code in brackets
    r"|(?:\d{1,3}[ .-])?\d{3}([ .-])\d{3}\1\d{4}"  # 415-555-0100
    r"|0\d{1,4}[ .-]\d{2,8}(?:[ .-]?\d{2,5}){0,3}"  # 030 123 4567, 02.27.96.63.08, 06-12345678
)
_NATIONAL = 8
"""Digits of the shortest number that is one by its leading zero alone."""
_CALLED = re.compile(
    r"\b(?:(?:tele)?phone|tel|telephon|mobile|mob|cell(?:phone)?|fax|pager|landline|hotline|helpline|line|voicemail"
    r"|call(?:ed|ing|s)?|dial(?:l?ed|l?ing)?|ring|rang|reach(?:ed|able)?|text(?:ed)?|sms|whatsapp|signal"
    r"|answering|contact|registered|telefon|telefono|handy|mobil|festnetz|rufnummer|erreichbar|anrufen|rufen"
    r"|portable|appel\w*|tél|téléphone|teléfono|móvil|llam\w+|cellulare|chiam\w+|ph|[tmfp](?=[.:]))"
    r"(?!\w)[^\d\n]{0,24}$",
    re.I,
)
_NUMBERED = re.compile(
    r"(?:^|[.,:;!?(]|\b(?:my|his|her|our|your|their|the|a|new|old|same|another|personal|private|meine|seine|ihre|unsere"
    r"|neue|mon|son|notre|mi|su|il mio))\s{0,2}(?:number|num|nummer|numéro|número|numero)\b[^\d\n]{0,24}$",
    re.I,
)
"""Somebody's number and nothing else's: of a policy, a card and a house there is a number too."""
_NAMED = re.compile(r"(?:[ (,]{1,3}|-(?!cell))(?:office|fax|mobile|cell|home|work|phone|landline|direct)\b", re.I)
_NOT_CALLED = re.compile(
    r"\b(?:card|account|order|item|tracking|license|licence|invoice|passport|zip|postcode|iban|id|sku|ean|isbn|imei"
    r"|article|product|parcel|shipment|serial|model|part|ref(?:erence)?|ticket|coupon|voucher|code|bestellung|commande"
    r"|pedido|rechnung|sendung\w*|taxi|address|street|apt|suite)\b",
    re.I,
)
_GAPS = re.compile(r"\D+")
_STREET = re.compile(r" [A-Z][\w'’]+[ ,\n]")
"""A word with a capital behind the digits: a house number's street."""
_DATE = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./](?:\d{4}|\d{2}))(?![-./]?\d)"
    r"|(?:19|20)\d\d ?- ?(?:19|20)\d\d"
)
_MAESTRO = ("0604", "50", "56", "57", "58", "59", "6")
_PREFIXES = {
    12: _MAESTRO,
    13: ("4", *_MAESTRO),
    14: ("30", "36", "38", "39", *_MAESTRO),
    15: ("34", "37", "2131", "1800", *_MAESTRO),
    16: ("2", "3", "4", "5", *_MAESTRO),
    17: _MAESTRO,
    18: _MAESTRO,
    19: ("4", "5", *_MAESTRO),
}
"""How the numbers of the payment networks begin, by length (ISO/IEC 7812 issuer ranges)."""
_CARD = re.compile(
    r"\b(?:\w*card|karte|\w*karte|carte|tarjeta|visa|mastercard|amex|maestro|credit|debit|pay\w*)\b", re.I
)


IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO", 16: "BE", 18: "DK FI FK FO GL NL SD", 19: "MK SI", 20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV", 22: "BG BH CR DE GB GE IE ME RS VA", 23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST", 26: "IS TR", 27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV", 29: "BR EG PS QA UA", 30: "JO KW MU YE", 31: "MT SC",
        32: "LC", 33: "RU",
    }.items()
    for country in countries.split()
}  # fmt: skip
"""Characters of each country's IBANs (the registry of ISO 13616)."""


def kind_of_number(text: str, before: str, after: str) -> Literal["card", "phone"] | None:
    """What the digits are, given up to forty characters before and a few after them."""
    plain = _EXTENSION.sub("", text).replace("\xa0", " ")
    digits = digits_of(plain)
    if _is_card(plain, digits, before):
        return "card"
    if not 6 <= len(digits) <= 15 or _DATE.match(plain):
        return None
    called = _CALLED.search(before)
    numbered = _NUMBERED.search(before) and not _NOT_CALLED.search(before)
    # The nearer word decides: "call me about order 608 649 9569", "order by phone: 608 649 9569".
    other = _last(_NOT_CALLED, before) > (called.start() if called else -1)
    if plain.startswith("+") or (_is_phone(plain, digits) and not other):
        return "phone"
    if _NAMED.match(after) and (len(digits) > 6 or len(_GAPS.findall(plain)) > 1):
        return "phone"
    return "phone" if ((called and not other) or numbered) and not _STREET.match(after) else None


def _is_phone(plain: str, digits: str) -> bool:
    """Whether it is written as phone numbers are and little else is."""
    even = _BETWEEN.sub("-", plain)
    if not _PHONE.fullmatch(even):
        return False
    return len(digits) >= _NATIONAL or not even.startswith("0")


def _is_card(plain: str, digits: str, before: str) -> bool:
    prefixes = _PREFIXES.get(len(digits))
    if prefixes is None or not digits.startswith(prefixes) or set(plain) & set("()/.+") or not luhn(digits):
        return False
    named, other = _last(_CARD, before), _last(_NOT_CALLED, _CARD.sub("", before))
    # Item and tracking numbers are as long: an odd length without groups is a card's only where it is called one.
    return named >= 0 or (other < 0 and (len(digits) in (14, 15, 16) or plain != digits))


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the pattern's last occurrence begins; -1 without one."""
    return max((found.start() for found in pattern.finditer(text)), default=-1)


def digits_of(text: str) -> str:
    """Only its decimal digits."""
    return "".join(char for char in text if char.isdecimal())


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of a payment card number."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and int(digits) > 0
