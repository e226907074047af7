"""The shop's tools as an MCP server: the same gate, and nothing that a client or its model says makes an identity.

A yes to a change is asked of the person at the client by elicitation and binds to the digest of what was proposed;
there is no argument that carries one.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.auth.provider import AccessToken
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.streamable_http import MCP_SESSION_ID_HEADER
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from shopgraph import __version__
from shopgraph.domain import Principal, PrincipalKind
from shopgraph.serve.identity import principal_of, shown_token
from shopgraph.tools.calls import said_no
from shopgraph.tools.gate import Gate
from shopgraph.tools.langchain import text_for_model
from shopgraph.tools.spec import GateOutcome, Outcome, Proposal, Scope, Services, ToolCall, ToolContext, ToolSpec

Context = ServerRequestContext[Any, Any]

IDEMPOTENCY_KEY = "idempotency_key"
"""In a request's `_meta`: the same key with the same arguments is the same request again, on any connection."""

_CONFIRM = "confirm"
_YES_OR_NO: types.ElicitRequestedSchema = {
    "type": "object",
    "properties": {_CONFIRM: {"type": "boolean", "title": "Yes, do exactly this"}},
    "required": [_CONFIRM],
}
_ACTED = (Outcome.DONE, Outcome.REPLAYED)
_NO_QUESTIONS = (
    "This client cannot ask the customer. It has to support elicitation, or the host calls the gate itself with "
    "`request_confirmed`."
)


