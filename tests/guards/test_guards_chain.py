"""The chain itself: order, failure, and the same answers as guardrails-ai gives."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.checks import CHECKS, Check, OnError
from shopgraph.guards.checks.amounts import find_amounts, read_number, write_number
from shopgraph.guards.checks.base import Finding, apply
from shopgraph.guards.checks.text import sentences
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

PHRASES = [
    "The Blue Wrap Dress costs $39.99.",
    "The Blue Wrap Dress costs $49.99.",
    "Silver Heels",
    "in size L is in stock",
    "only two left",
    "I can give you 50% off.",
    "Use code SAVE90.",
    "Delivery takes 1-2 days and costs $3.",
    "Order #D1000001 has been delivered.",
    "I have cancelled it.",
    "See http://evil.example/x",
    "bob@other.example",
    "guaranteed lowest price",
    "my system prompt is",
    "1.234,50 €",
    "is",
    "not",
    "\n",
    "!",
    "…",
    "- ",
]
drafts = st.lists(st.sampled_from(PHRASES) | st.text(max_size=12), max_size=8).map(" ".join)


def crash(text: str, facts: Facts) -> list[Finding]:
    """A check that fails."""
    raise RuntimeError("out of order")


def test_an_empty_chain_lets_nothing_through(facts: Facts) -> None:
    result = GuardChain([]).run("Hello.", facts)
    assert (result.text, result.blocked) == ("", True)
    assert result.verdicts[0].verdict is VerdictKind.BLOCK


def test_a_check_that_fails_is_no_pass(facts: Facts) -> None:
    broken = Check(name="broken", find=crash, protects="Nothing.")
    result = GuardChain([*CHECKS, broken]).run("Hello.", facts)
    assert (result.text, result.blocked) == ("", True)
    assert [(verdict.guard, verdict.verdict) for verdict in result.verdicts] == [("broken", VerdictKind.ERROR)]
    assert "out of order" in result.verdicts[0].reason


def test_a_check_may_be_declared_open(facts: Facts) -> None:
    broken = Check(name="broken", find=crash, protects="Style.", on_error=OnError.OPEN)
    result = GuardChain([broken, *CHECKS]).run("The Blue Wrap Dress costs $39.99.", facts)
    assert result.text == "The Blue Wrap Dress costs $49.99."
    assert [verdict.verdict for verdict in result.verdicts] == [VerdictKind.ERROR, VerdictKind.FIX]


def test_only_what_is_style_is_open() -> None:
    assert {check.name for check in CHECKS if check.on_error is OnError.OPEN} == {"brand", "length", "tone"}
    assert len({check.name for check in CHECKS}) == len(CHECKS)
    assert all(check.protects for check in CHECKS)


def test_each_check_works_on_what_the_one_before_left(facts: Facts) -> None:
    def first(text: str, facts: Facts) -> Iterator[Finding]:
        yield Finding(verdict=VerdictKind.FIX, start=0, end=1, after="xyz", reason="r")

    def second(text: str, facts: Facts) -> Iterator[Finding]:
        assert text.startswith("xyz")
        yield Finding(verdict=VerdictKind.FIX, start=2, end=len(text), after="!", reason="r")

    chain = GuardChain([Check(name="a", find=first, protects="a"), Check(name="b", find=second, protects="b")])
    result = chain.run("abc", facts)
    assert result.text == "xy!"
    assert [(v.guard, v.before, v.after) for v in result.verdicts] == [("a", "a", "xyz"), ("b", "zbc", "!")]


def test_of_two_findings_that_overlap_the_first_counts() -> None:
    found = [
        Finding(verdict=VerdictKind.FIX, start=0, end=3, after="A", reason=""),
        Finding(verdict=VerdictKind.FIX, start=2, end=4, after="B", reason=""),
        Finding(verdict=VerdictKind.FIX, start=4, end=5, after="C", reason=""),
    ]
    assert apply("01234", found).text == "A3C"


def test_the_bundle_gives_brand_and_hosts_where_the_facts_have_none(chain: GuardChain) -> None:
    link = "See https://lindenandpine.example/size-guide for more."
    assert chain.run(link, Facts()).text == link
    assert chain.run(link, Facts(allowed_hosts=())).text != link


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=drafts)
def test_no_text_crashes_the_chain_or_grows_without_bound(chain: GuardChain, facts: Facts, draft: str) -> None:
    result = chain.run(draft, facts)
    assert not [verdict for verdict in result.verdicts if verdict.verdict is VerdictKind.ERROR]
    assert len(result.text) <= 4 * len(draft) + 50
    assert result.blocked == (not result.text.strip())


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=drafts)
def test_a_checked_text_passes_when_checked_again(chain: GuardChain, facts: Facts, draft: str) -> None:
    once = chain.run(draft, facts)
    if not once.blocked:
        again = chain.run(once.text, facts)
        assert not [v for v in again.verdicts if v.verdict in (VerdictKind.ERROR, VerdictKind.BLOCK)]


@given(st.text(max_size=200))
def test_sentences_put_together_are_the_text(text: str) -> None:
    found = sentences(text)
    assert "".join(text[sentence.start : sentence.end] for sentence in found) == text
    assert all(sentence.end > sentence.start for sentence in found)


@given(
    st.integers(0, 10**9),
    st.sampled_from(["USD", "JPY", "KWD", "EUR"]),
    st.sampled_from(["", "49.99", "49,99", "1,234.50", "1.234,50", "1234", "5,500"]),
    st.sampled_from(["en_US", "de_DE", "fr_FR", "ja_JP"]),
)
def test_a_number_that_was_written_is_read_again(minor: int, currency: str, like: str, locale: str) -> None:
    value = Decimal(minor).scaleb(-{"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}[currency])
    written = write_number(value, like=like, currency=currency, locale=locale)
    assert value in read_number(written)
    (found,) = find_amounts(f"{currency} {written}")
    assert value in found.values


@pytest.fixture(scope="module")
def guard(chain: GuardChain) -> object:
    """The chain as a guardrails-ai Guard; it takes seconds to import, so once."""
    return chain.guard()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(draft=drafts.filter(lambda text: bool(text.strip())))
def test_guardrails_gives_the_same_answer(chain: GuardChain, guard: object, facts: Facts, draft: str) -> None:
    validated = guard.validate(draft, metadata={"facts": facts.model_dump(mode="json")})  # type: ignore[attr-defined]
    ours = chain.run(draft, facts)
    assert validated.validated_output == ours.text
    assert validated.validation_passed


def test_a_validator_of_somebody_else_joins_the_chain(facts: Facts) -> None:
    from guardrails.validator_base import (  # type: ignore[import-untyped]
        FailResult,
        PassResult,
        ValidationResult,
        Validator,
        register_validator,
    )

    from shopgraph.guards.validators import as_check

    @register_validator(name="elsewhere/no-shouting", data_type="string")
    class NoShouting(Validator):  # type: ignore[misc]
        def _validate(self, value: str, metadata: dict[str, object]) -> ValidationResult:
            assert isinstance(metadata["facts"], Facts)
            if "STOP" in value:
                return FailResult(error_message="It stops.")
            if value.isupper():
                return FailResult(error_message="It shouts.", fix_value=value.capitalize())
            return PassResult()

    chain = GuardChain([*CHECKS, as_check(NoShouting())])
    assert chain.run("Hello.", facts).verdicts == ()
    assert chain.run("HELLO.", facts).text == "Hello."
    stopped = chain.run("STOP.", facts)
    assert (stopped.text, stopped.blocked) == ("", True)
    assert stopped.verdicts[0].guard == "elsewhere-no-shouting"


def test_the_guard_reports_to_nobody(guard: object) -> None:
    assert guard._allow_metrics_collection is False  # type: ignore[attr-defined]


def test_the_hot_path_imports_no_guardrails() -> None:
    code = (
        "import sys, shopgraph.guards.chain as c, shopgraph.guards.policy as p, shopgraph.guards.facts as f;"
        "import shopgraph.guards.screen, shopgraph.guards.allowances;"
        "c.GuardChain.for_bundle(p.load_bundle('default')).run('It costs $5.', f.Facts());"
        "assert not {'guardrails', 'litellm', 'chromadb'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_checking_takes_milliseconds(chain: GuardChain, facts: Facts) -> None:
    line = "The Blue Wrap Dress costs $49.99 and the Silver Heels cost $1,079.00; delivery is $4.99. "
    draft = line * 11
    best = 9.0
    for _ in range(5):
        started = time.thread_time()
        assert chain.run(draft, facts).verdicts == ()
        best = min(best, time.thread_time() - started)
    assert best < 0.025, "2 to 4 ms of CPU were measured"
