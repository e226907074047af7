"""The shop as an MCP server, tried with the official client: both generations of the protocol, in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import mcp_types as types
import pytest
from mcp import Client, MCPError
from mcp.client.session import ClientRequestContext, ElicitationFnT

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.serve.mcp import IDEMPOTENCY_KEY, ToolServer
from shopgraph.shop import Shop
from shopgraph.tools.gate import Gate
from shopgraph.tools.spec import Outcome, Subject, ToolContext
from tests.plugins.conftest import CANCEL

ADDRESS = {"line1": "1 New Street", "city": "Boston", "postal_code": "02101", "country": "US"}
CHANGE = ("change_profile_address", {"address": ADDRESS})
STRANGER = Principal.customer(CAST["stranger"].customer_id)


def answering(action: Any, content: dict[str, Any] | None = None) -> ElicitationFnT:
    """A person at the client who answers every question so."""

    async def answer(context: ClientRequestContext, params: types.ElicitRequestParams) -> types.ElicitResult:
        return types.ElicitResult(action=action, content=content)

    return answer


YES = answering("accept", {"confirm": True})


@pytest.fixture(params=["2026-07-28", "legacy"])
def connect(request: pytest.FixtureRequest, shop: Shop) -> Callable[..., Client]:
    """Connects the official client to the shop's server, for a principal."""

    def client(principal: Principal | None = None, person: ElicitationFnT | None = None, name: str = "desk") -> Client:
        served = ToolServer(shop.gate, shop.services, region_id=shop.meta.default_region_id, principal=principal)
        return Client(
            served.server(),
            mode=request.param,
            elicitation_callback=person,
            client_info=types.Implementation(name=name, version="1"),
        )

    return client


