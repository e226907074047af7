"""Say what ran and what was skipped, and why; fail where a test was skipped for something that is there.

Usage: summarize.py REPORT.xml DATA_FOLDER
       summarize.py --line REPORT.xml      only the counts
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

INSTALLED = ("postgres:", "local_llm:", "langgraph_server:", "stripe:")
"""Skips that the checks do not know: they install what these tests need."""


def main(arguments: list[str]) -> int:
    """Print the summary; 1 when a test was skipped that should not have been."""
    if arguments[0] == "--line":
        sys.stdout.write(counts(Path(arguments[1])) + "\n")
        return 0
    report, data = Path(arguments[0]), Path(arguments[1])
    reasons = skip_reasons(report)
    sys.stdout.write(counts(report) + "\n")
    for reason, number in reasons.most_common():
        sys.stdout.write(f"  {number} skipped: {reason}\n")
    there = INSTALLED + (("data:",) if data.is_dir() else ())
    wrongly = [reason for reason in reasons if reason.startswith(there)]
    for reason in wrongly:
        sys.stdout.write(f"Should not have been skipped, what it needs is here: {reason}\n")
    return 1 if wrongly else 0


def suites(report: Path) -> list[ElementTree.Element]:
    """The report's test suites."""
    root = ElementTree.parse(report).getroot()
    return [root] if root.tag == "testsuite" else list(root.iter("testsuite"))


def counts(report: Path) -> str:
    """A line such as `==== 812 passed, 3 skipped in 120 s ====`."""
    total: Counter[str] = Counter()
    seconds = 0.0
    for suite in suites(report):
        for key in ("tests", "failures", "errors", "skipped"):
            total[key] += int(suite.get(key, "0"))
        seconds += float(suite.get("time", "0"))
    passed = total["tests"] - total["failures"] - total["errors"] - total["skipped"]
    parts = [f"{total[key]} {name}" for key, name in (("failures", "failed"), ("errors", "errors")) if total[key]]
    parts += [f"{passed} passed", f"{total['skipped']} skipped"]
    return f"==== {', '.join(parts)} in {seconds:.0f} s ===="


def skip_reasons(report: Path) -> Counter[str]:
    """How many tests were skipped for which reason."""
    return Counter(
        skipped.get("message", "no reason given") for suite in suites(report) for skipped in suite.iter("skipped")
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
