"""What importing costs, and which way imports point."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOTS = {"connectors", "evals", "graphs", "guards", "tools"}
HEAVY = {"chromadb", "guardrails", "langfuse", "litellm", "matplotlib", "onnxruntime", "openai", "sklearn"}


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running the code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def packages(modules: set[str]) -> set[str]:
    """Their top-level names."""
    return {module.split(".")[0] for module in modules}


def test_importing_shopgraph_brings_nothing_else() -> None:
    brought = modules_after("import shopgraph") - modules_after("import pathlib")
    assert {name for name in brought if name.startswith("shopgraph")} == {"shopgraph"}
    assert not packages(brought) & (HEAVY | {"langgraph", "pydantic", "sqlalchemy"})


@pytest.mark.parametrize("name", ["shopgraph.graphs", "shopgraph.graphs.conversation", "shopgraph.shop"])
def test_importing_the_graphs_brings_no_heavy_package(name: str) -> None:
    assert not packages(modules_after(f"import {name}")) & HEAVY


@pytest.mark.parametrize("arguments", ["--help", "--version"])
def test_help_and_version_import_no_engine(arguments: str) -> None:
    code = (
        f"import sys; sys.argv = ['shopgraph', {arguments!r}]\n"
        "from shopgraph.cli import main\n"
        "try:\n    main()\nexcept SystemExit as done:\n    assert done.code in (0, None)"
    )
    brought = modules_after(code)
    assert not packages(brought) & (
        HEAVY | {"alembic", "cedarpy", "httpx", "langchain_core", "langgraph", "numpy", "pydantic", "sqlalchemy"}
    )
    assert len(brought) < 500


def test_a_cold_question_that_needs_no_model_loads_none_of_the_heavy_packages(tmp_path: Path) -> None:
    shop = str(tmp_path / "shop")
    done = "except SystemExit as done:\n    assert not done.code"
    modules_after(
        f"import sys; sys.argv = ['shopgraph', 'shop', 'init', {shop!r}, '--stores', '1']\n"
        f"from shopgraph.cli import main\ntry:\n    main()\n{done}"
    )
    arguments = ["shopgraph", "ask", "where is my order?", "--shop", shop, "--as", "maya.lindqvist@example.com"]
    brought = modules_after(
        f"import sys; sys.argv = {arguments!r}\nfrom shopgraph.cli import main\ntry:\n    main()\n{done}"
    )
    assert not packages(brought) & HEAVY
    assert "langgraph" in packages(brought)


@pytest.mark.parametrize(
    "name", ["calling", "cassette", "chat", "failover", "local", "pool", "registry", "speech.speaker"]
)
def test_no_module_of_models_loads_litellm(name: str) -> None:
    assert not packages(modules_after(f"import shopgraph.models.{name}")) & HEAVY


def sources(checkout: Path) -> list[Path]:
    """Every Python file of the package and its tests."""
    return [
        file
        for folder in (*sorted(ROOTS), "src/shopgraph", "tests")
        for file in sorted((checkout / folder).rglob("*.py"))
    ]


def test_no_sub_package_is_imported_by_its_bare_name(checkout: Path) -> None:
    found = []
    files = sources(checkout)
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{file}: a relative import"
                names = [node.module or ""]
            found += [f"{file}:{name}" for name in names if name.split(".")[0] in ROOTS]
    assert len(files) > 100
    assert found == []


def test_imports_point_one_way(checkout: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout
