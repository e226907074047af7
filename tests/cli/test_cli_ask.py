"""Asking from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from shopgraph.connectors.demo.cast import CAST

Shopgraph = Callable[..., Result]

KEYS = {
    "answer",
    "route",
    "routes",
    "saving",
    "context",
    "decisions",
    "verdicts",
    "actions",
    "pending",
    "layers",
    "conversation_id",
    "request_id",
}
LAYERS = {
    "routing",
    "governance",
    "context_stitching",
    "monitoring",
    "policy",
    "data_prep",
    "audit",
    "engine",
}
LAYER = {"ms", "share", "calls", "cpu_ms", "tokens", "cost_nanousd"}


def records(shopgraph: Shopgraph, shop: Path | str) -> str:
    """The hash of a shop's business records."""
    return shopgraph("shop", "export", shop, "--hash").stdout


def test_json_is_one_object_with_everything_that_led_to_the_answer(shopgraph: Shopgraph, demo_shop: Path) -> None:
    tracker = CAST["tracker"]
    done = shopgraph("ask", "Where is my order?", "--as", tracker.email, "--shop", demo_shop, "--json")
    assert done.exit_code == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == KEYS
    assert set(answer["layers"]) == LAYERS
    assert all(set(layer) == LAYER for layer in answer["layers"].values())
    assert answer["layers"]["engine"]["share"] is None
    shares = [layer["share"] for name, layer in answer["layers"].items() if name != "engine"]
    assert sum(shares) == pytest.approx(1, abs=0.001)
    assert next(iter(tracker.order_ids.values())) in answer["answer"]


def test_plain_output_is_the_answer_alone(shopgraph: Shopgraph, demo_shop: Path) -> None:
    done = shopgraph("ask", "What does express delivery cost?", "--shop", demo_shop)
    assert done.exit_code == 0
    assert done.stdout.count("\n") == 1
    assert "{" not in done.stdout


def test_nobody_is_asked_who_is_there(shopgraph: Shopgraph, demo_shop: Path) -> None:
    order = next(iter(CAST["tracker"].order_ids.values()))
    answer = json.loads(shopgraph("ask", f"Where is my order {order}?", "--shop", demo_shop, "--json").stdout)
    assert order not in answer["answer"]
    assert answer["actions"] == []


def test_an_unknown_customer_is_a_guest_and_is_told_so(shopgraph: Shopgraph, demo_shop: Path) -> None:
    asked = ("ask", "Where is my order?", "--shop", demo_shop)
    unknown = shopgraph(*asked, "--as", "nobody@example.com")
    assert unknown.exit_code == 0
    assert "no customer has the e-mail address nobody@example.com; going on as a guest" in unknown.stderr
    assert unknown.stdout == shopgraph(*asked).stdout


@pytest.mark.parametrize("text", ["", "   ", "\x00\x1b"])
def test_an_empty_message_is_refused(shopgraph: Shopgraph, demo_shop: Path, text: str) -> None:
    before = records(shopgraph, demo_shop)
    done = shopgraph("ask", "-", "--shop", demo_shop, input=text)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert records(shopgraph, demo_shop) == before


def test_a_megabyte_is_refused(shopgraph: Shopgraph, demo_shop: Path) -> None:
    done = shopgraph("ask", "-", "--shop", demo_shop, input="where is my order " * 60_000)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "8,000" in done.stderr


def test_input_that_is_no_text_is_refused(shopgraph: Shopgraph, no_shop: None) -> None:
    done = shopgraph("ask", "-", input=b"\xff\xfe\xff")
    assert done.exit_code == 2
    assert "UTF-8" in done.stderr


def test_control_characters_do_no_harm(shopgraph: Shopgraph, demo_shop: Path) -> None:
    done = shopgraph("ask", "-", "--shop", demo_shop, input="What does\x00 express \x1b[31mdelivery cost?\x07")
    assert done.exit_code == 0
    assert "\x1b" not in done.output


def test_a_conversation_goes_on_by_its_id(shopgraph: Shopgraph, elsewhere: Path) -> None:
    shopgraph("shop", "init", "shop", "--stores", "4")
    canceler = CAST["canceler"]
    asked = ("--as", canceler.email, "--shop", "shop", "--json")
    first = json.loads(shopgraph("ask", "Please cancel my order.", *asked).stdout)
    ours = ("--conversation", first["conversation_id"])
    before = records(shopgraph, "shop")
    second = json.loads(shopgraph("ask", "It was ordered by mistake.", *asked, *ours).stdout)
    assert second["pending"]["tool"] == "cancel_order"
    assert records(shopgraph, "shop") == before, "nothing may be done before the yes"

    stranger = shopgraph("ask", "Yes.", "--as", CAST["stranger"].email, "--shop", "shop", "--json", *ours)
    assert (stranger.exit_code, stranger.stdout) == (2, "")
    assert records(shopgraph, "shop") == before, "somebody else's yes counts for nothing"

    third = json.loads(shopgraph("ask", "Yes, go ahead.", *asked, *ours).stdout)
    assert [action["type"] for action in third["actions"]] == ["cancel_order"]
    assert records(shopgraph, "shop") != before


def test_a_conversation_needs_its_shop(shopgraph: Shopgraph, no_shop: None) -> None:
    done = shopgraph("ask", "Yes.", "--conversation", "conv_1")
    assert done.exit_code == 2
    assert "Pass --shop" in done.stderr


def test_an_unknown_channel_is_refused(shopgraph: Shopgraph, no_shop: None) -> None:
    done = shopgraph("ask", "hello", "--channel", "telex")
    assert done.exit_code == 2
    assert "web" in done.stderr


def test_debug_shows_the_traceback(shopgraph: Shopgraph, no_shop: None) -> None:
    done = shopgraph("--debug", "ask", "hello", "--channel", "telex")
    assert type(done.exception).__name__ == "InvalidInput"


def test_chat_goes_on_until_an_empty_line(shopgraph: Shopgraph, demo_shop: Path) -> None:
    lines = "Hello!\nWhere is my order?\n\nnever read\n"
    done = shopgraph("chat", "--as", CAST["tracker"].email, "--shop", demo_shop, input=lines)
    assert done.exit_code == 0, done.output
    assert next(iter(CAST["tracker"].order_ids.values())) in done.stdout
    assert "conversation conv_" in done.stderr


@pytest.mark.data
def test_the_demo_question_on_real_data(shopgraph: Shopgraph, elsewhere: Path, shared_data: Path) -> None:
    source = shared_data / "tau2-retail" / "db.json"
    data = json.loads(source.read_text(encoding="utf-8"))
    owner = data["users"][data["orders"]["#W2611340"]["user_id"]]["email"]
    other = next(user["email"] for user in data["users"].values() if user["email"] != owner)
    question = ("ask", "Where is my order #W2611340?", "--shop", source, "--json")
    own = json.loads(shopgraph(*question, "--as", owner).stdout)
    assert "#W2611340" in own["answer"]
    assert data["orders"]["#W2611340"]["status"] in own["answer"]
    foreign = json.loads(shopgraph(*question, "--as", other).stdout)
    assert data["orders"]["#W2611340"]["status"] not in foreign["answer"]
    nobody = json.loads(shopgraph(*question).stdout)
    assert data["orders"]["#W2611340"]["status"] not in nobody["answer"]
    assert list(elsewhere.iterdir()) == []
