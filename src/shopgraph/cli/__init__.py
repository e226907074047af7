"""The command line. Each command imports what it needs when it runs, so that `--help` is quick."""

from __future__ import annotations

import atexit
import gc


def main() -> None:
    """Run the command line; the process exits with its code (2: the input was wrong, 1: a check failed)."""
    from shopgraph.cli.app import app

    # Everything is closed by then; Python would look through every object once more, for half a second of CPU.
    atexit.register(gc.freeze)
    app()
