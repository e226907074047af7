"""docs/policy.md is true: its commands print what stands there, and its table of facts is the schema's."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from shopgraph.guards.policy import load_bundle

Shopgraph = Callable[..., Result]
PAGE = Path(__file__).parents[2] / "docs" / "policy.md"
BLOCK = re.compile(r"^```(console|cedar|yaml|replace|python|text) ?(\S*)\n(.*?)^```$", re.M | re.S)
ROW = re.compile(r"^\| `(\w+)` \| (Bool|Long|String) \| .+ \| (.+) \|$", re.M)


def shape(text: str) -> str:
    """What stays the same when rules and cases are added: no versions, line numbers or counts."""
    return re.sub(r"\d+", "0", re.sub(r"\d+\+[0-9a-f]{12}", "VERSION", text)).strip()


def test_the_page_prints_what_it_says(shopgraph: Shopgraph, elsewhere: Path) -> None:
    ran = 0
    for kind, file, body in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind in ("cedar", "yaml") and file:
            with (elsewhere / file).open("a", encoding="utf-8") as out:
                out.write(f"\n{body}")
        elif kind == "replace":
            old, new = body.strip().split(" -> ")
            text = (elsewhere / file).read_text(encoding="utf-8")
            assert old in text
            (elsewhere / file).write_text(text.replace(old, new), encoding="utf-8")
        elif kind == "console":
            for part in body.split("$ shopgraph ")[1:]:
                command, _, printed = part.partition("\n")
                assert shape(shopgraph(*shlex.split(command)).stdout) == shape(printed), command
                ran += 1
    assert ran >= 9


def test_the_page_s_python_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = {kind: body for kind, _, body in BLOCK.findall(PAGE.read_text(encoding="utf-8"))}
    exec(compile(blocks["python"], str(PAGE), "exec"), {})
    assert capsys.readouterr().out == blocks["text"]


def test_the_facts_of_the_page_are_the_schemas() -> None:
    actions = load_bundle("default").actions
    told: dict[tuple[str, str], set[str]] = {}
    for name, kind, where in ROW.findall(PAGE.read_text(encoding="utf-8")):
        everywhere = {f"{action}?" for action in actions}
        told[name, kind] = everywhere if where.startswith("everywhere") else set(re.findall(r"`(\w+\??)`", where))
    known: dict[tuple[str, str], set[str]] = {}
    for action, facts in actions.items():
        for name, kind in facts.kinds.items():
            known.setdefault((name, kind), set()).add(f"{action}?" if name in facts.optional else action)
    assert told == known
