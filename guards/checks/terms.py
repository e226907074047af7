"""Delivery times, return windows, tax rates and free delivery: what is said agrees with the region's terms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from shopgraph.guards.checks.amounts import read_number
from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.free_delivery import find_wrong_free_delivery
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.numbers import write_count
from shopgraph.guards.checks.regions import region_of
from shopgraph.guards.checks.text import Cue, Sentence, about, sentences
from shopgraph.guards.checks.topics import topic
from shopgraph.guards.facts import DeliveryFact, Facts

_UNITS = {
    "h": Decimal(1) / 24,
    "s": Decimal(1) / 24,
    "w": Decimal(7),
    "m": Decimal(30),
    "y": Decimal(365),
    "d": Decimal(1),
}
_UNIT = (
    r"(?:(?:business|working|calendar|full) )?"
    r"(?P<unit>days?|weeks?|months?|hours?|years?|werktagen?|arbeitstagen?|tage?n?|wochen?|monate?n?|stunden?|jahre?n?"
    r"|jours?|semaines?|mois|heures?|ans?|d[ií]as?|semanas?|mes(?:es)?|horas?|años?)\b(?!\s(?:ago|left|old|early"
    r"|late|remain|after(?! (?:it |the |your )?(?:deliver|recei|arriv|ship|dispatch|order))|before|later|since"
    r"|nach(?! (?:der "
    r"|dem )?(?:erhalt|liefer|zustell))"
    r"|vor|später|danach|davor|après(?! (?:la |votre )?(?:récep|livrai))|avant|plus tard|plus tôt|más tarde"
    r"|después(?! de (?:la |su )?(?:entreg|recep))|antes))"
)
_SPAN = Cue(
    "día días dia dias semana mes meses hora año años day days week month hour year werktag arbeitstag tag tage "
    "woche monat stunde jahr jour semaine mois heure an ans",
    r"(?P<low>\d(?<![\d#.,-]\d)\d{0,22}+)"
    rf"(?:\s?(?:-|–|—|to|bis|à|a|or|and|und|et|y|o|oder|ou)\s?(?P<high>0{{0,20}}\d{{1,3}}))?[\s-]{_UNIT}",
)
_ONE = Cue("a an eine einen einer einem un une una", rf"\b(?P<low>an?|eine[rmn]?|un[ae]?)\s(?P<high>(?!))?{_UNIT}")
"""The same where the number is an article: "within a week"."""
_FROM_ONE = Cue(
    "=ein =eine =einem =einen =einer =un =une =uno =una =one",
    rf"\b(?P<low>one|ein(?:e[nrm]?)?|une?|un[oa])\s?(?:-|–|to|bis|à|a|or|oder|ou|o)\s?(?P<high>0{{0,20}}\d{{1,3}})\s{_UNIT}",
)
"""The same where a range begins with an article: "ein bis zwei Werktage"."""
_HOURS = Cue("=h =hr =hrs =std", r"(?<![\d.,:-])(?P<low>24|48|72)(?P<high>(?!))?\s?(?P<unit>h|hrs?|std)\b")
"""The same in short: "24 h"."""
_DAY_WORDS = {"en": "days", "de": "Tage", "fr": "jours", "es": "días"}
_DELIVERY = topic(
    "lleg envi entr tard deli ship arri lief geli vers livr expé reac rece erha zust send ankn reço rece get anko"
)
_COMES = Cue(
    "expect with door hands yours bei chez casa tendrá tendrás recib paket päckchen parcel package colis paquete",
    r"\b(?:expect (?:it|them|your)|with you|at your door\w*|in your hands|yours|bei (?:ihnen|dir)|chez (?:vous|toi)"
    r"|en (?:su |tu )?casa|tendrás?|recib\w+|pakete?|päckchen|parcels?|packages?|colis|paquetes?)\b",
)
"""It says of goods that they come, without a word for delivery."""
_DELIVERY_NAMED = topic("delivery shipping lieferung versand livraison envío entrega")
_DELIVERY_TAKES = re.compile(r"deliver\w*|shipping|lieferung|versand|livraison|env[ií]o")
_IT_TAKES = re.compile(r"(?:it|sie|er|das|elle|cela|ça) (?:takes|usually takes|dauert|prend|tarda)|tarda\b|cela prend")
_OTHER_METHOD = Cue(
    "express premium overnight next same pick pickup collect",
    r"\bexpress|\bpremium|\bovernight|next-day|same-day|pick-?up|\bcollect",
)
"""The facts hold the standard method's days only."""
_RETURN = Cue(
    "changer rétractation desistir cambiar come withdraw withdrawal devolver devolución return returns send sent "
    "bring rückgabe zurück retour renvoyer "
    "money change widerruf rücksendung umtauschen umtausch échanger rendre give exchange mind cambio",
    r"\bcome back\b|\bwithdraw|\bdevol\w+|\breturns?\b|\breturned\b|\breturning\b|\breturn\b|\b(?:send"
    r"|bring)\b.{0,30}?\bback\b|changer d[\'’]avis|rétract"
    r"|desist|cambiar de opinión|\bsent back"
    r"|bring (?:it|them) back|rückgabe|"
    r"zurück|retour|renvoy|money[ -]back|change your mind|widerruf|rücksend|umtausch|échange[zr]|\brendre\b"
    r"|\bgive (?:it|them|anything) back|\bexchange",
)
_HAVE = re.compile(
    r"\b(?:you(?:['’]ve| have| get)|(?:haben|hast) (?:sie|du)|(?:sie|du) (?:haben|hast)|vous (?:avez|disposez)"
    r"|tiene[ns]?)\b"
)
"""Before a time that begins with the delivery: it is that to send things back."""
_REFUND = Cue("refund erstatten rückerstattung zurückerstattet rembourser", r"refund|erstatt|rembours")
_ELSE = Cue(
    "bank credited delivered code discount warranty guarantee garantie gewährleistung restock get melde revien",
    r"\bbank\b|credited|was delivered|were delivered|\bcode\b|discount|warranty|guarantee|garantie"
    r"|gewährleistung|restock|"
    r"get back to you|melde|revien",
)
_PROCESSING = re.compile(
    r"tak(?:e|es|ing)\b|arriv|process|bank|credit|issue|appear|account|expect|receive|\bget\b|dauert|prend|reç|recev|"
    r"gutgeschrieben|erhalten|konto|compte|see it|reach"
)
_EARLIEST = re.compile(r"at least|as early as|earliest|mindestens|frühestens|au moins|au plus tôt|minimum")
_TAX = Cue(
    "ust umsatzsteuer iva tax taxes vat mwst mehrwertsteuer tva",
    r"(?:\bust\b|umsatzsteuer|\biva\b|\btax\b|\btaxes\b|\bvat\b|\bmwst\b|mehrwertsteuer|\btva\b)",
)
_NO_TAX = Cue(
    "free no zero steuerfrei ohne sans exempt",
    r"\btax[- ]free\b|\b(?:no|zero) (?:sales )?(?:tax|vat)\b|steuerfrei|ohne mehrwertsteuer|sans tva|exempt from",
)
_PERCENT = re.compile(
    r"(\d(?<![\d.,]\d)\d{0,22}(?:[.,]\d{1,3})?)[\s-]?(?:%|percent\b|per cent\b|prozent\b|pour ?cent\b)"
)


