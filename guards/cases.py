"""What a policy must answer, written down as its staff would say it, and played.

A cases file stands beside the policy as `cases.yaml`:

    usual:                       # what goes without saying, by action
      - action: cancel_order
        facts: {order_status: pending, items_changed: false, reason: no_longer_needed, refund_minor: 2000}
    cases:
      - name: An order that has left is not canceled
        action: cancel_order
        facts: {order_status: shipped}
        expect: deny cancel-only-pending

`who` asks: `customer` (unless said otherwise), `guest`, `system`, `staff` or `staff supervisor`; `customer by email` is
one whom a look-up has found. `about` is whose record it is: `own`, `another's`, `the shop's`. A fact that is null is
not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue

from shopgraph.domain import Principal, Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.cedar import ActionShape
from shopgraph.guards.decisions import Decision, Effect, PolicyRequest
from shopgraph.guards.documents import Document, first_of, open_document
from shopgraph.guards.policy import PolicyBundle

CUSTOMER = "customer"
"""Id of the customer that cases are about."""
CASES = "cases.yaml"
"""The name of a bundle's own cases file."""
_BUILT_IN = ("default-deny", "policy-error")
_OWNERS = {"own": CUSTOMER, "another's": "another customer", "the shop's": ""}
_KINDS: dict[str, type | tuple[type, ...]] = {"Bool": bool, "Long": int, "String": str}


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _a_caller(text: str) -> str:
    if caller(text) is None:
        raise ValueError("one of customer, customer by LOOK-UP, guest, system, staff, staff ROLE ROLE")
    return text


def _an_answer(text: str) -> str:
    effect, _, rule = text.partition(" ")
    if effect not in (Effect.ALLOW, Effect.DENY, Effect.APPROVE) or (effect != Effect.ALLOW and not rule.strip()):
        raise ValueError("allow, deny RULE or approve RULE")
    return text


Actions = Annotated[tuple[str, ...], BeforeValidator(_one_or_more), Field(min_length=1)]
Who = Annotated[str, AfterValidator(_a_caller)]
About = Literal["own", "another's", "the shop's"]


class Usual(Value):
    """Facts that go without saying for some actions; a later entry and a case override them one by one."""

    action: Actions
    facts: dict[str, JsonValue]


class Entry(Value):
    """One case as it is written; with several actions it stands for one of each."""

    name: str
    action: Actions
    who: Who = "customer"
    about: About = "own"
    facts: dict[str, JsonValue] = {}
    expect: Annotated[str, AfterValidator(_an_answer)]
    """`allow`, `allow RULE`, `deny RULE`, `approve RULE`."""


class CasesFile(Value):
    """A cases file."""

    usual: tuple[Usual, ...] = ()
    cases: Annotated[tuple[Entry, ...], Field(min_length=1)]


class Case(Value):
    """One question, and what must be answered."""

    name: str
    file: str
    line: int
    question: PolicyRequest
    effect: Effect
    rule: str = ""
    """Which must decide; empty: any that allows."""


class CaseResult(Value):
    """What a case was answered with."""

    case: Case
    decision: Decision
    fired: tuple[str, ...]
    """Every rule that held, by `@id`."""

    @property
    def passed(self) -> bool:
        """Whether effect and rule are the expected ones."""
        return self.decision.effect is self.case.effect and self.case.rule in ("", self.decision.rule)


class CasesReport(Value):
    """What all cases were answered with."""

    policy_version: str
    results: tuple[CaseResult, ...]
    not_exercised: tuple[str, ...]
    """Rules that held in none of the cases, in the order of the file."""

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """Those that were answered otherwise than expected."""
        return tuple(result for result in self.results if not result.passed)


def caller(text: str) -> Principal | None:
    """Who asks, in the words of a cases file; None when they say nobody."""
    match text.replace(",", " ").split():
        case ["guest"]:
            return Principal.guest()
        case ["customer"]:
            return Principal.customer(CUSTOMER)
        case ["customer", "by", method]:
            return Principal.customer(CUSTOMER, method=method)
        case ["system"]:
            return Principal.system("system")
        case ["staff", *roles]:
            return Principal.staff("staff", *roles)
    return None


