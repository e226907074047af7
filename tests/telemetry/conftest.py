"""A writer of records, and a log to put them in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopgraph.audit.log import AuditLog, open_audit
from tests.telemetry.writer import Writer


@pytest.fixture
def writer() -> Writer:
    """Makes records by hand."""
    return Writer()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[AuditLog]:
    """An empty log without keys."""
    opened = open_audit(f"sqlite:///{tmp_path / 'audit.db'}")
    yield opened
    opened.close()
