"""Dates: when an order was placed or delivered, when something is back, and how long a promotion runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.known import Known, known
from shopgraph.guards.checks.names import inside
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.relative_days import RELATIVE, Told, agrees, find_told, in_words
from shopgraph.guards.checks.text import Sentence, about, lowered, sentences, whole_words
from shopgraph.guards.checks.topics import exact, topic
from shopgraph.guards.facts import Facts, OrderFact


def _words(text: str) -> list[str]:
    return text.split()


_EN = _words("January February March April May June July August September October November December")
_DE = _words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember")
_ES = _words("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
_FR = _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre")
_MONTHS: dict[str, int] = {
    name: place
    for names in (_EN, _DE, _FR, _ES)
    for place, month in enumerate(names, 1)
    for name in (month.lower(), month[:3].lower())
}
_MONTHS |= {
    "sept": 9,
    "juil": 7,
    "jui": 6,
    "jul": 7,
    "jun": 6,
    "mär": 3,
    "maerz": 3,
    "fevrier": 2,
    "aout": 8,
    "decembre": 12,
}
_MONTH = "|".join(sorted({re.escape(name) for name in _MONTHS}, key=lambda name: (-len(name), name)))
_DATE = re.compile(  # what a date begins with, looked at before anything else, halves the time
    rf"(?=[\d{''.join(sorted({name[0] for name in _MONTHS}))}])(?:"
    r"(?<![\d-])(?P<iso>\d{4}-\d{2}-\d{2})(?!\d)"
    rf"|\b(?P<m1>{_MONTH})\.? (?P<d1>\d{{1,2}})(?P<th>st|nd|rd|th)?(?!\d)(?:,? (?P<y1>\d{{4}}))?"
    rf"|(?<![\d.,])(?P<d2>\d{{1,2}})(?P<dot>\.|st|nd|rd|th|er)?(?: of| de)? (?P<m2>{_MONTH})\b(?:\.?,?(?: de"
    rf"| del)? (?P<y2>\d{{4}}))?"
    r"|(?<![\d.,/])(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<y3>\d{4}|\d{2})?(?![\d/]))"
)
_DAY = re.compile(
    r"\bon the (?P<en>\d{1,2})(?:st|nd|rd|th)\b(?! (?:of|floor|day))(?! (?:"
    + _MONTH
    + r")\b)|\bam (?P<de>\d{1,2})\.(?!\s?(?:\d|"
    + _MONTH
    + r"))|\b(?:le|el(?: día)?) (?P<fr>\d{1,2})(?=[.,;!]|$| (?:et|y)\b)"
)
"""A day of the month alone."""
_NUMERIC = re.compile(r"[./-]\d\d?[./-]")
_OF_MONEY = frozenset("$€£¥.,")
_MONTH_TOPIC = topic(" ".join(_MONTHS))
_DELIVERED = re.compile(
    r"\bkam\b|\btraf\b|reached you|\bcame\b|\bgot to you|deliver|arriv|zugestellt|geliefert|angekommen|livr"
    r"|received|erhalten|reçu|entreg|llegó|recib"
)
_PLACED = re.compile(
    r"\bhizo\b|\bse hizo\b|\bhiciste|\bpediste|realizaste|\bplaced|\bordered|\bbought|\bpurchased|aufgegeben|bestellt"
    r"|passée|commandé"
    r"|\bfrom\b|\bvom\b"
    r"|\bdu\b|\bdel\b|made on|dated|\bencarg\w+|\bcompr[aóo]\w*|effectuée|enregistrée|\bder bestellung\b|\bthe order\b"
)
_WEAK = frozenset({"from", "vom", "du", "del"})
"""These stand before any date."""
_RESTOCK = re.compile(
    r"restock|new stock|revient|reviennent|vuelve|\bvolver|disponible|back (?:in|on)\b|again|wieder|de nouveau"
    r"|réappro|in stock"
    r"|replenish|de retour"
    r"|auf lager|en stock|available|of stock|sold out|ausverkauft|vergriffen|épuisée?s?|rupture|agotad[oa]s?"
    r"|due (?:in|back|on)|due\b"
)
_HAPPENED = exact(
    whole_words(
        "delivered arrived reached received placed ordered bought zugestellt geliefert angekommen erhalten bestellt "
        "aufgegeben livré livrée arrivé arrivée reçu reçue passé passée commandé entregado entregó llegó "
        "recibió hizo compró pidió kam"
    )
)
_BACK = topic("back again wieder retour vuelve revient stock lager restock")
_ENDS = re.compile(
    r"\bends?\b|\bended\b|\bclos(?:es|ed)\b|\bläuft\b|\blief\b|\bhasta\b|\buntil\b|\bthrough\b|\btill\b|\bexpires?\b|\bvalid\b|endet|\bbis\b|gültig|jusqu"
    r"|prend fin|terminent|termina|acaba|finaliza|vigente|válid|termine|\blasts?\b|\bruns? to\b|\bby\b"
)
_STARTS = re.compile(
    r"\bstart(?:s|ed)?\b|\bbegins?\b|\bbegan\b|\bbegann\b|\bstartete\b|\bcommencé\b|\bempezó\b|\bcomenzó\b|\bseit\b"
    r"|\bfrom\b|beginnt|startet|\bab\b|commence|débute|à partir|\bsince\b"
)
_PROMOTION = re.compile(
    r"sale|promo|offer|discount|code|aktion|rabatt|angebot|solde|remise|offre|gutschein|coupon|%|deal"
)
_UNTIL = re.compile(r"(?:\bto|\bbis|\bbis zum|\bau|\bal|[–-])\s?$")
_BEHIND = re.compile(r"\s?(?:\w+ ){0,2}(?:zugestellt|geliefert|erhalten|angekommen|ausgeliefert)")
"""German says it behind the date."""
_PLACED_BEHIND = re.compile(r"\s?(?:\w+ ){0,2}(?:bestellt|aufgegeben|gekauft)")
_RETURN = re.compile(r"return|send (?:it|them) back|\bback\b|zurück|rückgabe|retour|renvoy|devol|widerruf")
_LAST_DAY = re.compile(r"last day|letzte[rn]? tag|dernier jour|último día|deadline|spätestens")
_FUTURE = re.compile(r"\bwill\b|['’]ll\b|\bwird\b|\bsera\b|\barrives\b|\bkommt\b|\barrivera\b|guarantee")
_HEDGED = re.compile(r"\b(?:should|expected|estimated|scheduled|voraussichtlich|sollte|devrait|prévue?|estimée?)\b")
_ORDER_TOPIC = topic("pedido order bestellung commande paket parcel package colis sendung it sie es elle ship")
_PRONOUNS = frozenset(("it", "they", "sie", "er", "es", "il", "elle", "ils", "elles"))
_CUE = 45
"""How many letters before a date tell what it is the date of."""


def find_wrong_dates(text: str, facts: Facts) -> Iterator[Finding]:
    """Dates that disagree with the facts, or that no fact stands behind."""
    here = about(text)
    ours = known(facts)
    if facts.today is not None and here & RELATIVE and (ours.orders or here & _BACK):
        yield from _relative(text, facts.today, ours)
    days = ours.orders and here & _HAPPENED
    if not (here & _MONTH_TOPIC or days or _has_numeric(text)):
        return
    for sentence in sentences(text):
        if not sentence.numeric or sentence.asks:
            continue
        for found in _DAY.finditer(sentence.low) if days and sentence.topics & _HAPPENED else ():
            yield from _judge_day(text, sentence, found, ours)
        if not sentence.topics & _MONTH_TOPIC and not _has_numeric(sentence.text):
            continue
        last = 0
        for found in _DATE.finditer(sentence.low):
            said = _read(found, facts.locale)
            if said and not any(_agree(said, day) for day in facts.dates):
                yield from _judge(text, sentence, found, said, ours, max(last, found.start() - _CUE))
            last = found.end()


def _has_numeric(text: str) -> bool:
    """Whether digits may name a day there: 6/30/, 30.6., 2026-06-30; but not $50.00."""
    return any(
        text[found.start() - 1 : found.start()].isdigit()
        and text[max(0, found.start() - 3) : found.start()].rstrip("0123456789")[-1:] not in _OF_MONEY
        for found in _NUMERIC.finditer(text)
    )


def find_dates(text: str, locale: str | None) -> Iterator[date]:
    """The dates that a text names in full, in every way that they can be read."""
    for found in _DATE.finditer(lowered(text)):
        for year, month, day in _read(found, locale):
            if year is not None:
                with suppress(ValueError):
                    yield date(year, month, day)


def _agree(said: list[tuple[int | None, int, int]], right: date) -> bool:
    return any(month == right.month and day == right.day and year in (None, right.year) for year, month, day in said)


def _read(found: re.Match[str], locale: str | None) -> list[tuple[int | None, int, int]]:
    """Year, month and day, in every way that it can be read."""
    if found["iso"]:
        parts = [int(part) for part in found["iso"].split("-")]
        return [(parts[0], parts[1], parts[2])]
    if found["m1"] or found["m2"]:
        month = _MONTHS[(found["m1"] or found["m2"]).lower()]
        year_text = found["y1"] or found["y2"]
        return [(int(year_text) if year_text else None, month, int(found["d1"] or found["d2"]))]
    first, second = int(found["a"]), int(found["b"])
    year = int(found["y3"]) + (2000 if len(found["y3"]) == 2 else 0) if found["y3"] else None
    if found["sep"] == "." or not (locale or "en_US").endswith("US"):
        readings = [(year, second, first)] + ([(year, first, second)] if found["sep"] == "/" else [])
    else:
        readings = [(year, first, second), (year, second, first)]
    return [reading for reading in readings if 1 <= reading[1] <= 12 and 1 <= reading[2] <= 31]


def _judge(
    text: str,
    sentence: Sentence,
    found: re.Match[str],
    said: list[tuple[int | None, int, int]],
    ours: Known,
    begin: int,
) -> Iterator[Finding]:
    before = sentence.low[begin : found.start()]
    if sentence.denies_at(found.start()):
        return
    order = _order(text, sentence, ours, found.start())
    behind = sentence.low[found.end() : found.end() + 25]
    right: date | None
    named = _PROMOTION.search(sentence.low)
    of_promotion = (named and not (named[0] == "%" and _RESTOCK.search(sentence.low))) or _names_promotion(
        sentence, ours
    )
    until = _UNTIL.search(before) is not None
    if of_promotion and (until or _ENDS.search(before) or _STARTS.search(before)) and order is None:
        ends = until or bool(_ENDS.search(before))
        right, is_known = _of_promotion(sentence, ours, ends=ends)
        if not is_known:
            return
    elif (deadline := _deadline(text, sentence, before, order, ours)) is not None:
        right = deadline
    elif order is not None and _is_of_delivery(before, behind):
        right = order.delivered_on
        if right is None and _HEDGED.search(sentence.low) and not _FUTURE.search(sentence.low):
            return
    elif order is not None and (_PLACED.search(before) or _PLACED_BEHIND.match(behind)):
        right = order.placed_on
    elif _RESTOCK.search(sentence.low) and order is None:
        right = _restock(text, sentence, ours, found.start())
    elif _DELIVERED.search(before) and _FUTURE.search(sentence.low):
        right = None
    else:
        return
    start, end = sentence.start + found.start(), sentence.start + found.end()
    if right is None:
        reason = f"No fact stands behind the date {sentence.text[found.start() : found.end()]}. Do not name one."
        here = inside(ours.mentions(text), sentence.start, sentence.end)
        yield take_claim_out(sentence, found.start(), found.end(), [found.span()], here, reason)
    elif not _agree(said, right):
        yield replace(start, end, _write(right, found, ours.facts.locale, sentence.text), f"It is {right.isoformat()}.")


def _relative(text: str, today: date, ours: Known) -> Iterator[Finding]:
    """Days told from today: when an order was placed or delivered, when something is back."""
    for sentence in sentences(text):
        if not sentence.topics & RELATIVE or sentence.asks or sentence.denies:
            continue
        for told in find_told(sentence, ahead=False):
            order = _order(text, sentence, ours, told.start)
            right = None if order is None else _day_of(order, sentence, told.start, told.end)
            if right is not None and right <= today and not agrees(told, right, today):
                yield _put_day(sentence, told, right, today)
        for told in find_told(sentence, ahead=True) if _RESTOCK.search(sentence.low) else ():
            right = _restock(text, sentence, ours, told.start)
            if right is not None and right > today and not agrees(told, right, today):
                yield _put_day(sentence, told, right, today)


def _put_day(sentence: Sentence, told: Told, right: date, today: date) -> Finding:
    after = in_words(told, right, today)
    return replace(sentence.start + told.start, sentence.start + told.end, after, f"It is {right.isoformat()}.")


def _day_of(order: OrderFact, sentence: Sentence, start: int, end: int) -> date | None:
    """The day of an order that the words around a place ask for."""
    before = sentence.low[max(0, start - _CUE) : start]
    behind = sentence.low[end : end + 25]
    if _is_of_delivery(before, behind):
        return order.delivered_on
    return order.placed_on if _PLACED.search(before) or _PLACED_BEHIND.match(behind) else None


def _judge_day(text: str, sentence: Sentence, found: re.Match[str], ours: Known) -> Iterator[Finding]:
    """A day without its month, "delivered on the 14th", of an order that is named."""
    order = _order(text, sentence, ours, found.start())
    group = next(name for name in ("en", "de", "fr") if found[name])
    if order is None or sentence.denies_at(found.start()):
        return
    right = _day_of(order, sentence, found.start(), found.end())
    if right is None or right.day == int(found[group]):
        return
    start, end = found.span(group)
    after = f"{right.day}{_ordinal(right.day)}" if group == "en" else str(right.day)
    yield replace(sentence.start + start, sentence.start + end + (2 if group == "en" else 0), after, f"It is {right}.")


def _is_of_delivery(before: str, behind: str) -> bool:
    """Whether a date is that of a delivery: the word for it is nearer than one for the placing."""
    if _BEHIND.match(behind):
        return True
    if _PLACED_BEHIND.match(behind):
        return False
    delivered = max([found.end() for found in _DELIVERED.finditer(before)], default=0)
    placed = max([found.end() for found in _PLACED.finditer(before) if found[0] not in _WEAK], default=0)
    return delivered > placed


def _order(text: str, sentence: Sentence, ours: Known, at: int) -> OrderFact | None:
    here = inside(ours.orders_in(text), sentence.start, sentence.end)
    if here:
        before = [m for m in here if m.start - sentence.start < at]
        return ours.orders[(before[-1] if before else here[0]).key]
    only = ours.only_order()
    return only if only is not None and sentence.topics & _ORDER_TOPIC else None


def _deadline(text: str, sentence: Sentence, before: str, order: OrderFact | None, ours: Known) -> date | None:
    """The last day on which an order can be sent back, where the sentence names that day."""
    window = ours.facts.return_window_days
    last_day = _LAST_DAY.search(before)
    if window is None or not (last_day or (_RETURN.search(sentence.low) and _ENDS.search(before))):
        return None
    if order is None:
        earlier = [m for m in ours.orders_in(text) if m.start < sentence.start]
        delivered = [one for one in ours.facts.orders if one.delivered_on]
        order = ours.orders[earlier[-1].key] if earlier else delivered[0] if len(delivered) == 1 else None
    if order is None or order.delivered_on is None or (last_day and not _RETURN.search(text.lower())):
        return None
    return order.delivered_on + timedelta(days=window)


def _names_promotion(sentence: Sentence, ours: Known) -> bool:
    lowered = sentence.text.lower()
    return any(promotion.name and promotion.name.lower() in lowered for promotion in ours.facts.promotions)


def _of_promotion(sentence: Sentence, ours: Known, *, ends: bool) -> tuple[date | None, bool]:
    """The day that a promotion begins or ends, and whether the sentence speaks of a promotion of the facts' at all."""
    lowered = sentence.text.lower()
    promotions = ours.facts.promotions
    meant = [p for p in promotions if (p.name and p.name.lower() in lowered) or (p.code and p.code.lower() in lowered)]
    meant = meant or list(promotions[:1] if len(promotions) == 1 else ())
    if not meant:
        return None, True
    return (meant[0].ends_on if ends else meant[0].starts_on), True