class ToolServer:
    """Serves a gate's tools. It keeps nothing between requests but the key that seals what a client carries for it."""

    def __init__(
        self,
        gate: Gate,
        services: Services,
        *,
        region_id: str,
        principal: Principal | None = None,
        principal_of: Callable[[AccessToken], Principal] = principal_of,
        state_key: bytes | None = None,
    ) -> None:
        """Say whose tools are served, and to whom.

        Args:
            region_id: of whoever has no region of their own.
            principal: for whom the host starts the server, where no token is shown; a guest by default.
            principal_of: whom a verified token speaks for.
            state_key: 32 secret bytes, the same in every process that serves the same clients; without it each
                process has its own, and a question asked by one is not answered at another.
        """
        self._gate = gate
        self._services = services
        self._region_id = region_id
        self._principal = principal or Principal.guest()
        self._principal_of = principal_of
        self._state_key = state_key or secrets.token_bytes(32)
        self._run_id = secrets.token_hex(8)

    def server(self) -> Server[Any]:
        """The MCP server, for any transport."""
        server: Server[Any] = Server(
            "shopgraph", version=__version__, on_list_tools=self._list_tools, on_call_tool=self._call_tool
        )
        security = RequestStateSecurity(keys=[self._state_key], bind_principal=lambda ctx: _named(self._asker(ctx)))
        server.middleware.append(RequestStateBoundary(security, default_audience="shopgraph"))
        return server

    async def _list_tools(self, ctx: Context, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        insider = self._asker(ctx).kind in (PrincipalKind.STAFF, PrincipalKind.SYSTEM)
        specs = [spec for spec in self._gate.tools.values() if insider or spec.scope is not Scope.INTERNAL]
        return types.ListToolsResult(tools=[_tool(spec) for spec in specs])

    async def _call_tool(
        self, ctx: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        principal, region_id = await self.known(self._asker(ctx))
        carried: dict[str, str] = json.loads(params.request_state) if params.request_state else {}
        call_id = carried.get("call_id") or self._call_id(ctx, principal, params)
        yes = _said_yes(params.input_responses)
        context = ToolContext(
            services=self._services,
            principal=principal,
            region_id=region_id,
            conversation_id=self._conversation_id(ctx, principal),
            request_id=call_id,
            agent=_agent(ctx),
            request_confirmed=carried.get("digest") if yes else None,
            shown={carried["digest"]: carried["summary"]} if carried else {},
        )
        call = ToolCall(tool=params.name, arguments=params.arguments or {}, call_id=call_id)
        outcome = await self._gate.call(context, call)
        if outcome.outcome is not Outcome.NEEDS_CONFIRMATION or outcome.proposal is None or not _can_ask(ctx):
            return _result(outcome)
        if carried and not yes:
            return _result(_declined(call, outcome.proposal))
        message = f"{outcome.proposal.summary}. Shall this be done?"
        if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
            question = types.ElicitRequest(
                params=types.ElicitRequestFormParams(message=message, requested_schema=_YES_OR_NO)
            )
            asked = {"call_id": call_id, "digest": outcome.proposal.digest, "summary": outcome.proposal.summary}
            state = json.dumps(asked)
            return types.InputRequiredResult(input_requests={_CONFIRM: question}, request_state=state)
        answer = await ctx.session.elicit_form(message, _YES_OR_NO, related_request_id=ctx.request_id)
        if not _said_yes({_CONFIRM: answer}):
            return _result(_declined(call, outcome.proposal))
        asked_for = outcome.proposal
        said_yes = replace(context, request_confirmed=asked_for.digest, shown={asked_for.digest: asked_for.summary})
        return _result(await self._gate.call(said_yes, call))

    def _conversation_id(self, ctx: Context, principal: Principal) -> str:
        """A session is a conversation, and so is a run over stdio; without either, all that one principal asks is."""
        session = _session(ctx) or (self._run_id if ctx.request is None else _named(principal))
        return f"mcp:{session}"

    def _call_id(self, ctx: Context, principal: Principal, params: types.CallToolRequestParams) -> str:
        key, session = (params.meta or {}).get(IDEMPOTENCY_KEY), _session(ctx)
        if isinstance(key, str) and key:
            # Guests are not one principal: a key is a guest's own only within a session, or a run over stdio.
            if principal.kind is not PrincipalKind.GUEST:
                return f"mcp:{_named(principal)}:{key}"
            if own := session or (self._run_id if ctx.request is None else ""):
                return f"mcp:{own}:{key}"
        if session:
            return f"mcp:{session}:{ctx.request_id}"
        return f"mcp:{secrets.token_hex(8)}"  # nothing says that this request and another are the same one

    def _asker(self, ctx: Context) -> Principal:
        """Who asks: by the token shown with this very request, else for whom the server was started."""
        token = shown_token(ctx.request.scope) if ctx.request is not None else None
        return self._principal if token is None else self._principal_of(token)

    async def known(self, principal: Principal) -> tuple[Principal, str]:
        """Who asks and their region; a customer of whom the shop knows nothing is a guest."""
        if principal.customer_id is None:
            return principal, self._region_id
        customer = await self._services.connectors.crm.customer(principal.customer_id)
        return (Principal.guest(), self._region_id) if customer is None else (principal, customer.region_id)


def _session(ctx: Context) -> str:
    """The id that the server gave the HTTP session; protocol versions from 2026-07-28 on have none."""
    if ctx.request is None or ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
        return ""
    return str(ctx.request.headers.get(MCP_SESSION_ID_HEADER, ""))


def _agent(ctx: Context) -> str:
    """What limits count as one agent: who issued the token says which client it is, and the client itself nothing."""
    token = shown_token(ctx.request.scope) if ctx.request is not None else None
    return "mcp" if token is None else f"mcp:{token.client_id}"


def _can_ask(ctx: Context) -> bool:
    declared = ctx.session.client_capabilities
    asked = declared.elicitation if declared is not None else None
    forms = asked is not None and (asked.form is not None or asked.url is None)
    return forms and (ctx.protocol_version in MODERN_PROTOCOL_VERSIONS or ctx.session.can_send_request)


def _said_yes(responses: Mapping[str, object] | None) -> bool:
    answer = (responses or {}).get(_CONFIRM)
    if not isinstance(answer, types.ElicitResult) or answer.action != "accept" or answer.content is None:
        return False
    return answer.content.get(_CONFIRM) is True


def _declined(call: ToolCall, proposal: Proposal) -> GateOutcome:
    return said_no(call, proposal.summary, who="The customer", rule="declined-by-customer")


def _named(principal: Principal) -> str:
    return f"{principal.kind}:{principal.id}"


def _tool(spec: ToolSpec) -> types.Tool:
    return types.Tool(
        name=spec.name,
        description=spec.description,
        input_schema=spec.arguments.model_json_schema(),
        output_schema=spec.result.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            read_only_hint=not spec.mutates,
            destructive_hint=spec.mutates and spec.needs_confirmation,
            # Equal arguments under another request id are another request.
            idempotent_hint=not spec.mutates,
            open_world_hint=spec.outside,
        ),
    )


def _result(outcome: GateOutcome) -> types.CallToolResult:
    """The tool's result; or, as an error, the gate's outcome with its decisions, less what policy was asked."""
    acted = outcome.outcome in _ACTED
    text = text_for_model(outcome)
    if outcome.outcome is Outcome.NEEDS_CONFIRMATION:
        text = f"{text} {_NO_QUESTIONS}"
    return types.CallToolResult(
        content=[types.TextContent(text=text)],
        structured_content=outcome.result if acted else outcome.model_dump(mode="json", exclude={"question"}),
        is_error=not acted,
    )
