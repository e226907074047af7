"""Price cuts: nobody is offered more than the allowance, nor a code or a promotion that nobody issued."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from shopgraph.guards.checks.amounts import read_number
from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.customer import gives_it, is_quoted
from shopgraph.guards.checks.known import Known, known
from shopgraph.guards.checks.names import inside
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.text import Cue, Sentence, about, sentences, whole_words
from shopgraph.guards.checks.topics import exact, topic
from shopgraph.guards.facts import Facts

_PERCENT = re.compile(
    r"(\d(?<![\d.,]\d)\d{0,22}(?:[.,]\d{1,3})?)[\s\u00a0\u202f-]?(?:%|percent\b|per cent\b|prozent\b|pour ?cent\b)"
)
_CUT = Cue(
    "descuento rebaja rabais menos off discount discounted rabatt reduced reduzier remise réduc rédui save saves "
    "saving promo coupon code codes "
    "cheaper knock markdown sale voucher gutschein price lower nachlass aktion günstiger ermäßig solde spar sparen "
    "alles spart économis moins reduction deal bargain less",
    r"\bauf alles\b|\bsur tout\b|\ben (?:toda la tienda|todo el)\b|\boff\b|descuento|rebaja|rabais|\bmenos\b"
    r"|discount|rabatt|reduc|reduzier|remise|réduc|rédui|\bsav(?:e|es"
    r"|ing)|\bpromo|coupon"
    r"|\bcode\b|cheaper|knock|"
    r"markdown|\bsale\b|voucher|gutschein|price cut|lower price|nachlass|aktion|günstiger|ermäßig"
    r"|solde|spar(?:en|st|t)\b|"
    r"sparen|économis|moins cher|reduction|\bdeal\b|bargain|\bless\b",
)
_CUT_WORDS = whole_words("descuento rebaja rabais off discount discounts discounted rabatt remise coupon code reduced")
"""Words of it that are enough without a closer look."""
_MADE_OF = re.compile(
    r"\s?(?:(?:pure[ns]?|reine[rs]?|organic|recycled|combed|of) )?(?:\w{0,12}(?:cotton|baumwolle|coton|algodón"
    r"|wool|wolle|laine"
    r"|lana|linen|leinen|lin\b|silk|seide|soie|seda|cashmere|kaschmir|polyester|nylon|elasthan\w*|elastane|viscose"
    r"|viskose"
    r"|leather|leder|cuir|cuero|piel|down|daunen|duvet|steel|stahl|acier|cocoa|kakao|cacao|natural|vegan"
    r"|biologique|bio\b"
    r"|recycl\w+|waterproof|protein|arabica|merino|mohair|alpaca|battery|charged?|humidity|satisfaction|of (?:all"
    r"|our|the)))"
)
"""Behind a percentage: it is what something is made of, no price cut."""
_TAX_OF = re.compile(r"\b(?:tax|vat|mwst|mehrwertsteuer|tva)\b[^.,;]{0,12}$")
_TAX = re.compile(r"\btax\b|\bvat\b|\bmwst\b|\btva\b|steuer")
_SHARE = re.compile(
    r"^\s?(?:of|der|des|aller|unserer) (?:all |our |the )?(?:customers|shoppers|buyers|reviewers"
    r"|people|users|kunden|kundinnen|clients)"
)
_FEE = Cue(
    "fee gebühr frais cash cashback interest",
    r"\b(?:restocking|handling|service|cancellation)? ?fee\b|gebühr|\bfrais\b|cash ?back|interest",
)
_HALF = Cue("half halben moitié", r"\b(?:half[- ]price|half off|zum halben preis|à moitié prix|moitié prix)\b")
_GIVEN = (
    Cue(
        "buy bogo free store gratis geschenk cadeau get kaufen nehmen preis deuxième troisième gratuit offert "
        "segundo segunda "
        "tercero tercer =x",
        r"\bbuy (?:one|two|1|2|three|3),? (?:and )?get (?:one|two|1|2)\b|\bbogo\b"
        r"|\bfree (?:gift|sample|item|upgrade|product|of charge gift)s?\b|\bstore credit\b"
        r"|\bget (?:the |a |your )?(?:second|third|next|other|another|one|2nd|3rd)(?: one| item| pair)?(?: for"
        r"| completely| absolutely)? "
        r"(?:free|half[- ]price)\b|\b(?:zwei|drei|2|3) (?:kaufen|nehmen)[^.;]{0,20}\b(?:gratis|geschenkt|zahlen)\b"
        r"|\b(?:2|3|zwei|drei) (?:zum preis von|für) (?:1|2|einem|einen|eins|zwei)\b|\b(?:deuxième|troisième|2e"
        r"|3e) (?:\w+ )?(?:est )?"
        r"(?:offerte?|gratuite?)\b|\b(?:2x1|3x2)\b|\b(?:segund[oa]|tercer[oa]?) (?:\w+ )?(?:gratis|de regalo)\b"
        r"|\bfree of charge\b(?<!shipping free of charge)"
        r"|\bgratis (?:dazu|geschenk)|\bgeschenk gratis|\bcadeau (?:gratuit|offert)",
    ),
    Cue("=for", r"[eo23](?:(?<=\btwo)|(?<=\bthree)|(?<=\b[23]))[- ]for[- ](?:one|1|two|2|the price of)\b"),
)
_CODE_AFTER = re.compile(
    r"(?<!postal )(?<!zip )(?<!country )(?<!error )(?<!tracking )(?<!order )(?<!area )(?<!qr )"
    r"\b(?i:codes?|coupons?|vouchers?|\w{0,16}codes?|c[óo]digos?|cup[óo]n(?:es)?|gutscheins?|code promo"
    r"|code de réduction)"
    r"(?:[\s:\"'“„«*`]{1,4})(?:(?i:is|ist|named|called|lautet|est|promo"
    r"|of)[\s:]{1,2})?[\"'“„«*`]{0,3}(?P<code>[A-Z][A-Z0-9_-]{2,23}|[A-Za-z]{3,16}-?\d{1,4})\b"
)
_CODE_BEFORE = re.compile(r"\b(?P<code>[A-Z][A-Z0-9_-]{2,23})[\"'”“»*`]{0,3}\s(?i:codes?|coupons?|vouchers?)\b")
_CODE_CALLED = re.compile(
    r"\b(?i:use|enter|type|apply|with|mit|nutze|nutzen sie|gib|geben sie(?: einfach)?|einfach|avec|utilisez"
    r"|saisissez|entrez|using"
    r"|try|redeem)\s(?:(?i:den|the|le)\s)?[\"'“„«*`]{0,3}(?P<code>[A-Z]{3,20}-?\d{1,4})\b"
)
_PROMOTION = re.compile(
    r"\b(?:[Oo]ur|[Tt]he|[Ww]ith|[Dd]uring|[Tt]his|[Uu]nsere[rnm]?|[Dd]ie|[Dd]er|[Bb]eim?|[Nn]otre"
    r"|[Ll][ae]s?|[Ii]m)\s(?:(?:our|the|current|unserem)\s)?"
    r"(?P<name>(?:[A-ZÄÖÜÉ][\w'’&-]{1,20}\s){1,4}(?:[Ss]ale|[Pp]romotion|[Pp]romo|[Dd]eals?|[Ee]vent"
    r"|[Ss]pecial|[Aa]ktion|[Ww]ochen|[Ss]oldes|[Oo]ffer))\b"
    r"|\b(?P<named>(?:[A-ZÄÖÜÉ][\w'’&-]{1,20}\s){1,3}(?:Sale|Promotion|Aktion|Soldes|Deals|Promo))\b"
)
_CODE_NEAR = re.compile(r"\b(?P<code>[A-Z]{4,20}-?\d{1,4})\b")
_CODE_WORDS = whole_words(
    "till money savings pago code codes coupon voucher vouchers promo checkout discount gutschein gutscheine "
    "rabatt rabattcode kasse remise "
    "réduction panier descuento cupón código"
)
"""In a sentence with one of these letters and figures are a code."""
_CODE_TOPIC = topic(
    "código codigo cupón cupon code coupon voucher gutschein use enter type apply with mit nutze gib geben "
    "einfach avec utilisez saisissez "
    "entrez using try redeem"
) | exact(_CODE_WORDS)
_PROMOTION_WORDS = whole_words("sale promotion promo deal deals event special aktion wochen soldes offer")
_NO_CODE = re.compile(
    r"[\"'”“»*`]{0,3}\s(?:(?:code|coupon|voucher)\s)?(?:(?:expired|ended|ran out|lief ab|caducó|expiró|expirait)\b"
    r"|(?:is|has|does|do|are|can|ist|wurde|existiert|gibt|gilt"
    r"|n['’]|est|no|ya no)[^.;]{0,30}?"
    r"(?:n['’]t|\bnot|\bno\b|cannot|expired|invalid|nicht|abgelaufen|ungültig|\bpas\b|expiré|plus\b|inválido|caducado|existe|válido))"
)
"""Right behind a code: there is none."""
_CODE_LIKE = re.compile(r"[A-Za-z](?:(?<=[A-Z])[A-Z0-9_-]{2}|-?\d)")
_PERCENT_TOPIC = topic("% percent per prozent pour")
_TOPICS = (
    _CODE_TOPIC | topic(" ".join(_PROMOTION_WORDS)) | _PERCENT_TOPIC | _HALF.topic | _GIVEN[0].topic | _GIVEN[1].topic
)


def find_wrong_discounts(text: str, facts: Facts) -> Iterator[Finding]:
    """Offers above what is allowed, codes and promotions that stand in no fact."""
    ours = known(facts)
    if not about(text) & _TOPICS and len(ours.running) == len(facts.promotions):
        return
    for sentence in sentences(text):
        if not sentence.topics & _TOPICS and len(ours.running) == len(facts.promotions):
            continue
        findings = [
            *_over(sentence, ours),
            *_codes(sentence, ours),
            *_given(sentence, ours),
            *_promotions(sentence, ours),
        ]
        findings = findings[:1]
        yield from findings or _offers(text, sentence, ours)


def _offers(text: str, sentence: Sentence, ours: Known) -> Iterator[Finding]:
    half = _HALF.search(sentence)
    if half and not (Decimal(50) in ours.percents or ours.most_percent >= 50) and not sentence.denies_at(half.start()):
        yield take_claim_out(
            sentence, half.start(), half.end(), [half.span()], (), "Nothing is at half its price. Do not offer it."
        )
        return
    if not sentence.topics & _PERCENT_TOPIC:
        return
    names = inside(ours.mentions(text), sentence.start, sentence.end)
    for found in _PERCENT.finditer(sentence.digits):
        place = sentence.start + found.start()
        if any(name.start <= place < name.end for name in names):
            continue  # Dark Chocolate 85%
        if _TAX_OF.search(sentence.low, max(0, found.start() - 25), found.start()):
            continue
        if _MADE_OF.match(sentence.low, found.end()):
            continue
        cut = (
            not _CUT_WORDS.isdisjoint(sentence.words)
            or _CUT.search(sentence) is not None
            or gives_it(sentence, found.start())
            or any(promotion.name and promotion.name.lower() in sentence.low for promotion in ours.running)
        )
        fee = _FEE.search(sentence)
        behind = sentence.low[found.end() :]
        if (_SHARE.search(behind) or (fee and not cut)) and not sentence.denies:
            yield take_out(sentence, f"No fact holds {found[0].strip()}.")
            return
        if not cut or _TAX.search(behind[:20]) or sentence.denies_at(found.start()):
            continue
        if is_quoted(sentence, found.start()):
            continue
        yield from _offer(sentence, found, ours)


def _offer(sentence: Sentence, found: re.Match[str], ours: Known) -> Iterator[Finding]:
    values = read_number(found[1])
    meant = _meant(sentence, ours)
    gives = gives_it(sentence, found.start())
    if meant is None and not gives:
        meant = _own_cut(sentence, values, ours)
    start = sentence.start + found.start(1)
    if meant is not None:
        if meant not in values:
            yield replace(start, start + len(found[1]), _shown(meant), f"It is {_shown(meant)} percent.")
        return
    running = {promotion.percent for promotion in ours.running}
    good = running if gives else ours.percents
    if any(value in good or value <= ours.most_percent for value in values):
        return
    one = next(iter(ours.percents)) if len(ours.percents) == 1 else None
    if ours.most_percent > 0:
        yield replace(
            start,
            start + len(found[1]),
            _shown(ours.most_percent),
            f"At most {_shown(ours.most_percent)} percent may be given.",
        )
    elif one is not None:
        yield replace(start, start + len(found[1]), _shown(one), f"It is {_shown(one)} percent.")
    else:
        reason = "No discount may be given here. Do not offer one."
        yield take_claim_out(sentence, found.start(), found.end(), [found.span()], (), reason)


def _own_cut(sentence: Sentence, values: Sequence[Decimal], ours: Known) -> Decimal | None:
    """By how much the one product that the sentence names is reduced; None where the values say that already."""
    names = [mention for mention in ours.mentions(sentence.text) if ours.variants(mention.key)]
    if len({mention.key for mention in names}) != 1:
        return None
    cuts = {
        (product.compare_at - product.price) * 100 / product.compare_at
        for product in ours.variants(names[0].key)
        if product.compare_at and product.price is not None and product.price < product.compare_at
    }
    running = {promotion.percent for promotion in ours.running}
    if (
        len(cuts) != 1
        or not running.isdisjoint(values)
        or any(abs(value - cut) < 1 for value in values for cut in cuts)
    ):
        return None
    return next(iter(cuts)).quantize(Decimal(1))


def _meant(sentence: Sentence, ours: Known) -> Decimal | None:
    """The percentage of the promotion, the code or the reduced product that the sentence names, when there is one."""
    if not ours.facts.promotions:
        return None
    lowered = sentence.low
    found = {
        promotion.percent
        for promotion in (ours.facts.promotions if _NOT_NOW.search(lowered) else ours.running)
        for word in (promotion.name, promotion.code)
        if word and word.lower() in lowered and promotion.percent is not None
    }
    return next(iter(found)) if len(found) == 1 else None


def _shown(percent: Decimal) -> str:
    return f"{percent.normalize():f}"


def _codes(sentence: Sentence, ours: Known) -> Iterator[Finding]:
    if not (sentence.topics & _CODE_TOPIC or "code" in sentence.low) or not _CODE_LIKE.search(sentence.text):
        return
    near = (_CODE_NEAR,) if not _CODE_WORDS.isdisjoint(sentence.words) else ()
    for pattern in (_CODE_AFTER, _CODE_BEFORE, _CODE_CALLED, *near):
        for found in pattern.finditer(sentence.text):
            code = found["code"]
            if (
                code.upper() in ours.codes
                or code in _shown_codes(ours)
                or code.lower() in ours.products
                or code.lower() in ours.orders
            ):
                continue
            start, end = found.span("code")
            if not (sentence.denies_before(start) or _NO_CODE.match(sentence.low, end) or is_quoted(sentence, start)):
                reason = f"There is no code {code} in the facts. Do not name one."
                yield take_claim_out(sentence, start, end, [found.span()], (), reason)
                return


def _shown_codes(ours: Known) -> str:
    """What names and attributes of products hold: a model's number is no code."""
    return "\n".join([f"{item.name} {item.sku} {' '.join(item.attributes.values())}" for item in ours.facts.products])


