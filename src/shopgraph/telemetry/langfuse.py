"""Langfuse as the exporter of spans and scores, harmless when its server is slow, dead or absent. Loaded on demand.

Spans go to it over OTLP through the same pipeline as to any other backend: sampled, masked, sent by another thread. Its
own client sends scores, and fetches data sets and prompts.
"""

from __future__ import annotations

import atexit
import base64
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from shopgraph.errors import ConnectorUnavailable
from shopgraph.telemetry import scores, tracing

if TYPE_CHECKING:
    from langfuse import Langfuse

PUBLIC_KEY, SECRET_KEY = "LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"
_HOSTS = ("LANGFUSE_BASE_URL", "LANGFUSE_HOST")
_DEFAULT_HOST = "https://cloud.langfuse.com"
_client: Langfuse | None = None
_mask: Callable[[str], str] | None = None


def configure_langfuse(
    environment: Mapping[str, str] = os.environ, *, share: float = 1.0, mask: Callable[[str], str] | None = None
) -> bool:
    """Send spans and scores to Langfuse when both keys are set; returns whether they are.

    Without keys nothing is imported. `share` and `mask` are those of `tracing.configure`.
    """
    public, secret = environment.get(PUBLIC_KEY, ""), environment.get(SECRET_KEY, "")
    if not public or not secret:
        return False
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    from shopgraph.telemetry.exporting import TIMEOUT_SECONDS, Breaker

    host = next((environment[name] for name in _HOSTS if environment.get(name)), _DEFAULT_HOST).rstrip("/")
    exporter = OTLPSpanExporter(
        endpoint=f"{host}/api/public/otel/v1/traces", headers=_headers(public, secret), timeout=TIMEOUT_SECONDS
    )
    tracing.configure(Breaker(exporter), share=share, mask=mask)
    _use_client(public, secret, host, mask)
    return True


def _use_client(public: str, secret: str, host: str, mask: Callable[[str], str] | None) -> None:
    global _client, _mask
    import httpx
    from langfuse import Langfuse
    from opentelemetry.sdk.trace import TracerProvider

    from shopgraph.telemetry.exporting import TIMEOUT_SECONDS

    client = Langfuse(
        public_key=public,
        secret_key=secret,
        base_url=host,
        tracer_provider=TracerProvider(shutdown_on_exit=False),  # ours sends the spans
        should_export_span=lambda _: False,
        httpx_client=httpx.Client(timeout=TIMEOUT_SECONDS, auth=(public, secret)),
    )
    if client._resources is not None:
        # Its own shutdown waits for a dead server for as long as that takes; `tracing.flush` is bounded.
        atexit.unregister(client._resources.shutdown)
    _client, _mask = client, mask
    tracing.at_end(client.flush)
    scores.use(_send_score)


def _send_score(trace_id: str, name: str, value: float) -> None:
    """Hand a score to the client, which sends it by a thread of its own."""
    if _client is not None:
        _client.create_score(trace_id=trace_id or None, name=name, value=value, data_type="NUMERIC")


def prompt(name: str, fallback: str) -> str:
    """The text of a prompt that is kept in Langfuse; the fallback where there are no keys, no server or no such prompt.

    Cached by the client; the first time it may wait for a dead server for a second: call it where a server starts.
    """
    if _client is None:
        return fallback
    try:
        kept = _client.get_prompt(name, fallback=fallback, max_retries=0, fetch_timeout_seconds=1)
    except Exception:
        return fallback
    return str(kept.prompt)


def push_dataset(name: str, rows: Sequence[Mapping[str, JsonValue]]) -> int:
    """Put rows (`input`, `expected_output`, `metadata`) into a data set of that name; how many were taken.

    The same row pushed again is the same item. Texts are masked as those of traces are. For commands, never in a
    request.

    Raises:
        ConnectorUnavailable: the server failed or is not there; it says how many rows were taken before.
    """
    if _client is None:
        return 0
    taken = 0
    try:
        _client.create_dataset(name=name)
        for row in rows:
            item = _masked({key: row.get(key) for key in ("input", "expected_output", "metadata")})
            content = json.dumps([name, item], sort_keys=True, ensure_ascii=False)
            _client.create_dataset_item(dataset_name=name, id=hashlib.sha256(content.encode()).hexdigest()[:32], **item)
            taken += 1
    except Exception as error:
        raise ConnectorUnavailable(
            f"Langfuse took {taken} of {len(rows)} rows of {name!r}, then failed: {type(error).__name__}.",
            remedy="Push them again: those that it has are the same items.",
        ) from None
    return taken


def _masked(value: Any) -> Any:
    """A JSON value with every text in it masked."""
    match value:
        case str():
            return _mask(value) if _mask else value
        case dict():
            return {key: _masked(each) for key, each in value.items()}
        case list() | tuple():
            return [_masked(each) for each in value]
        case _:
            return value


def _headers(public: str, secret: str) -> dict[str, str]:
    token = base64.b64encode(f"{public}:{secret}".encode()).decode("ascii")
    return {
        "Authorization": f"Basic {token}",
        "x-langfuse-public-key": public,
        "x-langfuse-sdk-name": "python",
        "x-langfuse-ingestion-version": "4",
    }
