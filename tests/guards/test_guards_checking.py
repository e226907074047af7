"""All that is wrong with a policy's files is found at once, each with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shopgraph.errors import InvalidInput
from shopgraph.guards.checking import check
from shopgraph.guards.policy import BUNDLES, PolicyBundle

Edit = Callable[[str, str, str], Path]


@pytest.mark.parametrize("name", ["default", "tau2-retail"])
def test_the_packaged_bundles_are_right(name: str) -> None:
    checked = check(BUNDLES / name)
    assert checked.problems == ()
    assert [part.split()[1] for part in checked.held if "switched" not in part][:2] == ["rules", "actions"]
    assert checked.held[-1].endswith(" cases")


def test_every_problem_of_every_file_is_told(edited: Edit) -> None:
    edited("policy.cedar", "context.code_known", "context.code_knwon")
    edited("policy.cedar", '@reason("There is no such record among this customer\'s own.")', "")
    edited("policy.cedar", "{max_percent} percent that may", "{most} percent that may")
    edited("bundle.yaml", "version:", "version_number:")
    edited("calendars/uk.yaml", "percent: 20", "percent: 120")
    folder = edited("calendars/de.yaml", "window_days: 30", "window_days: a month")
    problems = check(folder).problems
    for file, what in (
        ("policy.cedar", "code_knwon"),
        ("policy.cedar", "rule own-records-only: it has no @reason"),
        ("policy.cedar", "'most'"),
        ("bundle.yaml", "version"),
        ("calendars/uk.yaml", "percent"),
        ("calendars/de.yaml", "window_days"),
    ):
        assert [text for text in problems if str(folder / file) in text and what in text], (file, what)
    assert all(", line " in text for text in problems)


def test_what_only_shows_in_the_whole_is_told(edited: Edit) -> None:
    folder = edited("bundle.yaml", "off: {}", "off: {no-such-rule: because}")
    (problem,) = check(folder).problems
    assert "no-such-rule" in problem


def test_the_bundles_cases_are_checked_with_it(edited: Edit) -> None:
    folder = edited("cases.yaml", "expect: deny cancel-reason", "expect: deny cancel-raison")
    (problem,) = check(folder).problems
    assert str(folder / "cases.yaml") in problem
    assert "cancel-raison" in problem


@pytest.mark.parametrize(
    ("file", "held"),
    [
        ("policy.cedar", "rules"),
        ("schema.cedarschema", "the schema"),
        ("bundle.yaml", "the manifest"),
        ("calendars/uk.yaml", "the calendar of uk"),
        ("cases.yaml", "cases"),
    ],
)
def test_a_file_is_checked_by_itself(file: str, held: str) -> None:
    checked = check(BUNDLES / "default" / file)
    assert checked.problems == ()
    assert held in checked.held[0]


def test_a_file_is_not_blamed_for_its_neighbors(edited: Edit) -> None:
    folder = edited("calendars/uk.yaml", "percent: 20", "percent: 120")
    assert check(folder / "calendars" / "de.yaml").problems == ()
    assert check(folder / "policy.cedar").problems == ()
    (problem,) = check(folder / "calendars" / "uk.yaml").problems
    assert "uk.yaml, line " in problem


def test_cases_are_checked_against_the_policy_that_is_named(edited: Edit, tau2: PolicyBundle) -> None:
    cases = BUNDLES / "default" / "cases.yaml"
    assert check(cases).problems == ()
    assert any("switched off" in problem for problem in check(cases, tau2).problems)


def test_what_is_no_part_of_a_policy_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="There is no"):
        check(tmp_path / "nowhere.cedar")
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(InvalidInput, match="no file of a policy"):
        check(tmp_path / "notes.txt")
