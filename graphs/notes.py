"""What the audit log is told of a request: per step in clear and masked, and the whole of it to be sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest

from pydantic import JsonValue

from shopgraph.audit.late import ENDED
from shopgraph.audit.log import AuditEvent, AuditLog
from shopgraph.domain import Address, Customer
from shopgraph.graphs.state import Request, State, Step
from shopgraph.graphs.tape import Tape
from shopgraph.guards.decisions import Decision, PolicyRequest, Verdict
from shopgraph.guards.masking import TextMask
from shopgraph.models.routes import Route
from shopgraph.telemetry import tracing
from shopgraph.tools.spec import GateOutcome

ORIGINAL = "original"
"""The kind of the record that seals what the steps before it were made of."""
_LEAST = 3
"""Characters of a value that is looked for in texts: shorter ones would mask half of every sentence."""


def subject_of(request: Request) -> str:
    """Whose personal data a request holds: the customer's, or of whoever is behind the conversation."""
    return f"customer:{request.customer_id}" if request.customer_id else f"conversation:{request.conversation_id}"


class Notes:
    """Everything that one request puts on the record."""

    def __init__(self, state: State, audit: AuditLog, tape: Tape) -> None:
        self._state = state
        self._audit = audit
        self._parts = tape.parts
        self._drafted = tape.drafted
        self._parameters = tape.parameters
        self._mask = TextMask(_known(state, tape.who))
        self._subject = subject_of(state["request"])

    def events(self, *, since: int, original: bytes) -> list[AuditEvent]:
        """The steps from the `since`th on, and what they were made of."""
        state, request = self._state, self._state["request"]
        routed = self._routed()
        steps = [(step, next(routed, {}) if step.node == "route" else None) for step in state["trail"]][since:]
        events = [
            AuditEvent(
                request_id=request.id,
                conversation_id=request.conversation_id,
                node=step.node,
                layer=step.layer,
                kind="error" if step.error else "step",
                at=step.at,
                subject=self._subject,
                payload=self._payload(step, note),
            )
            for step, note in steps
        ]
        last = events[-1].at if events else request.at
        events.append(
            AuditEvent(
                request_id=request.id,
                conversation_id=request.conversation_id,
                node="record",
                layer="audit",
                kind=ORIGINAL,
                at=last,
                subject=self._subject,
                payload=self._closing(),
                original=original,
            )
        )
        return events

    def _closing(self) -> dict[str, object]:
        """How many steps there were, and what requests before this one took as a whole."""
        ended = self._audit.late.take()
        return {"steps": len(self._state["trail"]), **_traced(), **({ENDED: ended} if ended else {})}

    def _payload(self, step: Step, route: dict[str, object] | None) -> dict[str, object]:
        note = _NOTES.get(step.node, Notes._service)(self) if route is None else route
        payload = {"layers": step.layers, **note}
        return {**payload, "error": self._mask.typed(step.error)} if step.error else payload

    def _screen(self) -> dict[str, object]:
        request = self._state["request"]
        return {
            "text": self._mask.typed(request.whole),
            "channel": str(request.channel),
            "region": request.region_id,
            "locale": request.locale,
            "customer": self._audit.pseudonym(f"customer:{request.customer_id}") if request.customer_id else "",
            "method": request.method,
        }

    def _routed(self) -> Iterator[dict[str, object]]:
        """What each routing decided: one for every thing that was asked for."""
        state = self._state
        routes = [*state["routes"][:-1], state["route"]] if "route" in state else []
        for route, decision in zip_longest(routes, state["tiers"]):
            if route is not None:
                tier = {} if decision is None else {"decision": decision.model_dump(mode="json")}
                yield {**self._route(route), **tier}

    def _route(self, route: Route) -> dict[str, object]:
        return {
            "intent": route.intent,
            "tier": str(route.tier),
            "confidence": route.confidence,
            "why": self._mask.written(route.why),
            "runner_up": route.runner_up,
            "orders": self._orders(route.entities.order_ids),
            "way": self._state.get("way", ""),
        }

    def _orders(self, named: Iterable[str]) -> list[str]:
        """Those that are orders: what only looks like one may be the number of a passport."""
        known = {order.id for order in self._state["context"].orders}
        known |= {str(item.result["order_id"]) for item in self._state["evidence"] if "order_id" in item.result}
        return [order_id for order_id in named if order_id in known]

    def _stitch(self) -> dict[str, object]:
        sources = [
            {
                "source": item.source,
                "status": str(item.status),
                "fresh_at": item.fresh_at,
                "ms": item.ms,
                "note": item.note,
                **({"cached": True} if item.cached else {}),
                "version": self._audit.version(self._parts[item.source]) if item.source in self._parts else "",
            }
            for item in self._state["context"].sources
        ]
        return {"recipe": self._state["context"].recipe, "sources": sources}

    def _prepare(self) -> dict[str, object]:
        context = self._state["context"]
        return {"tokens": context.tokens, "left_out": {each.source: each.facts for each in context.left_out}}

    def _decide(self) -> dict[str, object]:
        allowed = self._state.get("allowances")
        if allowed is None:
            return {}
        return {
            "max_discount_percent": allowed.max_discount_percent,
            "return_window_days": allowed.return_window_days,
            "tax_percent": allowed.tax.percent,
            "promotions": [item.id for item in allowed.promotions],
            "decisions": [self._decision(item) for item in allowed.decisions],
        }

    def _service(self) -> dict[str, object]:
        """A workflow's, or the agent's: what is asked for, and what is to be done."""
        dialog = self._state["dialog"]
        return {
            "asking": dialog.asking,
            "calls": [call.tool for call in self._state["calls"]],
            "proposals": [{"tool": item.tool, "digest": item.digest} for item in dialog.proposals],
        }

    def _agent(self) -> dict[str, object]:
        return {
            **self._service(),
            "rounds": self._state["rounds"],
            "parameters": self._parameters,
            "models": self._state["model_calls"],
        }

    def _gate(self) -> dict[str, object]:
        outcomes = self._state["outcomes"]
        return {
            "outcomes": [self._outcome(item) for item in outcomes],
            # What policy was asked, so that another version of it can be asked the same.
            "questions": [self._question(item.question) for item in outcomes if item.question],
        }

    def _waiting(self) -> dict[str, object]:
        waiting = [item.proposal for item in self._state["outcomes"] if item.proposal]
        return {"proposals": [{"tool": item.tool, "digest": item.digest} for item in waiting]}

    def _approval(self) -> dict[str, object]:
        return {
            "approved": dict(self._state["approvals"]),
            "declined": {digest: self._decision(item) for digest, item in self._state["declined"].items()},
        }

    def _act(self) -> dict[str, object]:
        return {
            "outcomes": [self._outcome(item) for item in self._state["outcomes"]],
            "actions": [
                {
                    "type": item.type,
                    "order_id": item.order_id,
                    "status": item.status,
                    "summary": self._mask.written(item.summary),
                }
                for item in self._state["actions"]
            ],
        }

    def _person(self) -> dict[str, object]:
        return {"reason": self._mask.typed(self._state["handoff"]), **self._act()}

    def _govern(self) -> dict[str, object]:
        draft = self._state["draft"]
        corrected = bool(self._drafted) and self._drafted != draft
        return {
            "drafted": self._mask.written(self._drafted) if corrected else "",
            "answer": self._mask.written(draft),
            "handoff": self._mask.typed(self._state["handoff"]),
            "saving": self._state["saving"].model_dump(mode="json") if "saving" in self._state else None,
            "decisions": [self._decision(item) for item in self._state["decisions"]],
            "verdicts": [self._verdict(item) for item in self._state["verdicts"]],
        }

    def _nothing(self) -> dict[str, object]:
        return {}

    def _outcome(self, outcome: GateOutcome) -> dict[str, object]:
        return {
            "tool": outcome.tool,
            "outcome": str(outcome.outcome),
            "rules": [item.rule for item in outcome.decisions],
            "error_code": outcome.error_code,
        }

    def _decision(self, decision: Decision) -> dict[str, object]:
        return {
            "rule": decision.rule,
            "effect": str(decision.effect),
            "reason": self._mask.written(decision.reason),
            "action": decision.action,
            "policy_version": decision.policy_version,
        }

    def _verdict(self, verdict: Verdict) -> dict[str, object]:
        return {
            "guard": verdict.guard,
            "verdict": str(verdict.verdict),
            "before": self._mask.written(verdict.before),
            "after": self._mask.written(verdict.after),
            "reason": self._mask.written(verdict.reason),
        }

    def _question(self, question: PolicyRequest) -> dict[str, object]:
        """The question with pseudonyms for people: whoever is the same in it still is."""
        principal = question.principal
        return {
            "principal": {
                "kind": str(principal.kind),
                "id": self._named(principal.id) if principal.customer_id else principal.id,
                "roles": sorted(principal.roles),
                "method": principal.method,
            },
            "action": question.action,
            "owner_id": self._named(question.owner_id),
            "resource_id": self._resource(question.resource_id),
            "facts": question.facts,
        }

    def _resource(self, resource_id: str) -> str:
        """An order's number is what the shop and its customers speak by; whatever else may be a person's own."""
        own = resource_id and not resource_id.startswith("#")
        return self._audit.pseudonym(f"resource:{resource_id}") if own else resource_id

    def _named(self, customer_id: str) -> str:
        return self._audit.pseudonym(f"customer:{customer_id}") if customer_id else ""


