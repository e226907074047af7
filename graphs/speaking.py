"""A workflow's answer in the customer's own language: by the speech templates, where they have it; else as it stands.

What asks for a yes stands in the tools' and the rules' own words, which are English: that is left as it is.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import JsonValue

from shopgraph.graphs.turns import Step, Tells, Turn
from shopgraph.models.speech.known import Known
from shopgraph.models.speech.language import language_of
from shopgraph.models.speech.speaker import Speaker

OWN = "en"
"""What the workflows themselves speak."""


def in_their_language(step: Step, turn: Turn) -> Step:
    """The step, said in the language of the message where it shows, else in that of the region."""
    speaker = speaker_for(turn.text, turn.locale)
    if speaker is None or step.tool or not (step.phrase or step.tells):
        return step
    said = [_told(step, turn, speaker)] if step.tells else []
    said += [speaker.say(phrase, count=None, **step.words) for phrase in step.phrase.split()]
    text = " ".join(filter(None, [*said, *step.more]))
    return replace(step, text=text) if text else step


def speaker_for(text: str, locale: str) -> Speaker | None:
    """Who speaks to whoever wrote that; None where the workflows' own words are right."""
    language = language_of(text, locale)
    return None if language == OWN else Speaker(language, locale)


def _told(step: Step, turn: Turn, speaker: Speaker) -> str:
    """What the step tells, from the last result that it was read from."""
    if not turn.evidence:
        return ""
    result = turn.evidence[-1].result
    if step.tells is Tells.VARIANT:
        only = [item for item in _listed(result.get("variants")) if item.get("sku") == step.words["sku"]]
        result = {**result, "title": step.words["title"], "from_price": None, "variants": list(only)}
    known = Known.of_result(result)
    if step.tells is Tells.REFUNDS:
        return speaker.refunds(known.orders[0]) if known.orders else ""
    return speaker.facts(known)


def _listed(values: JsonValue) -> list[dict[str, JsonValue]]:
    return [item for item in values if isinstance(item, dict)] if isinstance(values, list) else []
