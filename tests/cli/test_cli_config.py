"""Settings: where they come from, and what a wrong one gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from pydantic import ValidationError

from shopgraph.config import LogLevel, Settings, explain_settings, load_settings, shown
from shopgraph.errors import ConfigurationError


def test_without_file_and_environment_there_are_defaults() -> None:
    assert load_settings({}) == Settings()
    assert set(explain_settings({}).origins.values()) == {"default"}


def test_the_file_in_the_working_directory_is_read(elsewhere: Path) -> None:
    Path("shopgraph.toml").write_text('shop = "mine"\nsource_deadline_ms = 50\n', encoding="utf-8")
    loaded = explain_settings({})
    assert (loaded.settings.shop, loaded.settings.source_deadline_ms) == ("mine", 50)
    assert loaded.origins["shop"] == "shopgraph.toml"
    assert loaded.origins["models"] == "default"


def test_the_environment_goes_before_the_file(elsewhere: Path) -> None:
    Path("shopgraph.toml").write_text('shop = "mine"\nlog_level = "INFO"\n', encoding="utf-8")
    loaded = explain_settings({"SHOPGRAPH_SHOP": "other", "SHOPGRAPH_LANGFUSE": "true"})
    assert loaded.settings.shop == "other"
    assert loaded.settings.langfuse is True
    assert loaded.settings.log_level is LogLevel.INFO
    assert loaded.origins["shop"] == "SHOPGRAPH_SHOP"


def test_a_file_can_be_named(elsewhere: Path) -> None:
    named = elsewhere / "other.toml"
    named.write_text('shop = "there"\n', encoding="utf-8")
    assert load_settings({"SHOPGRAPH_CONFIG": str(named)}).shop == "there"


def test_a_named_file_must_be_there(elsewhere: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"SHOPGRAPH_CONFIG names .*nope\.toml"):
        load_settings({"SHOPGRAPH_CONFIG": str(elsewhere / "nope.toml")})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('\n\nshp = "x"\n', ["shopgraph.toml, line 3", "'shp'", "Did you mean 'shop'?"]),
        ("[database]\nurl = 1\n", ["line 1", "'database'", "The settings are"]),
        ('log_level = "LOUD"\n', ["line 1", "log_level cannot be 'LOUD'", "DEBUG"]),
        ('shop = "a"\nsource_deadline_ms = 0\n', ["line 2", "source_deadline_ms cannot be '0'", "greater than"]),
        ("shop = 5\n", ["line 1", "shop cannot be '5'", "string"]),
        ("shop = \n", ["shopgraph.toml is no TOML", "line 1"]),
        ('shop = "a"\nshop = "b"\n', ["is no TOML", "line 2"]),
    ],
)
def test_a_wrong_file_is_named_with_line_and_remedy(elsewhere: Path, text: str, words: list[str]) -> None:
    Path("shopgraph.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_settings({})
    for word in words:
        assert word in str(caught.value)


def test_a_file_that_is_no_text_is_named(elsewhere: Path) -> None:
    Path("shopgraph.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"shopgraph\.toml cannot be read"):
        load_settings({})


def test_a_wrong_variable_is_named() -> None:
    with pytest.raises(ConfigurationError, match="SHOPGRAPH_LANGFUSE: langfuse cannot be 'perhaps'"):
        load_settings({"SHOPGRAPH_LANGFUSE": "perhaps"})


def test_a_misspelled_variable_is_noticed_and_not_obeyed() -> None:
    loaded = explain_settings({"SHOPGRAPH_SHOPP": "x", "SHOPGRAPH_DATA": "y", "HOME": "z"})
    assert loaded.unknown_variables == ("SHOPGRAPH_SHOPP",)
    assert loaded.settings == Settings()


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        Settings().shop = "x"


def test_passwords_are_masked() -> None:
    assert shown("postgresql://ada:s3cret@db/shop") == "postgresql://ada:***@db/shop"
    assert shown("postgresql://ada:p@ss:w@db/shop") == "postgresql://ada:***@db/shop"
    assert shown("postgresql://ada@db/shop") == "postgresql://ada@db/shop"
    assert shown("my-shop") == "my-shop"


def test_config_show_says_what_and_from_where(
    shopgraph: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPGRAPH_SHOP", "postgresql://ada:s3cret@db/shop")
    monkeypatch.setenv("SHOPGRAPH_SHOPP", "x")
    done = shopgraph("config", "show", "--json")
    assert done.exit_code == 0
    rows = json.loads(done.stdout)
    assert rows["shop"] == {"value": "postgresql://ada:***@db/shop", "from": "SHOPGRAPH_SHOP"}
    assert rows["langfuse"] == {"value": "False", "from": "default"}
    assert "SHOPGRAPH_SHOPP" in done.stderr
    assert "s3cret" not in done.output + shopgraph("config", "show").output


def test_a_nonsense_key_is_one_line_and_exit_2(shopgraph: Callable[..., Result], no_shop: None) -> None:
    Path("shopgraph.toml").write_text('shp = "x"\n', encoding="utf-8")
    for command in (("config", "show"), ("ask", "hello")):
        done = shopgraph(*command)
        assert done.exit_code == 2
        assert done.stdout == ""
        assert done.stderr == "error: shopgraph.toml, line 1: there is no setting 'shp'. Did you mean 'shop'?\n"