def said(result: types.CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    return content.text


async def test_tools_are_listed_with_what_they_take_give_and_touch(connect: Callable[..., Client], shop: Shop) -> None:
    async with connect(STRANGER) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert "receive_return" not in tools
    cancel, search = tools["cancel_order"], tools["search_products"]
    assert set(cancel.input_schema["properties"]) == {"order_id", "reason"}
    assert cancel.input_schema["additionalProperties"] is False
    assert cancel.output_schema is not None
    assert cancel.output_schema["type"] == "object"
    assert cancel.annotations is not None
    assert search.annotations is not None
    assert (cancel.annotations.read_only_hint, cancel.annotations.destructive_hint) == (False, True)
    assert (search.annotations.read_only_hint, search.annotations.idempotent_hint) == (True, True)
    async with connect(Principal.staff("joe", "agent")) as client:
        listed = {tool.name for tool in (await client.list_tools()).tools}
    assert listed == shop.gate.tools.keys()


async def test_a_result_is_structured_and_fits_its_schema(connect: Callable[..., Client]) -> None:
    async with connect(STRANGER) as client:
        await client.list_tools()  # from now on the client checks results against the schemas
        profile = await client.call_tool("get_profile", {})
        found = await client.call_tool("search_products", {"query": "dress"})
        order = await client.call_tool("get_order", {"order_id": CAST["stranger"].order_ids["delivered"]})
    assert profile.structured_content["customer_id"] == STRANGER.id
    assert not any(result.is_error for result in (profile, found, order))


async def test_a_refusal_is_an_error_with_its_decision_and_nobody_reads_anothers(
    connect: Callable[..., Client], state_of: Callable[[], str]
) -> None:
    before = state_of()
    async with connect(STRANGER, YES) as client:
        others = await client.call_tool("get_order", {"order_id": CANCEL["order_id"]})
        cancel = await client.call_tool("cancel_order", CANCEL)
        posing = await client.call_tool("get_profile", {"customer_id": CAST["canceler"].customer_id})
        unknown = await client.call_tool("launch", {})
    assert [result.is_error for result in (others, cancel, posing, unknown)] == [True] * 4
    assert [result.structured_content["decisions"][0]["rule"] for result in (others, cancel)] == [
        "own-records-only"
    ] * 2
    assert posing.structured_content["outcome"] == Outcome.INVALID
    assert unknown.structured_content["error_code"] == "tool.unknown"
    assert state_of() == before


@pytest.mark.parametrize("principal", [None, Principal.customer("nobody-of-that-id")])
async def test_who_is_not_vouched_for_or_not_known_is_a_guest(
    connect: Callable[..., Client], principal: Principal | None
) -> None:
    async with connect(principal) as client:
        refused = await client.call_tool("get_profile", {})
        allowed = await client.call_tool("delivery_options", {})
    assert refused.structured_content["decisions"][0]["rule"] == "identify-first"
    assert not allowed.is_error


async def test_a_yes_of_the_person_at_the_client_does_it(connect: Callable[..., Client], shop: Shop) -> None:
    asked = []

    async def person(context: ClientRequestContext, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        return types.ElicitResult(action="accept", content={"confirm": True})

    async with connect(STRANGER, person) as client:
        done = await client.call_tool(*CHANGE)
    assert not done.is_error
    assert asked == ["Change the address of your profile to 1 New Street, 02101 Boston, US. Shall this be done?"]
    customer = await shop.connectors.crm.customer(STRANGER.id)
    assert customer is not None
    assert customer.address.line1 == "1 New Street"


async def test_a_yes_is_for_the_words_that_were_shown(shop: Shop, state_of: Callable[[], str]) -> None:
    spec, words, asked = shop.gate.tools[CHANGE[0]], ["as it was", "as it is"], []

    async def describe(context: ToolContext, arguments: Any) -> Subject:
        return replace(await spec.describe(context, arguments), summary=words[0])

    async def person(context: ClientRequestContext, params: types.ElicitRequestParams) -> types.ElicitResult:
        asked.append(params.message)
        if len(words) > 1:
            words.pop(0)  # the records change while the person makes up their mind
        return types.ElicitResult(action="accept", content={"confirm": True})

    before, gate = state_of(), Gate({CHANGE[0]: replace(spec, describe=describe)})
    served = ToolServer(gate, shop.services, region_id=shop.meta.default_region_id, principal=STRANGER)
    async with Client(served.server(), mode="legacy", elicitation_callback=person) as client:
        result = await client.call_tool(*CHANGE)
    assert result.structured_content["decisions"][-1]["rule"] == "confirm-anew"
    assert state_of() == before
    words.insert(0, "as it was")
    async with Client(served.server(), mode="2026-07-28", elicitation_callback=person) as client:
        assert not (await client.call_tool(*CHANGE)).is_error
    assert [message.partition(".")[0] for message in asked] == ["as it was", "as it was", "as it is"]


@pytest.mark.parametrize(
    "person",
    [
        answering("decline"),
        answering("cancel"),
        answering("accept"),
        answering("accept", {"confirm": False}),
        answering("decline", {"confirm": True}),
    ],
)
async def test_anything_but_a_yes_changes_nothing(
    connect: Callable[..., Client], state_of: Callable[[], str], person: ElicitationFnT
) -> None:
    before = state_of()
    async with connect(STRANGER, person) as client:
        result = await client.call_tool(*CHANGE)
    assert result.structured_content["decisions"][0]["rule"] == "declined-by-customer"
    assert state_of() == before


async def test_a_client_that_cannot_ask_is_told_what_its_host_has_to_do(
    connect: Callable[..., Client], state_of: Callable[[], str]
) -> None:
    before = state_of()
    async with connect(STRANGER) as client:
        waiting = await client.call_tool(*CHANGE)
        smuggled = await client.call_tool(CHANGE[0], {**CHANGE[1], "confirm": True, "request_confirmed": "x"})
        proposal = waiting.structured_content["proposal"]
        meta: Any = {"request_confirmed": proposal["digest"]}
        in_meta = await client.call_tool(*CHANGE, meta=meta)
    assert waiting.structured_content["outcome"] == Outcome.NEEDS_CONFIRMATION
    assert "has to support elicitation" in said(waiting)
    assert smuggled.structured_content["outcome"] == Outcome.INVALID
    assert in_meta.structured_content["outcome"] == Outcome.NEEDS_CONFIRMATION
    assert state_of() == before


async def test_what_takes_a_person_of_the_staff_waits_for_one(
    connect: Callable[..., Client], state_of: Callable[[], str]
) -> None:
    before = state_of()
    async with connect(Principal.customer(CAST["canceler"].customer_id), YES) as client:
        result = await client.call_tool("cancel_order", CANCEL)
    assert result.structured_content["outcome"] == Outcome.NEEDS_APPROVAL
    assert state_of() == before
    async with connect(Principal.staff("eve", "supervisor")) as client:
        assert not (await client.call_tool("cancel_order", CANCEL)).is_error


async def test_a_request_with_a_key_is_done_once(connect: Callable[..., Client], shop: Shop) -> None:
    meta: Any = {IDEMPOTENCY_KEY: "k1"}
    async with connect(STRANGER) as client:
        first = await client.call_tool("add_note", {"body": "rings twice"}, meta=meta)
    async with connect(STRANGER) as client:
        again = await client.call_tool("add_note", {"body": "rings twice"}, meta=meta)
        other = await client.call_tool("add_note", {"body": "rings thrice"}, meta=meta)
    async with connect(Principal.customer(CAST["returner"].customer_id)) as client:
        of_another = await client.call_tool("add_note", {"body": "rings once"}, meta=meta)
    assert first.structured_content == again.structured_content
    assert other.structured_content["decisions"][0]["rule"] == "same-request-other-body"
    assert not of_another.is_error
    notes = [note.body for note in await shop.connectors.crm.notes(STRANGER.id)]
    assert [body for body in notes if body.startswith("rings")] == ["rings twice"]


async def test_the_keys_of_one_guest_are_not_anothers(connect: Callable[..., Client], shop: Shop) -> None:
    meta: Any = {IDEMPOTENCY_KEY: "g1"}
    async with connect() as client:
        wanted = {"reason": "a person", "summary": "mine"}
        first = await client.call_tool("handoff", wanted, meta=meta)
        assert (await client.call_tool("handoff", wanted, meta=meta)).structured_content == first.structured_content
    async with connect() as client:
        other = await client.call_tool("handoff", {"reason": "a person", "summary": "not theirs"}, meta=meta)
    assert not other.is_error
    summaries = [each.summary for each in await shop.connectors.records.handoffs()]
    assert sorted(each for each in summaries if "the" in each or "mine" in each) == ["mine", "not theirs"]


async def test_without_a_key_two_requests_are_two_whoever_connects(connect: Callable[..., Client], shop: Shop) -> None:
    for _ in range(2):
        async with connect(STRANGER) as client:
            assert not (await client.call_tool("add_note", {"body": "rings"})).is_error
    notes = [note.body for note in await shop.connectors.crm.notes(STRANGER.id)]
    assert notes.count("rings") == 2


async def test_no_limit_counts_by_the_name_that_a_client_gives_itself(
    connect: Callable[..., Client], shop: Shop
) -> None:
    for name in ("desk", "another"):
        async with connect(STRANGER, name=name) as client:
            meta: Any = {IDEMPOTENCY_KEY: name}
            await client.call_tool("add_note", {"body": "rings"}, meta=meta)
        request = await shop.connectors.records.request(f"mcp:customer:{STRANGER.id}:{name}")
        assert request is not None
        assert request.agent == "mcp"


async def test_what_a_client_carries_between_question_and_answer_cannot_be_made_up(
    shop: Shop, state_of: Callable[[], str]
) -> None:
    before = state_of()
    yes: Any = {"confirm": types.ElicitResult(action="accept", content={"confirm": True})}

    def connected(server: Any) -> Client:
        return Client(server, mode="2026-07-28", elicitation_callback=YES)

    mine = ToolServer(shop.gate, shop.services, region_id="us-northeast", principal=STRANGER, state_key=b"k" * 32)
    other = ToolServer(
        shop.gate,
        shop.services,
        region_id="us-northeast",
        principal=Principal.customer(CAST["returner"].customer_id),
        state_key=b"k" * 32,
    )
    async with connected(mine.server()) as client:
        question = await client.session.call_tool(*CHANGE, allow_input_required=True)
        assert isinstance(question, types.InputRequiredResult)
        state = str(question.request_state)
        assert "digest" not in state
        elsewhere = {"address": {**ADDRESS, "line1": "9 Elsewhere Road"}}
        for arguments, carried in ((CHANGE[1], "made up"), (CHANGE[1], state[:-4] + "AAAA"), (elsewhere, state)):
            with pytest.raises(MCPError, match="Invalid or expired requestState"):
                await client.session.call_tool(
                    CHANGE[0], arguments, input_responses=yes, request_state=carried, allow_input_required=True
                )
        no_state = await client.session.call_tool(*CHANGE, input_responses=yes, allow_input_required=True)
        assert isinstance(no_state, types.InputRequiredResult)
    async with connected(other.server()) as client:
        with pytest.raises(MCPError, match="Invalid or expired requestState"):
            await client.session.call_tool(*CHANGE, input_responses=yes, request_state=state, allow_input_required=True)
    assert state_of() == before
    async with connected(mine.server()) as client:
        done = await client.session.call_tool(
            *CHANGE, input_responses=yes, request_state=state, allow_input_required=True
        )
    assert isinstance(done, types.CallToolResult)
    assert not done.is_error
