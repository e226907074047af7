"""Cedar rules as data: read from a file one by one, checked against a schema, compiled once, asked often.

Cedar by itself fails open: a `forbid` that errs is skipped, an unparsable set decides nothing, two rules may share an
`@id`. So whatever is not Allow without a single error is a refusal here, and what is wrong is found when it is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any

import cedarpy
from pydantic_core import to_json

from shopgraph.errors import ConfigurationError
from shopgraph.guards.decisions import Effect
from shopgraph.guards.documents import first_of, read_text

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|;|\n|[^"/;\n]+|.', re.DOTALL)
_CONTEXT = re.compile(r"\bcontext\b")
_ACTION = re.compile(
    r'^action "(?P<name>[^"]+)"(?: in \[(?P<parents>[^\]]*)\])?(?P<applies> appliesTo \{.*?^\})?;', re.M | re.S
)
_ATTRIBUTE = re.compile(r'^ {4}"?(?P<name>[\w-]+)"?(?P<optional>\?)?: (?P<kind>.+?),?$', re.M)
_NUMBERED = re.compile(r"^for policy `policy\d+`, ")
"""How cedarpy begins: with a number of its own, where file, line and `@id` are said already."""
_QUOTED = re.compile(r'"([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One statement of a policy file with its annotations."""

    id: str
    reason: str
    remedy: str
    effect: Effect
    """ALLOW for a permit; DENY for a forbid, or APPROVE where it is annotated so."""
    text: str
    line: int
    reads_facts: bool
    actions: frozenset[str] | None = None
    """The actions and groups of actions that its head names; None: it is about any."""

    def concerns(self, action: str, shape: ActionShape) -> bool:
        """Whether it can decide about that action at all."""
        return self.actions is None or action in self.actions or not self.actions.isdisjoint(shape.groups)

    @cached_property
    def placeholders(self) -> frozenset[str]:
        """The facts that reason and remedy name."""
        texts = (self.reason, self.remedy)
        return frozenset(name for text in texts for _, name, _, _ in Formatter().parse(text) if name is not None)


@dataclass(frozen=True, kw_only=True)
class ActionShape:
    """What the schema says about an action."""

    parents: tuple[str, ...]
    groups: frozenset[str]
    """The groups that it is in: parents, their parents, and so on."""
    required: frozenset[str]
    optional: frozenset[str]
    kinds: Mapping[str, str]
    """Each fact's type as Cedar names it: Bool, Long, String, Set<String>."""


@dataclass(frozen=True, kw_only=True)
class RuleBook:
    """A policy file that holds against its schema."""

    rules: tuple[Rule, ...]
    schema: cedarpy.Schema
    actions: Mapping[str, ActionShape]


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What a compiled set answers to one request."""

    allowed: bool
    rules: tuple[Rule, ...]
    """Those that decided, in the order of the file."""
    errors: tuple[str, ...]

    @property
    def awaits_approval(self) -> bool:
        """Whether nothing but approvals refuses it."""
        deciding = {rule.effect for rule in self.rules}
        return not self.allowed and not self.errors and deciding == {Effect.APPROVE}


class RuleSet:
    """Rules compiled once. Asking takes about 0.1 ms."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._compiled = cedarpy.PolicySet.from_str("\n".join(rule.text for rule in rules))

    def __len__(self) -> int:
        return len(self._rules)

    def ask(
        self, request: dict[str, Any], entities: list[dict[str, Any]], schema: cedarpy.Schema | None = None
    ) -> Evaluation:
        """Evaluate; with a schema, a request that does not fit it is an error."""
        # As JSON text: cedarpy would write it with the slower standard library.
        asked = {**request, "context": to_json(request["context"]).decode()}
        answer = cedarpy.is_authorized(asked, self._compiled, to_json(entities).decode(), schema)
        # Cedar names statements policy0, policy1, ... in the order in which they were given.
        places = sorted(int(name.removeprefix("policy")) for name in answer.diagnostics.reasons)
        errors = tuple(answer.diagnostics.errors)
        return Evaluation(
            allowed=answer.allowed and not errors, rules=tuple(self._rules[place] for place in places), errors=errors
        )


def read_rules(policy: Path, schema: Path) -> RuleBook:
    """Read and check a policy file and its schema.

    Raises:
        ConfigurationError: a file is missing, a statement does not parse, does not hold against the schema, lacks
            `@id` or `@reason`, shares its `@id`, or names an unknown fact; with file, line and `@id`. The first
            problem of the file, with the others in `also`.
    """
    compiled = read_schema(schema)
    actions = _shapes(str(compiled))
    rules: list[Rule] = []
    problems: list[ConfigurationError] = []
    for line, text in split_statements(read_text(policy)):
        try:
            rules.append(_rule(policy, line, text))
        except ConfigurationError as fault:
            problems.append(fault)
    problems += [*_doubled(policy, rules), *_unfit(policy, rules, compiled), *_unknown_facts(policy, rules, actions)]
    if problems:
        raise first_of(problems)
    return RuleBook(rules=tuple(rules), schema=compiled, actions=actions)


