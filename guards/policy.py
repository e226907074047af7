"""Who may do what, decided by code before any model speaks: a bundle of rules, calendars and brand data."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from shopgraph.domain import Money, Principal, PrincipalKind, Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.calendars import Calendars, RegionCalendar, read_calendars
from shopgraph.guards.cedar import ActionShape, Evaluation, Rule, RuleBook, RuleSet, read_rules
from shopgraph.guards.decisions import Decision, Effect, PolicyRequest
from shopgraph.guards.documents import first_of, open_document
from shopgraph.guards.limits import Limit, unfit
from shopgraph.guards.questions import question_of, read_no_ids
from shopgraph.kept import Kept

BUNDLES = Path(__file__).parent / "bundles"
"""Where the packaged bundles stand."""


class Brand(Value):
    """How the shop speaks."""

    name: str
    tone: str = ""
    forbidden: tuple[str, ...] = ()
    """Words and phrases that no answer has."""
    preferred: dict[str, str] = {}
    """What is said instead of what."""
    competitors: tuple[str, ...] = ()
    disclosures: tuple[str, ...] = ()
    """Sentences that answers must carry."""
    languages: tuple[str, ...] = ()
    """Languages in which the shop answers anybody, besides the customer's own: `en`."""
    max_length: int | None = None
    """Characters of an answer at most."""
    max_exclamations: int | None = None
    """Exclamation marks of an answer at most."""
    shouting: bool = True
    """Whether words may stand in capitals."""
    emoji: bool = True
    max_reading_level: int | None = None
    """How hard a sentence may be to read (LIX): 30 is easy, 40 a newspaper, 60 a law."""


class ConversationRules(Value):
    """How a conversation may call tools, whoever speaks in it; each is off unless a bundle switches it on."""

    one_call_per_message: bool = False
    """A message of the model makes one tool call at most."""
    call_or_speak: bool = False
    """A message of the model either calls a tool or speaks to the shopper."""
    handoff_as_last_resort: bool = False
    """Nobody is handed to a person with a request that the tools can serve."""


class Manifest(Value):
    """bundle.yaml."""

    name: str
    version: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    """It names a folder in the shops that go by it."""
    identification: tuple[Literal["email", "name_postal_code"], ...] = ()
    conversation: ConversationRules = ConversationRules()
    off: dict[str, str] = {}
    limits: tuple[Limit, ...] = ()
    brand: Brand
    allowed_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Sets:
    """The rules about one action."""

    all: RuleSet
    approved: RuleSet
    """Without those that wait for an approval."""
    persons: RuleSet
    """Of those, the rules that read no facts."""


_ANSWERS = 4_096
"""So many answers are kept."""


