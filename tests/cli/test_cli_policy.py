"""`shopgraph policy`: what staff do with rules, and what the shell is told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result

from shopgraph.connectors.demo.cast import CAST
from shopgraph.guards.policy import BUNDLES, load_bundle

Shopgraph = Callable[..., Result]
EARLIER = CAST["late_returner"]
RETURN = json.dumps(
    {
        "order_id": EARLIER.order_ids["delivered"],
        "items": [{"sku": EARLIER.skus["bought"]}],
        "payment_method_id": "unknown",
    }
)


@pytest.fixture
def bundle(elsewhere: Path) -> Path:
    """A bundle of one's own."""
    return Path(shutil.copytree(BUNDLES / "default", elsewhere / "own"))


@pytest.fixture
def shop(demo_shop: Path, elsewhere: Path) -> Path:
    """A shop that may be changed."""
    return Path(shutil.copytree(demo_shop, elsewhere / "shop"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_right_says_what_it_holds(shopgraph: Shopgraph, bundle: Path) -> None:
    done = shopgraph("policy", "check", "default", "tau2-retail", bundle / "policy.cedar")
    assert done.exit_code == 0, done.output
    first, second, third = done.stdout.splitlines()
    assert all(word in first for word in ("rules", "actions", "9 calendars", "cases; nothing is wrong"))
    assert "4 switched off" in second
    assert "1 calendar," in second
    assert str(bundle / "policy.cedar") in third


def test_all_that_is_wrong_is_told(shopgraph: Shopgraph, bundle: Path) -> None:
    replace(bundle / "policy.cedar", "context.code_known", "context.code_knwon")
    replace(bundle / "policy.cedar", "unless { context.has_cart };", "unless { context.has_a_cart };")
    replace(bundle / "calendars" / "uk.yaml", "region_id: uk", "region_id: gb")
    done = shopgraph("policy", "check", bundle)
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert "rule code-known" in lines[0]
    assert "rule code-needs-cart" in lines[1]
    assert "uk.yaml, line 1" in lines[2]


def test_what_is_no_policy_is_bad_input(shopgraph: Shopgraph) -> None:
    for words in (("check", "nowhere"), ("test", "nowhere.yaml"), ("explain", "--action", "sell"), ("diff", "a", "b")):
        done = shopgraph("policy", *words)
        assert done.exit_code == 2
        assert done.stderr.startswith("error: ")


def test_cases_that_hold(shopgraph: Shopgraph, elsewhere: Path) -> None:
    done = shopgraph("policy", "test", "default", "--require-coverage", "--json", "out.json", "--junit", "out.xml")
    assert done.exit_code == 0, done.output
    figures = json.loads((elsewhere / "out.json").read_text())
    assert figures["cases"] == figures["held"] > 100
    assert figures["failed"] == figures["not_exercised"] == []
    assert figures["policy_version"] == load_bundle("default").version
    suite = ElementTree.parse(elsewhere / "out.xml").getroot()
    assert (suite.get("name"), suite.get("failures")) == ("shopgraph policy test", "0")
    assert f"{figures['held']} of {figures['cases']} cases hold" in done.stdout


def test_a_case_that_fails_says_where_and_what_came(shopgraph: Shopgraph, bundle: Path, elsewhere: Path) -> None:
    replace(bundle / "policy.cedar", "context.days_since_delivery > context.window_days", "false")
    done = shopgraph("policy", "test", bundle, "--junit", "out.xml")
    assert done.exit_code == 1
    failed = done.stdout.splitlines()[0]
    assert failed.startswith(f"{bundle / 'cases.yaml'}, line ")
    assert "expected deny return-window, got allow own-records" in failed
    suite = ElementTree.parse(elsewhere / "out.xml").getroot()
    assert int(suite.get("failures", "0")) == len(done.stdout.splitlines()) - 1


def test_rules_that_no_case_tries_are_named(shopgraph: Shopgraph, elsewhere: Path) -> None:
    (elsewhere / "few.yaml").write_text("cases:\n  - {name: Look, action: get_product, who: guest, expect: allow}\n")
    done = shopgraph("policy", "test", "few.yaml", "--policy", "default")
    assert done.exit_code == 0
    assert "in no case holds identify-first, " in done.stderr
    assert shopgraph("policy", "test", "few.yaml", "--policy", "default", "--require-coverage").exit_code == 1


def test_cases_of_several_policies_need_one_to_ask(shopgraph: Shopgraph) -> None:
    done = shopgraph("policy", "test", "default", "tau2-retail")
    assert done.exit_code == 2
    assert "--policy" in done.stderr


def test_why_and_what_would_change_it(shopgraph: Shopgraph) -> None:
    done = shopgraph("policy", "explain", "--action", "return_items", "--fact", "days_since_delivery=41")
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("return_items, asked by customer customer: deny\n")
    assert "days_since_delivery = 41" in done.stdout
    assert ": deny return-window\n" in done.stdout
    assert "allow if days_since_delivery were 30 instead of 41 (own-records)" in done.stdout
    assert "order_status" in done.stderr, "what was taken as usual is said"


def test_an_explanation_as_json(shopgraph: Shopgraph) -> None:
    words = ("policy", "explain", "--policy", "tau2-retail", "--action", "cancel_order", "--json")
    done = shopgraph(*words, "--as", "staff:s1:agent", "--owner", "c1", "--fact", "reason=bored")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["decision"]["rule"] == "cancel-reason"
    assert told["question"]["principal"] == {"kind": "staff", "id": "s1", "roles": ["agent"], "method": "host"}
    assert told["question"]["owner_id"] == "c1"
    assert [change["facts"][0]["would_be"] for change in told["changes"]] == ["no_longer_needed"]


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--as", "the boss"), "names nobody"),
        (("--as", "customer:"), "names nobody"),
        (("--fact", "refund_minor"), "NAME=VALUE"),
        (("--fact", "refund_minor=much"), "is a Long"),
        (("--fact", "refnd_minor=1"), "there is no fact 'refnd_minor'"),
        (("--args", "{}"), "--shop"),
    ],
)
def test_a_question_that_says_nothing_is_bad_input(shopgraph: Shopgraph, words: tuple[str, ...], what: str) -> None:
    done = shopgraph("policy", "explain", "--action", "cancel_order", *words)
    assert done.exit_code == 2
    assert what in done.stderr


