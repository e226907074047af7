"""What the region's law wants: tax wording, the right of withdrawal, reduced prices, ages of sale."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shopgraph.guards.checks.amounts import find_amounts
from shopgraph.guards.checks.base import Finding, replace, take_out
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.regions import Region, region_of
from shopgraph.guards.checks.text import Sentence, about, sentences, whole_words
from shopgraph.guards.checks.topics import exact
from shopgraph.guards.checks.young import is_sold_to_young
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

_TAX_WORDS = whole_words(
    "tax taxes vat gst mwst ust mehrwertsteuer umsatzsteuer tva taxe ht ttc netto nettopreise nettopreis iva"
)
_EXCLUDED = re.compile(
    r"\b(?:plus|excl(?:\.|uding|udes?|usive of)?) (?:of )?(?:\d{1,2}(?:[.,]\d+)? ?% )?(?:sales )?(?:tax(?:es)?|vat"
    r"|gst)\b"
    r"|\b(?:tax(?:es)?|vat|gst) (?:is|are|will be) (?:not included|extra|excluded|added (?:at checkout|on top)|on top)"
    r"|\b(?:zzgl\.?|zuzüglich|exkl\.?|exklusive|ohne) (?:der )?(?:gesetzlichen? )?(?:\d{1,2}(?:,\d)? ?% )?(?:mwst"
    r"|ust|mehrwertsteuer|umsatzsteuer)"
    r"|\bnettopreise?\b|\bnetto\b|\bhors (?:taxes?|tva)\b|(?<=\d )ht\b|€ ht\b|\btva (?:en sus|non comprise"
    r"|non incluse)\b"
    r"|\b(?:kommt|kommen) (?:noch |die |\d{1,2}(?:,\d)? ?% ){0,3}(?:mwst|ust|mehrwertsteuer|umsatzsteuer)\b[^.;]{0,16}"
    r"\b(?:dazu|hinzu|drauf)\b|\btva\b[^.;]{0,14}(?:s['’]ajoute|à ajouter)|s['’]ajoutent? [^.;]{0,16}\btva\b"
    r"|\biva\b[^.;]{0,12}aparte|\b(?:se añade|hay que añadir|se suma)n? [^.;]{0,14}\biva\b"
    r"|\b(?:mwst|mehrwertsteuer|umsatzsteuer|ust)\b\.?[^.;]{0,24}\b(?:kommt|kommen|wird|werden)\b[^.;]{0,36}"
    r"\b(?:dazu|hinzu|drauf|obendrauf|aufgeschlagen|hinzugerechnet|addiert|hinzugefügt)\b"
    r"|\b(?:mwst|mehrwertsteuer|umsatzsteuer|ust)\b\.?[^.;]{0,24}\bnicht (?:im preis )?(?:enthalten|inbegriffen"
    r"|inklusive"
    r"|eingerechnet)\b"
    r"|\b(?:vat|gst|tax)\b[^.;]{0,24}\b(?:isn['’]t|is not|not(?: yet)?) included|\b(?:vat"
    r"|gst) (?:of [\d.]+ ?% )?(?:is|gets|will be"
    r"|comes?) (?:\w+ )?(?:added|on top|extra)\b"
    r"|\btva\b[^.;]{0,24}(?:n['’]est pas (?:encore )?(?:incluse|comprise)|en plus|en supplément|s['’]ajoute)"
    r"|\biva\b[^.;]{0,16}\b(?:no (?:está|va) incluido|se añade|se suma|se cobra)"
    r"|\bsin iva\b|\biva no (?:está )?incluido\b|\bmás iva\b|\bno incluyen? (?:el )?(?:\d{1,2} ?% de )?iva\b"
    r"|\b(?:do not|don['’]t|does not|doesn['’]t) include (?:\w+ )?(?:tax(?:es)?|vat|gst)\b|\b(?:before|without"
    r"|net of) vat\b"
    r"|\b(?:enthalten|beinhalten) (?:noch )?keine (?:mwst|mehrwertsteuer|umsatzsteuer)\b"
    r"|\b(?:ne comprennent|n['’]incluent) pas (?:la )?tva\b"
)
_INCLUDED = re.compile(
    r"\b(?:incl(?:\.|uding|udes?|usive of)) (?:all |the |of )?(?:\d{1,2}(?:[.,]\d+)? ?% )?(?:sales )?(?:tax(?:es)?"
    r"|vat|gst)\b"
    r"|\b(?:tax(?:es)?|vat|gst) (?:is|are) (?:already )?included\b|\bwith (?:sales )?tax included\b|\btax[- ]included\b"
)
_OTHER_WAY = (("excl.", "incl."), ("excluding", "including"), ("excludes", "includes"), ("exclude", "include"))
_OTHER_WAYS = (
    *_OTHER_WAY,
    ("zzgl.", "inkl."),
    ("zuzüglich", "inklusive"),
    ("exkl.", "inkl."),
    ("exklusive", "inklusive"),
    ("plus ", "including "),
    ("without ", "including "),
    ("ohne ", "inkl. "),
    ("más ", "incluido "),
    ("sin iva", "IVA incluido"),
    ("hors tva", "TVA comprise"),
    ("hors taxes", "taxes comprises"),
    ("hors taxe", "taxes comprises"),
    ("do not include", "include"),
    ("don't include", "include"),
    ("does not include", "includes"),
    ("doesn't include", "includes"),
    ("is not included", "is included"),
    ("isn't included", "is included"),
    ("no incluyen", "incluyen"),
    ("no incluye", "incluye"),
    ("no incluido", "incluido"),
    ("no está incluido", "está incluido"),
    ("n'est pas comprise", "est comprise"),
    ("n'est pas incluse", "est incluse"),
    ("nicht enthalten", "enthalten"),
    ("nicht im preis enthalten", "im Preis enthalten"),
)
_ADDED = re.compile(
    r"\b(?:added|on top|extra|dazu|hinzu|drauf|aufgeschlagen|ajoute|añade|suma|addition|kasse|checkout|pagar)\b"
)
"""What follows on a wrong wording of the tax: then no other word puts it right."""
_WITHDRAW_WORDS = whole_words(
    "final returned umtausch repris withdraw withdrawal withdrawing cooling widerruf widerrufen widerrufsrecht "
    "widerrufsfrist rétractation "
    "rétracter "
    "desistimiento desistir cancellation cancel right statutory endgültig verkäufe ventes définitives ventas "
    "devoluciones returns "
    "refunds rücknahme rückgabe rücksendung"
)
_WITHDRAW = re.compile(
    r"\b(?:law\b[^.;]{0,40}\bto (?:cancel|return)|legally\b[^.;]{0,30}\b(?:cancel|return)|withdraw\w*"
    r"|cooling[- ]off|right (?:to cancel|of cancellation)|widerr\w*|rétract\w*|desist\w*)\b"
)
_DAYS = re.compile(
    r"(?<![\d.,-])0*(\d{1,3})(?=[\s-](?:calendar |working |business )?(?:days?|tagen?|tage|jours|días)\b)"
)
_NO_RIGHT = re.compile(
    r"\b(?:alle )?verkäufe sind endgültig\b|\bventes? (?:\w+ )?(?:fermes|définitives)\b"
    r"|\bventas? (?:son )?(?:finales|definitivas)\b"
    r"|\bno se admiten devoluciones\b|\bkeine (?:rücknahme|rückgabe|rücksendung)\b|\bno returns\b|\b(?:returns"
    r"|refunds) (?:are )?not"
    r" accepted\b|\bumtausch ist ausgeschlossen\b|\bni repris,? ni échangés?\b|\bni retour ni échange\b"
    r"|\ball sales are final\b|\bfinal sale\b|\bcannot be returned\b|\b(?:vom )?umtausch ausgeschlossen\b"
    r"|\bni repris ni échangé\b"
    r"|\bno (?:statutory |legal )?right (?:of withdrawal|to withdraw|to cancel)\b|\b(?:cannot|can['’]t"
    r"|may not) withdraw\b"
    r"|\bwiderrufs(?:recht|frist)\b[^.;]{0,50}\b(?:nicht|ausgeschlossen|entfällt)\b|\bright (?:of withdrawal"
    r"|to withdraw)[^.;]{0,20}"
    r"\b(?:does not|doesn['’]t) (?:apply|exist)\b|\bdroit de rétractation[^.;]{0,20}\b(?:ne s['’]applique|n['’]existe)"
    r"|\bderecho de desistimiento[^.;]{0,12}\bno (?:se )?(?:aplica|existe)"
    r"|\bno (?:statutory |legal )?right to (?:return|cancel|change)\b|\bwiderruf\w*[^.;]{0,40}\bnicht (?:möglich"
    r"|zulässig|vorgesehen)\b"
    r"|\b(?:rétractation|rétracter)[^.;]{0,30}\b(?:impossible|exclue?|pas possible)\b"
    r"|\bdesistimiento[^.;]{0,30}\b(?:no es posible|excluido)\b"
    r"|\b(?:kein|keinen) (?:\w+ )?(?:widerrufsrecht|widerruf)\b|\bwiderruf\w* (?:ist|sind"
    r"|wird) (?:\w+ )?(?:ausgeschlossen|nicht möglich)\b"
    r"|\b(?:pas|aucun) (?:de )?droit de rétractation\b|\bno (?:hay|tiene) derecho de desistimiento\b"
)
_EXCEPTED = re.compile(
    r"\b(?:unless|except|außer|ausgenommen|sauf|salvo|excepto|custom|personali[sz]ed|engraved|made to order"
    r"|hygien\w*|sealed|unsealed|perishable|digital|download"
    r"|gift card|food"
    r"|maß\w*|personalisiert\w*|graviert\w*|entsiegelt\w*|versiegelt\w*|verderblich\w*|lebensmittel|gutschein\w*"
    r"|personnalisée?s?|sur mesure|descellée?s?|périssables?|numérique|personalizad\w*|perecedero\w*)\b"
)
_STATUTORY = re.compile(
    r"\b(?:statutory|legal) (?:\d{1,2}[- ]day )?(?:right (?:of withdrawal|to (?:withdraw|return|cancel))"
    r"|withdrawal (?:period|right)|cooling[- ]off)"
    r"|\bgesetzliche[nsr]? widerruf\w*|\bdroit légal de rétractation\b"
)
_PRIOR_WORDS = whole_words("lowest niedrigster niedrigste niedrigsten tiefster bas bajo")
_PRIOR = re.compile(
    r"\blowest (?:\w+ )?price (?:of|in|over|within|during|from) the (?:last|past"
    r"|previous) 0*(?P<en>\d{1,3} (?:days?|weeks?|months?))"
    r"|\b(?:niedrigste[rn]?|tiefste[rn]?) (?:\w+ )?preis der (?:letzten|vergangenen) 0*(?P<de>\d{1,3} (?:tage"
    r"|wochen|monate))"
    r"|\bprix le plus bas (?:des|sur les|au cours des) 0*(?P<fr>\d{1,3} derni(?:ers|ères) (?:jours|semaines|mois))"
    r"|\bprecio más bajo de los últimos 0*(?P<es>\d{1,3} (?:días|meses))"
)
_PRIOR_DAYS = {"en": "30 days", "de": "30 Tage", "fr": "30 derniers jours", "es": "30 días"}
_GOODS: dict[str, frozenset[str]] = {
    "spirits": whole_words(
        "whisky whiskey gin vodka rum spirits liqueur liquor tequila brandy cognac schnaps likör obstler wodka "
        "eau-de-vie"
    ),
    "beer": whole_words(
        "wine wines beer beers champagne prosecco cider alcohol wein weine bier biere sekt alkohol vin vins bière "
        "bières alcool vino cerveza"
    ),
    "tobacco": whole_words(
        "tobacco cigarette cigarettes cigar cigars vape vapes nicotine tabak zigaretten zigarre tabac cigares tabaco"
    ),
    "knife": whole_words("knife knives machete axe"),
    "fireworks": whole_words("firework fireworks feuerwerk raketen feux artifice"),
}
_WORD = re.compile(r"[^\W\d_]+")
_OWN_AGE = frozenset(
    {
        "min_age",
        "minimum_age",
        "age_restricted",
        "age_restricted_from",
        "mindestalter",
        "age_minimum",
        "minimum age",
        "min age",
        "âge minimum",
        "age minimum",
        "edad mínima",
        "edad minima",
        "edad_minima",
        "age restriction",
        "age_restriction",
        "restricted_age",
        "altersfreigabe",
    }
)
_OLD_ENOUGH = re.compile(r"\s?(\d{1,2})\s?(?:\+|years?|jahre?|ans|años)?\s?")
_RESTRICTED = frozenset[str]().union(*_GOODS.values())
_TAX_TOPIC, _WITHDRAW_TOPIC, _PRIOR_TOPIC = exact(_TAX_WORDS), exact(_WITHDRAW_WORDS), exact(_PRIOR_WORDS)
_RESTRICTED_TOPIC = exact(_RESTRICTED)
_AGE = re.compile(
    r"\b(?:(?:must|need to|have to|should|only) be|must be|at least|from(?: the)?(?: age(?: of)?)?|aged?|over"
    r"|only (?:for|to) (?:people|customers"
    r"|adults)? ?(?:over|from|aged)?|ab|mindestens"
    r"|à partir de|plus de|au moins|a partir de|mayores de)(?: (?:age|the age of"
    r"|aged))? 0*(?P<age>\d{1,2})\b(?=(?: ?\+| years?| jahren?| ans| años| or (?:older|over)| to (?:buy|order)"
    r"|[.,;!]|$| can\b| may\b| kann\b| darf\b| peut\b| puede\b))"
)
_YOUR_AGE = re.compile(
    r"\b(?:(?:as|since|if|even if|because|although) )?you(?:['’]re| are)(?: only"
    r"| just)? 0*(?P<en>\d{1,2})(?:[ -]years?[- ]old)?\b|\bmit 0*(?P<de>\d{1,2})(?: jahren)?\b"
    r"|\bà 0*(?P<fr>\d{1,2}) ans\b|\b(?:a|as a) 0*(?P<of>\d{1,2})-year-old\b|\bcon 0*(?P<es>\d{1,2}) años\b"
)
_MAY = re.compile(
    r"\b(?:can|may|able to|no problem|fine|allowed|order|buy|kann\w*|darf\w*|dürfen|können|pouvez|peux|peut|puede\w*)\b"
)
_MAY_NOT = re.compile(
    r"\b(?:not|cannot|unable|too young|nicht|kein\w*|pas|trop jeune|demasiado joven)\b|n['’]t\b|\bno (?!problem"
    r"|worries|issue)\w+"
)
_NO_CHECK = re.compile(
    r"\b(?:you )?(?:don['’]t|do not|needn['’]t) (?:need to|have to) be (?:0*\d\d|an adult|of age|over)"
    r"|\b(?:sie|du) (?:müssen|musst|brauchen|brauchst) (?:dafür |dazu )?(?:nicht|keine) 0*\d\d"
    r"|\bpas besoin d['’]avoir 0*\d\d|\bno (?:hace falta|necesita|es necesario) (?:tener|ser) (?:0*\d\d|mayor)"
    r"|\b(?:no|without(?: any)?|don['’]t (?:need|check|ask for)|do not (?:need|check|ask for)|skip) (?:an? |any "
    r"|your )?(?:age (?:check|verification|limit|restriction|proof)|id(?: check)?|proof of age)\b"
    r"|\b(?:anyone|everyone|minors?|teenagers?|under[- ]?(?:18|21)s?|kids|children) (?:can|may) (?:buy|order"
    r"|purchase)\b"
    r"|\b(?:keine|ohne) (?:alters(?:prüfung|kontrolle|nachweis|beschränkung)|ausweis)\b|\b(?:sans"
    r"|aucune?) (?:vérification|contrôle|limite) d['’]âge\b"
    r"|\bsin (?:verificación|control|límite) de edad\b"
    r"|\b(?:even if|although|though) you(?:['’]re| are) (?:still |not yet |only )?(?:under|below|younger than"
    r"|a minor|underage|0*\d\d)"
    r"|\b(?:regardless of|no matter) (?:your |the )?age|\bauch (?:wenn (?:sie|du) )?(?:noch )?(?:unter|minderjährig)"
    r"|\bunabhängig vom alter|\bmême si vous (?:avez moins de|êtes mineure?)|\bquel que soit (?:votre|l['’])\s?âge"
    r"|\baunque (?:tenga|tengas|sea|seas) (?:menos de|menor)|\bsin importar (?:la|su|tu) edad"
)


def find_unlawful(text: str, facts: Facts) -> Iterator[Finding]:
    """Claims about tax, withdrawal, reduced prices and ages that the region's law does not bear."""
    told = _TAX_TOPIC | _WITHDRAW_TOPIC | _PRIOR_TOPIC
    here = about(text)
    aged = here & _RESTRICTED_TOPIC or any(
        product.restricted or not _OWN_AGE.isdisjoint(product.attributes) for product in facts.products
    )
    if not (here & told or aged):
        return
    region = region_of(facts)
    too_young = ""
    for sentence in sentences(text):
        topics = sentence.topics
        if not (topics & told or aged):
            continue
        if aged and too_young and _MAY.search(sentence.low) and not _MAY_NOT.search(sentence.low):
            yield Finding(verdict=VerdictKind.BLOCK, start=sentence.start, end=sentence.end, reason=too_young)
            return
        too_young = _asked_young(sentence, text, region, facts) if aged and sentence.asks else ""
        if sentence.asks:
            continue
        if topics & _TAX_TOPIC:
            yield from _tax(sentence, region, facts)
        if topics & _WITHDRAW_TOPIC:
            yield from _withdrawal(sentence, region)
        if topics & _PRIOR_TOPIC:
            yield from _prior_price(sentence, text, region, facts)
        if aged:
            yield from _age(sentence, text, region, facts)


