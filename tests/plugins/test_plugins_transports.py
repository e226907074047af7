"""`shopgraph mcp` as a process of its own: the official client over its pipes, and over HTTP with tokens."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import httpx2
import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.session import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.serve.identity import TokenFile
from shopgraph.serve.running import listen
from shopgraph.shop import Shop
from tests.plugins.conftest import CANCEL

STRANGER = CAST["stranger"].customer_id
ADDRESS = {"line1": "1 New Street", "city": "Boston", "postal_code": "02101", "country": "US"}
TOKENS = {"hers": f"customer:{STRANGER}", "eves": "staff:eve:supervisor"}


async def say_yes(context: ClientRequestContext, params: types.ElicitRequestParams) -> types.ElicitResult:
    return types.ElicitResult(action="accept", content={"confirm": True})


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_over_the_pipes_of_a_process(demo_folder: Path, tmp_path: Path, mode: str) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(demo_folder, folder)
    arguments = ["-m", "shopgraph", "mcp", "--shop", str(folder), "--as", f"customer:{STRANGER}"]
    process = StdioServerParameters(command=sys.executable, args=arguments)
    async with Client(process, mode=mode, elicitation_callback=say_yes) as client:
        profile = await client.call_tool("get_profile", {})
        changed = await client.call_tool("change_profile_address", {"address": ADDRESS})
        refused = await client.call_tool("cancel_order", CANCEL)
    assert profile.structured_content["customer_id"] == STRANGER
    assert not changed.is_error
    assert refused.structured_content["decisions"][0]["rule"] == "own-records-only"
    with Shop.open(folder) as shop:
        customer = await shop.connectors.crm.customer(STRANGER)
    assert customer is not None
    assert customer.address.line1 == "1 New Street"


def test_nothing_but_the_protocol_is_on_standard_output(demo_folder: Path) -> None:
    """A throw-away demo shop has much to say while it is made, and an unknown customer is noticed."""
    asked = '{"jsonrpc":"2.0","id":1,"method":"ping"}\n'
    done = subprocess.run(
        [sys.executable, "-m", "shopgraph", "mcp", "--shop", str(demo_folder), "--as", "customer:nobody"],
        input=asked,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert all(line.startswith('{"jsonrpc"') for line in done.stdout.splitlines())
    assert "no customer has the id nobody" in done.stderr


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_while_it_waits_it_closes_the_shop(tmp_path: Path, told: signal.Signals) -> None:
    """The demo shop that nobody named is thrown away when it is closed."""
    with subprocess.Popen(
        [sys.executable, "-m", "shopgraph", "mcp"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write('{"jsonrpc":"2.0","id":1,"method":"server/discover"}\n')
            process.stdin.flush()
            assert process.stdout.readline().startswith('{"jsonrpc"')
            assert list(tmp_path.glob("shopgraph-*"))
            process.send_signal(told)
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()
    assert list(tmp_path.glob("shopgraph-*")) == []


@dataclass(frozen=True)
class Served:
    """A server that listens."""

    url: str
    folder: Path
    process: subprocess.Popen[str]

    def client(self, token: str | None = None, **options: Any) -> Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        http = httpx2.AsyncClient(headers=headers)
        return Client(streamable_http_client(self.url, http_client=http), **options)


@pytest.fixture
def served(demo_folder: Path, tmp_path: Path) -> Iterator[Served]:
    """A shop served at a free port of this machine, stopped by its process id."""
    folder, tokens = tmp_path / "shop", tmp_path / "tokens.yaml"
    shutil.copytree(demo_folder, folder)
    lines = [
        f"- {{sha256: {hashlib.sha256(token.encode()).hexdigest()}, principal: '{whom}'}}"
        for token, whom in TOKENS.items()
    ]
    tokens.write_text("tokens:\n" + "\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["mcp", "--shop", str(folder), "--http", "127.0.0.1:0", "--tokens", str(tokens)]
    with subprocess.Popen(
        [sys.executable, "-m", "shopgraph", *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            url = ""
            for line in process.stderr:
                if found := re.fullmatch(r"serving at (http://127\.0\.0\.1:\d+/mcp)\n", line):
                    url = found[1]
                    break
            assert url, "the server did not start"
            yield Served(url, folder, process)
        finally:
            process.kill()


async def test_over_http_a_token_says_who_asks_and_without_one_it_is_a_guest(served: Served) -> None:
    for mode in ("auto", "legacy"):
        async with served.client("hers", mode=mode, elicitation_callback=say_yes) as client:
            profile = await client.call_tool("get_profile", {})
            changed = await client.call_tool("change_profile_address", {"address": ADDRESS})
        assert profile.structured_content["customer_id"] == STRANGER
        assert not changed.is_error
        async with served.client(mode=mode) as client:
            refused = await client.call_tool("get_profile", {})
            listed = {tool.name for tool in (await client.list_tools()).tools}
        assert refused.structured_content["decisions"][0]["rule"] == "identify-first"
        assert "receive_return" not in listed
        async with served.client("eves", mode=mode) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
        assert "receive_return" in listed
    served.process.send_signal(signal.SIGTERM)
    out, _ = served.process.communicate(timeout=30)
    assert out == ""
    assert served.process.returncode == 0
    with Shop.open(served.folder) as shop:
        customer = await shop.connectors.crm.customer(STRANGER)
    assert customer is not None
    assert customer.address.line1 == "1 New Street"


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}},
}
ACCEPT = {"Accept": "application/json, text/event-stream"}


async def test_what_http_refuses_before_any_tool_is_reached(served: Served) -> None:
    port = served.url.split(":")[2].split("/")[0]
    async with httpx.AsyncClient(headers=ACCEPT) as http:

        async def status(**headers: str) -> int:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return (await http.post(served.url, json=INITIALIZE, headers=named)).status_code

        assert await status(Authorization="Bearer not-a-token") == 401
        assert await status(Authorization="Basic aGVyczo=") == 401
        assert await status(Host=f"rebound.example:{port}") == 421
        assert await status(Origin="http://rebound.example") == 403
        assert await status(Origin=f"http://127.0.0.1.rebound.example:{port}") == 403
        assert await status(Origin=f"http://localhost:{port}") == 200
        opened = await http.post(served.url, json=INITIALIZE, headers={"Authorization": "Bearer hers"})
        session = opened.headers["mcp-session-id"]
        ping = {"jsonrpc": "2.0", "id": 2, "method": "ping"}
        for others in ({"Authorization": "Bearer eves"}, {}):
            taken = await http.post(served.url, json=ping, headers={"mcp-session-id": session, **others})
            assert taken.status_code == 404, "a session belongs to the token that opened it"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--as", "ann"], "'ann' names nobody. Write guest, customer:ID"),
        (["--as", "staff:eve", "--http", ":0"], "Use --tokens"),
        (["--tokens", "t.yaml"], "are for HTTP"),
        (["--http", "localhost"], "'localhost' is no address"),
        (["--http", ":0", "--tokens", "nowhere.yaml"], "There is no file of tokens at nowhere.yaml"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(demo_folder: Path, arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, ["mcp", "--shop", str(demo_folder), *arguments], env={"COLUMNS": "200"})
    assert done.exit_code == 2
    assert says in done.output


@pytest.mark.parametrize(
    ("written", "whom"),
    [
        ("guest", ("guest", "", frozenset())),
        ("customer:cus:1", ("customer", "cus:1", frozenset())),
        ("staff:joe", ("staff", "joe", frozenset())),
        ("staff:eve:agent,supervisor", ("staff", "eve", frozenset({"agent", "supervisor"}))),
        ("system:dock", ("system", "dock", frozenset())),
    ],
)
def test_a_principal_is_written_in_a_word(written: str, whom: tuple[str, str, frozenset[str]]) -> None:
    principal = Principal.parse(written)
    assert (principal.kind, principal.id, principal.roles) == whom


@pytest.mark.parametrize("written", ["", "customer", "customer:", "staff:", "staff::supervisor", "guest:1", "root:x"])
def test_what_is_no_principal_is_none(written: str) -> None:
    with pytest.raises(InvalidInput, match="names nobody"):
        Principal.parse(written)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tokens:\n- sha256: abc\n  principal: guest\n", "line 2"),
        (f"tokens:\n- sha256: {'a' * 64}\n  principal: root\n", "line 3"),
    ],
)
def test_a_wrong_file_of_tokens_is_named_by_its_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "tokens.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=rf"tokens\.yaml, {says}"):
        TokenFile(file)


def test_a_port_that_is_taken_is_named() -> None:
    with listen("127.0.0.1:0") as first, pytest.raises(InvalidInput, match="Nothing can listen at"):
        listen(f"127.0.0.1:{first.getsockname()[1]}")
