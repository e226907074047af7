"""Servers that stand where Langfuse would: one that takes what is sent, one that fails, one that never answers."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

TRACES = "/api/public/otel/v1/traces"


class Receiver:
    """Takes whatever is posted, and answers with a status; of traces it keeps the bodies."""

    def __init__(self, status: int = 200) -> None:
        """Listen at a free port of this machine."""
        bodies: list[bytes] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.path == TRACES and status == 200:
                    bodies.append(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
                """Silent."""

        self.bodies = bodies
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def spans(self) -> list[Span]:
        """The spans that came, decoded."""
        return [
            span
            for body in self.bodies
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def serving() -> Iterator[dict[str, str]]:
    """A URL for each way in which a server may be: taking, error (HTTP 500), hanging, refused, absent."""
    taking, failing = Receiver(), Receiver(500)
    with socket.socket() as hanging, socket.socket() as refused:
        hanging.bind(("127.0.0.1", 0))
        hanging.listen()  # connections are made, and nobody reads from them
        refused.bind(("127.0.0.1", 0))
        try:
            yield {
                "taking": taking.url,
                "error": failing.url,
                "hanging": f"http://127.0.0.1:{hanging.getsockname()[1]}",
                "refused": f"http://127.0.0.1:{refused.getsockname()[1]}",
                "absent": "http://langfuse.invalid",  # a name that nobody may have (RFC 2606)
            }
        finally:
            taking.close()
            failing.close()