def test_a_call_is_explained_on_the_shops_records_and_not_done(shopgraph: Shopgraph, shop: Path) -> None:
    before = shopgraph("shop", "export", shop, "--hash").stdout
    words = ("policy", "explain", "--shop", shop, "--action", "return_items", "--args", RETURN)
    done = shopgraph(*words, "--as", f"customer:{EARLIER.customer_id}", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["read"]["days_since_delivery"] == 60
    assert [rule["id"] for rule in told["rules"]][1:] == ["return-window", "refund-destination", "own-payment-method"]
    assert told["decision"]["rule"] == "return-window"
    stranger = shopgraph(*words, "--as", f"customer:{CAST['stranger'].customer_id}")
    assert stranger.exit_code == 2
    assert "own-records-only" in stranger.stderr
    assert shopgraph("shop", "export", shop, "--hash").stdout == before


def test_the_same_rules_change_nothing(shopgraph: Shopgraph, bundle: Path) -> None:
    done = shopgraph("policy", "diff", "default", bundle)
    assert done.exit_code == 0
    assert "no part of it differs" in done.stdout


def test_another_version_says_what_it_changes(shopgraph: Shopgraph, bundle: Path) -> None:
    replace(bundle / "policy.cedar", '@id("code-cooldown")', '@id("code-pause")')
    replace(bundle / "policy.cedar", 'context.order_status == "delivered"', 'context.order_status == "shipped"')
    replace(bundle / "calendars" / "uk.yaml", "percent: 20", "percent: 21")
    done = shopgraph("policy", "diff", "default", bundle, "--json")
    assert done.exit_code == 1, done.output
    told = json.loads(done.stdout)
    assert [(part["part"], part["id"], part["kind"]) for part in told["parts"]] == [
        ("rule", "return-only-delivered", "changed"),
        ("rule", "code-pause", "added"),
        ("calendar", "uk", "changed"),
        ("rule", "code-cooldown", "removed"),
    ]
    changed = {change["question"]["name"]: change["new"]["rule"] for change in told["answers"]}
    assert changed["Twenty-nine days after a code there is no other (redeem_code)"] == "code-pause"
    assert told["asked"] > len(changed)


def test_real_decisions_are_asked_again(shopgraph: Shopgraph, shop: Path, bundle: Path, elsewhere: Path) -> None:
    canceler = CAST["canceler"]
    text = f"Cancel my order {canceler.order_ids['pending']}, I no longer need it."
    asked = shopgraph("ask", text, "--as", canceler.email, "--shop", shop, "--json")
    request = json.loads(asked.stdout)["request_id"]
    replace(bundle / "policy.cedar", 'context.order_status == "pending"', 'context.order_status == "processed"')
    (elsewhere / "one.yaml").write_text("cases:\n  - {name: Look, action: get_product, expect: allow}\n")
    done = shopgraph("policy", "diff", "default", bundle, "--shop", shop, "--cases", "one.yaml", "--json")
    assert done.exit_code == 1, done.output
    told = json.loads(done.stdout)
    assert told["asked"] == 2
    (change,) = told["answers"]
    assert change["question"]["name"] == f"request {request}"
    assert (change["old"]["effect"], change["new"]["rule"]) == ("allow", "cancel-only-pending")


def test_a_version_is_installed_and_taken_back(shopgraph: Shopgraph, shop: Path, bundle: Path) -> None:
    replace(bundle / "bundle.yaml", 'version: "1"', 'version: "2"')
    old, new = load_bundle("default").version, load_bundle(bundle).version
    assert shopgraph("policy", "versions", shop).stdout.startswith(f"* {old}")
    done = shopgraph("policy", "install", bundle, shop)
    assert done.exit_code == 0, done.output
    assert f"{shop} goes by {new}" in done.stdout
    assert json.loads(shopgraph("shop", "info", shop, "--json").stdout)["policy"] == f"default {new}"
    listed = shopgraph("policy", "versions", shop).stdout.splitlines()
    assert [line.split()[:2] for line in listed] == [[old, "from"], ["*", new]]
    assert shopgraph("policy", "back", shop).stdout == f"{shop} goes by {old}\n"
    assert json.loads(shopgraph("shop", "info", shop, "--json").stdout)["policy"] == f"default {old}"
    assert shopgraph("policy", "back", shop).exit_code == 2


def test_a_version_whose_cases_fail_is_not_installed(shopgraph: Shopgraph, shop: Path, bundle: Path) -> None:
    replace(bundle / "policy.cedar", 'context.order_status == "delivered"', 'context.order_status == "shipped"')
    before = contents(shop / "policy")
    done = shopgraph("policy", "install", bundle, shop)
    assert done.exit_code == 1
    assert "nothing was installed" in done.stderr
    assert contents(shop / "policy") == before
    assert not (shop / "policies").exists()
    assert shopgraph("policy", "install", bundle, shop, "--force").exit_code == 0
    assert load_bundle(bundle).version in shopgraph("policy", "versions", shop).stdout


def test_a_version_that_does_not_fit_the_shop_is_not_installed(shopgraph: Shopgraph, shop: Path, bundle: Path) -> None:
    (bundle / "calendars" / "uk.yaml").unlink()
    before = contents(shop / "policy")
    done = shopgraph("policy", "install", bundle, shop, "--force")
    assert done.exit_code == 2
    assert "uk" in done.stderr
    assert contents(shop / "policy") == before
    assert not (shop / "policies").exists()


def test_a_packaged_name_is_not_given_twice(shopgraph: Shopgraph, elsewhere: Path) -> None:
    result = shopgraph("policy", "new", "default")
    assert result.exit_code == 2
    assert "is the name of a packaged bundle" in result.output
    assert not (elsewhere / "default").exists()


@pytest.mark.parametrize("command", ["check", "test"])
def test_files_that_are_not_there_are_bad_input(shopgraph: Shopgraph, command: str) -> None:
    result = shopgraph("policy", command, "nowhere")
    assert result.exit_code == 2
    assert "There is no nowhere." in result.output


def test_a_bundle_of_ones_own_begins_as_a_copy(shopgraph: Shopgraph, elsewhere: Path) -> None:
    assert shopgraph("policy", "new", "mine", "--from", "tau2-retail").exit_code == 0
    assert load_bundle(elsewhere / "mine").version == load_bundle("tau2-retail").version
    assert shopgraph("policy", "test", "mine").exit_code == 0
    again = shopgraph("policy", "new", "mine")
    assert again.exit_code == 2
    assert load_bundle(elsewhere / "mine").name == "tau2-retail"