def _given(sentence: Sentence, ours: Known) -> Iterator[Finding]:
    """Things given away."""
    found = _GIVEN[0].search(sentence) or _GIVEN[1].search(sentence)
    if found is None or sentence.denies_at(found.start()) or sentence.asks:
        return
    lowered = sentence.low
    if any(promotion.name and promotion.name.lower() in lowered for promotion in ours.running):
        return
    if found[0].lower() in ("store credit", "free of charge"):
        return
    reason = "Nothing is given away here. Do not offer it."
    yield take_claim_out(sentence, found.start(), found.end(), [found.span()], (), reason)


_NOT_NOW = re.compile(
    r"\bnot\b|n['’]t\b|\bended|\bover\b|\bexpired|\bno longer|\bstarts?\b|\bbegins?\b|\bwill\b|\bnext\b|\buntil\b"
    r"|\bwas\b|\bhad\b"
    r"|zu ende|geendet|\bwar(?:en)?\b|nicht|kein|vorbei|abgelaufen|beginnt|startet|\bwar\b|\berst\b|beendet"
    r"|\bpas\b|plus\b|terminé|fini|commence"
    r"|\bn['’]est"
    r"|\bno\b|terminó|acabó|empieza|ya no|\bfrom (?:the )?\d|\bfrom (?:\w+ )\d|\bab (?:dem )?\d|à partir du|dès le"
    r"|a partir del"
    r"|desde el|\bwould be\b|\bwäre\b|\bserait\b"
)


def _over(sentence: Sentence, ours: Known) -> Iterator[Finding]:
    """Promotions of the facts that are over, or have not begun."""
    if len(ours.running) == len(ours.facts.promotions):
        return
    for promotion in ours.facts.promotions:
        name = promotion.name.lower()
        if name and promotion not in ours.running and name in sentence.low and not _NOT_NOW.search(sentence.low):
            start = sentence.low.find(name)
            span = (start, start + len(name))
            yield take_claim_out(sentence, *span, [span], (), f"{promotion.name} does not run now. Do not offer it.")
            return


def _promotions(sentence: Sentence, ours: Known) -> Iterator[Finding]:
    """Promotions by a name that no fact holds."""
    if _PROMOTION_WORDS.isdisjoint(sentence.words):
        return
    names = [promotion.name.lower() for promotion in ours.running if promotion.name]
    for found in _PROMOTION.finditer(sentence.text):
        name = (found["name"] or found["named"]).lower()
        if any(one in name or name in one for one in names) or sentence.denies or sentence.asks:
            continue
        if any(name in product for product in ours.products) or "final sale" in name:
            continue
        reason = f"There is no promotion {name!r} in the facts."
        yield take_claim_out(sentence, found.start(), found.end(), [found.span()], (), reason)
        return