_SINCE = re.compile(
    r"\s(?:from|after|of|following|since|ab|nach|seit|après|dès|suivant|à compter de|desde|tras|a partir de)"
    r" (?:the |your |der |dem |ihrer |la |votre |il )?(?:deliver|receipt|receiv|arriv|erhalt|liefer|zustell"
    r"|livrais|récep|entrega|recep)"
)
"""Behind a time: it begins with the delivery."""
_YOURS = re.compile(
    r"\b(?:your|ihr(?:e[mnr]?)?|dein(?:e[mnr]?)?|votre|vos|ton|ta|tu|su) (?:[^\W\d_]{3,16} ){1,2}"
    r"(?:in|dans|en|dentro de) (?:about |etwa |environ |unas? )?$"
)
"""Before a time: in so long the customer travels, or has a birthday."""


def find_wrong_terms(text: str, facts: Facts) -> Iterator[Finding]:
    """Delivery days, return windows, tax rates and free delivery that disagree with the facts."""
    if not about(text) & _TOPICS:
        return
    earlier: Sentence | None = None
    for sentence in sentences(text):
        before, earlier = earlier, sentence
        if not sentence.topics & _TOPICS:
            continue
        yield from _days(text, sentence, before, facts)
        yield from _tax(sentence, facts)
        yield from find_wrong_free_delivery(text, sentence, facts)


_TOPICS = (
    _DELIVERY
    | _COMES.topic
    | topic(
        "enví grat gast ust umsa iva come with devo take daue pren try retu back wide rück zurü reto renv mone "
        "chan send brin tax "
        "taxe vat mwst "
        "mehr tva steu free exem gara umta vers "
        "rücs refu erst remb ship komp stan"
    )
)
"""First letters of what the terms are about; a sentence with none of them is not read further."""


