"""What is in the wheel and in the sdist, and that the installed wheel works away from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

FOLDERS = ("connectors", "evals", "graphs", "guards", "tools")


def tree(root: Path) -> set[str]:
    """Every file of the package as the checkout has it, relative to the import package."""
    found = set()
    for folder, names, files in os.walk(root / "src" / "shopgraph", followlinks=True):
        names[:] = [name for name in names if name != "__pycache__"]
        found |= {Path(folder, file).relative_to(root / "src").as_posix() for file in files}
    return found


def test_wheel_holds_every_file_of_the_tree(wheel: Path, checkout: Path) -> None:
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("shopgraph/")}
    assert packed == tree(checkout)
    assert {"shopgraph/py.typed", "shopgraph/graphs/__init__.py", "shopgraph/cli/app.py"} <= packed


def test_wheel_holds_only_one_import_package(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"shopgraph"}


def test_sdist_holds_every_file_of_the_tree(sdist: Path, checkout: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    for file in tree(checkout):
        part = file.split("/")[1]
        assert (file.removeprefix("shopgraph/") if part in FOLDERS else f"src/{file}") in names
    assert {"README.md", "LICENSE", "pyproject.toml", "tests/conftest.py"} <= names


def test_every_root_folder_has_its_link(checkout: Path) -> None:
    for folder in FOLDERS:
        link = checkout / "src" / "shopgraph" / folder
        assert link.is_dir()
        assert link.resolve() == checkout / folder


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A user's folder whose own files have the names of our sub-packages."""
    for folder in FOLDERS:
        (tmp_path / f"{folder}.py").write_text("raise SystemExit('imported by its bare name')\n", encoding="utf-8")
    return tmp_path


def test_installed_wheel_prints_its_version(installed: Path, beside: Path) -> None:
    done = subprocess.run(
        [installed.parent / "shopgraph", "--version"], cwd=beside, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("shopgraph ")


def test_installed_wheel_is_not_disturbed_by_files_of_the_same_names(installed: Path, beside: Path) -> None:
    code = (
        "import importlib, pkgutil, shopgraph, shopgraph.graphs\n"
        "found = pkgutil.walk_packages(shopgraph.__path__, 'shopgraph.')\n"
        "names = [m.name for m in found if '__main__' not in m.name]\n"
        "names = [n for n in names if '.migrations.' not in n]\n"
        "[importlib.import_module(n) for n in names]\n"
        "print(len(names), shopgraph.graphs.__file__)"
    )
    done = subprocess.run([installed, "-c", code], cwd=beside, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    count, file = done.stdout.split()
    assert int(count) > 50
    assert Path(file).is_relative_to(installed.parents[1]), "it came from the checkout, not from the wheel"


def test_version_is_the_same_everywhere(wheel: Path) -> None:
    import shopgraph

    assert f"-{shopgraph.__version__}-" in wheel.name
    done = subprocess.run([sys.executable, "-m", "shopgraph", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"shopgraph {shopgraph.__version__}\n"
