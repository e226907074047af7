"""The README's example is executed, and what it says it prints is what it prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_prints_what_the_readme_shows(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    (shown,) = re.findall(r"```text\n(.*?)```", README, re.S)
    run = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == shown


def test_what_the_readme_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", README) if "://" not in link]
    assert len(links) > 5
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_names_in_the_readme_exist() -> None:
    from shopgraph.graphs.inbound import route, screen
    from shopgraph.guards.chain import GuardChain
    from shopgraph.guards.policy import load_bundle
    from shopgraph.tools.gate import Gate
    from shopgraph.tools.langchain import langchain_tools
    from shopgraph.tools.registry import default_tools

    assert callable(screen)
    assert callable(route)
    assert GuardChain.for_bundle(load_bundle("default")).checks
    assert langchain_tools(Gate(default_tools()))
