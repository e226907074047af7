"""The other side: a payment gateway and a warehouse in a process of their own, over HTTP, with books of their own."""

from __future__ import annotations

import json
import os
import signal
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from shopgraph.evals.faults.books import Body, Books, Refusal
from shopgraph.evals.faults.kinds import SLOW_SECONDS, STALL_SECONDS, Fault


class _Desk(BaseHTTPRequestHandler):
    """One request: what is asked, under which key, and what shall go wrong."""

    protocol_version = "HTTP/1.1"
    books: Books

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        if not asked:
            return  # The caller was killed before it had said what it wants.
        body = json.loads(asked)
        fault = self.headers.get("Fault", "")
        if fault == Fault.SLOW:
            time.sleep(SLOW_SECONDS)
        status, answer = self._act(body)
        if fault == Fault.DUPLICATE:
            status, answer = self._act(body)
        if fault == Fault.CRASH:
            os.kill(int(self.headers["Caller"]), signal.SIGKILL)
        if fault == Fault.REORDERED_WEBHOOK:
            time.sleep(SLOW_SECONDS)  # the message about it is there before the answer
        if fault == Fault.TIMEOUT:
            time.sleep(STALL_SECONDS)
        if fault == Fault.ERROR:
            status, answer = 500, "It went wrong after it was done."
        self._reply(status, answer)

    def _act(self, body: Body) -> tuple[int, Any]:
        try:
            return 200, self.books.act(self.path.strip("/"), body, self.headers.get("Idempotency-Key", ""))
        except Refusal as refusal:
            return 409, str(refusal)

    def _reply(self, status: int, answer: Any) -> None:
        data = json.dumps(answer).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(data)
        except OSError:
            pass  # The caller has gone, which is often the point.

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def serve(path: Path, secret: str, started: Connection) -> None:
    """Serve until the process is ended; tells its port when it listens."""
    handler = type("Desk", (_Desk,), {"books": Books(path, secret)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    started.send(server.server_address[1])
    server.serve_forever()
