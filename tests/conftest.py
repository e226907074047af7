"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data by others; skips with the reason where it is not."""
    folder = Path(os.environ.get("SHOPGRAPH_DATA", str(ROOT.parent / "shared")))
    if not folder.is_dir():
        pytest.skip(f"data: {folder} is not there; set SHOPGRAPH_DATA")
    return folder
