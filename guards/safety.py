"""Messages about harm: violence, self-harm, drugs, crime, hatred. Found by what is to be done to whom.

A word alone says nothing: one kills weeds, shoots a film, slays a dance. A message is about harm when an act of harm
meets a living target, a crime is to be done, or people are to be denied rights; a game, a story, history or a
definition takes it back. Word lists and distances only, linear in the text.
"""

from __future__ import annotations

import re
from enum import StrEnum
from types import MappingProxyType

from shopgraph.domain import Value
from shopgraph.guards.injection import skeleton


class Harm(StrEnum):
    """What kind of harm a message is about."""

    SELF = "self_harm"
    VIOLENCE = "violence"
    CRIME = "crime"
    PRIVACY = "privacy"
    HATRED = "hatred"


class Care(Value):
    """How a message about harm is answered."""

    harm: Harm
    text: str
    """What is said instead of an ordinary answer."""
    person: bool
    """Whether a person of the shop takes over."""


ANSWERS = MappingProxyType(
    {
        Harm.SELF: Care(
            harm=Harm.SELF,
            text=(
                "I am sorry that you are going through this. Please talk to someone now: a crisis line or the "
                "emergency number where you are. I am handing this conversation to a person."
            ),
            person=True,
        ),
        Harm.VIOLENCE: Care(
            harm=Harm.VIOLENCE,
            text=(
                "I cannot help with hurting anyone. If someone is in danger, call the emergency number where you are. "
                "I am handing this conversation to a person."
            ),
            person=True,
        ),
        Harm.CRIME: Care(
            harm=Harm.CRIME,
            text="I cannot help with that. With orders, products and returns I can.",
            person=False,
        ),
        Harm.PRIVACY: Care(
            harm=Harm.PRIVACY,
            text="I cannot give out or find other people's personal data. With your own orders I can help.",
            person=False,
        ),
        Harm.HATRED: Care(
            harm=Harm.HATRED,
            text="I will not argue against any group of people. With orders, products and returns I can help.",
            person=False,
        ),
    }
)


def care_for(text: str) -> Care | None:
    """How to answer a message about harm, or None: answer it as any other."""
    harm = find_harm(text)
    return ANSWERS[harm] if harm else None


def find_harm(text: str) -> Harm | None:
    """The kind of harm that a message asks for, or None."""
    plain = skeleton(text).replace("’", "'")
    for harm, pattern, excuse in _RULES:
        if pattern.search(plain) and not (excuse and excuse.search(plain)):
            return harm
    return None


def _any(*alternatives: str) -> str:
    return f"(?:{'|'.join(alternatives)})"


def _words(listed: str) -> str:
    """One of these whole words; `_` stands for a space."""
    return rf"\b{_any(*listed.replace('_', ' ').split('|'))}\b"


