"""What a router can be led by: the shipped classifier, or a model learned from an app's own traffic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from shopgraph.models.blend.model import Blend, Judgement
from shopgraph.models.blend.vocabulary import Encoded
from shopgraph.models.classifier import Classifier, extend
from shopgraph.models.corpus import default_examples, own_examples
from shopgraph.models.entities import find_entities
from shopgraph.models.features import extract
from shopgraph.models.routes import Intent, Tier

SURE = 0.45
"""From this confidence of the shipped classifier on a workflow serves; below it the request goes up a tier."""
LOST = 0.22
"""Below this confidence no guess is better than another: out of scope, for the large model."""
FOREIGN_WORDS = 0.6
"""When fewer of the words than this are known from training, confidence falls in proportion."""
_REHEARSED = 8
_PEOPLE = (Intent.PERSON.value, Intent.COMPLAINT.value)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a model makes of one message."""

    intent: str
    confidence: float
    tier: Tier
    why: str
    runner_up: str = ""


class IntentModel(Protocol):
    """Names the intent of one message."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Every intent it can name."""
        ...

    def say(self, text: str) -> Said:
        """Intent, confidence, tier and reasons of one raw message."""
        ...

    def taught(self, intent: str, sentences: Sequence[str]) -> IntentModel:
        """A model that knows one intent more, or knows this one better."""
        ...


@dataclass(frozen=True)
class HashedIntents:
    """The shipped classifier, small and quick to load."""

    classifier: Classifier

    @property
    def labels(self) -> tuple[str, ...]:
        """Every intent it can name."""
        return self.classifier.labels

    def say(self, text: str) -> Said:
        """Intent, confidence, tier and reasons of one raw message."""
        features = extract(find_entities(text).text)
        if not features.words:
            return _said(Intent.OUT_OF_SCOPE.value, 0.0, "there is no word in it")
        probabilities = self.classifier.probabilities(features)
        second, first = probabilities.argsort()[-2:]
        intent, runner_up = self.labels[first], self.labels[second]
        known = self.classifier.known_share(features.words)
        confidence = min(1.0, float(probabilities[first]) * min(1.0, known / FOREIGN_WORDS))
        why = ", ".join(shown(reason) for reason in self.classifier.reasons(features, intent)) or "the letters alone"
        if confidence < LOST and intent != Intent.OUT_OF_SCOPE:
            intent, runner_up, why = Intent.OUT_OF_SCOPE.value, intent, f"unsure, at best {intent}: {why}"
        return _said(intent, confidence, why, runner_up)

    def taught(self, intent: str, sentences: Sequence[str]) -> HashedIntents:
        """Learns the sentences among some that it was trained on. Takes a second or two."""
        rehearsal = default_examples()[::_REHEARSED]
        return HashedIntents(extend(self.classifier, own_examples(intent, sentences), rehearsal))


@dataclass(frozen=True)
class LearnedIntents:
    """A model of an app's own intents, with thresholds of its own."""

    blend: Blend

    @property
    def labels(self) -> tuple[str, ...]:
        """Its own intents, and `out_of_scope`."""
        return tuple(dict.fromkeys((*self.blend.labels, Intent.OUT_OF_SCOPE.value)))

    def say(self, text: str) -> Said:
        """Intent, confidence, tier and reasons: the words that spoke for it, and the examples most like it."""
        encoded = self.blend.vocabulary.encode(text)
        judged = self.blend.judge_encoded(encoded)
        if judged.in_scope < self.blend.scope.threshold:
            return Said(
                intent=Intent.OUT_OF_SCOPE.value,
                confidence=round(1 - judged.in_scope, 6),
                tier=Tier.LARGE_MODEL,
                why=f"unlike what was learned, at best {judged.intent}",
                runner_up=judged.intent,
            )
        sure = self.blend.sure[self.blend.labels.index(judged.intent)]
        return Said(
            intent=judged.intent,
            confidence=judged.confidence,
            tier=_sure_tier(judged.intent) if judged.confidence >= sure else Tier.SMALL_MODEL,
            why=self._why(encoded, judged),
            runner_up=judged.runner_up,
        )

    def taught(self, intent: str, sentences: Sequence[str]) -> LearnedIntents:
        """Learns all again with the sentences; temperature, scope and thresholds stay. Needs the extra `train`."""
        from shopgraph.models.blend.training import extend_blend

        return replace(self, blend=extend_blend(self.blend, intent, sentences))

    def _why(self, encoded: Encoded, judged: Judgement) -> str:
        words = ", ".join(shown(reason) for reason in self.blend.reasons(encoded, judged.intent))
        return "; ".join(part for part in (words, *(f"like {shown(one)}" for one in judged.nearest[:1])) if part)


def tier_of(intent: str, confidence: float) -> Tier:
    """The cheapest tier that can serve: sure of a person, a person; sure of anything, a workflow; else a model."""
    if confidence >= SURE:
        return _sure_tier(intent)
    return Tier.LARGE_MODEL if confidence < LOST else Tier.SMALL_MODEL


def shown(words: str) -> str:
    """A cue in quotation marks, cut to a line."""
    return f'"{words.strip()[:60]}"'


def _sure_tier(intent: str) -> Tier:
    return Tier.PERSON if intent in _PEOPLE else Tier.WORKFLOW


def _said(intent: str, confidence: float, why: str, runner_up: str = "") -> Said:
    return Said(intent=intent, confidence=confidence, tier=tier_of(intent, confidence), why=why, runner_up=runner_up)
