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
    "|teachers?|students?|colleagues?|coworkers?|classmates?|family|(?:step|grand|god)?(?:mother|father|son|daughter|brother|sister)|mom|dad|parents?|brother|sister|son"
    "|daughter|friends?|politicians?|president|minister|policem[ae]n|officers?|strangers?|customers?|employees?|him"
    "|her|them"
    "|roommate|housemate|flatmate|landlord|tenant|guy|nurse|doctor|cashier|courier|driver|staff|ex|my_cat|my_dog|a_cat"
    "|a_dog|the_cat|the_dog|animals?|everyone|everybody|you"
    "|populations?|villagers|immigrants|refugees|muslims?|jews?|christians?|civilians|crowd|dead_body|human_body"
)
_PLACE = _words(
    "schools?|hospitals?|church(?:es)?|mosques?|synagogues?|concerts?|stadiums?|airports?|embass(?:y|ies)|army_base"
    "|cit(?:y|ies)|crowd|trains?|mall|house|building|office|warehouse|store|shop|station"
)


def _forms(verb: str) -> str:
    """A verb's base and its form in -ing, of its first word: "do away with", "doing away with"."""
    first, _, rest = verb.partition("_")
    stem = first.removesuffix("e") if not first.endswith("ee") else first
    doubled = f"|{first}{first[-1]}ing" if re.search(r"[^aeiou][aeiou][bdgmnpt]$", first) else ""
    return rf"(?:{first}|{stem}ing|{first}ing{doubled}){' ' + rest.replace('_', ' ') if rest else ''}"


