"""Offers and boasts that need a fact: payment in parts, gifts, points, services, numbers of customers, cures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import NamedTuple

from shopgraph.guards.checks.base import Finding
from shopgraph.guards.checks.known import known, per_facts
from shopgraph.guards.checks.partial import take_claim_out
from shopgraph.guards.checks.text import about, sentences, whole_words
from shopgraph.guards.checks.topics import exact
from shopgraph.guards.facts import Facts


class _Offer(NamedTuple):
    """What is claimed, and what must stand behind it."""

    words: str
    """One of these stands there."""
    pattern: str
    proofs: str
    """What of it the facts must name for it to be so; empty where nothing can."""


_OFFERS = (
    _Offer(
        "installment installments instalment instalments interest klarna afterpay affirm financing pay later raten "
        "ratenzahlung zinsfrei zinsfreie zinsfreien finanzierung fois plazos cuotas intereses",
        r"\binstal?lments?\b|\binterest[- ]free\b|\bbuy now,? pay later\b|\bpay later\b|\bklarna\b|\bafterpay\b"
        r"|\baffirm\b(?= financ| pay)"
        r"|\b(?:0 ?% )?financing (?:is|available|option)\w*|\bratenzahlung\b|\bin (?:\w+ )?raten\b|\bzinsfrei\w*"
        r"|\b0 ?%[- ]finanzierung\b|\b(?:payer|payez|paiement) en (?:plusieurs|\w+) fois\b|\ba plazos\b"
        r"|\bsin intereses\b|\ben \w+ cuotas\b",
        "instal interest klarna afterpay financ raten fois plazos cuotas",
    ),
    _Offer(
        "installation assembly engraving alterations free complimentary gift gifts kostenlos kostenlose kostenloses "
        "kostenlosen gratis geschenk cadeau offert offerts offertes muestra throw offerte gratuit gratuite "
        "échantillon regalo house extra",
        r"\b(?:free|complimentary) (?:gift|present|gift[- ]wrap\w*|samples?|case|accessor\w+|installation|assembly"
        r"|trial|upgrade|batteries|engraving|alterations?|mug|tote|bag|pouch|sticker)\b"
        r"|\b(?:gift[- ]wrapping|assembly|installation|engraving|alterations?) (?:is|are|comes?) (?:free|included"
        r"|on us|on the house|complimentary)\b|\bfree of charge,? (?:we|we['’]ll)\b|\bthrow in (?:a|an|some"
        r"|the) (?:free )?\w+"
        r"|\b(?:an?|your|some|one|two) (?:free|complimentary)(?: of charge)? (?!deliver|shipping|return|postage"
        r"|choice|time"
        r"|moment|range|hand|spirit|call|phone|hotline|number|trade|fall|weight|weekend|standing)[a-z]{3,}\b"
        r"|\b(?:ein|eine|einen) (?:gratis|kostenlose[srn]?) (?!liefer|versand|rück|retoure|hotline)[^\W\d]{3,}"
        r"|\bun(?:e)? (?!livraison|retour|port)[^\W\d]{3,}(?: [^\W\d]+)? (?:offerte?|gratuite?)\b(?! (?:dès|à partir))"
        r"|\bun(?:a)? (?!env)[^\W\d]{3,}(?: de [^\W\d]+)? (?:gratis|de regalo|gratuit[oa])\b"
        r"|\bkostenlose[srn]? (?:geschenk\w*|probe\w*|montage|zubehör\w*|gravur|installation|einpackservice|tasche"
        r"|testphase)\b|\bgratis dazu\b|\bein geschenk dazu\b"
        r"|\b(?:cadeau|échantillon|emballage cadeau|installation|montage|gravure|étui|trousse)s? (?:offert"
        r"|gratuit)e?s?\b|\ben cadeau\b|\bregalo (?:gratis|de regalo)\b|\bde regalo\b|\bmuestra gratis\b",
        "gift sample assembl install wrap engrav geschenk probe montage gravur cadeau échantillon regalo case trial",
    ),
    _Offer(
        "points treuepunkte bonuspunkte punkte fidélité puntos cashback rewards stamp",
        r"\b(?:earn|collect|get|receive|gain)s? (?:you )?(?:\d+ )?(?:double |bonus |loyalty |reward )*points\b"
        r"|\bcash ?back\b|\b(?:treue|bonus)punkte\b|\bpunkte sammeln\b|\bpoints de fidélité\b"
        r"|\bpuntos de (?:fidelidad|regalo)\b",
        "point punkt cashback puntos fidélité",
    ),
    _Offer(
        "owners dentists vets doctors experts customers people users buyers shoppers sold kunden käufer "
        "verkauft clients acheteurs vendus clientes "
        "vendidos million thousands",
        r"\b(?:over |more than |already )?(?:\d[\d.,]*\+?k?|thousands|millions|hundreds)(?: of)? (?:\w+ )?(?:happy "
        r"|satisfied )?(?:customers|people|users|buyers|shoppers|families)(?: (?:have|already"
        r"|who))? (?:\w+ )?(?:love|bought|buy|trust|use|recommend|chose|own|swear)"
        r"|(?<![$€£¥\d.,])\d{1,3}(?:[.,]?\d{3})*\+? (?:already )?(?:units |pieces |copies )?sold\b"
        r"|\b\d{1,3} (?:out of|in|von|sur|de cada) \d{1,3} (?:\w+ )?(?:customers|owners|people|users|buyers"
        r"|dentists|vets|doctors"
        r"|kunden|käufer\w*|clients|clientes)\b|\bour (?:vets|doctors|experts|dentists) recommend\b"
        r"|\b\d{1,3} ?% of (?:our )?(?:customers|buyers|users|people)\b"
        r"|\b(?:über |mehr als )?\d[\d.]* (?:\w+ )?(?:kunden|käufer) (?:lieben|haben|vertrauen|empfehlen)"
        r"|\b\d{1,3} ?% (?:der|unserer) (?:kunden|käufer)\b|\b\d[\d.]* mal verkauft\b"
        r"|\b(?:plus de )?\d[\d  .]* (?:clients|acheteurs) (?:\w+ )?(?:adorent|ont|recommandent|font confiance)"
        r"|\b\d{1,3} ?% (?:de nos|des) (?:clients|acheteurs)\b|\b\d{1,3} ?% de (?:los|nuestros) clientes\b",
        "",
    ),
    _Offer(
        "cure immune lowers reduces cuts lose shed melts burns relieves eases cures flush regrows strengthens boosts "
        "supports stärkt senkt lindert renforce réduit baisse diminue refuerza immunity immunsystem immunité blood "
        "pressure cholesterol weight pain anxiety stress blutdruck cholesterin abnehmen schmerzen tension perdre "
        "douleurs wrinkles falten rides hair sleep cellulite fat kilos detox toxins",
        r"\b(?:boosts?|strengthens?|supports?) (?:your |the )?immun\w+|\b(?:lowers?|reduces?|cuts?) (?:your "
        r"|the )?(?:blood pressure|cholesterol|blood sugar|anxiety|pain|wrinkles|inflammation)\b"
        r"|\b(?:lose|shed|melts?|burns?)(?: up to| off)? (?:\d+ )?(?:kilos?|kg|pounds|lbs?|weight|belly fat"
        r"|body fat|fat)\b|\b(?:relieves?|eases?|cures?) (?:your |the |any |all )?(?:\w+ )?(?:pain|anxiety|depression"
        r"|migraines?|arthritis|insomnia)\b|\bdetox\w*|\bflush\w* out toxins\b|\bregrows? hair\b"
        r"|\bstärkt (?:das|dein|ihr) immunsystem\b|\bsenkt (?:den|das|deinen|ihren) (?:blutdruck|cholesterin\w*)\b"
        r"|\blindert (?:schmerzen|angst\w*|depressionen)\b|\bhilft beim abnehmen\b|\bgegen (?:falten|cellulite"
        r"|schmerzen)\b"
        r"|\brenforce (?:l['’]immunité|votre système immunitaire|le système immunitaire)\b|\b(?:réduit|baisse"
        r"|diminue) (?:la tension|le cholestérol|les rides|l['’]anxiété|les douleurs)\b|\bfait (?:perdre|maigrir)\b"
        r"|\bperdre (?:\w+ )?kilos\b|\brefuerza (?:el sistema inmun\w+|las defensas)\b",
        "immun blood pressure cholest pain anxiety blutdruck schmerz tension douleur wrinkle falten rides",
    ),
    _Offer(
        "cure cures heal heals treat treats prevent prevents remedy heilt heilen verhindert guérit guérir soigne "
        "prévient cura "
        "curan previene alivia headaches migraines",
        r"\b(?:cures?|heals?|treats?|prevents?|gets? rid of) (?:your |the |any |all )?(?:headaches?|migraines?"
        r"|colds?|flu|cancer"
        r"|diabetes|eczema|acne|allergies|back pain|joint pain|insomnia|disease\w*|illness\w*|infections?)\b"
        r"|\bmiracle (?:cure|remedy)\b"
        r"|\b(?:heilt|verhindert|kuriert) (?:\w+ )?(?:kopfschmerzen|migräne|erkältung\w*|krebs|diabetes|ekzeme?"
        r"|akne|allergien"
        r"|rückenschmerzen|krankheit\w*|infektionen)\b|\bwundermittel\b|\b(?:guérit|soigne"
        r"|prévient) (?:\w+ )?(?:maux de tête|migraines?"
        r"|rhume|cancer|diabète|eczéma|acné|allergies|mal de dos|insomnie|maladies?)\b|\b(?:cura|previene"
        r"|alivia) (?:\w+ )?(?:dolores de"
        r" cabeza|migrañas?|resfriado|cáncer|diabetes|eccema|acné|alergias|insomnio|enfermedades)\b",
        "",
    ),
    _Offer(
        "elected voted product produkt produit élu élue award ausgezeichnet récompensé récompensée premiado "
        "premiada elegido",
        r"\b(?:voted|elected|named) (?:\w+ )?(?:product|best)\b|\bproduct of the year\b|\bprodukt des jahres\b"
        r"|\bélue? (?:produit|meilleure?)\b|\bproducto del año\b|\bausgezeichnet (?:mit|als)\b"
        r"|\brécompensée? (?:par|aux?)\b"
        r"|\bpremiad[oa] (?:por|con|como)\b",
        "",
    ),
    _Offer(
        "trade buyback swap old altgerät reprise ankauf",
        r"\b(?:trade in|swap|send us) your old \w+ (?:and|for)\b|\bwe buy (?:back|your old)\b|\bwir kaufen (?:ihr"
        r"|dein)e?n? alte[sn]?\b|\bnous reprenons votre ancien\w*",
        "trade buyback reprise",
    ),
    _Offer(
        "nasa doctors doctor dentists experts vets celebrity celebrities ärzte ärzten zahnärzten experten médecins "
        "dentistes veterinarians scientists studies study studien études",
        r"\b(?:recommended|approved|endorsed|developed|tested|trusted|used) by (?:\w+ )?(?:nasa|doctors|dentists"
        r"|experts|vets|veterinarians|celebrities|scientists|dermatologists|pediatricians)\b|\b(?:studies|a study"
        r"|research|science) (?:show|shows|prove|proves|has shown|have shown)\b"
        r"|\bvon (?:\w+ )?(?:ärzten|zahnärzten|experten|tierärzten) (?:empfohlen|getestet|entwickelt)\b"
        r"|\bstudien (?:zeigen|belegen|beweisen)\b|\b(?:recommandée?s?|approuvée?s?|testée?s?) par (?:des "
        r"|les )?(?:médecins|dentistes|experts|vétérinaires)\b|\bdes études (?:montrent|prouvent)\b",
        "doctor dentist expert ärzt experte médecin study studi étud vet",
    ),
)
_COMPILED = tuple(
    (exact(whole_words(words)), re.compile(pattern), tuple(proofs.split())) for words, pattern, proofs in _OFFERS
)
_ANY = reduce(or_, [topic for topic, _, _ in _COMPILED])
_ASKED = re.compile(r"\b(?:if|whether|would you|do you|wenn|ob|si|möchten sie|souhaitez)\b")
_DENIED = re.compile(
    r"(?:\b(?:no|not|never|without|unfortunately|cannot|kein\w*|nicht|leider|ohne|pas|aucun\w*|sans|malheureusement"
    r"|sin|ningún)\b|n['’]t\b)[^,;:.]{0,40}$"
)


def find_baseless_offers(text: str, facts: Facts) -> Iterator[Finding]:
    """Offers and boasts that no fact stands behind."""
    here = about(text) & _ANY
    if not here:
        return
    near = [offer for offer in _COMPILED if offer[0] & here]
    for sentence in sentences(text):
        if not sentence.topics & here or sentence.asks:
            continue
        for topic, pattern, proofs in near:
            if not sentence.topics & topic:
                continue
            found = pattern.search(sentence.low)
            if (
                found is None
                or _DENIED.search(sentence.low, 0, found.start())
                or _ASKED.search(sentence.low, 0, found.start())
            ):
                continue
            said = _proofs(facts)
            if found[0] in said or any(proof in said and proof in found[0] for proof in proofs):
                continue
            names = [name for name in known(facts).mentions(text) if sentence.start <= name.start < sentence.end]
            if any(
                name.start < sentence.start + found.end() and sentence.start + found.start() < name.end
                for name in names
            ):
                continue
            reason = f"No fact stands behind {sentence.text[found.start() : found.end()]!r}. Leave it out."
            yield take_claim_out(sentence, found.start(), found.end(), [found.span()], names, reason)
            break


@per_facts
def _proofs(facts: Facts) -> str:
    """All that the facts say of products, promotions and disclosures, in lower case."""
    said = [
        f"{product.name} {name} {value}" for product in facts.products for name, value in product.attributes.items()
    ]
    said += [product.name for product in facts.products]
    said += [promotion.name for promotion in facts.promotions]
    said += facts.brand.disclosures if facts.brand else ()
    return "\n".join(said).lower()
