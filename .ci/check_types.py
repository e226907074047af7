"""Run mypy --strict and pyright, and fail when either did not check every module of src and tests.

Usage: check_types.py [mypy] [pyright]
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def expected() -> set[str]:
    """Every module by its name: the package's (links followed), and the tests'."""
    found = set()
    for base, top in ((ROOT / "src", "shopgraph"), (ROOT, "tests")):
        for folder, _, files in os.walk(base / top, followlinks=True):
            for file in files:
                if file.endswith(".py"):
                    parts = Path(folder, file).relative_to(base).with_suffix("").parts
                    found.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def mypy() -> bool:
    """Whether mypy is content and has seen every module."""
    with tempfile.TemporaryDirectory() as report:
        done = subprocess.run([sys.executable, "-m", "mypy", "--linecount-report", report], cwd=ROOT, check=False)
        lines = Path(report, "linecount.txt").read_text(encoding="utf-8").splitlines()[1:]
    checked = {line.split()[-1] for line in lines}
    missing = sorted(expected() - checked)
    sys.stdout.write(f"mypy checked {len(checked)} modules.\n")
    for module in missing:
        sys.stdout.write(f"mypy did not check {module}.\n")
    return done.returncode == 0 and not missing


def pyright() -> bool:
    """Whether pyright is content and has analyzed as many files as there are modules."""
    before = len(expected())
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson"]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    report = json.loads(done.stdout)
    for finding in report["generalDiagnostics"]:
        line = finding.get("range", {}).get("start", {}).get("line", 0) + 1
        sys.stdout.write(f"{finding['file']}:{line}: {finding['severity']}: {finding['message']}\n")
    analyzed = report["summary"]["filesAnalyzed"]
    sys.stdout.write(f"pyright analyzed {analyzed} files; the tree has {before}.\n")
    return done.returncode == 0 and analyzed == before


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["mypy", "pyright"]
    passed = [check() for check in (mypy, pyright) if check.__name__ in wanted]
    sys.exit(not all(passed))
