"""A bundle is checked when it is loaded: what is wrong is named by file, line and rule."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from shopgraph.domain import Money, Principal
from shopgraph.errors import ConfigurationError
from shopgraph.guards.cedar import split_statements
from shopgraph.guards.decisions import Effect, PolicyRequest
from shopgraph.guards.policy import BUNDLES, PolicyBundle, load_bundle

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)

Edit = Callable[[str, str, str], Path]


def line_of(folder: Path, file: str, text: str) -> int:
    """The line on which `text` first stands."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


BROKEN_RULES = [
    ('@id("code-region")', '@id("code-running")', "code-running", "same @id"),
    ('@reason("There is no such code.")', "", "code-known", "no @reason"),
    ('@reason("There is no such code.")', '@reason("")', "code-known", "no @reason"),
    ("context.code_known", "context.code_knwon", "code-known", "code_knwon"),
    ("context.code_known", "context.code_known &&", "code-known", "no Cedar statement"),
    ("context has days_since_last_code && ", "", "code-cooldown", "optional attribute"),
    ("context.reason)", "context.refund_minor)", "cancel-reason", "type"),
    (
        'Action::"offer_discount", resource)\nunless { context.margin_ok }',
        'Action::"sell", resource)',
        "margin-floor",
        "sell",
    ),
    ("{max_percent} percent that may", "{most} percent that may", "discount-limit", "'most'"),
    ('@effect("approve")\nforbid', '@effect("maybe")\nforbid', "refund-approval", "@effect"),
    ("principal is Guest, action in", "principal == ?principal, action in", "?", "template"),
]


@pytest.mark.parametrize(("old", "new", "rule", "what"), BROKEN_RULES)
def test_a_wrong_rule_is_named_by_file_line_and_id(edited: Edit, old: str, new: str, rule: str, what: str) -> None:
    folder = edited("policy.cedar", old, new)
    with pytest.raises(ConfigurationError) as caught:
        load_bundle(folder)
    message = str(caught.value)
    assert f"{folder / 'policy.cedar'}, line " in message
    assert f"rule {rule}" in message
    assert what in message


def test_the_line_is_that_of_the_statement(edited: Edit) -> None:
    folder = edited("policy.cedar", "context.code_known", "context.unknown_fact")
    with pytest.raises(ConfigurationError) as caught:
        load_bundle(folder)
    assert caught.value.fields["line"] == line_of(folder, "policy.cedar", '@id("code-known")')
    assert caught.value.fields["rule"] == "code-known"


def test_a_statement_without_id_is_refused_with_its_line(edited: Edit) -> None:
    folder = edited("policy.cedar", '@id("code-known")', "")
    with pytest.raises(ConfigurationError, match="no @id") as caught:
        load_bundle(folder)
    assert caught.value.fields["line"] == line_of(folder, "policy.cedar", '@reason("There is no such code.")')


BROKEN_FILES = [
    ("schema.cedarschema", "entity Guest;", "entity Guest", "no Cedar schema"),
    ("bundle.yaml", "version:", "version_number:", "version"),
    ("bundle.yaml", "name: default", "name: default\nname: other", "given twice"),
    ("bundle.yaml", "identification: []", "identification: [fingerprint]", "identification"),
    ("bundle.yaml", "off: {}", "off: {no-such-rule: because}", "no-such-rule"),
    ("bundle.yaml", "brand:", "brand: [", "not YAML"),
    ("calendars/uk.yaml", "region_id: uk", "region_id: gb", "'gb'"),
    ("calendars/uk.yaml", "percent: 20", "percent: 120", "tax.percent"),
    ("calendars/uk.yaml", "percent: 20", "percents: 20", "tax.percent"),
    ("calendars/uk.yaml", "3.95 GBP", "3.955 GBP", "shipping.0.price"),
    ("calendars/uk.yaml", "3.95 GBP", "3.95", "shipping.0.price"),
    ("calendars/uk.yaml", "3.95 GBP", "3.95 USD", "currency"),
    ("calendars/uk.yaml", "window_days: 30", "window_days: -1", "returns.0.window_days"),
    ("calendars/uk.yaml", "min_days: 1, max_days: 3", "min_days: 4, max_days: 3", "max_days"),
    ("calendars/uk.yaml", "id: express", "id: standard", "one id"),
]


@pytest.mark.parametrize(("file", "old", "new", "what"), BROKEN_FILES)
def test_a_wrong_file_is_named(edited: Edit, file: str, old: str, new: str, what: str) -> None:
    folder = edited(file, old, new)
    with pytest.raises(ConfigurationError) as caught:
        load_bundle(folder)
    assert str(folder / file) in str(caught.value)
    assert what in str(caught.value)


