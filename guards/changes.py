"""What another version of a policy changes: which rules, and which answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from shopgraph.domain import Value
from shopgraph.guards.decisions import Decision, PolicyRequest
from shopgraph.guards.policy import PolicyBundle


class RuleChangeKind(StrEnum):
    """What became of a rule."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class RuleChange(Value):
    """A rule that is not the same in both versions."""

    id: str
    kind: RuleChangeKind
    old: str = ""
    """Its text before; empty when it was added or switched on."""
    new: str = ""
    """Its text now; empty when it was removed or switched off."""


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
    rules: tuple[RuleChange, ...]
    """In the order of the new file, removed ones last."""
    asked: int
    """How many questions were put to both."""
    answers: tuple[AnswerChange, ...]
    """Those with another effect or another deciding rule; other words alone do not count."""


def compare(old: PolicyBundle, new: PolicyBundle, questions: Sequence[Question]) -> PolicyDiff:
    """Put every question to both versions, and set their rules side by side."""
    answers: list[AnswerChange] = []
    for question in questions:
        before, after = old.decide(question.asked), new.decide(question.asked)
        if (before.effect, before.rule) != (after.effect, after.rule):
            answers.append(AnswerChange(question=question, old=before, new=after))
    return PolicyDiff(
        old_version=old.version,
        new_version=new.version,
        rules=tuple(_rule_changes(old, new)),
        asked=len(questions),
        answers=tuple(answers),
    )


def _rule_changes(old: PolicyBundle, new: PolicyBundle) -> Iterator[RuleChange]:
    before = {rule.id: rule.text for rule in old.rules}
    after = {rule.id: rule.text for rule in new.rules}
    for name, text in after.items():
        if name not in before:
            yield RuleChange(id=name, kind=RuleChangeKind.ADDED, new=text)
        elif before[name] != text:
            yield RuleChange(id=name, kind=RuleChangeKind.CHANGED, old=before[name], new=text)
    for name, text in before.items():
        if name not in after:
            yield RuleChange(id=name, kind=RuleChangeKind.REMOVED, old=text)