_SPANS = _SPAN.topic | _HOURS.topic


def _spans(sentence: Sentence) -> Iterator[re.Match[str]]:
    """Every time that it names; of two that overlap the longer one."""
    place = -1
    for found in _FROM_ONE.find_digits(sentence):
        yield found
        place = found.end()
    for pattern in (_SPAN, _ONE, _HOURS):
        yield from (found for found in pattern.find_digits(sentence) if found.end() != place)


def _goes_back(sentence: Sentence, earlier: Sentence | None, since: bool) -> bool:
    """Whether "you have so many days" is the time to send things back: from the delivery, or asked for before."""
    if since:
        return _HAVE.search(sentence.low) is not None
    return (
        earlier is not None
        and earlier.asks
        and not sentence.topics & _DELIVERY_NAMED
        and _RETURN.search(earlier) is not None
    )


def _goes_on(sentence: Sentence, earlier: Sentence | None) -> bool:
    """Whether "it takes so long" follows on a sentence about delivery."""
    if earlier is None or not earlier.topics & _DELIVERY_NAMED:
        return False
    return _IT_TAKES.match(sentence.low) is not None


def _days(text: str, sentence: Sentence, earlier: Sentence | None, facts: Facts) -> Iterator[Finding]:
    if not sentence.topics & _SPANS:
        return
    for found in _spans(sentence):
        if _ELSE.search(sentence) or sentence.denies_before(found.start("low")):
            continue
        place = sentence.start + found.start("low")
        if any(name.start <= place < name.end for name in known(facts).products_in(text)):
            continue  # "Pear Tree, 2-year"
        refund = _REFUND.search(sentence)
        returns = _RETURN.search(sentence) or (refund and "within" in sentence.low)
        if refund and (_PROCESSING.search(sentence.low) or not returns):
            continue
        since = _SINCE.match(sentence.low, found.end())
        if not returns and _goes_back(sentence, earlier, since is not None):
            returns = found
        if since and not returns:
            continue
        if returns and not since and sentence.topics & _DELIVERY_NAMED:
            clause = _part(sentence, found.start("low"))
            if not _RETURN.pattern.search(clause) and _DELIVERY_TAKES.search(clause):
                returns = None
        if returns and not found["high"] and not _is_statutory(sentence, found, facts):
            yield from _window(sentence, found, facts)
        elif (
            not returns
            and (sentence.topics & _DELIVERY or _COMES.search(sentence) or _goes_on(sentence, earlier))
            and not _OTHER_METHOD.search(sentence)
        ):
            yield from _delivery_days(sentence, found, facts.delivery)


_AND = re.compile(r"\s(?:and|und|et|y)\s")


def _part(sentence: Sentence, place: int) -> str:
    """The clause there, between "and" where each side speaks of its own."""
    clause = sentence.clause(place)
    begin = sentence.low.find(clause)
    cuts = [found.span() for found in _AND.finditer(clause)]
    start = max([end for _, end in cuts if begin + end <= place], default=0)
    stop = min([first for first, _ in cuts if begin + first > place], default=len(clause))
    part = clause[start:stop]
    return part if _RETURN.pattern.search(part) or _DELIVERY_TAKES.search(part) else clause


_WITHDRAWS = Cue(
    "withdraw withdrawal cooling statutory widerruf widerrufsrecht widerrufsfrist rétractation rétracter "
    "desistimiento desistir",
    r"withdraw|cooling|statutory|widerruf|rétract|desist",
)


def _is_statutory(sentence: Sentence, found: re.Match[str], facts: Facts) -> bool:
    """Whether it is the law's time to withdraw, which may be shorter than the shop's to send back."""
    return _WITHDRAWS.search(sentence) is not None and _said(found) == [region_of(facts).withdrawal_days]


def _said(found: re.Match[str]) -> list[Decimal]:
    """The numbers of the span in days."""
    word = found["unit"].lower()
    unit = (
        "y"
        if word in ("an", "ans") or word.startswith("ja")
        else {"j": "d", "t": "d", "a": "d", "se": "w", "st": "h"}.get(word[:2] if word[0] == "s" else word[0], word[0])
    )
    unit = "d" if word.startswith("werk") else unit
    numbers = [number for number in (found["low"], found["high"]) if number]
    return [(Decimal(int(number)) if number.isdecimal() else Decimal(1)) * _UNITS[unit] for number in numbers]