def split_statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement with the line on which it begins, comments left out."""
    line, start, parts = 1, 0, list[str]()
    for token in _TOKEN.findall(text):
        if not token.startswith("//"):
            if not parts and not token.isspace():
                start = line
            if parts or not token.isspace():
                parts.append(token)
            if token == ";":  # noqa: S105
                yield start, "".join(parts)
                parts = []
        line += token.count("\n")
    if parts:
        yield start, "".join(parts)


def read_schema(path: Path) -> cedarpy.Schema:
    """Read a schema in Cedar's own notation.

    Raises:
        ConfigurationError: the file is missing or no schema.
    """
    text = read_text(path)
    try:
        return cedarpy.Schema.from_str(text)
    except ValueError as fault:
        raise ConfigurationError(f"{path} is no Cedar schema: {fault}.", file=str(path)) from None


def _shapes(rendered: str) -> dict[str, ActionShape]:
    """What can be asked, with its groups and facts, read from the schema as Cedar itself renders it."""
    shapes: dict[str, ActionShape] = {}
    parents = {found["name"]: _QUOTED.findall(found["parents"] or "") for found in _ACTION.finditer(rendered)}
    for found in _ACTION.finditer(rendered):
        if found["applies"] is None:
            continue  # a group
        attributes = _ATTRIBUTE.findall(found["applies"])
        shapes[found["name"]] = ActionShape(
            parents=tuple(parents[found["name"]]),
            groups=frozenset(_above(found["name"], parents)),
            required=frozenset(name for name, optional, _ in attributes if not optional),
            optional=frozenset(name for name, optional, _ in attributes if optional),
            kinds={name: kind for name, _, kind in attributes},
        )
    return shapes


def _above(action: str, parents: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for parent in parents.get(action, ()):
        yield parent
        yield from _above(parent, parents)


def _rule(path: Path, line: int, text: str) -> Rule:
    try:
        document = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as fault:
        found = re.search(r'@id\("([^"]*)"\)', text)
        raise _wrong(path, line, found[1] if found else "?", f"it is no Cedar statement: {fault}") from None
    statements = list(document["staticPolicies"].values())
    if len(statements) != 1:
        raise _wrong(path, line, "?", "it is a template; rules are written out")
    notes: dict[str, str] = statements[0].get("annotations") or {}
    for name in ("id", "reason"):
        if not notes.get(name):
            raise _wrong(path, line, notes.get("id", "?"), f"it has no @{name}")
    return Rule(
        id=notes["id"],
        reason=notes["reason"],
        remedy=notes.get("remedy", ""),
        effect=_effect(path, line, notes, statements[0]["effect"]),
        text=text,
        line=line,
        reads_facts=_CONTEXT.search(text) is not None,
        actions=_named_actions(statements[0]["action"]),
    )


def _named_actions(scope: Mapping[str, Any]) -> frozenset[str] | None:
    """What a statement's head says of the action: `== A`, `in A`, `in [A, B]`, or nothing."""
    named = scope.get("entities") or [scope[key] for key in ("entity",) if key in scope]
    return frozenset(entity["id"] for entity in named) if named else None


def _effect(path: Path, line: int, notes: Mapping[str, str], effect: str) -> Effect:
    wanted = notes.get("effect")
    if wanted is None:
        return Effect.ALLOW if effect == "permit" else Effect.DENY
    if wanted != Effect.APPROVE or effect != "forbid":
        raise _wrong(path, line, notes["id"], '@effect is "approve" and stands on a forbid')
    return Effect.APPROVE


def _doubled(path: Path, rules: Sequence[Rule]) -> Iterator[ConfigurationError]:
    lines: dict[str, int] = {}
    for rule in rules:
        if rule.id in lines:
            yield _wrong(path, rule.line, rule.id, f"line {lines[rule.id]} has the same @id")
        lines.setdefault(rule.id, rule.line)


def _unfit(path: Path, rules: Sequence[Rule], schema: cedarpy.Schema) -> Iterator[ConfigurationError]:
    for found in cedarpy.validate_policies("\n".join(rule.text for rule in rules), schema).errors:
        place = found.policy_id.removeprefix("policy")
        rule = rules[int(place)] if place.isdigit() else rules[0]
        yield _wrong(path, rule.line, rule.id, _NUMBERED.sub("", found.error))


def _unknown_facts(
    path: Path, rules: Sequence[Rule], actions: Mapping[str, ActionShape]
) -> Iterator[ConfigurationError]:
    facts = frozenset[str]().union(*(shape.kinds for shape in actions.values()))
    for rule in rules:
        for name in sorted(rule.placeholders - facts):
            yield _wrong(path, rule.line, rule.id, f"its reason or remedy names {name!r}, which no action has")


def _wrong(path: Path, line: int, rule: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"{path}, line {line}, rule {rule}: {what}.", file=str(path), line=line, rule=rule)