def test_a_wrong_value_is_named_by_line(edited: Edit) -> None:
    folder = edited("calendars/de.yaml", "window_days: 30", "window_days: a month")
    with pytest.raises(ConfigurationError) as caught:
        load_bundle(folder)
    assert caught.value.fields["line"] == line_of(folder, "calendars/de.yaml", "window_days")


def test_missing_parts_are_named(edited: Edit, tmp_path: Path) -> None:
    folder = edited("bundle.yaml", "off: {}", "off: {}")
    (folder / "policy.cedar").unlink()
    with pytest.raises(ConfigurationError, match=r"policy\.cedar is missing"):
        load_bundle(folder)
    shutil.copy(BUNDLES / "default" / "policy.cedar", folder)
    shutil.rmtree(folder / "calendars")
    with pytest.raises(ConfigurationError, match="holds no calendar"):
        load_bundle(folder)
    with pytest.raises(ConfigurationError, match=r"default, tau2-retail") as caught:
        load_bundle(tmp_path / "nowhere")
    assert "nowhere" in str(caught.value)
    for sneaky in ("../default", "", ".", "no-such"):
        if not Path(sneaky).is_dir():
            with pytest.raises(ConfigurationError):
                load_bundle(sneaky)


def test_a_copied_bundle_is_the_same_bundle(edited: Edit, default: PolicyBundle) -> None:
    folder = edited("bundle.yaml", "off: {}", "off: {}")
    copy = load_bundle(folder)
    assert copy.version == default.version
    assert copy.folder == folder
    assert load_bundle(str(folder)).rules == default.rules


def test_the_version_names_exactly_these_rules(edited: Edit, default: PolicyBundle) -> None:
    changed = load_bundle(edited("calendars/us-west.yaml", "percent: 9.5", "percent: 9.25"))
    assert changed.version != default.version
    assert changed.version.startswith("1+")


def test_a_rule_can_be_switched_off_with_why(edited: Edit) -> None:
    folder = edited("bundle.yaml", "off: {}", "off: {internal-only: Everybody works here.}")
    bundle = load_bundle(folder)
    assert bundle.off == {"internal-only": "Everybody works here."}
    request = PolicyRequest(
        principal=Principal.customer("c"), action="receive_return", facts={"return_status": "requested"}
    )
    decision = bundle.decide(request)
    assert (decision.effect, decision.rule) == (Effect.DENY, "default-deny"), "a forbid less is not a permit more"


def test_statements_are_split_outside_of_strings_and_comments() -> None:
    text = '// one; two\n@id("a;b") // c;\npermit (principal, action, resource);\n\n\n@id("q\\";")\nforbid\n(x);  rest'
    assert [(line, part.strip()[:8]) for line, part in split_statements(text)] == [
        (2, '@id("a;b'),
        (6, '@id("q\\"'),
        (8, "rest"),
    ]


def test_the_regions_have_their_own_terms(default: PolicyBundle, tau2: PolicyBundle) -> None:
    taxes = {
        region: (default.calendar(region, AT).tax.percent, default.calendar(region, AT).tax.inclusive)
        for region in default.regions
    }
    assert taxes == {
        "us-northeast": (Decimal("8.875"), False),
        "us-south": (Decimal("7"), False),
        "us-midwest": (Decimal("6.25"), False),
        "us-west": (Decimal("9.5"), False),
        "uk": (Decimal("20"), True),
        "de": (Decimal("19"), True),
        "fr": (Decimal("20"), True),
        "jp": (Decimal("10"), True),
        "kw": (Decimal("0"), False),
    }
    kuwait = default.calendar("kw", AT).shipping[0]
    assert (kuwait.price, kuwait.free_from) == (Money.of("1.500", "KWD"), Money.of("20.000", "KWD"))
    assert kuwait.cost(Money.of("19.999", "KWD")) == Money.of("1.500", "KWD")
    assert kuwait.cost(Money.of("20.000", "KWD")) == Money.zero("KWD")
    assert default.calendar("us-west", AT).returns.restocking_fee == Money.of("4.95", "USD")
    assert default.calendar("jp", AT).returns.window_days == 14
    assert default.calendar("jp", AT).shipping[0].price == Money(amount=550, currency="JPY")
    assert tau2.calendar("us", AT).returns.window_days is None
    for region in default.regions:
        calendar = default.calendar(region, AT)
        assert {method.id for method in calendar.shipping} == {"standard", "express"}
        assert calendar.approval.refund_above is not None
        assert calendar.tax.rate("anything") == calendar.tax.percent


def test_a_region_without_calendar_is_a_mistake_in_configuration(default: PolicyBundle) -> None:
    with pytest.raises(ConfigurationError, match="atlantis") as caught:
        default.calendar("atlantis", AT)
    assert "atlantis.yaml" in caught.value.remedy
