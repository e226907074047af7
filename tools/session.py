"""A conversation in front of the gate: with whom it is, what was said yes to, and how a message may call tools."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from shopgraph.domain import Channel, Customer, Principal
from shopgraph.errors import NotFound
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, Services, ToolCall, ToolContext


@dataclass(frozen=True, kw_only=True)
class Message:
    """The model's message that holds a call, and what the conversation has established by then."""

    calls: int = 1
    """How many calls it makes."""
    text: str = ""
    """What it says to the shopper beside them."""
    confirmed: ToolCall | None = None
    """The call that the customer said yes to in this turn, if any. The yes is for exactly that one."""
    request_served_by_tools: bool = False
    """Whether the tools can do what the shopper asks for."""


class Session:
    """One conversation: its customer, and a gate that its calls go through under the bundle's conversation rules.

    A host's word or a look-up that the bundle enables says who the customer is, and nobody else can follow in the
    same conversation. Nothing that is typed as an id makes a customer: there is no way to pass it.
    """

    def __init__(
        self,
        *,
        gate: Gate,
        services: Services,
        policy: PolicyBundle,
        region_id: str,
        principal: Principal | None = None,
        conversation_id: str = "",
        channel: Channel = Channel.WEB,
    ) -> None:
        self.principal = principal or Principal.guest()
        """Who it is with; a guest until somebody is identified."""
        self._gate = gate
        self._services = services
        self._policy = policy
        self._region_id = region_id
        self._conversation_id = conversation_id
        self._channel = channel

    async def call(self, call: ToolCall, message: Message = Message()) -> GateOutcome:
        """Put a call of `message` through the conversation's rules and the gate."""
        if (refusal := against_rules(self._policy, call.tool, message)) is not None:
            return _refused(call, refusal)
        context = ToolContext(
            services=self._services,
            principal=self.principal,
            region_id=self._region_id,
            conversation_id=self._conversation_id,
            # A yes is told by the call that it was said to: asked about once, that call is made once.
            request_id=(message.confirmed or call).call_id,
            channel=self._channel,
            request_confirmed=self._digest(message.confirmed) if message.confirmed else None,
        )
        return await self._gate.call(context, call)

    async def identify_by_email(self, email: str, *, call_id: str, message: Message = Message()) -> GateOutcome:
        """Make the customer with this address the conversation's, where the bundle enables the look-up."""
        call = ToolCall(tool="identify_by_email", arguments={"email": email}, call_id=call_id)
        if (refusal := self._may_identify(call, "email", message)) is not None:
            return refusal
        return self._identified(call, "email", await self._services.connectors.crm.find_by_email(email))

    async def identify_by_name(
        self, given_name: str, family_name: str, postal_code: str, *, call_id: str, message: Message = Message()
    ) -> GateOutcome:
        """Make the customer of this name and postal code the conversation's, where the bundle enables the look-up."""
        call = ToolCall(
            tool="identify_by_name",
            arguments={"given_name": given_name, "family_name": family_name, "postal_code": postal_code},
            call_id=call_id,
        )
        if (refusal := self._may_identify(call, "name_postal_code", message)) is not None:
            return refusal
        crm = self._services.connectors.crm
        found = await crm.find_by_name_and_postal_code(given_name, family_name, postal_code)
        return self._identified(call, "name_postal_code", found)

    def not_about_another(self, call: ToolCall, customer_id: str) -> GateOutcome | None:
        """Refuse a call that names another customer than the conversation's; None when it may go on to the gate.

        For callers whose own tools name a customer by id. What a guest asks for is the gate's to refuse.
        """
        if self.principal.customer_id in (None, customer_id):
            return None
        return _refused(call, self._own_records_only(call.tool))

    def _may_identify(self, call: ToolCall, method: str, message: Message) -> GateOutcome | None:
        refusal = against_rules(self._policy, call.tool, message)
        if refusal is None and method not in self._policy.identification:
            refusal = _deny(
                self._policy,
                call.tool,
                "look-up-not-enabled",
                "This shop does not identify customers this way.",
                "Sign in to continue.",
            )
        return None if refusal is None else _refused(call, refusal)

    def _identified(self, call: ToolCall, method: str, customer: Customer | None) -> GateOutcome:
        ours = self.principal.customer_id
        if ours is not None and (customer is None or customer.id != ours):
            # The same answer whether the other one exists or not: nothing is revealed.
            return _refused(call, one_customer(call.tool, self._policy.version))
        if customer is None:
            return GateOutcome(
                tool=call.tool,
                call_id=call.call_id,
                outcome=Outcome.INVALID,
                error="No customer was found by that.",
                error_code=NotFound.code,
            )
        if ours is None:
            self.principal = Principal.customer(customer.id, method=method)
        allowed = identified_by(method, self._policy.version, call.tool)
        return GateOutcome(
            tool=call.tool,
            call_id=call.call_id,
            outcome=Outcome.DONE,
            decisions=(allowed,),
            result={"customer_id": customer.id},
        )

    def _digest(self, confirmed: ToolCall) -> str | None:
        """What a yes to that call binds to; nothing when no such call could be made."""
        spec = self._gate.tools.get(confirmed.tool)
        if spec is None:
            return None
        try:
            arguments = spec.arguments.model_validate(confirmed.arguments)
        except ValidationError:
            return None
        return Proposal.digest_of(spec.name, arguments.model_dump(mode="json"), self.principal)

    def _own_records_only(self, tool: str) -> Decision:
        return _deny(
            self._policy,
            tool,
            "own-records-only",
            "There is no such record among this customer's own.",
            "Check the number, or ask about a record of your own.",
        )


def against_rules(policy: PolicyBundle, tool: str, message: Message) -> Decision | None:
    """The refusal of a call by the bundle's rules about how a conversation may call tools; None when none speaks."""
    rules = policy.conversation
    if rules.one_call_per_message and message.calls > 1:
        return _deny(
            policy,
            tool,
            "one-call-per-message",
            f"The message makes {message.calls} tool calls.",
            "Make one call, wait for its result, then make the next.",
        )
    if rules.call_or_speak and message.text.strip():
        return _deny(
            policy,
            tool,
            "call-or-speak",
            "The message speaks to the shopper and calls a tool.",
            "Call the tool first and speak about its result.",
        )
    if rules.handoff_as_last_resort and tool == "handoff" and message.request_served_by_tools:
        return _deny(
            policy, tool, "handoff-last-resort", "What is asked for can be done here.", "Call the tool that does it."
        )
    return None


def _deny(policy: PolicyBundle, tool: str, rule: str, reason: str, remedy: str) -> Decision:
    return Decision(
        rule=rule, effect=Effect.DENY, reason=reason, remedy=remedy, action=tool, policy_version=policy.version
    )


def _refused(call: ToolCall, decision: Decision) -> GateOutcome:
    return GateOutcome(tool=call.tool, call_id=call.call_id, outcome=Outcome.REFUSED, decisions=(decision,))


def one_customer(action: str, policy_version: str) -> Decision:
    """The refusal of a second identity in a conversation."""
    return Decision(
        rule="one-customer-per-conversation",
        effect=Effect.DENY,
        reason="This conversation is already with another customer.",
        remedy="The other customer can start a conversation of their own.",
        action=action,
        policy_version=policy_version,
    )


def identified_by(method: str, policy_version: str, action: str = "identify") -> Decision:
    """The decision that lets a look-up identify; `method` is one of the bundle's."""
    return Decision(
        rule=f"identify-by-{method.replace('_', '-')}",
        effect=Effect.ALLOW,
        reason="This shop's policy lets a customer identify this way.",
        action=action,
        policy_version=policy_version,
    )