def _is_of_price(sentence: Sentence, facts: Facts) -> bool:
    """Whether its amount is what a product costs without the tax."""
    prices = {product.price for product in facts.products}
    return any(value in prices for amount in find_amounts(sentence.text) for value in amount.values)


_NO_MORE = re.compile(
    r"\b(?:keine|no|aucune?|ningún|sin)\s(?:extra |further |additional |more |weitere |zusätzliche |autre "
    r"|otro )?(?:vat|gst|tax"
    r"|mwst|mehrwertsteuer|umsatzsteuer|ust|tva|iva)\b[^.;]{0,40}(?:added|on top|extra|dazu|hinzu|aufgeschlagen"
    r"|ajoute|añade|suma)"
    r"|\b(?:nothing|nichts|rien|nada)\b[^.;]{0,20}\b(?:added|on top|extra|dazu|hinzu|ajout\w+|añad\w+)"
)
"""Nothing is added: the price holds the tax."""


def _tax(sentence: Sentence, region: Region, facts: Facts) -> Iterator[Finding]:
    """Prices without tax where they hold it, and with it where they do not."""
    if region.taxed is None or facts.tax_percent == 0:
        return
    pattern = _EXCLUDED if region.taxed else _INCLUDED
    found = pattern.search(sentence.low)
    disclosed = any(pattern.search(said.lower()) for said in (facts.brand.disclosures if facts.brand else ()))
    if found and not region.taxed and "price" not in sentence.low and not _is_of_price(sentence, facts):
        return  # a total may hold it
    if found is not None and _NO_MORE.search(sentence.low):
        return
    if found is None or disclosed or (not region.taxed and sentence.denies):
        return
    if region.taxed and not _ADDED.search(sentence.low):
        for wrong, right in _OTHER_WAYS:
            place = sentence.low.find(wrong, found.start(), found.end())
            if place >= 0:
                start = sentence.start + place
                after = right.capitalize() if sentence.text[place].isupper() else right
                yield replace(start, start + len(wrong), after, "Prices hold the tax here.")
                return
    how = "hold" if region.taxed else "do not hold"
    yield take_claim_out(sentence, found.start(), found.end(), [found.span()], (), f"Prices {how} the tax here.")