_GAP = r"[^.\n]{0,30}?"
"""Up to thirty characters of the same sentence."""
_PERSON = _words(
    "someone|somebody|someone's|somebody's|anyone|anybody|people|persons?|humans?|woman|women|man|men|child|children"
    "|child's"
    "|kids?|kid's|toddlers?|baby|babies|girls?|boys?|wife|wife's|husband|boyfriend|girlfriend|partner|neighbou?rs?"
    "|boss|boss's"
    "|teachers?|students?|colleagues?|coworkers?|classmates?|family|mother|father|mom|dad|parents?|brother|sister|son"
    "|daughter|friends?|politicians?|president|minister|policem[ae]n|officers?|strangers?|customers?|employees?|him"
    "|her|them"
    "|populations?|villagers|immigrants|refugees|muslims?|jews?|christians?|civilians|crowd|dead_body|human_body"
)
_PLACE = _words(
    "schools?|hospitals?|church(?:es)?|mosques?|synagogues?|concerts?|stadiums?|airports?|embass(?:y|ies)|army_base"
    "|cit(?:y|ies)|crowd|trains?|mall|house|building"
)
_HURT = _words(
    "kill|killing|murder|stab|stabbing|strangle|choke|throttle|poison|poisoning|assassinate|execut(?:e|ing)|slaughter"
    "|butcher(?:ing)?|massacre|torture|rape|kidnap|abduct|beat|beating|punch|hurt|hurting|harm|attack|shoot|shooting"
    "|snipe"
    "|hunt_down|drown|crush|smash|shatter|behead|decapitate|mutilate|maim|suffocate|hang|burn|eradicate|exterminate"
    "|eliminat(?:e|ing)|annihilate|decimat(?:e|ing)|obliterate|liquidat(?:e|ing)|terminat(?:e|ing)|do_away_with"
    "|get_rid_of"
    "|overpower|gut|saw|chop_up|hammer|break_open|crack_open|ripping_off|rip_off|knock_out|tackle|dismember|hit"
)
_MODIFIERS = (
    r"(?: (?:a|an|the|my|your|his|our|some|as|many|most|of|up|off|in|local|old|young|ex|entire|whole|innocent|random"
    r"|group"
    r"|rural|bunch|another|two)){0,4} "
)
_GROUP = _any(
    r"(?:women|men|girls|latin[oa]s?|hispanics|arabs|muslims|jews|christians|hindus|gays|lesbians|homosexuals|refugees"
    r"|immigrants|foreigners|roma|gypsies)\b(?: people\b)?",
    r"(?:[\w-]+ )?(?:people|women|men|persons?|children|citizens|folks)(?:'s| on benefits)?(?!\w)",
)
_DENIED = _words(
    "denied|deny|banned|prohibited|forbidden|excluded|deported|kicked_(?:off|out)|segregated|sterili[sz]ed|paid_less"
    "|earn_less"
    "|inferior|weaker|stupider|dumber|less_intelligent|subhuman|overrepresented|extra_security|make_(?:all|decisions)"
    "|not_be_(?:allowed|given|permitted|shown|considered|protected|hired)|not_have_(?:access|the_right|the_freedom"
    "|rights)"
    "|not_(?:get_married|marry|vote|drive|adopt|work|hold|join|lead|own|study|earn)|someone_else_make"
    "|their_partners_make"
)
_RELATIVE = (
    r"(?:my|our) (?:[\w-]+ ){0,2}?(?:ex|neighbou?r|boss|teacher|student|wife|husband|girlfriend|boyfriend|partner"
    r"|colleague"
    r"|coworker|employee|mentee|gardener|nanny|cleaner|friend|classmate|landlord|tenant|match|servant|roommate"
    r"|doctor|crush"
    r"|brother|sister|cousin|daughter|son|mother|father|manager|client)"
)
_SECRETS = _words(
    "passwords?|pin|logins?|bank|credit_card|social_security|ssn|sexual|religious|religion|political|immigration"
    "|criminal"
    "|medical|mental|health|marital|birth|birthday|phone|mobile|address|home|private|salary|income|browsing|messages"
    "|diagnosis|instagram|facebook|email|location"
)
_DRUGS = _words("meth|crack|cocaine|heroin|lsd|ecstasy|mdma|fentanyl|mari[hj]?uana|ketamine|ghb")

_TOLD = _any(
    r"^\W*(?:why|how|what|who|when|where|which|during)\b[^.?\n]{0,40}\b(?:did|does)\b(?! (?:one|i|you|anyone)\b)",
    r"\b(?:definition of|meant by|meaning of|history of)\b",
    r"\bmean(?: to\b|\W*$)",
    r"^\W*(?:what|who) (?:killed|is (?:an? |the )?[\w ]{1,30}\W*$)",
)
"""It asks what a word means, or what happened."""
_FICTION = _words(
    "games?|gaming|gta|fortnite|minecraft|call_of_duty|counter ?-?strike|hitman|skyrim|zelda|pokemon|overwatch|halo"
    "|doom"
    "|league_of_legends|assassin'?s_creed|chess|movies?|films?|show|series|episode|novel|book|story|stories|characters?"
    "|character's|plot|scene|script|screenplay|theat(?:re|er)|comic|manga|anime|fictional|villain|boxing|baseball"
    "|football"
    "|soccer|tennis|hockey|wrestling|paintball|photos?|photograph|picture|portrait|camera|shooting_range|sparring"
    "|mma|rpg"
)
_ABSURD = _words(
    "levitat\\w*|telekinesis|time ?travel\\w*|underwater|in_space|sun's|sun|moon|mars|jupiter|saturn|neptune|venus"
    "|mercury"
    "|speed_of_light|concrete|weather|transform_into|passage_of_time|fly|immortal|invisible|teleport\\w*|magic\\w*"
    "|galax\\w+"
    "|planets?"
)


def _rule(harm: Harm, *alternatives: str, excuses: tuple[str, ...] = ()) -> _Rule:
    return harm, re.compile(_any(*alternatives)), re.compile(_any(*excuses)) if excuses else None


