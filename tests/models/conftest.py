"""A server on 127.0.0.1 that speaks OpenAI's chat completions: ours, scripted, not a model."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest


@dataclass
class FakeProvider:
    """What it was asked, and what it answers next."""

    url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    tool: tuple[str, str] | None = None
    """Name and argument text of the tool that it calls; None: it says a sentence."""

    def message(self) -> dict[str, Any]:
        if self.tool is None:
            return {"role": "assistant", "content": "Your order is on its way."}
        function = {"name": self.tool[0], "arguments": self.tool[1]}
        return {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": function}],
        }


USAGE = {"prompt_tokens": 11, "completion_tokens": 6, "total_tokens": 17}


def _handler(provider: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            provider.requests.append({**body, "path": self.path, "key": self.headers.get("authorization")})
            if provider.status != 200:
                self._send("application/json", json.dumps({"error": {"message": "scripted fault"}}))
            elif body.get("stream"):
                self._send("text/event-stream", "".join(f"data: {event}\n\n" for event in [*_events(), "[DONE]"]))
            else:
                choice = {"index": 0, "message": provider.message(), "finish_reason": "stop"}
                head = {"id": "1", "object": "chat.completion", "created": 1, "model": "fake"}
                self._send("application/json", json.dumps({**head, "choices": [choice], "usage": USAGE}))

        def _send(self, kind: str, text: str) -> None:
            content = text.encode()
            self.send_response(provider.status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Silent."""

    def _events() -> Iterator[str]:
        head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "fake"}
        for delta in _deltas():
            yield json.dumps({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
        yield json.dumps({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        yield json.dumps({**head, "choices": [], "usage": USAGE})

    def _deltas() -> Iterator[dict[str, Any]]:
        if provider.tool is None:
            yield {"role": "assistant", "content": "Your order "}
            yield {"content": "is on its way."}
            return
        name, arguments = provider.tool
        half = len(arguments) // 2
        first = {
            "index": 0,
            "id": "call_1",
            "type": "function",
            "function": {"name": name, "arguments": arguments[:half]},
        }
        yield {"role": "assistant", "tool_calls": [first]}
        yield {"tool_calls": [{"index": 0, "function": {"arguments": arguments[half:]}}]}

    return Handler


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    fake = FakeProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(fake))
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()
