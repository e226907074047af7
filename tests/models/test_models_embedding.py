"""Embeddings by LiteLLM: batches, order, and what is said when a provider fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from shopgraph.errors import ModelFault
from shopgraph.models.embedding import litellm_embedding


class Provider(BaseHTTPRequestHandler):
    """An OpenAI-compatible server that says how long each text is, last text first."""

    asked: ClassVar[list[dict[str, Any]]] = []
    left_out: ClassVar[int] = 0
    status: ClassVar[int] = 200

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        Provider.asked.append(body)
        texts = body["input"][Provider.left_out :]
        data = [{"object": "embedding", "index": at, "embedding": [len(text), 1.0]} for at, text in enumerate(texts)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        reply = {"object": "list", "model": body["model"], "data": data[::-1], "usage": usage}
        payload = json.dumps(reply if Provider.status == 200 else {"error": {"message": "no"}}).encode()
        self.send_response(Provider.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Says nothing."""


@pytest.fixture
def api_base(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    Provider.asked, Provider.left_out, Provider.status = [], 0, 200
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def test_texts_come_back_in_their_order(api_base: str) -> None:
    embed = litellm_embedding("openai/some-embedding", api_base=api_base)
    assert embed(["a", "bbb", "cc"]) == [[1.0, 1.0], [3.0, 1.0], [2.0, 1.0]]
    assert embed([]) == []
    assert Provider.asked[0]["model"] == "some-embedding"


def test_many_texts_are_asked_in_batches(api_base: str) -> None:
    embed = litellm_embedding("openai/some-embedding", api_base=api_base)
    vectors = embed(["x" * (1 + at % 7) for at in range(250)])
    assert [vector[0] for vector in vectors] == [1 + at % 7 for at in range(250)]
    assert [len(body["input"]) for body in Provider.asked] == [100, 100, 50]


def test_too_few_vectors_are_a_fault(api_base: str) -> None:
    Provider.left_out = 1
    with pytest.raises(ModelFault, match="1 embeddings for 2 texts"):
        litellm_embedding("openai/some-embedding", api_base=api_base)(["a", "b"])


def test_a_provider_that_refuses_is_a_fault(api_base: str) -> None:
    Provider.status = 401
    with pytest.raises(ModelFault, match="gave no embeddings") as caught:
        litellm_embedding("openai/some-embedding", api_base=api_base)(["a"])
    assert "wordllama" in str(caught.value)
