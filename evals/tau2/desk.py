"""Where the benchmark's calls arrive: one conversation of ours, spoken to in the benchmark's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from shopgraph.domain import Principal, Value
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.evals.tau2.tools import TOOLS
from shopgraph.evals.tau2.translate import Translated, translate
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.session import Message, Session
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall
from shopgraph.tools.views import ProductView

SUCCESSES = (Outcome.DONE, Outcome.REPLAYED)


class Said(Value):
    """What the conversation has established when a call is made, in the benchmark's terms."""

    confirmed: bool = False
    """Whether the customer said yes to a change in this turn."""
    confirmed_tool: str | None = None
    """Tool of the call that the yes was for; None: this very call."""
    confirmed_arguments: dict[str, JsonValue] = {}
    calls: int = 1
    text: str = ""
    request_in_scope: bool = False


UNCONFIRMED = Said()
"""Nothing was established, and the call came alone."""
CONFIRMED = Said(confirmed=True)
"""A yes to exactly the call that is made."""


class Desk:
    """One conversation. Its customer is given, or found by the look-ups that the shop's policy enables."""

    def __init__(
        self,
        *,
        services: Services,
        policy: PolicyBundle,
        region_id: str,
        principal: Principal | None = None,
        conversation_id: str = "",
    ) -> None:
        self.session = Session(
            gate=benchmark_gate(),
            services=services,
            policy=policy,
            region_id=region_id,
            principal=principal,
            conversation_id=conversation_id,
        )
        self._conversation_id = conversation_id
        self._calls = 0

    async def call(self, tool: str, arguments: Mapping[str, JsonValue], said: Said = UNCONFIRMED) -> GateOutcome:
        """Make the call as one of ours."""
        self._calls += 1
        call_id = f"{self._conversation_id}:{self._calls}"
        message = Message(calls=said.calls, text=said.text, request_served_by_tools=said.request_in_scope)
        try:
            if tool.startswith("find_user_id_by_"):
                return await self._look_up(tool, arguments, call_id, message)
            ours = translate(tool, arguments)
        except InvalidInput as fault:
            return _invalid(tool, call_id, fault)
        call = ToolCall(tool=ours.tool, arguments=ours.arguments, call_id=call_id)
        if ours.customer_id is not None:
            refused = self.session.not_about_another(call, ours.customer_id)
            if refused is not None:
                return refused
        outcome = await self.session.call(call, replace(message, confirmed=_confirmed(call, ours, said)))
        return _naming_something(tool, arguments, outcome)

    async def _look_up(
        self, tool: str, arguments: Mapping[str, JsonValue], call_id: str, message: Message
    ) -> GateOutcome:
        match tool, dict(arguments):
            case "find_user_id_by_email", {"email": str(email), **others} if not others:
                return await self.session.identify_by_email(email, call_id=call_id, message=message)
            case (
                "find_user_id_by_name_zip",
                {"first_name": str(given), "last_name": str(family), "zip": str(code), **others},
            ) if not others:
                return await self.session.identify_by_name(given, family, code, call_id=call_id, message=message)
        raise InvalidInput(f"{tool} does not take {', '.join(arguments) or 'nothing'}.")


def benchmark_gate() -> Gate:
    """The gate before our tools and the benchmark's two others."""
    return Gate({**default_tools(), **{spec.name: spec for spec in TOOLS}})


def _confirmed(call: ToolCall, ours: Translated, said: Said) -> ToolCall | None:
    """The call that the yes was for, as one of ours."""
    if not said.confirmed:
        return None
    if said.confirmed_tool is None:
        return call
    try:
        other = translate(said.confirmed_tool, said.confirmed_arguments)
    except InvalidInput:
        return None
    if other.customer_id != ours.customer_id:
        return None
    return ToolCall(tool=other.tool, arguments=other.arguments, call_id=call.call_id)


def _naming_something(tool: str, arguments: Mapping[str, JsonValue], outcome: GateOutcome) -> GateOutcome:
    """Our product look-up takes a product id or a SKU; the benchmark's two take one of them each."""
    if outcome.outcome is not Outcome.DONE or tool not in ("get_product_details", "get_item_details"):
        return outcome
    view = ProductView.model_validate(outcome.result)
    if tool == "get_product_details" and view.product_id == arguments.get("product_id"):
        return outcome
    if tool == "get_item_details" and any(variant.sku == arguments.get("item_id") for variant in view.variants):
        return outcome
    return _invalid(tool, outcome.call_id, NotFound("There is nothing of that id."))


def _invalid(tool: str, call_id: str, fault: InvalidInput | NotFound) -> GateOutcome:
    return GateOutcome(tool=tool, call_id=call_id, outcome=Outcome.INVALID, error=str(fault), error_code=fault.code)
