"""What another version of a policy changes: which rules, limits and calendars, and which answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from shopgraph.domain import Value
from shopgraph.guards.decisions import Decision, PolicyRequest
from shopgraph.guards.documents import read_text
from shopgraph.guards.policy import PolicyBundle


class PartKind(StrEnum):
    """What a policy is made of."""

    RULE = "rule"
    LIMIT = "limit"
    CALENDAR = "calendar"


class ChangeKind(StrEnum):
    """What became of a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class PartChange(Value):
    """A part that is not the same in both versions."""

    part: PartKind
    id: str
    """A rule's `@id`, a limit's id, a calendar's region."""
    kind: ChangeKind
    old: str = ""
    """Its text before; empty when it was added, or a rule was switched on."""
    new: str = ""
    """Its text now; empty when it was removed, or a rule was switched off."""


class Question(Value):
    """Something that was asked, or might be."""

    name: str
    """A case's name, or a request's id."""
    asked: PolicyRequest


class AnswerChange(Value):
    """A question that the two versions answer differently."""

    question: Question
    old: Decision
    new: Decision


class PolicyDiff(Value):
    """How two versions differ."""

    old_version: str
    new_version: str
    parts: tuple[PartChange, ...]
    """Rules, limits, calendars, each in the order of the new version; what was removed comes last."""
    asked: int
    """How many questions were put to both."""
    answers: tuple[AnswerChange, ...]
    """Those with another effect or another deciding rule; other words alone do not count."""


def compare(old: PolicyBundle, new: PolicyBundle, questions: Sequence[Question]) -> PolicyDiff:
    """Put every question to both versions, and set their parts side by side."""
    answers: list[AnswerChange] = []
    for question in questions:
        before, after = old.decide(question.asked), new.decide(question.asked)
        if (before.effect, before.rule) != (after.effect, after.rule):
            answers.append(AnswerChange(question=question, old=before, new=after))
    return PolicyDiff(
        old_version=old.version,
        new_version=new.version,
        parts=tuple(_part_changes(_texts(old), _texts(new))),
        asked=len(questions),
        answers=tuple(answers),
    )


def _texts(bundle: PolicyBundle) -> dict[tuple[PartKind, str], str]:
    texts = {(PartKind.RULE, rule.id): rule.text for rule in bundle.rules}
    texts |= {(PartKind.LIMIT, limit.id): limit.model_dump_json() for limit in bundle.limits}
    for region in bundle.regions:
        texts[PartKind.CALENDAR, region] = read_text(bundle.folder / "calendars" / f"{region}.yaml")
    return texts


def _part_changes(
    old: Mapping[tuple[PartKind, str], str], new: Mapping[tuple[PartKind, str], str]
) -> Iterator[PartChange]:
    for (part, name), text in new.items():
        before = old.get((part, name))
        if before is None:
            yield PartChange(part=part, id=name, kind=ChangeKind.ADDED, new=text)
        elif before != text:
            yield PartChange(part=part, id=name, kind=ChangeKind.CHANGED, old=before, new=text)
    for (part, name), text in old.items():
        if (part, name) not in new:
            yield PartChange(part=part, id=name, kind=ChangeKind.REMOVED, old=text)