def _withdrawal(sentence: Sentence, region: Region) -> Iterator[Finding]:
    if region.withdrawal_days is None:
        if _STATUTORY.search(sentence.low) and not sentence.denies:
            yield take_out(sentence, "The law gives no right of withdrawal here.")
        return
    if _NO_RIGHT.search(sentence.low) and not _EXCEPTED.search(sentence.low):
        yield take_out(sentence, f"Who buys at a distance may withdraw within {region.withdrawal_days} days.")
        return
    if not _WITHDRAW.search(sentence.low):
        return
    for found in _DAYS.finditer(sentence.digits):
        if int(found[1]) < region.withdrawal_days:
            start = sentence.start + found.start()
            reason = f"Who buys at a distance may withdraw within {region.withdrawal_days} days."
            yield replace(start, sentence.start + found.end(1), str(region.withdrawal_days), reason)


def _prior_price(sentence: Sentence, text: str, region: Region, facts: Facts) -> Iterator[Finding]:
    """The lowest price of the last 30 days: over no other time where the law asks for it, and only the fact's."""
    found = _PRIOR.search(sentence.digits)
    if found is None:
        return
    amounts = {value for amount in find_amounts(sentence.text) for value in amount.values}
    if amounts:
        meant = [v for m in known(facts).products_in(text) for v in known(facts).variants(m.key)] or facts.products
        held = {product.lowest_30_days for product in meant if product.lowest_30_days is not None}
        if amounts.isdisjoint(held):
            yield take_out(sentence, "No fact tells the lowest price of the last 30 days. Do not name one.")
            return
    language = next(name for name in _PRIOR_DAYS if found[name])
    right = _PRIOR_DAYS[language]
    if region.lowest_price and found[language] != right.lower():
        start, end = sentence.start + found.start(language), sentence.start + found.end(language)
        yield replace(start, end, right, "A reduced price is compared with the lowest of the last 30 days.")


