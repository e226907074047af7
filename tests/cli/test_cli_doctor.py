"""The doctor says what is wrong and what to do about it, and reaches out to nothing unasked."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from shopgraph.cli import doctor

Shopgraph = Callable[..., Result]


def findings(done: Result) -> dict[str, dict[str, str]]:
    """Name to finding."""
    return {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was tried to be reached."""
    tried: list[Any] = []

    def refuse(_: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return tried


def test_every_dependency_and_extra_is_looked_at(shopgraph: Shopgraph, no_network: list[Any]) -> None:
    done = shopgraph("doctor", "--json")
    assert done.exit_code == 0, done.output
    found = findings(done)
    assert found["langgraph"]["detail"] == metadata.version("langgraph")
    assert found["python"]["health"] == "ok"
    assert {"extra serve", "extra postgres", "extra local", "extra train", "extra notebooks"} <= {
        finding["area"] for finding in found.values()
    }
    assert no_network == []


def test_a_missing_dependency_is_broken_and_a_missing_extra_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if name in ("langgraph", "xllamacpp"):
            raise metadata.PackageNotFoundError(name)
        return "1.82.8" if name == "litellm" else real(name)

    monkeypatch.setattr("shopgraph.cli.doctor.metadata.version", version)
    found = {finding.name: finding for finding in doctor.dependencies()}
    assert found["langgraph"].health is doctor.Health.BROKEN
    assert found["langgraph"].remedy.startswith("pip install 'langgraph")
    assert found["xllamacpp"].health is doctor.Health.OFF
    assert found["xllamacpp"].remedy == "pip install 'shopgraph[local]'"
    assert found["litellm"].health is doctor.Health.BROKEN
    assert "1.82.8" in found["litellm"].detail


def test_the_configured_shop_is_opened(shopgraph: Shopgraph, demo_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPGRAPH_SHOP", str(demo_shop))
    shop = findings(shopgraph("doctor", "--json"))["shop"]
    assert (shop["area"], shop["health"]) == ("reachable", "ok")
    assert "Linden & Pine" in shop["detail"]


def test_a_recommender_that_cannot_be_read_is_said(
    shopgraph: Shopgraph, demo_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Path(shutil.copytree(demo_shop, tmp_path / "own"))
    monkeypatch.setenv("SHOPGRAPH_SHOP", str(shop))
    none = findings(shopgraph("doctor", "--json"))["recommender"]
    assert (none["health"], none["detail"]) == ("off", "none learned: recommendations go by counts")
    (shop / "recommender").mkdir()
    (shop / "recommender" / "items.json").write_text("{}", encoding="utf-8")
    done = shopgraph("doctor", "--json")
    assert done.exit_code == 1
    found = findings(done)["recommender"]
    assert found["health"] == "broken"
    assert "items.json cannot be read" in found["detail"]
    assert "shopgraph train recommender" in found["remedy"]


def test_a_shop_that_is_not_there_is_broken(shopgraph: Shopgraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPGRAPH_SHOP", "nowhere")
    done = shopgraph("doctor", "--json")
    assert done.exit_code == 1
    assert findings(done)["shop"]["health"] == "broken"
    assert "nowhere" in findings(done)["shop"]["detail"]


def test_wrong_settings_are_broken(shopgraph: Shopgraph) -> None:
    Path("shopgraph.toml").write_text("nonsense = 1\n", encoding="utf-8")
    done = shopgraph("doctor", "--json")
    assert done.exit_code == 1
    assert findings(done)["settings"]["health"] == "broken"


def test_langfuse_is_reached_only_when_configured(
    shopgraph: Shopgraph, monkeypatch: pytest.MonkeyPatch, no_network: list[Any]
) -> None:
    monkeypatch.setenv("SHOPGRAPH_LANGFUSE", "true")
    monkeypatch.delenv("LANGFUSE_PUBLIC_KEY", raising=False)
    done = shopgraph("doctor", "--json")
    assert (done.exit_code, no_network) == (1, [])
    assert "LANGFUSE_PUBLIC_KEY" in findings(done)["langfuse"]["detail"]

    monkeypatch.setenv("LANGFUSE_PUBLIC_KEY", "pk-1")
    monkeypatch.setenv("LANGFUSE_SECRET_KEY", "sk-very-secret")
    monkeypatch.setenv("LANGFUSE_BASE_URL", "http://127.0.0.1:9")
    done = shopgraph("doctor", "--json")
    assert no_network == [("127.0.0.1", 9)]
    assert findings(done)["langfuse"]["health"] == "broken"
    assert "sk-very-secret" not in done.output


def test_the_table_says_what_to_do(shopgraph: Shopgraph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPGRAPH_SHOP", "nowhere")
    assert "shopgraph shop init" in " ".join(shopgraph("doctor").stdout.split())
