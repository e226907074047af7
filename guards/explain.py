"""Why policy answers as it does, and what would change its answer: looked for, and asked again, never guessed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import cedarpy
from pydantic import JsonValue

from shopgraph.domain import Principal, PrincipalKind, Value
from shopgraph.guards.cedar import ActionShape, Rule
from shopgraph.guards.decisions import Decision, Effect, PolicyRequest
from shopgraph.guards.policy import PolicyBundle

Scalar = bool | int | str
_COMPARING = frozenset({"==", "!=", "<", "<=", ">", ">=", "contains", "containsAll", "containsAny"})
_FACTS_AT_MOST = 2
"""How many facts are changed together; further away than that an answer is not near."""


class FiredRule(Value):
    """A rule whose conditions hold for the question."""

    id: str
    effect: Effect
    file: str
    line: int


class FactChange(Value):
    """One fact that would be otherwise; None: not known."""

    name: str
    was: JsonValue
    would_be: JsonValue

    @property
    def words(self) -> str:
        """As a person says it: "days_since_delivery were 30 instead of 41"."""
        return f"{self.name} were {_said(self.would_be)} instead of {_said(self.was)}"


class Change(Value):
    """The least that must be otherwise for another answer: facts, or who asks."""

    facts: tuple[FactChange, ...] = ()
    asked_by: Principal | None = None
    effect: Effect
    rule: str
    """Which decides then."""

    @property
    def words(self) -> str:
        """As a person says it: "allow if days_since_delivery were 30 instead of 41"."""
        if self.asked_by is not None:
            return f"{self.effect} if {caller_in_words(self.asked_by)} asked"
        return f"{self.effect} if {' and '.join(change.words for change in self.facts)}"


class Explanation(Value):
    """A decision, what made it, and what would change it."""

    question: PolicyRequest
    decision: Decision
    rules: tuple[FiredRule, ...]
    """All that hold, in the order of the file; the first refusing one decides, else the first allowing one."""
    read: dict[str, JsonValue]
    """The facts that rules on this action read; None: not known."""
    changes: tuple[Change, ...]
    """What would be allowed comes first. Each was put to the policy and gave the answer that it says; empty when
    nothing as near as that changes it."""
    besides: tuple[Decision, ...] = ()
    """What a gate decided about the call beside policy, where one was asked: limits, a yes that is missing."""


def explain(bundle: PolicyBundle, request: PolicyRequest) -> Explanation:
    """Ask the policy, and look for the least that would make it answer otherwise.

    One fact or another caller is tried first; two facts together only where no single fact does it.
    """
    decision, fired = bundle.decide(request), bundle.fired(request)
    readings = {rule.id: _Reading.of(rule) for rule in bundle.rules}
    shape = bundle.actions.get(request.action)
    near = [readings[rule.id] for rule in bundle.rules if shape is not None and rule.concerns(request.action, shape)]
    names = sorted(set[str]().union(*(reading.facts for reading in near)))
    refusing = [readings[rule.id].facts for rule in fired if rule.effect is Effect.DENY]
    search = _Search(bundle, request, decision.effect, refusing)
    changes: list[Change] = []
    if shape is not None and decision.rule != "policy-error":
        texts = [*readings.values()]
        options = {name: _values(name, request.facts, shape, near, texts) for name in names if name in shape.kinds}
        changes = [*search.by_facts(options), *search.by_callers(_callers(request, near))]
        changes.sort(key=lambda change: change.effect is not Effect.ALLOW)
    return Explanation(
        question=request,
        decision=decision,
        rules=tuple(
            FiredRule(id=rule.id, effect=rule.effect, file=str(bundle.folder / "policy.cedar"), line=rule.line)
            for rule in fired
        ),
        read={name: request.facts.get(name) for name in names},
        changes=tuple(changes),
    )


def caller_in_words(principal: Principal) -> str:
    """Who asks, as a person says it."""
    match principal.kind:
        case PrincipalKind.GUEST:
            return "a guest"
        case PrincipalKind.CUSTOMER:
            by = "" if principal.method == "host" else f" (identified by {principal.method})"
            return f"customer {principal.id}{by}"
        case PrincipalKind.STAFF:
            return f"staff with the role {' and '.join(sorted(principal.roles))}" if principal.roles else "staff"
        case PrincipalKind.SYSTEM:
            return "a system of the shop"


@dataclass(frozen=True)
class _Search:
    """Tries changes of one question."""

    bundle: PolicyBundle
    request: PolicyRequest
    effect: Effect
    refusing: Sequence[set[str]]
    """The facts of each rule that refuses: it goes on refusing unless one of them is otherwise."""

    def by_facts(self, options: Mapping[str, Sequence[JsonValue]]) -> list[Change]:
        """The least sets of facts that change the effect; for each set the values nearest to what is."""
        for size in range(1, _FACTS_AT_MOST + 1):
            sets = [names for names in combinations(options, size) if self._reaches(names)]
            found = [change for names in sets if (change := self._of(names, options)) is not None]
            if found:
                return found
        return []

    def _reaches(self, names: tuple[str, ...]) -> bool:
        return all(not facts.isdisjoint(names) for facts in self.refusing)

    def by_callers(self, callers: Iterable[Principal]) -> list[Change]:
        """Who else would be answered otherwise."""
        found = []
        for principal in callers:
            decision = self.bundle.decide(self.request.model_copy(update={"principal": principal}))
            if decision.effect is not self.effect:
                found.append(Change(asked_by=principal, effect=decision.effect, rule=decision.rule))
        return found

    def _of(self, names: tuple[str, ...], options: Mapping[str, Sequence[JsonValue]]) -> Change | None:
        for values in product(*(options[name] for name in names)):
            would_be = dict(zip(names, values, strict=True))
            facts = {**self.request.facts, **would_be}
            decision = self.bundle.decide(self.request.model_copy(update={"facts": facts}))
            if decision.effect is not self.effect and decision.rule != "policy-error":
                changed = [
                    FactChange(name=name, was=self.request.facts.get(name), would_be=value)
                    for name, value in would_be.items()
                ]
                return Change(facts=tuple(changed), effect=decision.effect, rule=decision.rule)
        return None


@dataclass(kw_only=True)
class _Reading:
    """What a rule's text speaks of."""

    facts: set[str] = field(default_factory=set)
    values: dict[str, set[Scalar]] = field(default_factory=dict)
    """Constants that a fact is compared with."""
    peers: dict[str, set[str]] = field(default_factory=dict)
    """Facts that a fact is compared with."""
    roles: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, rule: Rule) -> _Reading:
        document = json.loads(cedarpy.policies_to_json_str(rule.text))
        (statement,) = document["staticPolicies"].values()
        reading = cls()
        for condition in statement["conditions"]:
            reading._walk(condition["body"])
        return reading

    def _walk(self, node: Any) -> None:
        if isinstance(node, list):
            for item in node:
                self._walk(item)
        if not isinstance(node, dict):
            return
        for operator, inside in node.items():
            if operator in (".", "has") and inside["left"] == {"Var": "context"}:
                self.facts.add(inside["attr"])
            if operator in _COMPARING:
                self._compare(inside)
            self._walk(inside)

    def _compare(self, node: Any) -> None:
        facts, constants = set(_attributes(node, "context")), set(_constants(node))
        for name in facts:
            self.values.setdefault(name, set()).update(constants)
            self.peers.setdefault(name, set()).update(facts - {name})
        if "roles" in _attributes(node, "principal"):
            self.roles |= {value for value in constants if isinstance(value, str)}


