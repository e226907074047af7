"""Random numbers that depend on nothing but the seed and what they are for."""

from __future__ import annotations

import hashlib
from random import Random


def stream(seed: int, *purpose: str | int) -> Random:
    """A generator of its own for one purpose: other purposes never shift what it gives."""
    text = "\x1f".join(str(part) for part in (seed, *purpose))
    return Random(hashlib.sha256(text.encode()).digest())  # noqa: S311 - a shop is made up here, nothing is secret