_VERBS = (
    "kill|murder|stab|strangle|choke|throttle|poison|assassinate|execute|slaughter|butcher|massacre|torture|rape|kidnap"
    "|abduct|beat|punch|hurt|harm|attack|shoot|hunt_down|drown|behead|decapitate|mutilate|maim|suffocate|hang|burn"
    "|eradicate|exterminate|eliminate|annihilate|decimate|obliterate|liquidate|terminate|do_away_with|get_rid_of"
    "|chop_up|break_open|crack_open|rip_off|knock_out|dismember|starve|run_over"
)
_HURT = rf"\b{_any(*map(_forms, _VERBS.split('|')))}\b"
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
    r"(?:my|our) (?:[\w-]+ ){0,2}?(?:ex(?:-\w+)?|neighbou?r|boss|teacher|student|wife|husband|girlfriend|boyfriend"
    r"|partner|colleague"
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
_DRUGS = (
    _words("meth|crack|cocaine|heroin|lsd|ecstasy|mdma|fentanyl|mari[hj]?uana|ketamine|ghb")
    + r"(?! (?:pie|cookies?|cake|sauce|candy|eggs?|filler|perfume))"
)
_INTENT = (
    _any(
        r"\bhow (?:do|can|could|should|would|might|to)\b",
        r"\bi(?:'m| am| was)? ?(?:will|'ll|want|wanna|gonna|plan|intend|need|would like|'d like|going|about|have to|can"
        r"|should|could)\b",
        r"\b(?:way|ways|steps|method|methods|technique|tools?|poison|help(?: me)?|teach me|where|place|possible|okay?"
        r"|legal|fun|tips|guide|instructions|process|procedure) (?:to|for|of|can|do|on)\b",
        r"\b(?:should|can|may|let) (?:i|we|me|us)\b",
        r"^\W*(?:please )?(?=" + _HURT + ")",
    )
    + r"[^.?!\n]{0,60}?"
)
"""It is the writer who would do it: what a product or a third person did is told, not asked for."""
_NOT_OF_PERSON = (
    r"(?!'s (?!(?:head|skull|bones?|face|legs?|arms?|neck|throat|life|brains?|body|family|child|kids?|dog|cat|wife)\b)"
    r"|(?:'?s)? (?:contracts?|accounts?|agreement|subscription|orders?|hair|nails?|record|score|costume|toy|lease|visa"
    r"|membership|in an? (?:debate|game|match|race|quiz)|with (?:an? |the |my |some )?(?:surprise|question|joke|news"
    r"|compliment|look|smile|snowball|fact|hug)))"
)
"""It is something of theirs that ends, or no blow: an employee's contract, somebody hit with a surprise."""
_HELPS = (
    r"\b(?:report|help|protect|prevent|stop|support|save|rescue|avoid|comfort|recogni[sz]e|warn)(?:s|ing)?\b[^.\n]{0,40}"
    + _any(r"\b(?:who|from|when|if|being|against)\b", "suicid")
)
"""It is about somebody in danger, or kept from it."""
_THREAT = r"\bi(?:'ll| will|'m going to| am going to|'m gonna| am gonna| swear i'll) [^.\n]{0,24}?" + _words(
    "kill|murder|stab|shoot|shoot_up|beat_up|burn_down|blow_up|bomb|attack|hurt|strangle|rape"
)

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
    "|mma|rpg|payday|red_dead|dark_souls|elden_ring|the_sims|fallout|far_cry|valorant|roblox|witcher|cyberpunk|quest"
    "|final_boss|level|water_(?:pistols?|guns?)|nerf|laser_tag|snowballs?|pillow_fight|escape_room|table_tennis"
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
        r"\b(?:commit|attempt|think(?:ing)? (?:of|about)|consider(?:ing)?)\b[^.\n]{0,12}\bsuicide\b|\bsuicidal\b"
        r"|\bself[- ]harm(?:ing)?\b",
        r"\bend(?:ing)? (?:it all\b|(?:my|my own) life\b)",
        r"\bi (?:want|wish|am going) to (?:die|be dead)\b|\bdon'?t want to (?:live|be alive)\b",
        r"\b(?:i|i'm|to|keep|been|of)\b [^.\n]{0,20}?\b(?:carv|cut|cutt|slit|slitt|slash|scar|scarr)(?:e|ing)?\b"
        r"[^.\n]{0,20}\bmy (?:own )?(?:arms?|wrists?|legs?|skin|throat|veins?)\b",
        excuses=(_HELPS,),
    ),
    _rule(
        Harm.VIOLENCE,
        _INTENT + _HURT + _MODIFIERS + _PERSON + _NOT_OF_PERSON,
        _THREAT + r"[^.\n]{0,24}" + _any(_PERSON, _PLACE, r"\byour?\b"),
        r"\bpoison\b[^.\n]{0,30}\b(?:person|someone|somebody|human|people)\b",
        r"\bdrug (?:a|my|the) " + _PERSON,
        r"\b(?:crush|smash|shatter|break|gut|saw|hammer|tackle|hit|chop)\b[^.\n]{0,24}(?:'s|their|his|her|human) "
        + _words("head|skull|sternum|face|legs?|ribs?|neck|bones?|fingers?|jaw|spine"),
        r"\b(?:bomb|bombing|blow up|explod\w+|attack|shoot up|obliterate|burn down)\b" + _GAP + _PLACE,
        r"\b(?:set|setting)\b[^.\n]{0,24}" + _PLACE + " on fire",
        r"\b(?:smash|break|crush|crack|saw|hammer|chop|rip|cut)\b(?:(?! by )[^.\n]){0,20}"
        + _words("human|a_body|someone's|somebody's|a_person's|skulls?|bones of"),
        r"\bbutchering a human\b|\b(?:end|terminate|take)\b[^.\n]{0,12}\b\w+'s life\b",
        r"\b(?:bomb|weapons?)\b[^.\n]{0,50}\bi\b[^.\n]{0,12}\b(?:kill|use)\b",
        r"\bhead ?shot\b[^.\n]{0,16}\bwith (?:my|a) (?:gun|rifle)\b",
        r"\bi? ?(?:plan|planning|carry out|execute|stage)\b[^.\n]{0,24}"
        + _words("explosion|massacre|bombing|shooting|assassination|kidnapping"),
        r"\b(?:make|build|buy|get)\b[^.\n]{0,16}" + _words("bomb|molotov|explosives|nerve_agent|grenade"),
        r"\b(?:recreate|replicate|repeat)\b[^.\n]{0,40}" + _words("camps?|attacks?|genocide|massacre|auschwitz"),
        r"\bsatisfy my pedophil\w+",
        r"\btake out (?:joe|donald|the president|a politician|a rival)\b",
        excuses=(_FICTION, _TOLD, _HELPS),
    ),
    _rule(
        Harm.CRIME,
        _words(
            "launder_(?:money|cash)|pick ?pocket|shoplift\\w*|hotwire|counterfeit_(?:money|bills)|evade_tax(?:es)?"
            "|without_getting_caught"
        ),
        r"\bcommit (?:treason|fraud|arson|a crime|murder|perjury|a robbery)\b",
        r"\bget away with (?:murder|rape|killing|stealing|theft|fraud|assault|robbery)\b",
        r"\b(?:steal|stealing|rob|robbing|smuggle|smuggling|hijack\w*|blackmail|extort) (?:an?|the|some|from|drugs"
        r"|weapons|guns|people|someone)\b(?! (?:show|base|second|third|spotlight|scene|heart))",
        r"\b(?:blackmail|extort) (?:my|our|his|her)\b|\btraffic (?:people|humans|women|children|girls)\b",
        r"\bbreak(?:ing)? into (?:(?:an?|the|my|our|someone's|somebody's|other) )?(?!own)(?:[\w-]+'s? )?"
        + _words("house|houses|home|homes|flat|apartment|car|cars|shop|store|bank|office|garage|warehouse"),
        r"\b(?:forge|counterfeit|fake|clone|skim|falsify)\b[^.\n]{0,20}"
        + _words("prescription|passport|id|ids|money|bills|banknotes|cards?|cheques?|checks?|signature|certificate"),
        r"\bdisable the alarms? (?:in|of|at) (?:an?|the|my neighbou?r)",
        r"\b(?:make|cook|synthesi[sz]e|buy|get|find|order|sell|grow|smuggle|produce|deal)\b[^.\n]{0,16}" + _DRUGS,
        r"\b(?:gram|line|bag) of (?:coke|weed|speed)\b",
        r"\b(?:hack|crack|break)(?: into)?\b[^.\n]{0,30}"
        r"\b(?:account|password|wifi|phone|email|computer|instagram|facebook)\b(?!'s been|'s|s? was|s? has)",
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
        rf"\b(?:tell|give|find|get|show) me {_RELATIVE}'s [^.\n]{{0,14}}{_SECRETS}",
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
