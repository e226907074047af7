"""models.yaml: read strictly, and without one there is a word on what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopgraph.errors import ConfigurationError
from shopgraph.models.calling import CallPolicy
from shopgraph.models.deployments import order
from shopgraph.models.registry import EXAMPLE, load_models
from shopgraph.models.routes import Tier

ONE = "model_list: [{model_name: a, litellm_params: {model: a/b}}]"
TWO = """
model_list:
  - model_name: quick
    tier: small_model
    litellm_params: {model: openai/quick, api_key: os.environ/SOME_KEY}
    model_info: {id: one}
  - model_name: clever
    litellm_params: {model: anthropic/clever}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "models.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", [None, "none.yaml"])
def test_without_a_file_there_is_no_provider_and_a_remedy(tmp_path: Path, name: str | None) -> None:
    registry = load_models(tmp_path / name if name else None)
    assert not registry
    assert registry.names == ()
    assert "models.yaml" in registry.remedy
    with pytest.raises(ConfigurationError, match="No model is configured"):
        registry.chat()


def test_models_are_found_by_tier(tmp_path: Path) -> None:
    registry = load_models(write(tmp_path, TWO))
    assert registry.names == ("quick", "clever")
    assert registry.name_for(Tier.SMALL_MODEL) == "quick"
    assert registry.name_for(Tier.LARGE_MODEL) == "clever"
    chat = registry.chat(Tier.SMALL_MODEL)
    assert chat.model == "quick"
    assert chat.model_list[0] == {
        "model_name": "quick",
        "litellm_params": {"model": "openai/quick", "api_key": "os.environ/SOME_KEY"},
        "model_info": {"id": "one"},
    }


def test_a_tier_without_a_model_takes_the_other(tmp_path: Path) -> None:
    assert load_models(write(tmp_path, EXAMPLE)).name_for(Tier.LARGE_MODEL) == "small"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "no list `model_list`"),
        ("- 1", "no list `model_list`"),
        ("model_list: 3", "no list `model_list`"),
        ("model_list: [", "cannot be read"),
        ("model_list: [quick]", r"model_list\[0\]"),
        ("model_list: [{model_name: a}]", r"model_list\[0\]\.litellm_params"),
        ("model_list: [{model_name: '', litellm_params: {model: a/b}}]", r"model_list\[0\]\.model_name"),
        ("model_list: [{model_name: a, litellm_params: {}}]", r"litellm_params\.model is None"),
        ("model_list: [{model_name: a, litellm_params: {model: gpt}}]", r"litellm_params\.model is 'gpt'"),
        ("model_list: [{model_name: a, tier: huge, litellm_params: {model: a/b}}]", r"model_list\[0\]\.tier"),
        ("model_list: [{model_name: a, tier: person, litellm_params: {model: a/b}}]", r"tier is person"),
        (f"{ONE}\ncalls: {{timeout: 3}}", r"calls\.timeout: Extra inputs"),
        (f"{ONE}\ncalls: {{timeout_s: -3}}", r"calls\.timeout_s: "),
        (f"{ONE}\ncalls: 3", r"calls: "),
        (f"{ONE}\ncalls: {{fallbacks: {{a: [nobody]}}}}", r"calls\.fallbacks names 'nobody'"),
        (f"{ONE}\nbudget: {{per_day: 0.5}}", r"budget\.per_day: write the amount in quotation marks"),
        (f"{ONE}\nbudget: {{per_day: '-1'}}", r"budget\.per_day: "),
        (f"{ONE}\ncache: {{ttl: 3}}", r"cache\.ttl: "),
        (f"{ONE}\nrouter_settings: {{num_retries: 3}}", r"router_settings\.num_retries is not LiteLLM's"),
        (f"{ONE}\nbudgets: {{}}", r"there is no 'budgets'"),
        ("model_list: [{model_name: a, litellm_params: {model: a/b, api_key: KEY}}]", r"api_key holds a secret itself"),
    ],
)
def test_a_malformed_file_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ConfigurationError, match=place) as caught:
        load_models(write(tmp_path, text))
    assert "models.yaml" in str(caught.value)
    assert caught.value.remedy
    assert "KEY" not in caught.value.message


def test_a_misspelled_setting_is_told_the_right_one(tmp_path: Path) -> None:
    for text, right in (("calls: {timeouts: 3}", "timeout_s"), ("budgets: {}", "budget")):
        with pytest.raises(ConfigurationError) as caught:
            load_models(write(tmp_path, f"{ONE}\n{text}"))
        assert caught.value.remedy == f"Did you mean {right!r}?"


def test_calls_budget_and_cache_are_read(tmp_path: Path) -> None:
    text = f"""{TWO}
calls: {{deadline_s: 12, fallbacks: {{quick: [clever], clever: []}}}}
budget: {{per_request: "0.05"}}
cache: {{ttl_s: 60}}
router_settings: {{enable_tag_filtering: true}}
"""
    file = load_models(write(tmp_path, text)).file
    assert (file.calls.deadline_s, file.calls.fallbacks["clever"]) == (12, ())
    assert (str(file.budget.per_request), file.cache.ttl_s) == ("0.05", 60)
    assert file.router_settings == {"enable_tag_filtering": True}


def test_who_is_tried_in_which_order(tmp_path: Path) -> None:
    text = """
model_list:
  - {model_name: small, tier: small_model, litellm_params: {model: a/one}}
  - {model_name: small, tier: small_model, litellm_params: {model: a/two}}
  - {model_name: large, litellm_params: {model: b/one}}
  - {model_name: spare, tier: small_model, litellm_params: {model: c/one}}
"""
    deployments = load_models(write(tmp_path, text)).deployments
    assert order(deployments, "small", CallPolicy(), 0) == ("small#0", "small#1", "spare#3", "large#2")
    assert order(deployments, "small", CallPolicy(), 1) == ("small#1", "small#0", "spare#3", "large#2")
    alone = CallPolicy(fallbacks={"small": (), "large": ("small",)})
    assert order(deployments, "small", alone, 0) == ("small#0", "small#1")
    assert order(deployments, "large", alone, 0) == ("large#2", "small#0", "small#1")
    assert order(deployments, "gone", CallPolicy(fallbacks={"gone": ()}), 0) == ()
