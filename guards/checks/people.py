"""Other people: their addresses, phones, cards and purchases are not told; the asker's own are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.links import is_host
from shopgraph.guards.checks.text import Sentence, about, sentences, whole_words
from shopgraph.guards.checks.topics import exact, tested
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts
from shopgraph.guards.personal import Personal, digits_of, find_personal

_CAPITAL = r"[A-ZÄÖÜÉÈÀÂÊÎÔÇ][\w'’.äöüßéèàâêîôç-]{0,24}"
_NUMBER_AND_NAME = (
    rf"(?<![\d.,])\b\d{{1,5}}[A-Da-d]?(?:[-/]\d{{1,4}})? (?:(?:[NSEW]\.?|NE|NW|SE|SW|North|South|East|West) )?"
    rf"(?:(?!(?:Hard|Flash|Disk|Tape|Test)\b){_CAPITAL} ){{1,4}}"
)
_STREET = re.compile(
    rf"{_NUMBER_AND_NAME}(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Boulevard|Blvd|Parkway|Pkwy|Mews)\b"
    rf"|(?P<place>{_NUMBER_AND_NAME}(?:Drive|Dr|Court|Ct|Place|Pl|Way|Square|Sq|Terrace|Close|Crescent|Gardens"
    rf"|Highway|Hwy|Row"
    r"|Hill|Walk|Grove|Circle|Trail|Vale|Rise|Green|Park|Quay))\b"
    r"|\b(?:[A-ZÄÖÜ][\w-]{1,30}(?:straße|strasse|str\.|gasse|allee|chaussee|-Straße|-Allee|-Platz|-Ring|-Weg)"
    r"|(?!Der|Die|Das|Den|Dem|Ein|Eine)[A-ZÄÖÜ][a-zäöüß]{1,20}(?:er|e|en) (?:Straße|Strasse|Str\.|Gasse|Allee|Weg"
    r"|Platz|Ring)"
    r"|(?P<weak>[A-ZÄÖÜ][\w-]{2,30}(?:weg|platz|ring|ufer|damm|steig|pfad|markt|hof|berg|feld)))"
    r" \d{1,4}(?:\s?[a-z]\b|[-/]\d{1,4})?(?![\d.,]\d| ?(?:[€$£%]|Euro|Stück|Tage|cm|mm|kg|g|l|ml|Uhr|Jahre)\b)"
    rf"|\b(?:Am|An der|An den|Auf der|Im|In der|Zur|Zum|Unter den|Hinter der) {_CAPITAL} \d{{1,4}}[a-z]?, \d{{5}}\b"
    r"|\b\d{1,4}(?: ?(?:bis|ter|quater)\b)?,? (?:rue|avenue|av\.|boulevard|bd\.?|place|impasse|allée|chemin|quai"
    r"|cours|route"
    r"|square|passage|faubourg|villa|sentier) (?:(?:de la|de l['’]|des|de|du|d['’]|la|le|les|l['’]) ?)?"
    rf"{_CAPITAL}"
)
_POSTCODE = re.compile(r", \d{5}\b")
_AT = re.compile(
    r"\b(?:at|address|lives?|left|deliver\w*|ship\w*|sent|parcel|goes to|neighbou?r\w*)\b|, [a-z]+,? [a-z]{0,2} ?\d"
)
_NEW_ADDRESS = re.compile(
    r"\b(?:change|changed|update|updated|set|new|correct|corrected|replace) [^.;]{0,40}\b(?:address|street)\b"
    r"|\baddress (?:is now|to)\b"
    r"|\b(?:adresse|anschrift)\b[^.;]{0,60}\b(?:ändern|geändert|aktualisier\w*)\b|\bneue (?:liefer)?(?:adresse"
    r"|anschrift)\b"
    r"|\b(?:changer|modifier|nouvelle|mettre à jour)\b[^.;]{0,30}\badresse\b|\b(?:cambiar|nueva"
    r"|actualizar)\b[^.;]{0,30}\bdirección\b"
)
_ADDRESSED = re.compile(
    r"\b(?:wohn\w*|adresse|anschrift|liefer\w*|geliefert|nachbar\w*|abgegeben|geht an|versand|\d{5}) ?"
)
_STREET_WORDS = whole_words(
    "street st avenue ave road rd lane ln drive dr boulevard blvd court ct place pl way square sq terrace close "
    "crescent "
    "gardens parkway pkwy highway hwy row mews hill walk grove circle trail vale rise green park quay rue av bd "
    "impasse allée chemin quai cours "
    "route passage faubourg sentier villa"
)
_STREET_ENDS = (
    *("straße", "strasse", "str", "weg", "gasse", "allee", "platz", "ring", "ufer", "damm", "chaussee", "steig"),
    *("pfad", "markt", "hof", "berg", "feld"),
)
_OF_THE_SHOP = whole_words(
    "our store shop showroom warehouse headquarters boutique unser unsere unserem unserer laden filiale "
    "geschäft lager "
    "rücksendeadresse notre nos magasin entrepôt siège"
)
_TITLED = re.compile(
    rf"\b(?P<title>Mr|Mrs|Ms|Miss|Dr|Herrn?|Frau|M|Mme|Mlle|Monsieur|Madame)\b\.? (?P<name>{_CAPITAL}(?: {_CAPITAL})?)"
)
_MONSIEUR = re.compile(r"\bM\. $")
"""The end of what is cut as a sentence, where a name follows."""
_TITLES = whole_words("mr mrs ms miss dr herr herrn frau m mme mlle monsieur madame")
_OTHERS = re.compile(
    r"\b(?:(?:an)?other|previous|different|fellow) (?:customer|client|buyer|shopper|user|guest|person)\b"
    r"|\b(?:your|his|her|their) neighbou?rs?\b|\b(?:ein(?:e|en|er|em)?|der|die|dem) (?:andere[nrm]?"
    r"|vorherige[nrm]?) (?:kund|käufer|person)"
    r"|\b(?:ihr|ihre|ihrem|ihren|dein|deine|deinem) nachbar|\b(?:un|une|l['’]) ?autre (?:client|acheteu|personne)"
    r"|\b(?:votre|ton) voisine?\b|\bune? (?:client|cliente|acheteur) précédente?"
)
_OTHERS_WORDS = whole_words(
    "customer client buyer shopper user guest person neighbor neighbour neighbors neighbours kunde kunden kundin "
    "käufer "
    "käuferin nachbar nachbarn nachbarin cliente acheteur acheteuse personne voisin voisine"
)
_STREET_TOPIC = tested(lambda word: word in _STREET_WORDS or word.endswith(_STREET_ENDS))
_TITLE_TOPIC, _OTHERS_TOPIC = exact(_TITLES), exact(_OTHERS_WORDS)
_DID = re.compile(
    r"\b(?:ordered|bought|purchased|lives?|paid|returned|received|owes|phone|address|email|card|account"
    r"|bestellt|gekauft|wohnt|bezahlt|zurückgeschickt|erhalten|telefon|adresse|konto"
    r"|command[ée]e?s?|achet[ée]e?s?|habite|payé|retourné|reçu|téléphone|appelez|joindre)\b"
)
_FULL_NAME = re.compile(rf"(?<![.!?] )(?<!^)\b{_CAPITAL} {_CAPITAL}\b")
_LETTERS_OR_DIGITS = re.compile(r"[^\W_]+")


def find_foreign_data(text: str, facts: Facts) -> Iterator[Finding]:
    """Addresses, phones, e-mail, cards and purchases of people who are not the asking customer."""
    personal = [found for found in find_personal(text) if not _is_own(found, facts)]
    told = about(text) & (_STREET_TOPIC | _TITLE_TOPIC | _OTHERS_TOPIC)
    for sentence in sentences(text) if told or personal or _POSTCODE.search(text) else ():
        inside = [found for found in personal if sentence.start <= found.start < sentence.end]
        monsieur = _MONSIEUR.search(text, max(0, sentence.start - 4), sentence.start)
        if _tells_of_others(sentence, facts, contact=bool(inside), titled=monsieur is not None):
            begin = monsieur.start() if monsieur else sentence.start
            reason = "It tells of somebody who is not the customer. Leave it out."
            yield Finding(verdict=VerdictKind.RETRY, start=begin, end=sentence.end, reason=reason)
            continue
        for found in inside:
            yield replace(found.start, found.end, f"[{found.kind}]", f"No {found.kind} of anybody but the customer.")


def _is_own(found: Personal, facts: Facts) -> bool:
    own = _own(facts)
    if facts.customer and found.kind in ("email", "phone") and any(found.text in said for said in facts.customer.said):
        return True
    if found.kind == "email":
        host = found.text.rpartition("@")[2].lower()
        return found.text.lower() in own or is_host(host, tuple(facts.allowed_hosts or ()))
    return found.kind == "phone" and digits_of(found.text) in own


def _own(facts: Facts) -> set[str]:
    """What may be said: the customer's own contact data, and numbers that are ids of the facts."""
    customer = facts.customer
    own = {customer.email.lower()} if customer and customer.email else set[str]()
    numbers = [customer.phone] if customer else []
    numbers += [product.sku for product in facts.products]
    for order in facts.orders:
        numbers += [order.id, order.tracking, *(line.sku for line in order.lines)]
    return own | {digits_of(number) for number in numbers if number}


