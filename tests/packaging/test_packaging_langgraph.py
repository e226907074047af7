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
from langgraph.pregel import Pregel


def load(root: Path, path: str) -> Any:
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
    return found({"configurable": {}}) if inspect.signature(found).parameters else found()


@pytest.fixture
def declared(checkout: Path) -> dict[str, Any]:
    """langgraph.json."""
    found: dict[str, Any] = json.loads((checkout / "langgraph.json").read_text(encoding="utf-8"))
    return found


async def test_every_declared_graph_loads_and_answers(declared: dict[str, Any], checkout: Path) -> None:
    assert declared["graphs"]
    for graph in declared["graphs"].values():
        loaded = load(checkout, graph["path"])
        assert isinstance(loaded, Pregel)
        out = await asyncio.wait_for(
            loaded.ainvoke(
                {"messages": [HumanMessage("What does express delivery cost?")]},
                {"configurable": {"thread_id": "t1"}},
                context={},
            ),
            timeout=60,
        )
        assert out["messages"][-1].type == "ai"
        assert out["messages"][-1].text


def test_its_dependencies_are_this_checkout(declared: dict[str, Any]) -> None:
    assert declared["dependencies"] == ["."]


@pytest.fixture
def server(checkout: Path, tmp_path: Path) -> Iterator[str]:
    """LangGraph's own development server with our graphs; its address."""
    program = shutil.which("langgraph", path=str(Path(sys.executable).parent))
    if program is None or importlib.util.find_spec("langgraph_api") is None:
        pytest.skip("langgraph_server: langgraph-cli[inmem] is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "dev", "--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=checkout, stdout=log, stderr=log, env={**os.environ, "LANGSMITH_TRACING": "false"}
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address, process, tmp_path / "log")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Come back when the server answers."""
    transport = httpx.HTTPTransport(retries=8)
    with httpx.Client(transport=transport, timeout=5) as client:
        for _ in range(60):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            try:
                if client.get(f"{address}/ok").is_success:
                    return
            except httpx.TransportError:
                continue
    pytest.fail(log.read_text(encoding="utf-8"))


@pytest.mark.langgraph_server
@pytest.mark.slow
def test_langgraphs_own_server_serves_the_orchestrator(server: str) -> None:
    answer = httpx.post(
        f"{server}/runs/wait",
        json={
            "assistant_id": "orchestrator",
            "input": {"messages": [{"role": "user", "content": "What does express delivery cost?"}]},
        },
        timeout=60,
    )
    assert answer.is_success, answer.text
    assert answer.json()["messages"][-1]["type"] == "ai"
