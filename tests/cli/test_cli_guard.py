"""`shopgraph guard`: an answer checked against facts from anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Shopgraph = Callable[..., Result]
FACTS = {"currency": "USD", "products": [{"name": "Oak Stool", "price": "49.99", "stock": 0}]}


@pytest.fixture
def facts(tmp_path: Path) -> str:
    """A file of facts."""
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FACTS), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("draft", "verdict", "text", "code"),
    [
        ("The Oak Stool costs $49.99.", "pass", "The Oak Stool costs $49.99.", 0),
        ("The Oak Stool costs $39.99.", "fix", "The Oak Stool costs $49.99.", 0),
        ("The Oak Stool is in stock.", "fix", "The Oak Stool is out of stock.", 0),
        ("I have refunded you.", "block", "", 1),
    ],
)
def test_a_draft_is_checked(shopgraph: Shopgraph, facts: str, draft: str, verdict: str, text: str, code: int) -> None:
    result = shopgraph("guard", "check", "--facts", facts, "--json", input=draft)
    said = json.loads(result.stdout)
    assert (said["verdict"], said["text"], result.exit_code) == (verdict, text, code)
    assert bool(said["findings"]) == (verdict != "pass")
    plain = shopgraph("guard", "check", "--facts", facts, input=draft)
    assert (plain.stdout, plain.exit_code) == (text, code)
    assert f"verdict: {verdict}" in plain.stderr


def test_facts_that_are_none_are_named(shopgraph: Shopgraph, tmp_path: Path) -> None:
    wrong = tmp_path / "facts.json"
    wrong.write_text('{"products": [{"price": "1.00"}]}', encoding="utf-8")
    result = shopgraph("guard", "check", "--facts", str(wrong), input="Hello.")
    assert result.exit_code == 2
    assert "products.0.name" in result.stderr
    assert result.stdout == ""


def test_every_check_is_listed(shopgraph: Shopgraph) -> None:
    checks = json.loads(shopgraph("guard", "list", "--json").stdout)
    assert {"figures", "stock", "actions", "dates", "promises"} <= {check["name"] for check in checks}
    assert all(check["protects"] in shopgraph("guard", "list").stdout for check in checks)