def _tells_of_others(sentence: Sentence, facts: Facts, *, contact: bool, titled: bool) -> bool:
    if sentence.numeric and _foreign_street(sentence, facts):
        return True
    if titled:
        titled = not _is_customer(sentence.text.partition(" ")[0].rstrip(",."), facts)
    elif sentence.topics & _TITLE_TOPIC:
        titled = any(not _is_customer(found["name"], facts) for found in _TITLED.finditer(sentence.text))
    others = bool(sentence.topics & _OTHERS_TOPIC) and _OTHERS.search(sentence.low) is not None
    if not (titled or others):
        return False
    return contact or (
        _DID.search(sentence.low) is not None and (titled or _names_somebody(sentence, facts)) and not sentence.asks
    )


def _foreign_street(sentence: Sentence, facts: Facts) -> bool:
    """Whether an address stands there that is neither the customer's nor the shop's own."""
    customer = facts.customer
    own = _plain(" ".join([customer.address or "", *customer.said])) if customer else ""
    if _NEW_ADDRESS.search(sentence.low):
        return False  # one that the customer gave
    for found in _STREET.finditer(sentence.text):
        if found["place"] and not _AT.search(sentence.low):
            continue
        if found["weak"] and not _ADDRESSED.search(sentence.low):
            continue
        plain = _plain(found[0])
        named = any(_plain(name) in plain or plain in _plain(name) for name in known(facts).products if len(name) > 5)
        in_facts = any(plain in _plain(value) for product in facts.products for value in product.attributes.values())
        ours = not _OF_THE_SHOP.isdisjoint(sentence.words)
        if plain not in own and not named and not in_facts and not ours:
            return True
    return False


def _plain(text: str) -> str:
    return "".join(_LETTERS_OR_DIGITS.findall(text.lower().replace("straße", "str").replace("strasse", "str")))


def _is_customer(name: str, facts: Facts) -> bool:
    own = facts.customer.name.lower().split() if facts.customer and facts.customer.name else []
    return any(part in own for part in name.lower().split()) or any(
        name.lower() in product.name.lower() or name.lower() in " ".join(product.attributes.values()).lower()
        for product in facts.products
    )


def _names_somebody(sentence: Sentence, facts: Facts) -> bool:
    return any(
        not _is_customer(found[0], facts) and found[0].lower() not in known(facts).all_names
        for found in _FULL_NAME.finditer(sentence.text)
    )
