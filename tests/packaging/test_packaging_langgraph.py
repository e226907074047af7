"""langgraph.json: its graphs load the way LangGraph's own server loads them."""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.pregel import Pregel
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import PermissionDeniedError
from langgraph_sdk.schema import Command

from shopgraph.connectors.demo.cast import CAST, TREND_REGION_ID
from shopgraph.errors import InvalidInput

PERSONA = CAST["tracker"]


async def load(root: Path, path: str) -> Any:
    """What the server makes of `file.py:name`: a module named after the file, the attribute called if it can be."""
    file, _, attribute = path.partition(":")
    name = file.replace("/", "__").replace(".py", "").replace(" ", "_")
    spec = importlib.util.spec_from_file_location(name, root / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    found = getattr(module, attribute)
    if isinstance(found, Pregel):
        return found
    assert callable(found)
    assert len(inspect.signature(found).parameters) <= 1, "the server passes a factory its config at most"
    made = found({"configurable": {}}) if inspect.signature(found).parameters else found()
    return await made if inspect.isawaitable(made) else made


@pytest.fixture
def declared(checkout: Path) -> dict[str, Any]:
    """langgraph.json."""
    found: dict[str, Any] = json.loads((checkout / "langgraph.json").read_text(encoding="utf-8"))
    return found


ASKED: dict[str, dict[str, Any]] = {
    "orchestrator": {"messages": [HumanMessage("What does express delivery cost?")]},
    "recommend": {"region_id": TREND_REGION_ID, "limit": 2, "principal": {"kind": "staff", "id": "s"}},
    "describe": {"product_id": "prd_blue_wrap_dress", "region_id": TREND_REGION_ID, "segment": "vip", "fresh": True},
}
"""What a client asks each declared graph, with more than it may say."""


async def test_every_declared_graph_loads_and_answers(declared: dict[str, Any], checkout: Path) -> None:
    assert declared["graphs"].keys() == ASKED.keys()
    said: dict[str, Any] = {}
    for name, graph in declared["graphs"].items():
        loaded = await load(checkout, graph["path"])
        assert isinstance(loaded, Pregel)
        config: RunnableConfig = {"configurable": {"thread_id": "t1"}}
        said[name] = await asyncio.wait_for(loaded.ainvoke(ASKED[name], config, context={}), timeout=60)
    assert said["orchestrator"]["messages"][-1].type == "ai"
    assert said["orchestrator"]["messages"][-1].text
    assert said["recommend"].keys() == said["describe"].keys() == {"answer"}
    assert len(said["recommend"]["answer"]["items"]) == 2
    assert all(item["reason"] for item in said["recommend"]["answer"]["items"])
    assert "Blue Wrap Dress" in said["describe"]["answer"]["text"]
    assert said["describe"]["answer"]["segment"] == ""


@pytest.mark.parametrize("name", ["recommend", "describe"])
async def test_what_a_graph_reads_on_the_way_is_not_streamed_to_a_client(
    declared: dict[str, Any], checkout: Path, name: str
) -> None:
    loaded = await load(checkout, declared["graphs"][name]["path"])
    assert isinstance(loaded, Pregel)
    seen = loaded.astream(ASKED[name], stream_mode=["updates", "debug", "custom"], subgraphs=True)
    names = {(space, key) async for space, mode, data in seen if mode == "updates" for key in data}
    assert names == {((), name)}


async def test_what_a_graph_cannot_be_asked_is_said(declared: dict[str, Any], checkout: Path) -> None:
    wrong: dict[str, dict[str, Any]] = {"recommend": {"limit": -1}, "describe": {"region_id": TREND_REGION_ID}}
    for name, asked in wrong.items():
        loaded = await load(checkout, declared["graphs"][name]["path"])
        assert isinstance(loaded, Pregel)
        with pytest.raises(InvalidInput):
            await loaded.ainvoke(asked)


def test_its_dependencies_are_this_checkout(declared: dict[str, Any]) -> None:
    assert declared["dependencies"] == ["."]


@pytest.fixture(scope="module")
def server(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """LangGraph's own development server with our graphs, on a port of its own; its address."""
    program = os.environ.get("LANGGRAPH_PROGRAM") or shutil.which("langgraph", path=str(Path(sys.executable).parent))
    if program is None:
        pytest.skip("langgraph_server: no langgraph-cli[inmem]; LANGGRAPH_PROGRAM may name its `langgraph`")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # It keeps its threads in a folder where it runs: not in the checkout.
    home = tmp_path_factory.mktemp("server")
    for name in ("langgraph.json", "graphs"):
        (home / name).symlink_to(checkout / name)
    log = home / "log"
    command = [program, "dev", "--no-browser", "--no-reload", "--allow-blocking"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(port)],
            cwd=home,
            stdout=out,
            stderr=out,
            env={**os.environ, "LANGSMITH_TRACING": "false", "SHOPGRAPH_SHOP": ""},
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, log)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Come back when the server answers."""
    transport = httpx.HTTPTransport(retries=2)
    with httpx.Client(transport=transport, timeout=5) as client:
        for _ in range(60):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                if client.get(f"{address}/ok").is_success:
                    return
            except httpx.TransportError:
                continue
    pytest.fail(log.read_text(encoding="utf-8"))


@pytest.fixture
def client(server: str) -> LangGraphClient:
    """LangGraph's own client of that server."""
    return get_client(url=server, api_key=None)


async def say(client: LangGraphClient, thread_id: str | None, text: str, **more: Any) -> dict[str, Any]:
    """One turn: the state that the server gives back."""
    given = {"messages": [{"role": "user", "content": text}], **more.pop("input", {})}
    out = await client.runs.wait(thread_id, "orchestrator", input=given, **more)
    assert isinstance(out, dict)
    assert "__error__" not in out, out
    assert out["messages"][-1]["type"] == "ai"
    return out


async def new_thread(client: LangGraphClient) -> str:
    """A thread's id."""
    return str((await client.threads.create())["thread_id"])


@pytest.mark.langgraph_server
@pytest.mark.slow
async def test_langgraphs_own_server_holds_a_conversation(client: LangGraphClient) -> None:
    thread = await new_thread(client)
    first = await say(client, thread, "What does express delivery cost?")
    assert "Express delivery" in first["messages"][-1]["content"]
    assert first["messages"][-1]["content"] == first["draft"]
    assert [step["node"] for step in first["trail"]][-2:] == ["govern", "record"]
    second = await say(client, thread, "Where is my order?")
    assert [message["type"] for message in second["messages"]] == ["human", "ai", "human", "ai"]
    assert second["request"]["conversation_id"] == first["request"]["conversation_id"] == thread
    assert second["request"]["id"] != first["request"]["id"]
    kept = await client.threads.get_state(thread)
    assert isinstance(kept["values"], dict)
    assert kept["values"]["messages"] == second["messages"]
    assert kept["next"] == []
    alone = await say(client, None, "What does express delivery cost?")
    assert alone["messages"][-1]["content"] == first["messages"][-1]["content"]


CLAIMS: dict[str, dict[str, Any]] = {
    "context": {"context": {"principal": {"kind": "customer", "id": PERSONA.customer_id}}},
    "configurable": {"config": {"configurable": {"principal": {"kind": "customer", "id": PERSONA.customer_id}}}},
    "dialog": {"input": {"dialog": {"customer_id": PERSONA.customer_id, "method": "host"}}},
    "request": {"input": {"request": {"customer_id": PERSONA.customer_id, "method": "host"}, "confirmed": True}},
}
"""Ways to claim in a request to be somebody."""


@pytest.mark.langgraph_server
@pytest.mark.slow
@pytest.mark.parametrize("claim", CLAIMS)
async def test_a_clients_claim_to_be_somebody_gains_nothing(client: LangGraphClient, claim: str) -> None:
    order = PERSONA.order_ids["in_transit"]
    out = await say(client, await new_thread(client), f"Where is my order {order}?", **CLAIMS[claim])
    assert out["request"]["customer_id"] == out["dialog"]["customer_id"] == ""
    assert "identify-first" in {decision["rule"] for decision in out["decisions"]}
    assert out["evidence"] == out["actions"] == []
    assert "sign in" in out["messages"][-1]["content"]


@pytest.mark.langgraph_server
@pytest.mark.slow
async def test_a_client_sends_messages_and_never_state_or_commands(client: LangGraphClient) -> None:
    thread = await new_thread(client)
    await say(client, thread, "Hello")
    before = await client.threads.get_state(thread)
    somebody = {"dialog": {"customer_id": PERSONA.customer_id}}
    with pytest.raises(PermissionDeniedError, match="state of a conversation"):
        await client.threads.update_state(thread, somebody)
    goto: Command = {"update": somebody, "goto": {"node": "act", "input": {}}}
    approve: Command = {"resume": {"approve": True, "approver": "staff_1"}}
    for command in (goto, approve):
        with pytest.raises((PermissionDeniedError, httpx.HTTPStatusError), match="403"):
            await client.runs.wait(thread, "orchestrator", command=command)
        with pytest.raises(PermissionDeniedError, match="send messages"):
            await client.runs.create(thread, "orchestrator", command=command)
    assert (await client.threads.get_state(thread))["checkpoint"] == before["checkpoint"]
