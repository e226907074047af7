"""models.yaml: read strictly, and without one there is a word on what to write."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopgraph.errors import ConfigurationError
from shopgraph.models.registry import EXAMPLE, load_models
from shopgraph.models.routes import Tier

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
    ],
)
def test_a_malformed_file_is_refused_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    with pytest.raises(ConfigurationError, match=place) as caught:
        load_models(write(tmp_path, text))
    assert "models.yaml" in str(caught.value)
    assert caught.value.remedy