def _attributes(node: Any, variable: str) -> Iterator[str]:
    if isinstance(node, dict):
        access = node.get(".")
        if access is not None and access["left"] == {"Var": variable}:
            yield access["attr"]
        for inside in node.values():
            yield from _attributes(inside, variable)
    elif isinstance(node, list):
        for item in node:
            yield from _attributes(item, variable)


def _constants(node: Any) -> Iterator[Scalar]:
    if isinstance(node, dict):
        if isinstance(node.get("Value"), bool | int | str):
            yield node["Value"]
        for inside in node.values():
            yield from _constants(inside)
    elif isinstance(node, list):
        for item in node:
            yield from _constants(item)


def _values(
    name: str,
    facts: Mapping[str, JsonValue],
    shape: ActionShape,
    near: Iterable[_Reading],
    readings: Iterable[_Reading],
) -> list[JsonValue]:
    """What a fact might be instead, the nearest to what it is first: for numbers, what the rules compare it with."""
    now = facts.get(name)
    found: set[Scalar] = set()
    match shape.kinds[name]:
        case "Bool":
            found = {True, False}
        case "Long":
            for bound in _bounds(name, facts, near):
                found |= {bound - 1, bound, bound + 1}
        case "String":
            compared = set[Scalar]().union(*(reading.values.get(name, set()) for reading in readings))
            found = {value for value in compared if isinstance(value, str)}
    middle = now if isinstance(now, int) else 0
    others = sorted(
        (value for value in found if value != now),
        key=lambda value: (abs(value - middle), value) if isinstance(value, int) else (0, value),
    )
    return [*others, None] if name in shape.optional and now is not None else [*others]


def _bounds(name: str, facts: Mapping[str, JsonValue], near: Iterable[_Reading]) -> Iterator[int]:
    for reading in near:
        for value in [*reading.values.get(name, ()), *(facts.get(peer) for peer in reading.peers.get(name, ()))]:
            if isinstance(value, int) and not isinstance(value, bool):
                yield value


def _callers(request: PolicyRequest, near: Iterable[_Reading]) -> list[Principal]:
    """Everybody else who might have asked: the record's owner, a guest, staff with each role that matters, a system."""
    roles = sorted(set[str]().union(*(reading.roles for reading in near)))
    others = [Principal.customer(request.owner_id)] if request.owner_id else []
    others += [Principal.guest(), Principal.staff("staff"), *(Principal.staff("staff", role) for role in roles)]
    others.append(Principal.system("system"))
    return [other for other in others if (other.kind, other.customer_id, other.roles) != _who(request.principal)]


def _who(principal: Principal) -> tuple[PrincipalKind, str | None, frozenset[str]]:
    return principal.kind, principal.customer_id, principal.roles


def _said(value: JsonValue) -> str:
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)
