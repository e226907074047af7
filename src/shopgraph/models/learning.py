"""What only learning needs: scipy, which using a learned model does without."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from shopgraph.errors import MissingDependency


def scipy_part(name: str) -> Any:
    """scipy's module of that name (`sparse`, `optimize`). It ships no types.

    Raises:
        MissingDependency: scipy is not installed.
    """
    try:
        return import_module(f"scipy.{name}")
    except ImportError:
        raise MissingDependency("Learning needs scipy.", remedy="Run: pip install 'shopgraph[train]'.") from None