class PolicyBundle:
    """A shop's own policy, loaded and checked. It implements `shopgraph.tools.spec.Policy`."""

    def __init__(self, *, folder: Path, manifest: Manifest, book: RuleBook, calendars: Calendars, version: str) -> None:
        self.folder = folder
        """Where it was loaded from; a shop copies this folder."""
        self.name = manifest.name
        self.version = version
        """The manifest's version and a digest of all files, so that a decision names exactly the rules that made it."""
        self.brand = manifest.brand
        self.identification: tuple[str, ...] = manifest.identification
        """Look-ups that authenticate a customer; the host's word always does."""
        self.conversation = manifest.conversation
        """What `shopgraph.tools.session` holds a conversation to."""
        self.off = dict(manifest.off)
        """Rules switched off by declaration, with why."""
        self.allowed_hosts = manifest.allowed_hosts
        self.limits = manifest.limits
        """How much may be done."""
        self.rules = tuple(rule for rule in book.rules if rule.id not in manifest.off)
        self.calendars = calendars
        """Every region's tax, shipping, returns and promotions, by date."""
        self._schema = book.schema
        self.actions = book.actions
        """What the schema says about each action that can be asked about."""
        counted = {action for limit in self.limits for action in limit.actions}
        self._limits_on = {
            action: tuple(limit for limit in self.limits if action in limit.actions) for action in counted
        }
        self._sets: dict[str, _Sets] = {}
        self._answers: Kept[bytes, Decision] = Kept()
        self._reads_ids = not read_no_ids(rule.text for rule in self.rules)

    @property
    def regions(self) -> tuple[str, ...]:
        """Ids of the regions that have a calendar."""
        return self.calendars.regions

    def calendar(self, region_id: str, at: datetime) -> RegionCalendar:
        """That region's terms, as they are in force at that instant.

        Raises:
            ConfigurationError: the bundle has no calendar for it.
        """
        return self.calendars.of(region_id).at(at)

    def limits_on(self, action: str) -> tuple[Limit, ...]:
        """The limits that count calls of that tool, in the order of the file."""
        return self._limits_on.get(action, ())

    def decide(self, request: PolicyRequest) -> Decision:
        """Answer with the first rule of the file that decides; anything that goes wrong inside is a DENY.

        It asks Cedar once; twice where nothing but approvals stands against a request.
        """
        try:
            return self._known_or_decided(request)
        except Exception as fault:  # closed: a policy that cannot be asked allows nothing
            return self._error(request, f"{type(fault).__name__}: {fault}")

    def fired(self, request: PolicyRequest) -> tuple[Rule, ...]:
        """Every rule whose conditions hold for the request, in the order of the file, whichever of them decides.

        Without the facts that the schema requires, only rules that read none are asked. For explanations: it takes
        longer than `decide`, and allows nothing.
        """
        shape = self.actions.get(request.action)
        if shape is None:
            return ()
        facts: dict[str, JsonValue] = {name: value for name, value in request.facts.items() if value is not None}
        partial = bool(shape.required - facts.keys())
        asked, entities = _cedar_request(request, {} if partial else facts, self._effective(request.principal))
        entities.append(_action_entity(request.action, shape))
        rules = [rule for rule in self.rules if not (partial and rule.reads_facts)]
        held: set[str] = set()
        for side in (
            [rule for rule in rules if rule.effect is Effect.ALLOW],
            [_EVERYTHING, *(rule for rule in rules if rule.effect is not Effect.ALLOW)],
        ):
            held |= {rule.id for rule in RuleSet(side).ask(asked, entities).rules}
        return tuple(rule for rule in rules if rule.id in held)

    def _known_or_decided(self, request: PolicyRequest) -> Decision:
        """The rules read nothing but the question, so the same question has the same answer; no fault is kept."""
        question = question_of(request, ids=self._reads_ids)
        decision = self._answers.get(question)
        if decision is None:
            decision = self._decide(request)
            if decision.rule != "policy-error":
                if len(self._answers) >= _ANSWERS:
                    self._answers.clear()
                self._answers[question] = decision
        return decision

    def _decide(self, request: PolicyRequest) -> Decision:
        shape = self.actions.get(request.action)
        if shape is None:
            reason = f"No rule of this shop knows {request.action!r}."
            return self._default(request, reason, "Declare it as an action in the bundle's schema.cedarschema.")
        facts: dict[str, JsonValue] = {name: value for name, value in request.facts.items() if value is not None}
        asked, entities = _cedar_request(request, facts, self._effective(request.principal))
        missing = shape.required - facts.keys()
        if missing:
            return self._decide_by_person(request, shape, asked, entities, missing)
        sets = self._about(request.action, shape)
        answer = sets.all.ask(asked, entities, self._schema)
        if answer.awaits_approval:
            # Only approvals stand against it; whether anything stands for it, Cedar has not said yet.
            approved = sets.approved.ask(asked, entities, self._schema)
            answer = answer if approved.allowed else approved
        return self._decision(request, facts, answer)

    def _decide_by_person(
        self,
        request: PolicyRequest,
        shape: ActionShape,
        asked: dict[str, Any],
        entities: list[dict[str, Any]],
        missing: frozenset[str],
    ) -> Decision:
        """Judge who asks before any record was read: rules that read no facts may refuse, but nothing is allowed."""
        persons = self._about(request.action, shape).persons
        answer = persons.ask({**asked, "context": {}}, [*entities, _action_entity(request.action, shape)])
        if answer.allowed:
            return self._error(request, f"facts are missing: {', '.join(sorted(missing))}")
        return self._decision(request, {}, answer)

    def _about(self, action: str, shape: ActionShape) -> _Sets:
        """The rules that can decide about an action, compiled when it is first asked about."""
        if action not in self._sets:
            concerned = [rule for rule in self.rules if rule.concerns(action, shape)]
            approved = [rule for rule in concerned if rule.effect is not Effect.APPROVE]
            self._sets[action] = _Sets(
                all=RuleSet(concerned),
                approved=RuleSet(approved),
                persons=RuleSet([rule for rule in approved if not rule.reads_facts]),
            )
        return self._sets[action]

    def _decision(self, request: PolicyRequest, facts: Mapping[str, JsonValue], answer: Evaluation) -> Decision:
        if answer.errors:
            return self._error(request, answer.errors[0])
        if not answer.rules:
            return self._default(request, f"No rule allows {request.action!r} to this caller.")
        rule = next((rule for rule in answer.rules if rule.effect is not Effect.APPROVE), answer.rules[0])
        return Decision(
            rule=rule.id,
            effect=rule.effect,
            reason=_filled(rule.reason, facts),
            remedy=_filled(rule.remedy, facts),
            action=request.action,
            numbers={name: str(facts[name]) for name in sorted(rule.placeholders) if name in facts},
            policy_version=self.version,
        )

    def _default(self, request: PolicyRequest, reason: str, remedy: str = "") -> Decision:
        return Decision(
            rule="default-deny",
            effect=Effect.DENY,
            reason=reason,
            remedy=remedy,
            action=request.action,
            policy_version=self.version,
        )

    def _error(self, request: PolicyRequest, what: str) -> Decision:
        return Decision(
            rule="policy-error",
            effect=Effect.DENY,
            reason="The shop's rules could not be evaluated, so nothing was allowed.",
            remedy="Ask for a person.",
            action=request.action,
            numbers={"error": what[:500]},
            policy_version=self.version,
        )

    def _effective(self, principal: Principal) -> Principal:
        """A customer established by a look-up that this bundle does not enable is nobody in particular."""
        trusted = ("host", *self.identification)
        if principal.kind is PrincipalKind.CUSTOMER and principal.method not in trusted:
            return Principal.guest()
        return principal


