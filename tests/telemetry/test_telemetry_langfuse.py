"""Langfuse's prompts, data sets and scores against a server that speaks its endpoints, here and nowhere else."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import JsonValue

from shopgraph.errors import ConnectorUnavailable
from shopgraph.guards.screen import mask_personal
from shopgraph.telemetry import langfuse, scores, tracing

KEYS = itertools.count()
MOMENT = {"createdAt": "2026-06-01T12:00:00.000Z", "updatedAt": "2026-06-01T12:00:00.000Z"}
PROMPTS = {"greeting": "Be kind and brief."}


class Server:
    """Prompts, data sets, items and scores as Langfuse's API has them; whoever shows no keys is refused."""

    def __init__(self) -> None:
        self.datasets: dict[str, dict[str, dict[str, Any]]] = {}
        self.scores: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.fails = False
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer({})

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                self.answer(json.loads(content) if self.headers.get("content-type") == "application/json" else {})

            def answer(self, body: Any) -> None:
                allowed = self.headers.get("authorization", "").startswith("Basic ")
                status, reply = (401, {}) if not allowed else server.reply(self.path, body)
                content = json.dumps(reply).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
                """Silent."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def reply(self, target: str, body: Any) -> tuple[int, dict[str, Any]]:
        where = urlsplit(target)
        self.asked.append(where.path)
        if self.fails:
            return 500, {"message": "out of order"}
        match where.path.removeprefix("/api/public/").split("/"):
            case ["v2", "prompts", name]:
                if name not in PROMPTS:
                    return 404, {"message": "Prompt not found", "error": "LangfuseNotFoundError"}
                label = parse_qs(where.query).get("label", ["production"])
                told = {"name": name, "version": 3, "prompt": PROMPTS[name], "type": "text"}
                return 200, {**told, "config": {}, "labels": label, "tags": []}
            case ["v2", "datasets"]:
                self.datasets.setdefault(body["name"], {})
                return 200, {"id": "d1", "name": body["name"], "metadata": None, "projectId": "p", **MOMENT}
            case ["dataset-items"]:
                item = {"id": body["id"], "status": "ACTIVE", "datasetId": "d1", "datasetName": body["datasetName"]}
                said = {name: body.get(name) for name in ("input", "expectedOutput", "metadata")}
                self.datasets[body["datasetName"]][body["id"]] = said
                return 200, {**item, **said, "mediaReferences": [], **MOMENT}
            case ["scores"]:
                self.scores += body  # several at once
                return 200, {"id": "s1"}
            case _:
                return 404, {"message": "no such endpoint"}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is configured in a test is forgotten after it."""
    monkeypatch.setattr(langfuse, "_client", None)
    monkeypatch.setattr(tracing, "_flushes", [])
    yield
    tracing.use(None)
    scores.use(None)


def configure(url: str) -> None:
    # The client's own state is one per public key for the whole process.
    keys = {langfuse.PUBLIC_KEY: f"pk-{next(KEYS)}", langfuse.SECRET_KEY: "sk", "LANGFUSE_BASE_URL": url}
    assert langfuse.configure_langfuse(keys, mask=mask_personal)


def test_without_keys_there_is_the_fallback_and_nothing_is_pushed() -> None:
    assert langfuse.prompt("greeting", "hello") == "hello"
    assert langfuse.push_dataset("rows", [{"input": "x"}]) == 0


def test_a_prompt_that_is_kept_there_is_taken_and_asked_for_once(server: Server) -> None:
    configure(server.url)
    assert [langfuse.prompt("greeting", "hello") for _ in range(3)] == [PROMPTS["greeting"]] * 3
    assert server.asked == ["/api/public/v2/prompts/greeting"]


def test_a_prompt_that_is_not_there_and_a_server_that_fails_give_the_fallback(server: Server) -> None:
    configure(server.url)
    assert langfuse.prompt("farewell", "bye") == "bye"
    server.fails = True
    assert langfuse.prompt("greeting", "hello") == "hello"
    assert len(server.asked) >= 2


def test_rows_are_items_once_however_often_they_are_pushed(server: Server) -> None:
    configure(server.url)
    rows: list[dict[str, JsonValue]] = [
        {"input": {"text": f"where is #{number}?"}, "expected_output": "order_status", "metadata": {"n": number}}
        for number in range(3)
    ]
    assert [langfuse.push_dataset("intents", rows) for _ in range(2)] == [3, 3]
    items = [*server.datasets["intents"].values()]
    assert items == [
        {"input": row["input"], "expectedOutput": "order_status", "metadata": row["metadata"]} for row in rows
    ]
    assert set(server.asked) == {"/api/public/v2/datasets", "/api/public/dataset-items"}


def test_rows_are_masked(server: Server) -> None:
    configure(server.url)
    langfuse.push_dataset("rows", [{"input": ["mail zanzibarino@example.org"], "metadata": {"by": "+1 617 555 0143"}}])
    assert "mail" in str(server.datasets)
    assert not [each for each in ("zanzibarino", "0143") if each in str(server.datasets)]


def test_a_server_that_fails_says_how_many_rows_it_took(server: Server) -> None:
    configure(server.url)
    server.fails = True
    with pytest.raises(ConnectorUnavailable, match="took 0 of 2 rows of 'rows'"):
        langfuse.push_dataset("rows", [{"input": "a"}, {"input": "b"}])


def test_a_score_arrives_with_its_trace(server: Server) -> None:
    configure(server.url)
    scores.score("0af7651916cd43dd8448eb211c80319c", "feedback", 0.75)
    tracing.flush(30)
    (score,) = server.scores
    assert (score["traceId"], score["name"], score["value"]) == ("0af7651916cd43dd8448eb211c80319c", "feedback", 0.75)
    assert "comment" not in score


def test_a_server_that_never_answers_is_waited_for_by_other_threads_only(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, released, senders = threading.Event(), threading.Event(), set[int]()

    def send(*_: object, **__: object) -> httpx.Response:
        senders.add(threading.get_ident())
        waiting.set()
        released.wait()
        return httpx.Response(207, json={"successes": [], "errors": []}, request=httpx.Request("POST", "http://a"))

    monkeypatch.setattr(httpx.Client, "send", send)
    configure("http://127.0.0.1:9")
    for _ in range(3_000):  # were one of them sent from here, this test would never end
        scores.score("0af7651916cd43dd8448eb211c80319c", "feedback", 1.0)
    waiting.wait()
    released.set()
    assert langfuse._client is not None
    langfuse._client.flush()  # its thread outlives the test, and must have nothing left to send
    assert threading.get_ident() not in senders
