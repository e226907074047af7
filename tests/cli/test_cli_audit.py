"""The record and the person's desk from the command line."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.connectors.demo.cast import CAST
from tests.cli.conftest import Invoke

WHO = CAST["tracker"]


@pytest.fixture(scope="module")
def talked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """A shop in which somebody asked, and was handed to a person. Tests that damage it copy it."""
    folder = tmp_path_factory.mktemp("audited") / "shop"
    run = CliRunner()

    def invoke(*arguments: str) -> Result:
        done = run.invoke(app, [*arguments])
        assert done.exit_code == 0, done.output
        return done

    invoke("shop", "init", str(folder), "--stores", "1")
    first = json.loads(invoke("ask", "where is my order?", "--as", WHO.email, "--shop", str(folder), "--json").stdout)
    more = ("--as", WHO.email, "--shop", str(folder), "--json", "--conversation", first["conversation_id"])
    return folder, [first, json.loads(invoke("ask", "let me talk to a person", *more).stdout)]


Talked = tuple[Path, list[dict[str, Any]]]


def test_an_intact_log_verifies_against_its_head_and_a_cut_one_does_not(
    shopgraph: Invoke, talked: Talked, tmp_path: Path
) -> None:
    shop, head = talked[0], tmp_path / "head.json"
    assert shopgraph("audit", "checkpoint", "--shop", shop, "--out", head).exit_code == 0
    done = shopgraph("audit", "verify", "--shop", shop, "--head", head)
    assert (done.exit_code, done.stdout.startswith("Intact: ")) == (0, True)
    kept = json.loads(head.read_text())
    with closing(sqlite3.connect(shop / "audit.db")) as connection:
        rows = connection.execute("SELECT * FROM audit_records WHERE position > ?", (kept["records"] - 2,)).fetchall()
        connection.execute("DELETE FROM audit_records WHERE position > ?", (kept["records"] - 2,))
        connection.commit()
        assert shopgraph("audit", "verify", "--shop", shop).exit_code == 0
        done = shopgraph("audit", "verify", "--shop", shop, "--head", head, "--json")
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO audit_records VALUES ({marks})", rows)
        connection.commit()
    assert done.exit_code == 1
    report = json.loads(done.stdout)
    assert report["first_bad"] == {"position": kept["records"] - 1, "finding": "missing", "request_id": ""}


def test_a_head_that_is_none_is_refused(shopgraph: Invoke, talked: Talked, tmp_path: Path) -> None:
    (tmp_path / "head.json").write_text("{}")
    done = shopgraph("audit", "verify", "--shop", talked[0], "--head", tmp_path / "head.json")
    assert done.exit_code == 2
    assert "is no signed head" in done.stderr


def test_a_request_is_shown_and_its_original_only_to_somebody(shopgraph: Invoke, talked: Talked) -> None:
    shop, (asked, *_) = talked
    plain = json.loads(shopgraph("audit", "show", asked["request_id"], "--shop", shop, "--json").stdout)
    assert [each["node"] for each in plain["records"]][:2] == ["screen", "route"]
    assert WHO.email not in json.dumps(plain)
    assert "sealed" not in plain["records"][-1]
    done = shopgraph("audit", "show", asked["request_id"], "--shop", shop, "--original")
    assert done.exit_code == 2
    assert "--staff" in done.stderr
    who = ("--original", "--staff", "sta_1")
    whole = shopgraph("audit", "show", asked["request_id"], "--shop", shop, *who).stdout
    assert WHO.email in whole
    again = json.loads(shopgraph("audit", "show", asked["request_id"], "--shop", shop, "--json").stdout)
    assert again["records"][-1]["kind"] == "original_shown"
    assert again["records"][-1]["payload"] == {"staff": "sta_1"}


def test_everything_is_replayed_and_nothing_differs(shopgraph: Invoke, talked: Talked) -> None:
    done = shopgraph("audit", "replay", "--all", "--shop", talked[0])
    assert (done.exit_code, done.stdout) == (0, "0 of 2 requests differ.\n")


def test_another_policy_differs_and_says_where(shopgraph: Invoke, talked: Talked, tmp_path: Path) -> None:
    shop, (asked, *_) = talked
    assert shopgraph("policy", "new", tmp_path / "mine").exit_code == 0
    rules = tmp_path / "mine" / "policy.cedar"
    words = "Customers may see and change what is their own."
    rules.write_text(rules.read_text().replace(words, "Everybody keeps their own."))
    done = shopgraph("audit", "replay", asked["request_id"], "--policy", tmp_path / "mine", "--shop", shop)
    assert done.exit_code == 1
    assert "decisions" in done.stdout
    assert "Everybody keeps their own." in done.stdout
    assert done.stdout.endswith("1 of 1 requests differ.\n")


def test_the_log_is_exported_and_so_are_training_rows(shopgraph: Invoke, talked: Talked, tmp_path: Path) -> None:
    out = tmp_path / "log.jsonl"
    assert shopgraph("audit", "export", "--shop", talked[0], "--out", out).exit_code == 0
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert [row["position"] for row in rows] == [*range(1, len(rows) + 1)]
    done = shopgraph("audit", "export", "--for", "router", "--shop", talked[0])
    assert json.loads(done.stdout.splitlines()[0])["intent"] == "order_status"
    done = shopgraph("audit", "export", "--for", "nothing", "--shop", talked[0])
    assert done.exit_code == 2
    assert "One of router, tiers, chat, preference" in done.stderr


def test_a_handoff_is_listed_taken_and_resolved(shopgraph: Invoke, talked: Talked) -> None:
    shop, (_, handed) = talked
    (view,) = json.loads(shopgraph("handoff", "list", "--shop", shop, "--json").stdout)["handoffs"]
    assert (view["status"], view["conversation_id"]) == ("open", handed["conversation_id"])
    early = shopgraph("handoff", "resolve", view["id"], "--staff", "sta_1", "--as", "solved", "--shop", shop)
    assert early.exit_code == 2
    assert "nobody has taken it" in early.stderr
    taken = shopgraph("handoff", "take", view["id"], "--staff", "sta_1", "--shop", shop)
    assert "> where is my order?" in taken.stdout
    odd = shopgraph("handoff", "resolve", view["id"], "--staff", "sta_1", "--as", "somehow", "--shop", shop)
    assert "One of solved, declined, not_needed, unreached" in odd.stderr
    done = shopgraph("handoff", "resolve", view["id"], "--staff", "sta_1", "--as", "solved", "--shop", shop)
    assert done.stdout.strip() == f"{view['id']}: resolved as solved by sta_1"
    assert "Nothing waits" in shopgraph("handoff", "list", "--shop", shop).stderr


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("audit", "forget", "--by", "dpo"), "Say whose keys"),
        (("audit", "forget", "--customer", "cus_x", "--before", "2026-01", "--by", "dpo"), "Say whose keys"),
        (("audit", "forget", "--customer", "cus_x"), "Who ordered it?"),
        (("audit", "forget", "--before", "June", "--by", "dpo"), "is no month"),
        (("audit", "replay"), "Say which requests"),
        (("audit", "show", "req_nothing"), "no request req_nothing"),
        (("handoff", "take", "handoff:nothing", "--staff", "sta_1"), "no handoff"),
    ],
)
def test_what_makes_no_sense_is_refused(
    shopgraph: Invoke, talked: Talked, arguments: tuple[str, ...], error: str
) -> None:
    done = shopgraph(*arguments, "--shop", talked[0])
    assert done.exit_code == 2
    assert error in done.stderr


def test_a_record_is_looked_for_in_no_throw_away_shop(shopgraph: Invoke) -> None:
    done = shopgraph("audit", "verify")
    assert done.exit_code == 2
    assert "No shop was named" in done.stderr


def test_forgetting_ends_replay_for_that_customer(shopgraph: Invoke, talked: Talked) -> None:
    shop = talked[0]
    done = shopgraph("audit", "forget", "--customer", WHO.customer_id, "--by", "dpo", "--shop", shop)
    assert done.stdout == "1 keys destroyed.\n"
    done = shopgraph("audit", "replay", "--all", "--shop", shop, "--json")
    assert done.exit_code == 0
    assert len(json.loads(done.stdout)["erased"]) == 2
    assert shopgraph("audit", "verify", "--shop", shop).exit_code == 0