_Rule = tuple[Harm, re.Pattern[str], re.Pattern[str] | None]
_RULES: tuple[_Rule, ...] = (
    _rule(
        Harm.SELF,
        r"\b(?:kill|hurt|harm|cut|hang|drown|poison|shoot|starve|burn|strangle|suffocate) my ?self\b",
        r"\b(?:commit|attempt)\b[^.\n]{0,12}\bsuicide\b|\bsuicidal\b|\bself[- ]harm\b",
        r"\bend (?:it all\b|(?:my|my own) life\b)",
        r"\bi (?:want|wish|am going) to (?:die|be dead)\b|\bdon'?t want to (?:live|be alive)\b",
        r"\b(?:carve|cut|slit|slash|scar)\b[^.\n]{0,20}\bmy (?:own )?(?:arms?|wrists?|legs?|skin|throat|veins?)\b",
    ),
    _rule(
        Harm.VIOLENCE,
        _HURT + _MODIFIERS + _PERSON,
        r"\b(?:bomb|bombing|blow up|explod\w+|attack|shoot up|obliterate|burn down)\b" + _GAP + _PLACE,
        r"\b(?:set|setting)\b[^.\n]{0,24}" + _PLACE + " on fire",
        r"\b(?:smash|break|crush|crack|saw|hammer|chop|rip|cut)\b(?:(?! by )[^.\n]){0,20}"
        + _any(_PERSON, r"\b(?:human|a body)\b"),
        r"\bbutchering a human\b|\b(?:end|terminate|take)\b[^.\n]{0,12}\b\w+'s life\b",
        r"\b(?:bomb|weapons?)\b[^.\n]{0,50}\bi\b[^.\n]{0,12}\b(?:kill|use)\b",
        r"\bhead ?shot\b[^.\n]{0,16}\bwith (?:my|a) (?:gun|rifle)\b",
        r"\bi? ?(?:plan|carry out|execute|stage)\b[^.\n]{0,24}"
        + _words("explosion|massacre|bombing|shooting|assassination|kidnapping"),
        r"\b(?:make|build|buy|get)\b[^.\n]{0,16}" + _words("bomb|molotov|explosives|nerve_agent|grenade"),
        r"\b(?:recreate|replicate|repeat)\b[^.\n]{0,40}" + _words("camps?|attacks?|genocide|massacre|auschwitz"),
        r"\bsatisfy my pedophil\w+",
        r"\btake out (?:joe|donald|the president|a politician|a rival)\b",
        excuses=(_FICTION, _TOLD),
    ),
    _rule(
        Harm.CRIME,
        _words(
            "launder_money|pick ?pocket|shoplift\\w*|hotwire|counterfeit_(?:money|bills)|evade_tax(?:es)?"
            "|without_getting_caught"
        ),
        r"\bcommit (?:treason|fraud|arson|a crime|murder|perjury|a robbery)\b",
        r"\bget away with (?:murder|rape|killing|stealing|theft|fraud|assault|robbery)\b",
        r"\b(?:steal|stealing|rob|robbing|smuggle|smuggling|hijack\w*|blackmail|extort) (?:an?|the|some|from"
        r"|someone)\b",
        r"\bdisable the alarms? (?:in|of|at) (?:an?|the|my neighbou?r)",
        r"\b(?:make|cook|synthesi[sz]e|buy|sell|grow|smuggle|produce|deal)\b[^.\n]{0,16}" + _DRUGS,
        r"\b(?:gram|line|bag) of (?:coke|weed|speed)\b",
        r"\b(?:hack|crack)\b[^.\n]{0,20}\b(?:account|password|wifi|phone|email|computer)\b",
        r"\bdestroy (?:my|the|our) (?:[\w-]+ )?(?:boss|neighbou?r|ex|teacher|wife|husband)'s\b",
        excuses=(_FICTION, _TOLD),
    ),
    _rule(
        Harm.PRIVACY,
        r"^\W*(?:what|where|who|how can i (?:find|get|see|read|access)|tell|give|find|show|get"
        r"|do you know)\b[^.\n]{0,30}\b"
        + _any(rf"{_RELATIVE}(?: \w+)?'?s", "other people's", "someone(?: else)?'s", "somebody's", "strangers?'s?")
        + r" (?:[^.\n]{0,14}\b)?"
        + _SECRETS,
        rf"^\W*is {_RELATIVE} (?:an? )?(?:member|gay|jewish|muslim|christian|pregnant|ill|in debt|trans)\b",
        excuses=(_FICTION,),
    ),
    _rule(
        Harm.HATRED,
        rf"\b(?:why|that|for|should|would|are|is|can|let|make)(?: the| all| can| should| do"
        rf"| are)? {_GROUP}[^.\n]{{0,40}}{_DENIED}",
        rf"\btook away {_GROUP}",
        r"\b(?:genocide|massacre|holocaust|trail of tears)\b[^.\n]{0,40}\b(?:never (?:took|happened)|hoax|lie"
        r"|fabrication)\b",
        r"\b(?:benefits|advantages|upsides) of (?:\w+ ){0,2}(?:ethnic cleansing|genocide|slavery|apartheid"
        r"|segregation)\b",
        r"\bwhy (?:was|were)\b[^.\n]{0,60}\b(?:right to|justified|a good idea|necessary)\b",
        r"\b(?:restore|bring back|reintroduce)\b[^.\n]{0,20}\b(?:jim crow|segregation|slavery|apartheid)\b",
        r"\btreat women like\b",
        excuses=(_ABSURD,),
    ),
)