def read_cases(path: Path, bundle: PolicyBundle) -> tuple[Case, ...]:
    """The cases of a file, checked against the bundle that is to answer them.

    Raises:
        ConfigurationError: the file is malformed, or names an action, a fact or a rule that the bundle does not have,
            or gives a fact another type than the schema; with file and line, and the other problems in `also`.
    """
    document = open_document(path, CasesFile)
    problems = [*_problems(document, bundle)]
    if problems:
        raise first_of(problems)
    return tuple(_cases(document))


def read_questions(path: Path) -> tuple[Case, ...]:
    """The cases of a file, whatever policy they were written for.

    Raises:
        ConfigurationError: the file is malformed.
    """
    return tuple(_cases(open_document(path, CasesFile)))


def usual_facts(bundle: PolicyBundle, action: str) -> dict[str, JsonValue]:
    """What goes without saying about an action, by the bundle's own cases file; nothing where it has none."""
    path = bundle.folder / CASES
    return _usual(open_document(path, CasesFile).value, action) if path.is_file() else {}


def play(cases: Sequence[Case], bundle: PolicyBundle) -> CasesReport:
    """Ask the policy every case."""
    results = [
        CaseResult(
            case=case,
            decision=bundle.decide(case.question),
            fired=tuple(rule.id for rule in bundle.fired(case.question)),
        )
        for case in cases
    ]
    seen = {rule for result in results for rule in result.fired}
    return CasesReport(
        policy_version=bundle.version,
        results=tuple(results),
        not_exercised=tuple(rule.id for rule in bundle.rules if rule.id not in seen),
    )


def misfit(shape: ActionShape, name: str, value: JsonValue) -> str:
    """Why an action cannot come with this fact; empty when it can."""
    kind = shape.kinds.get(name)
    if kind is None:
        return f"there is no fact {name!r}; there are {', '.join(sorted(shape.kinds))}"
    wanted = _KINDS.get(kind, object)
    if value is None or (isinstance(value, wanted) and (kind != "Long" or not isinstance(value, bool))):
        return ""
    return f"{name} is a {kind}, not {value!r}"


def _problems(document: Document[CasesFile], bundle: PolicyBundle) -> Iterator[ConfigurationError]:
    content = document.value
    for place, usual in enumerate(content.usual):
        yield from _misfits(document, ("usual", place), usual.action, usual.facts, bundle)
    rules = {rule.id for rule in bundle.rules}
    names: dict[str, int] = {}
    for place, entry in enumerate(content.cases):
        at = ("cases", place)
        yield from _misfits(document, at, entry.action, entry.facts, bundle)
        rule = entry.expect.partition(" ")[2].strip()
        if rule and rule not in rules and rule not in _BUILT_IN:
            off = f"is switched off: {bundle.off[rule]}" if rule in bundle.off else "is no rule of this policy"
            yield document.wrong(f"case {entry.name!r}: {rule!r} {off}", *at, "expect")
        if entry.name in names:
            yield document.wrong(f"line {names[entry.name]} has a case {entry.name!r} already", *at, "name")
        names.setdefault(entry.name, document.line(*at, "name"))


def _misfits(
    document: Document[CasesFile],
    at: tuple[str, int],
    actions: Sequence[str],
    facts: dict[str, JsonValue],
    bundle: PolicyBundle,
) -> Iterator[ConfigurationError]:
    for action in actions:
        shape = bundle.actions.get(action)
        if shape is None:
            yield document.wrong(f"there is no action {action!r}", *at, "action")
            continue
        for name, value in facts.items():
            if what := misfit(shape, name, value):
                yield document.wrong(f"{action}: {what}", *at, "facts", name)


def _cases(document: Document[CasesFile]) -> Iterator[Case]:
    content = document.value
    for place, entry in enumerate(content.cases):
        effect, _, rule = entry.expect.partition(" ")
        for action in entry.action:
            yield Case(
                name=entry.name if len(entry.action) == 1 else f"{entry.name} ({action})",
                file=str(document.path),
                line=document.line("cases", place),
                question=PolicyRequest(
                    principal=caller(entry.who) or Principal.guest(),
                    action=action,
                    owner_id=_OWNERS[entry.about],
                    facts={**_usual(content, action), **entry.facts},
                ),
                effect=Effect(effect),
                rule=rule.strip(),
            )


def _usual(content: CasesFile, action: str) -> dict[str, JsonValue]:
    facts: dict[str, JsonValue] = {}
    for usual in content.usual:
        facts |= usual.facts if action in usual.action else {}
    return facts
