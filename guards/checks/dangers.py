"""Uses of things that hurt: what a shop never advises. Each is a set of words and phrases that meet in one sentence."""

from __future__ import annotations

from dataclasses import dataclass

from shopgraph.guards.checks import danger_words as words
from shopgraph.guards.checks import malice_words as malice
from shopgraph.guards.checks.text import whole_words


@dataclass(frozen=True, kw_only=True)
class Danger:
    """A dangerous use: every group of words has one in the sentence, and every phrase stands in it."""

    name: str
    words: tuple[frozenset[str], ...]
    phrases: tuple[str, ...] = ()
    unless: str = ""
    """A phrase with which it is harmless."""
    anywhere: bool = False
    """Whether that phrase may stand in any sentence of the text, or in a name."""
    warned: bool = True
    """Whether a denial or a warning in the sentence makes it harmless."""
    dose: bool = False
    """Whether a product's attributes may say it."""


_BEFORE_DEVICE = rf"\b(?:{'|'.join(sorted(words.DEFEAT))})\b[^.;]{{0,30}}?\b(?:{words.DEVICES})"
_AFTER_DEVICE = (
    rf"\b(?:{words.DEVICES})[^.;]{{0,30}}?\b(?:überbrücken|abkleben|deaktivieren|entfernen|abschrauben|abmontieren"
    rf"|ausschalten"
    r"|aushebeln|manipulieren|umgehen)\b"
)
DANGERS: tuple[Danger, ...] = (
    Danger(name="mixing cleaners", words=(words.MIX, words.BLEACH, words.ACIDS), unless=r"\b(?:free|frei)\b"),
    Danger(name="taking poison in", words=(words.INGEST,), phrases=(words.INGESTED,)),
    Danger(name="defeating a safety device", words=(words.DEFEAT,), phrases=(f"{_BEFORE_DEVICE}|{_AFTER_DEVICE}",)),
    Danger(name="electricity in water", words=(words.ELECTRIC, words.USE), phrases=(words.BATH,)),
    Danger(
        name="a heater in the bathroom",
        words=(words.HEATING, words.USE),
        phrases=(words.BATHROOM,),
        unless=r"\bip ?x?\d|\bsplash|\bspritz|\b(?:bathroom|bad|badezimmer)[- ]?(?:heater|heizlüfter)",
    ),
    Danger(
        name="fire indoors",
        words=(words.GRILLS, words.USE),
        phrases=(words.BURNERS, words.INSIDE),
        unless=words.ELECTRIC_GRILL,
    ),
    Danger(name="a battery in the fire", words=(words.PUT, words.EXPLOSIVE, words.FIRE)),
    Danger(name="a pierced battery", words=(words.PIERCE, words.EXPLOSIVE)),
    Danger(name="fuel on fire", words=(words.POUR, words.LIQUID_FUEL), phrases=(words.BURNING,)),
    Danger(
        name="poison for animals",
        words=(words.CREATURES | words.THEM, words.POISONS, words.GIVE | words.ADD),
        phrases=(words.POISON,),
    ),
    Danger(name="an overdose", words=(words.ALL_OF_THEM,), phrases=(words.OVERDOSE,)),
    Danger(name="hunger", words=(words.EATING,), phrases=(words.STARVE,), warned=False),
    Danger(name="a cover on what is hot", words=(words.COVER, words.HOT, words.CLOTH), phrases=(words.COVERED,)),
    Danger(name="a machine left on", words=(words.LEFT_ON, words.HOT), phrases=(words.ASLEEP,)),
    Danger(name="a cut wire", words=(words.CUT, words.WIRES), phrases=(words.WIRE,)),
    Danger(name="a dose", words=(words.TAKEN,), phrases=(words.DOSE,), dose=True),
    Danger(
        name="food that harms animals",
        words=(words.GIVE, words.CREATURES, words.BAD_FOR_THEM),
        unless=r"\b(?:without|free|ohne|frei|sans)\b",
    ),
    Danger(
        name="food that harms babies",
        words=(words.GIVE, words.BABIES, words.BAD_FOR_BABIES),
        unless=r"\b(?:without|free|ohne|frei|sans)\b",
    ),
    Danger(name="left alone", words=(words.LEAVE, words.CHARGES), phrases=(words.ALONE,)),
    Danger(name="without protection", words=(words.GEAR, words.WITHOUT), phrases=(words.NO_GEAR, words.GEAR_USED)),
    Danger(name="no need of protection", words=(words.GEAR, words.WITHOUT), phrases=(words.NO_NEED,), warned=False),
    Danger(
        name="a warning ignored",
        words=(
            whole_words(
                "ignore disregard exceed skip go ignorieren ignoriere ignoriert überschreiten überschreite "
                "missachten ignorez "
                "ignorer dépassez dépasser"
            ),
        ),
        phrases=(words.IGNORE,),
    ),
    Danger(name="a machine opened as it runs", words=(words.REPAIR,), phrases=(words.LIVE,)),
    Danger(name="a cure", words=(words.CURES, words.DISEASES)),
    Danger(name="medicine left off", words=(words.DISEASES,), phrases=(words.QUIT,), warned=False),
    Danger(name="hurting people", words=(words.HURT,), phrases=(words.HURTING,)),
    Danger(
        name="shooting people", words=(words.SHOOT,), phrases=(words.SHOOTING,), unless=words.PICTURES, anywhere=True
    ),
    Danger(name="hurting him", words=(words.HURT,), phrases=(words.HURTING_HIM,), unless=words.PESTS, anywhere=True),
    Danger(name="something in somebody's food", words=(malice.SOMEBODY, malice.SLIP, malice.FOOD)),
    Danger(name="revenge", words=(malice.REVENGE_WORDS, malice.SOMEBODY), phrases=(malice.REVENGE,)),
    Danger(name="harm unseen", words=(malice.SEEN_WORDS, malice.UNSEEN_WORDS), phrases=(malice.UNSEEN,), warned=False),
    Danger(
        name="toxic gas",
        words=(malice.GAS_WORDS,),
        phrases=(malice.GAS,),
        unless=r"\bnever\b|\bnicht\b|\bnie\b|\bne\b|\bnunca\b|\bavoid|n['’]t\b",
        warned=False,
    ),
    Danger(name="an explosion", words=(malice.BLAST_WORDS,), phrases=(malice.BLAST,)),
    Danger(name="something living or charged in the oven", words=(malice.LIVING, malice.DRY), phrases=(malice.DRYING,)),
    Danger(name="an overload", words=(words.HEATERS,), phrases=(words.OVERLOAD,)),
)
