"""What a provider that keeps prompts is really sent: the mark stands in Anthropic's own form."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from langchain_core.messages import HumanMessage, SystemMessage

from shopgraph.models.calling import CallPolicy
from shopgraph.models.chat import LiteLLMChat
from shopgraph.models.rendering import STABLE_PREFIX

ANSWER = {
    "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5", "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "On its way."}], "stop_sequence": None,
    "usage": {
        "input_tokens": 4, "output_tokens": 3, "cache_read_input_tokens": 900, "cache_creation_input_tokens": 0,
    },
}  # fmt: skip


@pytest.fixture
def anthropic() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server in Anthropic's form, and what it was sent."""
    seen: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = json.dumps(ANSWER).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


async def test_the_mark_reaches_the_provider_and_what_it_kept_is_counted(
    anthropic: tuple[str, list[dict[str, Any]]],
) -> None:
    url, seen = anthropic
    params = {"model": "anthropic/claude-sonnet-4-5", "api_base": url, "api_key": "none"}
    model = LiteLLMChat(
        model="large",
        model_list=[{"model_name": "large", "litellm_params": params}],
        policy=CallPolicy(deadline_s=120, timeout_s=60, stream=False, hedge_after_s=None, retries=0),
    )
    stable = "Be brief."
    system = SystemMessage(f"{stable}\nAnn is asking.", additional_kwargs={STABLE_PREFIX: len(stable)})
    answer = await model.ainvoke([system, HumanMessage("Where is it?")])
    (sent,) = seen
    assert sent["system"][0] == {"type": "text", "text": stable, "cache_control": {"type": "ephemeral"}}
    assert "cache_control" not in sent["system"][1]
    assert answer.text == "On its way."
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["input_token_details"]["cache_read"] == 900
