"""The notebooks run as they stand, from the first cell to the last, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def executed(path: Path, folder: Path) -> Any:
    """The notebook with fresh outputs; raises when a cell fails."""
    nbformat: Any = pytest.importorskip("nbformat", reason="the extra `notebooks` is not installed")
    nbclient: Any = pytest.importorskip("nbclient", reason="the extra `notebooks` is not installed")
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell["outputs"] = []
    client = nbclient.NotebookClient(
        notebook, timeout=100, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    return client.execute()


def test_there_are_notebooks() -> None:
    assert NOTEBOOKS


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_something(path: Path, tmp_path: Path) -> None:
    notebook = executed(path, tmp_path)
    kinds = {kind for cell in notebook.cells for output in cell.get("outputs", []) for kind in output.get("data", {})}
    assert "image/svg+xml" in kinds
    assert "image/png" in kinds
    text = "".join(str(output.get("text", "")) for cell in notebook.cells for output in cell.get("outputs", []))
    assert "Traceback" not in text
    assert not list(tmp_path.iterdir())
