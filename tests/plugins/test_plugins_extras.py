"""What the plugins cost to import, and what is said where the extra is missing."""

from __future__ import annotations

import subprocess
import sys


def test_langchain_is_needed_by_the_middleware_alone() -> None:
    modules = ", ".join(f"shopgraph.tools.{name}" for name in ("calls", "node", "foreign", "remote", "langchain"))
    code = f"import sys; sys.modules['langchain'] = None; import {modules}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_without_langchain_the_middleware_says_what_to_install() -> None:
    code = "import sys; sys.modules['langchain'] = None; import shopgraph.tools.middleware"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MissingDependency: The middleware for create_agent needs langchain. Run: pip install" in done.stderr
    assert "'shopgraph[agents]'" in done.stderr


def test_serving_over_mcp_loads_no_model_and_no_agent() -> None:
    code = "import sys, shopgraph.serve.mcp, shopgraph.serve.running; print([*sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in eval(done.stdout)}
    assert not loaded & {"langchain", "litellm", "guardrails", "chromadb"}
