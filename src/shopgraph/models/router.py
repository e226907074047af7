"""The intent router: a text in, a route out, in process and without a model server, well below a millisecond."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

from shopgraph.errors import InvalidInput
from shopgraph.models.classifier import Classifier, extend
from shopgraph.models.corpus import default_examples, own_examples
from shopgraph.models.entities import find_entities
from shopgraph.models.features import Features, extract, words_of
from shopgraph.models.replies import answer_of
from shopgraph.models.routes import Entities, Intent, Route, Tier
from shopgraph.models.weights import load

SURE = 0.45
"""From this confidence on a workflow serves; below it the request goes up a tier."""
LOST = 0.22
"""Below this confidence no guess is better than another: out of scope, for the large model."""
FOREIGN_WORDS = 0.6
"""When fewer of the words than this are known from training, confidence falls in proportion."""
CERTAIN = 0.97
"""The confidence of a cue that decides by itself."""
LEAST_EXAMPLES = 3
_REHEARSED = 8
_PEOPLE = (Intent.PERSON.value, Intent.COMPLAINT.value)
_THANKS = re.compile(r"\b(?:thanks?|thank you|thx|cheers)\b", re.I)


@dataclass(frozen=True)
class Cue:
    """A pattern that decides, whatever else a message says."""

    intent: str
    why: str
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class IntentRouter:
    """Names the intent of one message, how sure it is, and why. It knows no conversation: the caller does."""

    classifier: Classifier
    cues: tuple[Cue, ...]

    @classmethod
    def default(cls) -> IntentRouter:
        """The router that ships with the package, loaded once per process."""
        return _default()

    @property
    def intents(self) -> tuple[str, ...]:
        """Every intent it can name."""
        return self.classifier.labels

    def with_examples(self, intent: str, examples: Sequence[str]) -> IntentRouter:
        """A router that knows one intent more (or knows this one better). Takes a second or two.

        Raises:
            InvalidInput: fewer than three different examples, or a name that is not a lower case identifier.
        """
        sentences = list(dict.fromkeys(text.strip() for text in examples if words_of(text)))
        if len(sentences) < LEAST_EXAMPLES:
            raise InvalidInput(
                f"The intent {intent!r} has {len(sentences)} different examples.",
                remedy=f"Give at least {LEAST_EXAMPLES}, as customers would write them.",
            )
        if not re.fullmatch(r"[a-z][a-z0-9_]{1,63}", intent):
            raise InvalidInput(f"{intent!r} is not an intent's name.", remedy="Write it like gift_wrapping.")
        rehearsal = default_examples()[::_REHEARSED]
        return IntentRouter(extend(self.classifier, own_examples(intent, sentences), rehearsal), self.cues)

    def route(self, text: str) -> Route:
        """Where this message goes."""
        masked = find_entities(text)
        reply = answer_of(text)
        if reply != "other" and not (reply == "yes" and _THANKS.search(text)):
            intent = Intent.AFFIRM if reply == "yes" else Intent.DENY
            return _route(intent.value, CERTAIN, masked.entities, f"says {reply} and nothing else")
        lowered = masked.text.lower().replace("’", "'")
        for cue in self.cues:
            if found := cue.pattern.search(lowered):
                return _route(cue.intent, CERTAIN, masked.entities, f"{cue.why}: {_shown(found[0])}")
        return self._classified(extract(masked.text), masked.entities)

    def _classified(self, features: Features, entities: Entities) -> Route:
        if not features.words:
            return _route(Intent.OUT_OF_SCOPE.value, 0.0, entities, "there is no word in it")
        probabilities = self.classifier.probabilities(features)
        second, first = probabilities.argsort()[-2:]
        intent, runner_up = self.classifier.labels[first], self.classifier.labels[second]
        known = self.classifier.known_share(features.words)
        confidence = min(1.0, float(probabilities[first]) * min(1.0, known / FOREIGN_WORDS))
        why = ", ".join(_shown(reason) for reason in self.classifier.reasons(features, intent)) or "the letters alone"
        if confidence < LOST and intent != Intent.OUT_OF_SCOPE:
            intent, runner_up, why = Intent.OUT_OF_SCOPE.value, intent, f"unsure, at best {intent}: {why}"
        return _route(intent, confidence, entities, why, runner_up)


@cache
def _default() -> IntentRouter:
    classifier, _ = load(Path(__file__).with_name("default_router.npz"))
    text = (files("shopgraph.models") / "utterances" / "cues.yaml").read_text(encoding="utf-8")
    cues = tuple(Cue(entry["intent"], entry["why"], re.compile(entry["pattern"])) for entry in yaml.safe_load(text))
    return IntentRouter(classifier, cues)


def _route(intent: str, confidence: float, entities: Entities, why: str, runner_up: str = "") -> Route:
    tier = tier_of(intent, confidence)
    return Route(intent=intent, tier=tier, confidence=confidence, entities=entities, why=why, runner_up=runner_up)


def tier_of(intent: str, confidence: float) -> Tier:
    """The cheapest tier that can serve: sure of a person, a person; sure of anything, a workflow; else a model."""
    if confidence >= SURE:
        return Tier.PERSON if intent in _PEOPLE else Tier.WORKFLOW
    return Tier.LARGE_MODEL if confidence < LOST else Tier.SMALL_MODEL


def _shown(words: str) -> str:
    """A cue in quotation marks, cut to a line."""
    return f'"{words.strip()[:60]}"'
