"""What a message names, found by patterns that take linear time. Nothing here is looked up or authenticates anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from shopgraph.kept import kept
from shopgraph.models.routes import Entities

# Every repetition is bounded and no two neighbours overlap, so that no message can make a pattern slow.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_ORDER = re.compile(r"(?<![\w-])#?[A-Za-z]\d{6,12}(?![\w-])|(?<!\w)#\d{3,12}(?!\w)")
_ORDER_SPOKEN = re.compile(
    r"\border(?:\s{1,3}(?:number|no\.?|nr\.?|id|is|num)){0,2}\s{0,3}[:#]?\s{0,3}(\d{4,12})\b", re.I
)
_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d{1,2})?)\s?(?:%|percent\b|per cent\b|pct\b)", re.I)
_CURRENCY = r"(?:us dollars?|dollars?|bucks|usd|euros?|eur|pounds?|quid|gbp|yen|jpy|dinars?|kwd|kd)"
_NUMBER = r"\d{1,3}(?:[.,' ]\d{3}){1,3}(?:[.,]\d{1,3})?|\d{1,9}(?:[.,]\d{1,3})?"
_AMOUNT = re.compile(
    rf"(?<![\w.,])(?:[$€£¥]\s?(?P<signed>{_NUMBER})|(?P<worded>{_NUMBER})\s?(?:[€£¥$]|{_CURRENCY}\b))", re.I
)
_POSTAL = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"  # United Kingdom
    r"|(?<![\w-])\d{3}-\d{4}(?![\w-])"  # Japan
    r"|(?<![\w#-])\d{5}(?:-\d{4})?(?![\w-])"  # United States, Germany, France, Kuwait
)
_SKU = re.compile(
    r"(?<![\w#-])(?=[\w-]{0,40}\d)[A-Za-z0-9]{2,16}(?:-[A-Za-z0-9]{1,16}){1,6}(?![\w-])"
    r"|(?<![\w#-])[A-Z0-9]{2,16}(?:-[A-Z0-9]{1,16}){2,8}(?![\w-])"
    r"|(?<![\w#])\d{10}(?!\w)"
)
_CODE_SPOKEN = re.compile(
    r"\b(?:codes?|coupons?|vouchers?|promo)\b(?:\s{1,3}(?:code|is|called|named|of)){0,2}\s{0,3}[:\"'“]?\s{0,3}"
    r"(?P<code>[A-Za-z0-9]{4,24})\b",
    re.I,
)
_CODE = re.compile(r"(?<![\w#-])[A-Z]{3,16}\d{1,4}[A-Z]{0,4}(?![\w-])")
_COUNTS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
_QUANTITY = re.compile(
    r"\b(?:qty|quantity)\s{0,3}[:=]?\s{0,3}(?P<stated>\d{1,3})\b"
    rf"|\b(?P<count>\d{{1,3}}|{'|'.join(_COUNTS)})\s{{0,2}}"
    r"(?:x\b|of (?:them|these|those|the|my|this|each)\b|pcs\b|pieces?\b|units?\b|items?\b)"
    r"|\b(?P<both>both)\b",
    re.I,
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DATE = re.compile(
    r"(?<![\w/.-])(?:\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/(?:\d{4}|\d{2})|\d{1,2}\.\d{1,2}\.\d{4})(?![\w/-])"
    rf"|\b{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?(?:,? \d{{4}})?\b"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? \d{{4}}\b)?"
    rf"|\b(?:(?:next|last|this|on) )?{_WEEKDAY}\b|\b(?:today|tomorrow|yesterday)\b",
    re.I,
)
_DIGIT = re.compile(r"\d")
_ANY_NUMBER = re.compile(r"\d{1,12}")


@dataclass
class _Scan:
    """A text in which what was found is replaced by a placeholder, so that nothing is found twice."""

    text: str
    found: dict[str, list[str]] = field(default_factory=dict)

    def take(self, kind: str, pattern: re.Pattern[str], read: Callable[[re.Match[str]], str | None]) -> None:
        """Collect what `read` makes of each match; a None leaves the text as it is."""

        def replace(match: re.Match[str]) -> str:
            value = read(match)
            if value is None:
                return match[0]
            values = self.found.setdefault(kind, [])
            if value not in values:
                values.append(value)
            return f" x{kind} "

        self.text = pattern.sub(replace, self.text)

    @property
    def numeric(self) -> bool:
        """Whether a digit is left."""
        return _DIGIT.search(self.text) is not None

    def get(self, kind: str) -> tuple[str, ...]:
        return tuple(self.found.get(kind, ()))


@dataclass(frozen=True, kw_only=True)
class Masked:
    """A message with its entities taken out."""

    text: str
    """Each entity is a word such as `xorder` or `xamount`; other numbers are `xnum`."""
    entities: Entities


# Router and model look at the same message one after the other.
@kept
@lru_cache(maxsize=8)
def find_entities(text: str) -> Masked:
    """Find order ids, SKUs, e-mails, amounts, percents, quantities, codes, postal codes and dates.

    A bare id with a letter (`w2611340`) comes back as shops write it: `#W2611340`. Digits alone after the word order
    come back without a sign, because no sign was said. Dates stay in the masked text, all but their numbers.
    """
    scan = _Scan(text)
    if "@" in text:
        scan.take("email", _EMAIL, lambda match: match[0].rstrip("."))
    if scan.numeric:
        scan.take("order", _ORDER, lambda match: "#" + match[0].lstrip("#").upper())
        scan.take("order", _ORDER_SPOKEN, lambda match: match[1])
    if scan.numeric:  # in most messages no number is left by now
        scan.take("percent", _PERCENT, lambda match: match[1].replace(",", "."))
        scan.take("amount", _AMOUNT, lambda match: _decimal(match["signed"] or match["worded"]))
        scan.take("postal", _POSTAL, lambda match: match[0])
    if scan.numeric or "-" in scan.text:
        scan.take("sku", _SKU, _sku)
    scan.take("code", _CODE_SPOKEN, _spoken_code)
    if scan.numeric:
        scan.take("code", _CODE, lambda match: match[0])
    scan.take("quantity", _QUANTITY, _quantity)
    entities = Entities(
        order_ids=scan.get("order"),
        skus=scan.get("sku"),
        emails=scan.get("email"),
        amounts=scan.get("amount"),
        percents=scan.get("percent"),
        quantities=tuple(int(value) for value in scan.get("quantity")),
        codes=scan.get("code"),
        postal_codes=scan.get("postal"),
        dates=tuple(dict.fromkeys(_said_date(match[0]) for match in _DATE.finditer(text))),
    )
    return Masked(text=_ANY_NUMBER.sub(" xnum ", scan.text), entities=entities)


def _decimal(said: str) -> str:
    """`1,299.00`, `1.299,00`, `12,50` and `1 299` as a decimal string.

    A last group of three digits after the only kind of separator is thousands: nobody says $1,299 for a dollar.
    """
    compact = said.replace(" ", "").replace("'", "")
    at = max(compact.rfind("."), compact.rfind(","))
    if at < 0:
        return compact
    whole, fraction = re.sub(r"[.,]", "", compact[:at]), compact[at + 1 :]
    separators = set(re.findall(r"[.,]", compact))
    if len(fraction) == 3 and (compact[at] == "," or compact.count(".") > 1) and len(separators) == 1:
        return whole + fraction
    return f"{whole}.{fraction}"


def _said_date(said: str) -> str:
    return said[3:] if said.lower().startswith("on ") else said


def _sku(match: re.Match[str]) -> str | None:
    """A SKU is written in capitals, or has digits enough not to be a word such as `24-hour`."""
    said = match[0]
    digits = sum(character.isdigit() for character in said)
    if said.isdigit() or (said == said.upper() and any(character.isalpha() for character in said)) or digits >= 4:
        return said.upper()
    return None


def _spoken_code(match: re.Match[str]) -> str | None:
    """After the word code, capitals or a digit make a code; `code still works` has none."""
    said = match["code"]
    if said == said.upper() or any(character.isdigit() for character in said):
        return said.upper()
    return None


def _quantity(match: re.Match[str]) -> str:
    if match["both"]:
        return "2"
    said = (match["stated"] or match["count"]).lower()
    return said if said.isdigit() else str(_COUNTS[said])
