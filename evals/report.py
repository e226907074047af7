"""What an evaluation gives back, and the files it is written to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from pydantic import JsonValue

from shopgraph.domain import Value
from shopgraph.errors import InvalidInput


class CaseResult(Value):
    """How one case ended."""

    id: str
    passed: bool
    detail: str = ""
    """What was expected and what came, when it failed."""
    seconds: float = 0.0


class EvalReport(Value):
    """An evaluation's figures, and its cases one by one."""

    name: str
    figures: dict[str, JsonValue]
    """What `--json` writes and what requirements are checked against."""
    cases: tuple[CaseResult, ...] = ()


def write_json(report: EvalReport, out: Path) -> None:
    """Write the figures as one JSON object.

    Raises:
        InvalidInput: the file cannot be written.
    """
    _write(out, json.dumps(report.figures, ensure_ascii=False, indent=2) + "\n")


def write_page(out: Path, page: str) -> None:
    """Write an HTML page.

    Raises:
        InvalidInput: the file cannot be written.
    """
    _write(out, page)


def write_junit(report: EvalReport, missed: Sequence[str], out: Path, *, group: str = "eval") -> None:
    """Write cases and missed requirements as JUnit XML, so that a CI server shows them as tests.

    `group` is the command's: `shopgraph eval`, `shopgraph policy`.

    Raises:
        InvalidInput: the file cannot be written.
    """
    failures = sum(not case.passed for case in report.cases) + len(missed)
    suite = ElementTree.Element(
        "testsuite",
        name=f"shopgraph {group} {report.name}",
        tests=str(len(report.cases) + len(missed)),
        failures=str(failures),
        errors="0",
        time=f"{sum(case.seconds for case in report.cases):.3f}",
    )
    for case in report.cases:
        element = ElementTree.SubElement(
            suite, "testcase", classname=f"{group}.{report.name}", name=_xml(case.id), time=f"{case.seconds:.3f}"
        )
        if not case.passed:
            ElementTree.SubElement(element, "failure", message=_xml(case.detail))
    for line in missed:
        element = ElementTree.SubElement(suite, "testcase", classname=f"{group}.{report.name}.requirements", name=line)
        ElementTree.SubElement(element, "failure", message=_xml(line))
    ElementTree.indent(suite)
    _write(out, ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n")


def _xml(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(c if c.isprintable() else " " for c in text)


def _write(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.", remedy="Name a folder that exists.") from None