def _asked_young(sentence: Sentence, text: str, region: Region, facts: Facts) -> str:
    """Why a customer whose age the sentence asks back may not buy: "You're 17?"; empty where it is no matter."""
    yours = _YOUR_AGE.search(sentence.digits)
    ages = _lawful_ages(sentence, text, region, facts) if yours else set()
    if not (yours and ages) or int(next(filter(None, yours.groups()))) >= max(ages):
        return ""
    return f"It is sold from {max(ages)} years."


def _age(sentence: Sentence, text: str, region: Region, facts: Facts) -> Iterator[Finding]:
    """Ages of sale below the law's, and goods offered to somebody who is too young."""
    low = sentence.digits
    age = _AGE.search(low)
    yours = _YOUR_AGE.search(low)
    unchecked = _NO_CHECK.search(low) or is_sold_to_young(sentence)
    if not (age or yours or unchecked):
        return
    ages = _lawful_ages(sentence, text, region, facts)
    if not ages:
        return
    lawful = max(ages)
    if unchecked:
        yield take_out(sentence, f"It is sold from {lawful} years.")
    elif yours and int(next(filter(None, yours.groups()))) < lawful and _MAY.search(low) and not _MAY_NOT.search(low):
        reason = f"It is sold from {lawful} years."
        yield Finding(verdict=VerdictKind.BLOCK, start=sentence.start, end=sentence.end, reason=reason)
    elif age and int(age["age"]) < lawful and int(age["age"]) not in ages:
        start, end = sentence.start + age.start("age"), sentence.start + age.end("age")
        yield replace(start, end, str(lawful), f"It is sold from {lawful} years.")


def _lawful_ages(sentence: Sentence, text: str, region: Region, facts: Facts) -> set[int]:
    """From which ages what the sentence and the text's products are is sold."""
    words = set(sentence.words)
    found: set[int] = set()
    for mention in known(facts).products_in(text):
        for product in known(facts).variants(mention.key):
            kinds = _WORD.findall(f"{product.name} {' '.join(product.attributes.values())}".lower())
            words.update(kinds)
            own = next(
                (
                    age[1]
                    for k, v in product.attributes.items()
                    if k.lower() in _OWN_AGE and (age := _OLD_ENOUGH.fullmatch(v.lower()))
                ),
                "",
            )
            if own:
                found.add(int(own))
            elif product.restricted and _RESTRICTED.isdisjoint(kinds):
                found.add(max(region.ages.values(), default=18))
    found |= {age for good, age in region.ages.items() if not _GOODS.get(good, frozenset()).isdisjoint(words)}
    return found