def _restock(text: str, sentence: Sentence, ours: Known, at: int) -> date | None:
    here = inside(ours.products_in(text), sentence.start, sentence.end)
    if here and here[0].start > sentence.start + at and sentence.words[0] in _PRONOUNS:
        here = ()
    earlier = [m for m in ours.products_in(text) if m.start < sentence.start]
    keys = [m.key for m in here] or [m.key for m in earlier[-1:]]
    variants = [v for key in keys for v in ours.variants(key)]
    days = {v.restock_on for v in (variants or ours.facts.products) if v.restock_on is not None}
    return next(iter(days)) if len(days) == 1 else None


def _write(day: date, like: re.Match[str], locale: str | None, text: str) -> str:
    """The date in the manner of `like`, a place of the text."""
    if like["iso"]:
        return day.isoformat()
    if like["a"]:
        year = "" if not like["y3"] else f"{day.year:04d}" if len(like["y3"]) == 4 else f"{day.year % 100:02d}"
        dayfirst = like["sep"] == "." or not (locale or "en_US").endswith("US")
        first, second = (day.day, day.month) if dayfirst else (day.month, day.day)
        pad = 2 if len(like["a"]) == 2 or len(like["b"]) == 2 else 1
        return f"{first:0{pad}d}{like['sep']}{second:0{pad}d}{like['sep']}{year}"
    month = _month(day, text[slice(*like.span("m1" if like["m1"] else "m2"))], locale)
    year_text = like["y1"] or like["y2"]
    of_year = " de" if year_text and f" de {year_text}" in like[0] else " del" if f" del {year_text}" in like[0] else ""
    year = f"{',' if like['y1'] and ',' in like[0] else of_year} {day.year}" if year_text else ""
    if like["m1"]:
        return f"{month} {day.day}{_ordinal(day.day) if like['th'] else ''}{year}"
    dot = like["dot"] or ""
    suffix = _ordinal(day.day) if dot in ("st", "nd", "rd", "th") else "" if dot == "er" else dot
    of = " of" if " of " in like[0] else " de" if " de " in like[0] else ""
    return f"{day.day}{suffix}{of} {month}{year}"


def _month(day: date, like: str, locale: str | None) -> str:
    listed = [_FR, _ES, _EN, _DE] if like[:1].islower() else [_EN, _DE, _FR, _ES]
    if (locale or "").startswith("de"):
        listed = [_DE, *listed]
    elif (locale or "").startswith("es"):
        listed = [_ES, *listed]
    names = next(
        (names for names in listed if like.lower() in {n.lower() for n in names} | {n[:3].lower() for n in names}), _EN
    )
    name = names[day.month - 1]
    name = name.capitalize() if like[:1].isupper() else name.lower()
    return name[:3] if len(like) == 3 and like.lower() not in {n.lower() for n in names} else name


def _ordinal(day: int) -> str:
    return "th" if day in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
