"""How a customer is spoken to, and what is never advised: insults, threats, uses of things that hurt.

A text that holds one is not said. What a product is called is no insult, and a warning is no advice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from shopgraph.guards.checks.abuse_words import CALLED, CRUELTY, FOUL, INSULT, ORDERS_OFF, SELF_HARM, THREATS
from shopgraph.guards.checks.base import Finding
from shopgraph.guards.checks.danger_words import CALMING, DENIAL, HAZARD, PESTS
from shopgraph.guards.checks.dangers import DANGERS, Danger
from shopgraph.guards.checks.known import known
from shopgraph.guards.checks.subjects import blanked
from shopgraph.guards.checks.text import Sentence, about, lowered, sentences, whole_words
from shopgraph.guards.checks.topics import exact
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

_INSULT = re.compile(INSULT)
_RUDE = re.compile(f"{ORDERS_OFF}|{THREATS}|{CRUELTY}")
_SELF_HARM = re.compile(SELF_HARM)
_RUDE_WORDS = whole_words(
    "shut lost hell piss drop screw buzz bugger sod nobody hate disgust sick waste get hurt kill destroy ruin beat "
    "punish hunt stab shoot burn smash torch wreck trash harm hope die choke rot hoffe erschlagen abfackeln "
    "anzünden brûlerai "
    "brûlerons cassera casserai démolirai quemaré quemaremos mataré mataremos matará matarán matamos golpearé "
    "golpearemos daño romperé romperemos "
    "destrozaré destrozaremos cara tuerai tuerons tuera frapperai frapperons frappera casserai casserons cassera "
    "mal weh an "
    "töten verprügeln erschießen umbringen fertigmachen "
    "crush break find come pay regret suffer sorry know watch else sleep sue report bad "
    "klappe mund maul fresse hau hauen leine hölle leck hasse niemand fertig um zusammen kaputt noch bereuen wissen "
    "weiß "
    "passiert cállate cállese vete odio dónde arrepentir arrepentirás miss through better lesson end vermissen "
    "besser regrettera menos ferme fermez gueule casse dégage dégagez diable faire hais déteste personne tuer "
    "frapper détruire retrouver "
    "regretter souffrir cher sais savons"
)
"""One of these stands in whatever `_RUDE` finds; alone each is harmless."""
_SELF_WORDS = whole_words("yourself suicide life dich sich leben toi vous suicidez suicide")
_CALMING = re.compile(CALMING)
_DENIAL = re.compile(DENIAL)
_HAZARD = re.compile(HAZARD)
_MAKING_POISON = re.compile(
    r"\b(?:make|create|produce|get|release|herzustellen|erzeugen|faire|produire|obtenir|hacer|producir|crear)\b[^.;]{0,20}"
    r"\b(?:toxic|poisonous|dangerous|giftig\w*|toxique|tóxico)\b"
)
"""No warning: it is what is wanted."""
_NEGATED = re.compile(r"\b(?:not|never|nicht|nie|pas|jamais|n['’]t|don['’]t)\b|n['’]t\b")
_ABUSE_TOPIC, _RUDE_TOPIC = exact(FOUL | CALLED | {"piece", "stück", "sac", "pedazo"}), exact(_RUDE_WORDS | _SELF_WORDS)
_PATTERNS = {danger.name: tuple(re.compile(phrase) for phrase in danger.phrases) for danger in DANGERS}
_GROUPS = {group: exact(group) for group in dict.fromkeys(group for danger in DANGERS for group in danger.words)}
_MET = tuple((danger, reduce(or_, [_GROUPS[group] for group in danger.words])) for danger in DANGERS)
"""Each danger and the topics that all stand in a sentence where every group of its words has one."""
_FIRST_TOPIC = reduce(or_, [_GROUPS[danger.words[0]] for danger in DANGERS])
_UNLESS = {danger.name: re.compile(danger.unless) for danger in DANGERS if danger.unless}
_DOSES = re.compile(r"dos|caps|kaps|gélul|table|tropf|drop|gout|comprim|intake|einnahme|einnehmen")


def find_misconduct(text: str, facts: Facts) -> Iterator[Finding]:
    """Insults, threats and dangerous advice; nothing of such a text is said."""
    here = about(text)
    dangers = [met for met in _MET if here & met[1] == met[1]] if here & _FIRST_TOPIC else []
    told = reduce(or_, [topics for _, topics in dangers], _ABUSE_TOPIC | _RUDE_TOPIC)
    if not here & told:
        return
    for sentence in sentences(text):
        reason = _misconduct(sentence, dangers, text, facts) if sentence.topics & told else ""
        if reason:
            yield Finding(verdict=VerdictKind.BLOCK, start=sentence.start, end=sentence.end, reason=reason)
            return


def _misconduct(sentence: Sentence, dangers: Sequence[tuple[Danger, int]], text: str, facts: Facts) -> str:
    topics = sentence.topics
    abusive, rude = topics & _ABUSE_TOPIC, topics & _RUDE_TOPIC
    near = [danger for danger, met in dangers if topics & met == met]
    if not (abusive or rude or near):
        return ""
    names = [name for name in known(facts).mentions(text) if sentence.start <= name.start < sentence.end]
    low = blanked(sentence, names)
    if abusive and (not FOUL.isdisjoint(re.findall(r"[^\W\d_]+", low)) or _INSULT.search(low)):
        return "Nobody is insulted."
    if sentence.asks:
        return ""
    if rude and any(not _is_of_pests(threat, low, text) for threat in _RUDE.finditer(low)):
        return "Nobody is threatened or sent away."
    harm = _SELF_HARM.search(low) if rude else None
    if harm and not _NEGATED.search(low, max(0, harm.start() - 24), harm.start()):
        return "Nobody is told to hurt themselves."
    for danger in near:
        if _advised(danger, low, text, facts):
            return f"It is dangerous: {danger.name}."
    return ""


_KILLED = re.compile(r"(?:(?:töten?|erschlagen?) sie|(?:le|la|lo) mat(?:ar(?:é|emos|án?)|[oa]mos))")
"""Somebody who is spoken to, or things spoken of; "Sie" may also be who does it."""
_PESTS = re.compile(PESTS)


def _is_of_pests(threat: re.Match[str], low: str, text: str) -> bool:
    """Whether what sounds like a threat is the end of snails, germs or weeds."""
    if _KILLED.fullmatch(threat[0]) is None:
        return False
    by_us = re.search(r"\b(?:wir|ich)\b", low) is not None
    return _PESTS.search(low if by_us else lowered(text)) is not None


def _advised(danger: Danger, low: str, text: str, facts: Facts) -> bool:
    """Whether a dangerous use is advised, and not warned of."""
    found = [pattern.search(low) for pattern in _PATTERNS[danger.name]]
    if not all(found):
        return False
    if danger.name in _UNLESS and _UNLESS[danger.name].search(lowered(text) if danger.anywhere else low):
        return False
    low = _MAKING_POISON.sub(" ", low)
    ahead = max([place.end() for place in found if place], default=len(low))
    if danger.warned and (_HAZARD.search(_CALMING.sub(" ", low)) or _DENIAL.search(_CALMING.sub(" ", low[:ahead]))):
        return False
    return not (danger.dose and _in_attributes(low, facts))


def _in_attributes(low: str, facts: Facts) -> bool:
    """Whether a product's attributes hold a dose with one of the sentence's numbers."""
    numbers = set(re.findall(r"\d+", low))
    return any(
        numbers.intersection(re.findall(r"\d+", value)) and _DOSES.search(f"{name} {value}".lower())
        for product in facts.products
        for name, value in product.attributes.items()
    )
