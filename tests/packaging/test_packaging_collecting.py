"""The garbage collector of a server."""

from __future__ import annotations

import subprocess
import sys


def test_what_is_loaded_is_looked_at_no_more() -> None:
    # In a process of its own: what is frozen here would stay so for every other test.
    program = (
        "import gc; from shopgraph.collecting import collect_seldom; before = gc.get_threshold(); collect_seldom(); "
        "print(gc.get_freeze_count() > 1_000, gc.get_threshold() > before, gc.isenabled())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True", "True"]