def load_bundle(name_or_path: str | Path) -> PolicyBundle:
    """Load a packaged bundle by name, or any bundle by its folder; everything in it is checked.

    Raises:
        ConfigurationError: there is no such bundle, or something in it is wrong; with file, line and rule.
    """
    folder = _folder(name_or_path)
    document = open_document(folder / "bundle.yaml", Manifest)
    manifest = document.value
    book = read_rules(folder / "policy.cedar", folder / "schema.cedarschema")
    calendars = read_calendars(folder / "calendars")
    rules = {rule.id: rule.line for rule in book.rules}
    problems = [
        document.wrong(f"it switches off {name!r}, which is no @id of policy.cedar", "off", name)
        for name in manifest.off.keys() - rules.keys()
    ]
    problems += unfit(document, manifest.limits, actions=book.actions, rules=rules, currencies=calendars.currencies)
    if problems:
        raise first_of(sorted(problems, key=lambda problem: int(problem.fields["line"])))
    return PolicyBundle(
        folder=folder, manifest=manifest, book=book, calendars=calendars, version=_version(folder, manifest)
    )


def _folder(name_or_path: str | Path) -> Path:
    packaged = BUNDLES / name_or_path if isinstance(name_or_path, str) and name_or_path.isascii() else None
    if packaged is not None and packaged.parent == BUNDLES and packaged.is_dir():
        return packaged
    folder = Path(name_or_path)
    if folder.is_dir():
        return folder
    names = ", ".join(sorted(path.name for path in BUNDLES.iterdir() if path.is_dir()))
    raise ConfigurationError(
        f"There is no policy bundle {str(name_or_path)!r}.", remedy=f"Packaged are {names}; or give a bundle's folder."
    )


def _version(folder: Path, manifest: Manifest) -> str:
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.*"), *folder.glob("calendars/*.yaml")]):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{manifest.version}+{digest.hexdigest()[:12]}"


_EVERYTHING = Rule(
    id="default-allow",
    reason="Nothing speaks against it.",
    remedy="",
    effect=Effect.ALLOW,
    text="permit (principal, action, resource);",
    line=0,
    reads_facts=False,
)
"""What forbids are asked on top of, to hear which of them hold: where nothing is permitted, Cedar names none."""

_ENTITY = {
    PrincipalKind.GUEST: "Guest",
    PrincipalKind.CUSTOMER: "Customer",
    PrincipalKind.STAFF: "Staff",
    PrincipalKind.SYSTEM: "System",
}


def _cedar_request(
    request: PolicyRequest, facts: dict[str, JsonValue], principal: Principal
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    asker = {"type": _ENTITY[principal.kind], "id": principal.id}
    attributes: dict[str, JsonValue] = {}
    if principal.kind is PrincipalKind.CUSTOMER:
        attributes = {"customer_id": principal.id}
    elif principal.kind is PrincipalKind.STAFF:
        attributes = {"roles": [*sorted(principal.roles)]}
    record = {"type": "Record", "id": request.resource_id}
    asked = {
        "principal": asker,
        "action": {"type": "Action", "id": request.action},
        "resource": record,
        "context": facts,
    }
    entities: list[dict[str, Any]] = [
        {"uid": asker, "attrs": attributes, "parents": []},
        {"uid": record, "attrs": {"owner_id": request.owner_id}, "parents": []},
    ]
    return asked, entities


def _action_entity(name: str, shape: ActionShape) -> dict[str, Any]:
    """The action with its groups, for a question without the schema, which tells them otherwise."""
    parents = [{"type": "Action", "id": parent} for parent in shape.parents]
    return {"uid": {"type": "Action", "id": name}, "attrs": {}, "parents": parents}


def _filled(template: str, facts: Mapping[str, JsonValue]) -> str:
    """The template with facts in it; what is unknown is called so."""
    if "{" not in template:
        return template
    currency = facts.get("currency")
    return template.format_map(_Shown(facts, currency if isinstance(currency, str) else None))


class _Shown(dict[str, str]):
    """Facts as a shopper reads them."""

    def __init__(self, facts: Mapping[str, JsonValue], currency: str | None) -> None:
        super().__init__()
        self._facts, self._currency = facts, currency

    def __missing__(self, name: str) -> str:
        value = self._facts.get(name)
        if value is None:
            return "unknown"
        if name.endswith("_minor") and self._currency and isinstance(value, int):
            return str(Money(amount=value, currency=self._currency))
        return value.replace("_", " ") if isinstance(value, str) else str(value)
