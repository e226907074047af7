"""Keys come from the environment or from files, and appear nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.errors import ConfigurationError
from shopgraph.models.keys import HIDDEN, is_secret, require_references, resolved, scrubbed, secrets_in

MARKER = "planted-marker-5f1c"


@pytest.mark.parametrize("name", ["api_key", "aws_secret_access_key", "azure_ad_token", "client_secret", "password"])
def test_a_secret_is_known_by_its_name_and_refused_without_being_shown(name: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"\.{name} holds a secret itself") as caught:
        require_references({name: MARKER}, "models.yaml: model_list[0].litellm_params")
    assert MARKER not in str(caught.value)
    assert f"os.environ/{name.upper()}" in caught.value.remedy
    require_references({name: "os.environ/SOMETHING"}, "x")
    require_references({name: "none"}, "x")


@pytest.mark.parametrize("name", ["max_tokens", "input_cost_per_token", "model", "api_base", "tokenizer", "keyboard"])
def test_what_is_no_secret_is_none(name: str) -> None:
    assert not is_secret(name)


def test_a_key_is_read_from_a_variable_or_from_the_file_that_it_names(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{MARKER}\n", encoding="utf-8")
    params = {"model": "openai/x", "api_key": "os.environ/SOME_KEY"}
    assert resolved(params, {"SOME_KEY": MARKER})["api_key"] == MARKER
    assert resolved(params, {"SOME_KEY_FILE": str(file)}) == {"model": "openai/x", "api_key": MARKER}
    assert secrets_in({"api_key": MARKER, "model": "openai/x", "azure_ad_token": "none"}) == (MARKER,)


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({}, "SOME_KEY is not set"),
        ({"SOME_KEY": ""}, "SOME_KEY is not set"),
        ({"SOME_KEY": MARKER, "SOME_KEY_FILE": "x"}, "both set"),
        ({"SOME_KEY_FILE": "/nowhere/at/all"}, "cannot be read: FileNotFoundError"),
    ],
)
def test_a_key_that_is_not_there_is_named_by_its_variable(env: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        resolved({"api_key": "os.environ/SOME_KEY"}, env)
    assert MARKER not in str(caught.value)
    assert caught.value.remedy


@given(st.text(), st.text())
def test_no_key_survives_scrubbing(before: str, after: str) -> None:
    assert MARKER not in scrubbed(f"{before}{MARKER}{after}", [MARKER])


@pytest.mark.parametrize("key", ["sk-proj-abcdef123456", "sk-wro***key", "Bearer abc.def-ghi", "AIzaSyD-abcdefghij"])
def test_what_looks_like_a_key_is_hidden_too(key: str) -> None:
    assert scrubbed(f"Incorrect API key provided: {key}.").startswith(f"Incorrect API key provided: {HIDDEN}")