_NOTES: Mapping[str, Callable[[Notes], dict[str, object]]] = {
    "screen": Notes._screen,
    "stitch": Notes._stitch,
    "prepare": Notes._prepare,
    "decide": Notes._decide,
    "agent": Notes._agent,
    "gate": Notes._gate,
    "waiting": Notes._waiting,
    "approval": Notes._approval,
    "act": Notes._act,
    "person": Notes._person,
    "govern": Notes._govern,
}
"""What each node is noted by; any other is a workflow."""

OUTCOME = (
    "route",
    "way",
    "allowances",
    "handoff",
    "draft",
    "decisions",
    "verdicts",
    "actions",
    "dialog",
    "failure",
    "model_calls",
)
"""What a request came to: the parts of the state that a replay is compared by, and what made them."""


def _traced() -> dict[str, object]:
    """The trace under way, so that a later score finds it."""
    trace_id = tracing.current_trace_id()
    return {"trace_id": trace_id} if trace_id else {}


def outcome_of(state: State) -> dict[str, object]:
    """What the request came to, whole."""
    return {name: state.get(name) for name in OUTCOME}


def _known(state: State, who: Customer | None) -> set[str]:
    """Personal values of the records that this request saw: they stay in no text that is kept in clear."""
    context = state["context"]
    found: set[str] = set()
    for customer in (context.customer, who):
        if customer is not None:
            found.update(personal_values(customer))
    for order in context.orders:
        found.update(_of_address(order.shipping_address))
    held = [item.result for item in state["evidence"]]
    held += [call.arguments for call in state["calls"]]
    held += [item.arguments for item in state["dialog"].proposals]
    found.update(_texts_under(_PERSONAL, held))
    return {value for value in found if len(value) >= _LEAST}


def personal_values(customer: Customer) -> Iterable[str]:
    """What of a customer's record stays in no text that is kept in clear."""
    names = (customer.name, customer.given_name, customer.family_name)
    return (*names, customer.email, customer.phone, customer.id, *_of_address(customer.address))


def _of_address(address: Address) -> Iterable[str]:
    return (address.line1, address.line2, address.city, address.postal_code)


_PERSONAL = frozenset(
    {
        "given_name",
        "family_name",
        "email",
        "phone",
        "line1",
        "line2",
        "address",
        "city",
        "postal_code",
        "zip",
        "customer_id",
        "last_digits",
        "tracking_number",
        "body",
        "recipient",
    }
)
"""Names under which records and arguments hold what is personal."""


def _texts_under(names: frozenset[str], values: Iterable[JsonValue | dict[str, JsonValue]]) -> Iterable[str]:
    """Every text under one of these names, however deep."""
    found: list[str] = []
    waiting = [*values]
    for value in waiting:  # grows as it is read
        if isinstance(value, dict):
            for name, inner in value.items():
                if isinstance(inner, str):
                    if name in names:
                        found.append(inner)
                elif isinstance(inner, dict | list):
                    waiting.append(inner)
        elif isinstance(value, list):
            waiting += value
    return found