def _language(unit: str) -> str:
    lowered = unit.lower()
    if lowered[:3] in ("día", "dia", "hor", "año") or lowered.startswith(("semana", "mes")):
        return "es"
    if lowered[:3] in ("jou", "sem", "moi", "heu", "an", "ans"):
        return "fr"
    return "de" if lowered[:3] in ("tag", "woc", "mon", "stu", "wer", "arb", "jah") and lowered[:5] != "month" else "en"


def _put(sentence: Sentence, found: re.Match[str], days: str, reason: str, like: str = "") -> Finding:
    """Days instead of the span: the number alone, where it counts days already."""
    start = sentence.start + found.start("low")
    unit = found["unit"].lower()
    language = _language(unit)
    if unit.startswith(("day", "tag", "jour", "werktag", "arbeitstag", "día", "dia")):
        end = sentence.start + found.end("high" if found["high"] else "low")
        return replace(start, end, write_count(int(days), like=like) if days.isdecimal() else days, reason)
    return replace(start, sentence.start + found.end(), f"{days} {_DAY_WORDS[language]}", reason)


_STILL = re.compile(
    r"\b(?:leaves?|left|still|more|another|remaining|noch|übrig|bleiben|encore|reste[nz]?t?|quedan?|todavía)\b"
)


def _left_to_return(facts: Facts, days: Decimal) -> bool:
    """Whether so many days are left to send an order back."""
    window, today = facts.return_window_days, facts.today
    ends = [order.delivered_on for order in facts.orders if order.delivered_on]
    return window is not None and today is not None and any(window - (today - day).days == days for day in ends)


def _window(sentence: Sentence, found: re.Match[str], facts: Facts) -> Iterator[Finding]:
    window = facts.return_window_days
    if window is None or window == 0:
        yield take_out(sentence, "No return window stands in the facts. Do not promise one.")
        return
    (said,) = _said(found)
    months = found["unit"].lower().startswith(("mon", "moi"))
    if (
        said != window
        and not (_left_to_return(facts, said) and _STILL.search(sentence.low))
        and not (months and abs(said - window) <= said / 30)
    ):
        like = sentence.text[found.start("low") : found.end("low")]
        yield _put(sentence, found, str(window), f"Things may be sent back within {window} days.", like)


def _delivery_days(sentence: Sentence, found: re.Match[str], delivery: DeliveryFact | None) -> Iterator[Finding]:
    if delivery is None or delivery.max_days is None:
        yield take_out(sentence, "No delivery time stands in the facts. Do not promise one.")
        return
    if _YOURS.search(sentence.low, 0, found.start("low")):
        return
    least = delivery.min_days if delivery.min_days is not None else delivery.max_days
    said = _said(found)
    if len(said) == 2 and said == [least, delivery.max_days]:
        return
    if len(said) == 1 and (said[0] == delivery.max_days or (said[0] == least and _EARLIEST.search(sentence.low))):
        return
    between = sentence.low[found.end("low") : found.start("high")] if found["high"] else "-"
    like = sentence.text[found.start("high") : found.end("high")] if found["high"] else ""
    low, high = write_count(least, like=like), write_count(delivery.max_days, like=like)
    right = low if least == delivery.max_days else f"{low}{between}{high}"
    yield _put(sentence, found, right, f"Delivery takes {right} days.", like)


def _tax(sentence: Sentence, facts: Facts) -> Iterator[Finding]:
    free = _NO_TAX.search(sentence)
    if free is None and not _TAX.search(sentence):
        return
    if free and facts.tax_percent != 0 and not sentence.asks:
        yield take_out(sentence, "Nothing here is free of tax.")
        return
    for found in _PERCENT.finditer(sentence.digits):
        near = sentence.low[max(0, found.start() - 25) : found.end() + 25]
        if not _TAX.pattern.search(near) or (
            facts.tax_percent is not None and facts.tax_percent in read_number(found[1])
        ):
            continue
        if facts.tax_percent is None:
            yield take_out(sentence, "No tax rate stands in the facts. Do not name one.")
            return
        right = f"{facts.tax_percent.normalize():f}"
        comma = "," in found[1] or ("." not in found[1] and (facts.locale or "en")[:2] in ("de", "fr", "es"))
        shown = right.replace(".", ",") if comma else right
        start = sentence.start + found.start(1)
        yield replace(start, start + len(found[1]), shown, f"The tax is {right} percent.")
