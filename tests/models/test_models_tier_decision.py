"""Which tier serves a request, by rules and by learning; what it saved; and the folders that a shop has trained."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.domain import Money
from shopgraph.errors import ConfigurationError
from shopgraph.models.learned import LearnedRouting
from shopgraph.models.prices import listed, price_entry
from shopgraph.models.router import IntentRouter
from shopgraph.models.routes import Tier
from shopgraph.models.scope import ModelCall
from shopgraph.models.spending import Price
from shopgraph.models.tiers.decision import TierPolicy, TierSignals, decide_tier
from shopgraph.models.tiers.savings import BYTES_PER_TOKEN, saving

BOTH = (Tier.SMALL_MODEL, Tier.LARGE_MODEL)
ORDER = [Tier.WORKFLOW, Tier.TOOL, *BOTH, Tier.PERSON]
LARGE = Price(input_token=Decimal("0.00001"), cached_token=Decimal("0.000001"), output_token=Decimal("0.00003"))


def signals(**given: object) -> TierSignals:
    known = {"intent": "order_status", "confidence": 0.3, "preferred": Tier.SMALL_MODEL, "has_workflow": True}
    return TierSignals.model_validate({"models": BOTH, **known, **given})


def dollars(amount: str) -> Money:
    return Money.of(amount, "USD")


@pytest.mark.parametrize(
    ("given", "tier", "reason"),
    [
        ({"preferred": Tier.WORKFLOW, "confidence": 0.9}, Tier.WORKFLOW, "a workflow serves order_status"),
        ({"preferred": Tier.PERSON, "confidence": 0.9}, Tier.PERSON, "for a person"),
        ({"preferred": Tier.TOOL, "confidence": 0.9}, Tier.TOOL, "looked up"),
        ({"settled": True}, Tier.WORKFLOW, "under way"),
        ({}, Tier.SMALL_MODEL, "nothing speaks for the large model"),
        ({"preferred": Tier.WORKFLOW, "has_workflow": False, "confidence": 0.9}, Tier.SMALL_MODEL, "no workflow"),
        ({"preferred": Tier.LARGE_MODEL}, Tier.LARGE_MODEL, "no guess"),
        ({"words": 60}, Tier.LARGE_MODEL, "60 words"),
        ({"at_stake": dollars("250.00")}, Tier.LARGE_MODEL, "250.00 USD at stake"),
        ({"at_stake": dollars("249.99")}, Tier.SMALL_MODEL, "nothing speaks"),
        ({"changes_records": True}, Tier.LARGE_MODEL, "changes records"),
        ({"intents": 2}, Tier.LARGE_MODEL, "2 things"),
        ({"needs_strong": True, "gain": 0.31}, Tier.LARGE_MODEL, "+0.31"),
        ({"needs_strong": False, "gain": -0.02}, Tier.SMALL_MODEL, "not worth its price"),
        ({"needs_strong": False, "gain": -0.02, "words": 80}, Tier.LARGE_MODEL, "80 words"),
        ({"models": (Tier.LARGE_MODEL,)}, Tier.LARGE_MODEL, "the only model"),
        ({"models": ()}, Tier.WORKFLOW, "no model"),
        ({"models": (), "named": True}, Tier.TOOL, "looked up"),
    ],
)
def test_each_reason_counts(given: dict[str, object], tier: Tier, reason: str) -> None:
    decision = decide_tier(TierPolicy(), signals(**given))
    assert (decision.tier, reason in decision.why) == (tier, True), decision.why


@pytest.mark.parametrize(
    ("left", "small", "large", "tier", "reason"),
    [
        (10, 2, 9, Tier.LARGE_MODEL, "60 words"),
        (5, 2, 9, Tier.SMALL_MODEL, "0.000000005 dollars left"),
        (1, 2, 9, Tier.LARGE_MODEL, "too little for a model"),
        (10, 2, None, Tier.SMALL_MODEL, "dollars left"),
        (None, 2, 9, Tier.LARGE_MODEL, "60 words"),
    ],
)
def test_the_budget_pays_for_the_tier_or_for_a_cheaper_one(
    left: int | None, small: int, large: int | None, tier: Tier, reason: str
) -> None:
    given = {"words": 60, "budget_left_nanousd": left, "small_cost_nanousd": small, "large_cost_nanousd": large}
    decision = decide_tier(TierPolicy(), signals(**given))
    assert (decision.tier, reason in decision.why) == (tier, True), decision.why


def test_the_policy_moves_the_bounds() -> None:
    policy = TierPolicy(
        unsure_below=0.95, large_from_words=None, large_from_amount={}, person_from_amount={"USD": Decimal(1000)}
    )
    assert decide_tier(policy, signals(preferred=Tier.WORKFLOW, confidence=0.9)).tier is Tier.SMALL_MODEL
    assert decide_tier(policy, signals(words=500)).tier is Tier.SMALL_MODEL
    assert decide_tier(policy, signals(at_stake=dollars("999.99"))).tier is Tier.SMALL_MODEL
    assert decide_tier(policy, signals(at_stake=dollars("1000.00"))).tier is Tier.PERSON
    euros = Money.of("5000.00", "EUR")
    assert decide_tier(policy, signals(at_stake=euros)).tier is Tier.SMALL_MODEL
    with pytest.raises(ValueError, match="quotation marks"):
        TierPolicy.model_validate({"large_from_amount": {"USD": 2.5}})


@given(
    st.sampled_from(ORDER), st.booleans(), st.integers(0, 200), st.booleans(), st.booleans(), st.floats(0, 1),
)  # fmt: skip
def test_who_is_less_sure_never_goes_down(
    preferred: Tier, has_workflow: bool, words: int, changes: bool, named: bool, confidence: float
) -> None:
    given = {"has_workflow": has_workflow, "words": words, "changes_records": changes, "named": named}
    policy = TierPolicy(unsure_below=0.5)
    sure = decide_tier(policy, signals(preferred=preferred, confidence=1.0, **given))
    unsure = decide_tier(policy, signals(preferred=preferred, confidence=confidence, **given))
    lost = decide_tier(policy, signals(preferred=Tier.LARGE_MODEL, confidence=0.0, **given))
    assert ORDER.index(unsure.tier) >= ORDER.index(sure.tier)
    assert lost.tier is Tier.LARGE_MODEL
    assert sure.reasons
    assert unsure.reasons


def called(tier: Tier, *, cost: int, tokens: int = 100, outcome: str = "ok") -> ModelCall:
    return ModelCall(
        model=tier, deployment=f"{tier}#0", tier=tier, ms=1, outcome=outcome,
        input_tokens=tokens if outcome == "ok" else 0, output_tokens=10 if outcome == "ok" else 0, cost_nanousd=cost,
    )  # fmt: skip


class TestSaving:
    def test_the_small_model_beside_the_large_one(self) -> None:
        found = saving(Tier.SMALL_MODEL, [called(Tier.SMALL_MODEL, cost=70_000)], LARGE, prompt=9, asked=9, answered=9)
        # 100 tokens in at 10 and 10 out at 30 millionths of a dollar.
        assert (found.spent_nanousd, found.large_nanousd, found.saved_nanousd) == (70_000, 1_300_000, 1_230_000)
        assert not found.estimated

    def test_a_small_one_asked_in_vain_costs(self) -> None:
        calls = [called(Tier.SMALL_MODEL, cost=70_000), called(Tier.LARGE_MODEL, cost=1_300_000)]
        found = saving(Tier.LARGE_MODEL, calls, LARGE, prompt=9, asked=9, answered=9)
        assert (found.spent_nanousd, found.saved_nanousd) == (1_370_000, -70_000)

    def test_a_workflow_is_measured_against_a_low_guess(self) -> None:
        found = saving(Tier.WORKFLOW, [], LARGE, prompt=100 * BYTES_PER_TOKEN, asked=20 * BYTES_PER_TOKEN, answered=3)
        # 20 tokens at 10, 100 kept ones at 1, one written at 30 millionths of a dollar.
        assert (found.saved_nanousd, found.estimated) == (200_000 + 100_000 + 30_000, True)

    def test_nobody_knows_what_a_large_model_would_have_cost(self) -> None:
        found = saving(Tier.WORKFLOW, [], None, prompt=9, asked=9, answered=9)
        assert (found.large_nanousd, found.saved_nanousd, found.spent_nanousd) == (None, None, 0)


def test_prices_are_known_without_loading_litellm() -> None:
    assert Price.of({}, price_entry(listed(), "openai/gpt-4o-mini")) is not None
    assert price_entry(listed(), "openai/no-such-model-9") == {}
    assert Price.of({}, price_entry({}, "shopgraph/facts")) is not None


class TestLearnedFolders:
    def test_nothing_is_trained(self) -> None:
        routing = LearnedRouting()
        assert routing.router is IntentRouter.default()
        assert routing.judge is None

    @pytest.mark.parametrize(
        ("setting", "holds", "said"),
        [
            ("router", None, "is no folder"),
            ("router", "", "has no labels.json"),
            ("router", "tiers.json", "a judge of requests, which is the setting `tiers`"),
            ("tiers", "labels.json", "an intent router, which is the setting `router`"),
        ],
    )
    def test_a_foreign_folder_is_named_at_once(
        self, tmp_path: Path, setting: str, holds: str | None, said: str
    ) -> None:
        folder = tmp_path / "trained"
        if holds is not None:
            folder.mkdir()
        if holds:
            (folder / holds).write_text("{}", encoding="utf-8")
        with pytest.raises(ConfigurationError, match=said) as caught:
            LearnedRouting(**{setting: str(folder)})
        assert str(folder) in caught.value.message
        assert f"shopgraph train {setting}" in caught.value.remedy

    @pytest.mark.parametrize(("setting", "file"), [("router", "labels.json"), ("tiers", "tiers.json")])
    def test_a_damaged_one_is_named_when_it_is_read(self, tmp_path: Path, setting: str, file: str) -> None:
        (tmp_path / file).write_text('{"format": 1', encoding="utf-8")
        routing = LearnedRouting(**{setting: str(tmp_path)})
        with pytest.raises(ConfigurationError, match=file):
            _ = routing.router, routing.judge
