"""The intent router: a text in, a route out, in process and without a model server, in about a millisecond or less."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path

from shopgraph.errors import InvalidInput
from shopgraph.models.cues import Cue, read_cues
from shopgraph.models.entities import find_entities
from shopgraph.models.features import words_of
from shopgraph.models.intent_models import LOST, SURE, HashedIntents, IntentModel, Said, shown, tier_of
from shopgraph.models.replies import answer_of
from shopgraph.models.routes import Entities, Intent, Route, Tier
from shopgraph.models.weights import load

__all__ = ["LOST", "SURE", "Cue", "IntentRouter", "Part", "tier_of"]

_log = logging.getLogger(__name__)
CERTAIN = 0.97
"""The confidence of a cue that decides by itself."""
LEAST_EXAMPLES = 3
_THANKS = re.compile(r"\b(?:thanks?|thank you|thx|cheers)\b", re.I)
_JOINT = re.compile(r"(?<=[.?!;])\s+|\s*\n+\s*|,?\s+(?:and also|and then|and|also|plus|besides|then)\s+", re.I)
_LEAST_WORDS = 2
"""A part with fewer words asks for nothing by itself."""
_PARTS = 8
_MANNERS = frozenset(
    {Intent.GREETING.value, Intent.THANKS.value, Intent.AFFIRM.value, Intent.DENY.value, Intent.OUT_OF_SCOPE.value}
)


@dataclass(frozen=True)
class Part:
    """One of several things that a message asks for."""

    text: str
    route: Route


@dataclass(frozen=True)
class IntentRouter:
    """Names the intent of one message, how sure it is, and why. It knows no conversation: the caller does."""

    model: IntentModel
    cues: tuple[Cue, ...] = ()

    @classmethod
    def default(cls) -> IntentRouter:
        """The router that ships with the package, loaded once per process."""
        return _default()

    @classmethod
    def load(cls, folder: Path) -> IntentRouter:
        """A router that `shopgraph train router` made. It follows what it has learned, without our cues.

        Raises:
            ConfigurationError: a file of the folder is not there, damaged, or of another version.
        """
        from shopgraph.models.blend.files import load_blend
        from shopgraph.models.intent_models import LearnedIntents

        return cls(LearnedIntents(load_blend(folder)))

    @property
    def intents(self) -> tuple[str, ...]:
        """Every intent it can name."""
        return self.model.labels

    def with_examples(self, intent: str, examples: Sequence[str]) -> IntentRouter:
        """A router that knows one intent more (or knows this one better). Takes seconds.

        Raises:
            InvalidInput: fewer than three different examples, or a name that is not a lower case identifier.
            ConfigurationError: a loaded router needs the extra `train` for it, which is not installed.
        """
        sentences = list(dict.fromkeys(text.strip() for text in examples if words_of(text)))
        if len(sentences) < LEAST_EXAMPLES:
            raise InvalidInput(
                f"The intent {intent!r} has {len(sentences)} different examples.",
                remedy=f"Give at least {LEAST_EXAMPLES}, as customers would write them.",
            )
        if not re.fullmatch(r"[a-z][a-z0-9_]{1,63}", intent):
            raise InvalidInput(f"{intent!r} is not an intent's name.", remedy="Write it like gift_wrapping.")
        return replace(self, model=self.model.taught(intent, sentences))

    def route(self, text: str) -> Route:
        """Where this message goes."""
        masked = find_entities(text)
        lowered = masked.text.lower().replace("’", "'")
        said = self._decided(text, lowered) or self._outranked(self._said(text), lowered)
        return Route(
            intent=said.intent,
            tier=said.tier,
            confidence=said.confidence,
            entities=masked.entities,
            why=said.why,
            runner_up=said.runner_up,
        )

    def routes(self, text: str) -> tuple[Route, ...]:
        """A message that asks for several things, as one route for each in the order asked; one for any other."""
        return tuple(part.route for part in self.split(text)) or (self.route(text),)

    def split(self, text: str) -> tuple[Part, ...]:
        """What a message asks for beside one another, in the order asked; nothing where it asks for one thing.

        A part counts that a workflow or a person would serve by itself and that asks for something new. An order or an
        e-mail said once stands in each part that names none.
        """
        parts = [part for part in _JOINT.split(text.strip()) if len(words_of(part)) >= _LEAST_WORDS]
        if not 2 <= len(parts) <= _PARTS:
            return ()
        distinct: dict[str, Part] = {}
        for part in parts:
            route = self.route(part)
            if route.intent not in _MANNERS and route.tier is tier_of(route.intent, 1.0):
                distinct.setdefault(route.intent, Part(part, route))
        if len(distinct) < 2:
            return ()
        named = find_entities(text).entities
        return tuple(Part(part.text, _filled(part.route, named)) for part in distinct.values())

    def _said(self, text: str) -> Said:
        """The model's word; where it fails, the message goes up a tier: the router is never what is down."""
        try:
            return self.model.say(text)
        except Exception as error:
            _log.exception("the intent model failed")
            return Said(
                intent=Intent.OUT_OF_SCOPE.value,
                confidence=0.0,
                tier=Tier.LARGE_MODEL,
                why=f"the intent model failed ({type(error).__name__})",
            )

    def _decided(self, text: str, lowered: str) -> Said | None:
        """What a cue, or a bare yes or no, decides by itself. Only where the model knows that intent."""
        known = self.model.labels
        reply = answer_of(text)
        if reply != "other" and not (reply == "yes" and _THANKS.search(text)):
            intent = (Intent.AFFIRM if reply == "yes" else Intent.DENY).value
            if intent in known:
                return _certain(intent, f"says {reply} and nothing else")
        return _decision([cue for cue in self.cues if not cue.over], lowered)

    def _outranked(self, said: Said, lowered: str) -> Said:
        """What a cue decides over this word of the model, or that word."""
        return _decision([cue for cue in self.cues if cue.over and cue.outranks(said.intent)], lowered) or said


@cache
def _default() -> IntentRouter:
    classifier, _ = load(Path(__file__).with_name("default_router"))
    text = (files("shopgraph.models") / "utterances" / "cues.yaml").read_text(encoding="utf-8")
    return IntentRouter(HashedIntents(classifier), read_cues(text))


def _decision(cues: Sequence[Cue], lowered: str) -> Said | None:
    for cue in cues:
        if found := cue.pattern.search(lowered):
            return _certain(cue.intent, f"{cue.why}: {shown(found[0])}")
    return None


def _certain(intent: str, why: str) -> Said:
    return Said(intent=intent, confidence=CERTAIN, tier=tier_of(intent, CERTAIN), why=why)


def _filled(route: Route, whole: Entities) -> Route:
    own = route.entities
    shared = {"order_ids": own.order_ids or whole.order_ids, "emails": own.emails or whole.emails}
    return route.model_copy(update={"entities": own.model_copy(update=shared)})
