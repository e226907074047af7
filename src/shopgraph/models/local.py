"""A model of one's own on this machine, behind an OpenAI-compatible server: llama.cpp with a GGUF file."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from shopgraph.errors import ConfigurationError, MissingDependency

_MAGIC = b"GGUF"


@contextmanager
def local_server(
    gguf: Path, *, host: str = "127.0.0.1", port: int = 0, threads: int = 1, context: int = 4096
) -> Iterator[str]:
    """Serve a GGUF file and give the server's URL, which ends in /v1; it stops on leaving.

    Args:
        port: 0 takes a free one.
        threads: one by default: two on shared cores were ten times slower than one.
        context: tokens that a request and its answer may have together.

    Raises:
        MissingDependency: the extra `local` is not installed.
        ConfigurationError: the file is not there or is no GGUF file, or the port is taken.
    """
    _require_gguf(gguf)
    try:
        library: Any = import_module("xllamacpp")
    except ImportError:
        raise MissingDependency(
            "Serving a local model needs llama.cpp.", remedy="pip install 'shopgraph[local]'"
        ) from None
    chosen = _free(host, port)
    params = library.CommonParams()
    params.model.path = str(gguf)
    params.hostnames, params.port, params.n_ctx, params.n_parallel = [host], chosen, context, 1
    params.cpuparams.n_threads = threads
    try:
        server = library.Server(params)
    except Exception as error:
        raise ConfigurationError(
            f"{gguf} cannot be loaded: {error}.", remedy="Take a GGUF file that this llama.cpp knows."
        ) from None
    try:
        yield f"http://{host}:{chosen}/v1"
    finally:
        del server


def example_entry(url: str) -> str:
    """What to write into models.yaml for that server."""
    return (
        "model_list:\n  - model_name: local\n    tier: small_model\n    litellm_params:\n      model: openai/local\n"
        f"      api_base: {url}\n      api_key: none\n      input_cost_per_token: 0\n      output_cost_per_token: 0\n"
    )


def _require_gguf(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise ConfigurationError(
            f"{path} cannot be read: {error.strerror}.", remedy="Name a model in the GGUF format."
        ) from None
    if magic != _MAGIC:
        raise ConfigurationError(f"{path} is no GGUF file.", remedy="Name a model in the GGUF format.")


def _free(host: str, port: int) -> int:
    with socket.socket() as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            raise ConfigurationError(
                f"{host}:{port} cannot be used: {error.strerror}.", remedy="Name another port, or 0 for a free one."
            ) from None
        number: int = probe.getsockname()[1]
        return number
