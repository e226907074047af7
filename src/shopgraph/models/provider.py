"""Our own models under LiteLLM's names: `shopgraph/facts` and `shopgraph/scripted`. Imported with LiteLLM only."""

from __future__ import annotations

from typing import Any


def register(library: Any) -> None:
    """x"""
