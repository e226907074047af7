"""Versions of a policy side by side: one is live, whole, whatever an installation was cut off at."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError
from shopgraph.guards.decisions import PolicyRequest
from shopgraph.guards.policy import BUNDLES, PolicyBundle, load_bundle
from shopgraph.guards.versions import Installed, back, install, installed, live_folder

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """As much of a shop's folder as matters here."""
    shutil.copytree(BUNDLES / "default", tmp_path / "shop" / "policy")
    return tmp_path / "shop"


@pytest.fixture
def stricter(tmp_path: Path) -> PolicyBundle:
    """The default bundle with nothing canceled."""
    folder = tmp_path / "stricter"
    shutil.copytree(BUNDLES / "default", folder)
    text = (folder / "policy.cedar").read_text(encoding="utf-8")
    rule = '@id("no-cancellations")\n@reason("Nothing is canceled.")\n'
    (folder / "policy.cedar").write_text(
        f'{text}\n{rule}forbid (principal, action == Action::"cancel_order", resource);\n', encoding="utf-8"
    )
    return load_bundle(folder)


def live(shop: Path) -> PolicyBundle:
    folder = live_folder(shop)
    assert folder is not None
    return load_bundle(folder)


def test_a_version_goes_live_and_the_one_before_stays(
    shop: Path, stricter: PolicyBundle, default: PolicyBundle
) -> None:
    assert live(shop).version == default.version
    assert installed(shop) == ()
    assert install(stricter, shop, AT) == Installed(version=stricter.version, at=AT)
    assert live(shop).version == stricter.version
    assert [entry.version for entry in installed(shop)] == [default.version, stricter.version]
    assert {path.name for path in (shop / "policies").iterdir()} == {
        default.version,
        stricter.version,
        "installed.txt",
    }
    shutil.rmtree(stricter.folder)  # the shop has a copy of its own
    assert live(shop).version == stricter.version


def test_a_decision_names_the_version_that_made_it(shop: Path, stricter: PolicyBundle, default: PolicyBundle) -> None:
    question = PolicyRequest(principal=Principal.customer("ann"), action="get_order", owner_id="ann")
    before = live(shop).decide(question)
    install(stricter, shop, AT)
    after = live(shop).decide(question)
    assert (before.policy_version, after.policy_version) == (default.version, stricter.version)


def test_back_goes_back_one_version_at_a_time(shop: Path, stricter: PolicyBundle, default: PolicyBundle) -> None:
    tau2 = load_bundle("tau2-retail")
    install(stricter, shop, AT)
    install(tau2, shop, AT)
    assert back(shop).version == stricter.version
    assert live(shop).version == stricter.version
    assert back(shop).version == default.version
    assert live(shop).version == default.version
    with pytest.raises(ConfigurationError, match="from before"):
        back(shop)
    assert live(shop).version == default.version
    install(stricter, shop, AT)
    assert [entry.version for entry in installed(shop)] == [default.version, stricter.version]


def test_the_live_version_is_not_installed_again(shop: Path, default: PolicyBundle) -> None:
    with pytest.raises(ConfigurationError, match="already"):
        install(default, shop, AT)
    assert not (shop / "policies").exists()
    assert live(shop).version == default.version


def test_what_was_edited_where_it_lies_is_kept_as_it_is(shop: Path, stricter: PolicyBundle) -> None:
    path = shop / "policy" / "bundle.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Linden & Pine", "Oak"), encoding="utf-8")
    edited = live(shop).version
    install(stricter, shop, AT)
    back(shop)
    assert (live(shop).version, live(shop).brand.name) == (edited, "Oak")


def test_a_shop_without_a_policy_of_its_own_takes_none(tmp_path: Path, default: PolicyBundle) -> None:
    with pytest.raises(ConfigurationError, match="holds no policy"):
        install(default, tmp_path, AT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("text", "what"), [("", "is empty"), ("1+abc yesterday\n", "line 1")])
def test_a_damaged_list_is_named(shop: Path, text: str, what: str) -> None:
    (shop / "policies").mkdir()
    (shop / "policies" / "installed.txt").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=what):
        live_folder(shop)


class Killed(BaseException):
    """The process ends here."""


def _cutting(monkeypatch: pytest.MonkeyPatch, after: int, half: bool) -> list[str]:
    """End the process at the given step that touches the disk: before it, or with a copy half made."""
    done: list[str] = []

    def cut(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            if len(done) == after:
                if half and function.__name__ == "copytree":
                    Path(args[1]).mkdir(parents=True)
                    shutil.copy(next(file for file in Path(args[0]).iterdir() if file.is_file()), args[1])
                raise Killed
            done.append(function.__name__)
            return function(*args, **kwargs)

        return call

    for place, name in ((shutil, "copytree"), (shutil, "rmtree"), (Path, "rename"), (Path, "replace")):
        monkeypatch.setattr(place, name, cut(getattr(place, name)))
    return done


STEPS = 10
"""A copy of a bundle takes two, for its folder of calendars."""
COPIES = (1, 2, 5, 6)


def test_these_are_all_the_steps(shop: Path, stricter: PolicyBundle, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        done = _cutting(patch, STEPS, half=False)
        install(stricter, shop, AT)
    assert (len(done), done[-2:]) == (STEPS, ["replace", "rmtree"])
    assert [step for step, name in enumerate(done) if name == "copytree"] == [*COPIES]


@pytest.mark.parametrize(
    ("after", "half"), [*((step, False) for step in range(STEPS)), *((copy, True) for copy in COPIES)]
)
def test_a_kill_at_any_step_leaves_a_whole_policy(
    shop: Path,
    stricter: PolicyBundle,
    default: PolicyBundle,
    after: int,
    half: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        done = _cutting(patch, after, half)
        with pytest.raises(Killed):
            install(stricter, shop, AT)
    switched = "replace" in done
    assert live(shop).version == (stricter if switched else default).version
    if not switched:
        install(stricter, shop, AT)
    assert live(shop).version == stricter.version
    assert back(shop).version == default.version
    assert live(shop).version == default.version


def test_a_version_that_was_edited_where_it_lies_does_not_come_back_under_its_name(
    shop: Path, stricter: PolicyBundle, default: PolicyBundle
) -> None:
    install(stricter, shop, AT)
    rules = shop / "policies" / default.version / "policy.cedar"
    rules.write_text(rules.read_text(encoding="utf-8").replace("context.final_sale", "false"), encoding="utf-8")
    history = installed(shop)
    with pytest.raises(ConfigurationError, match="was edited where it lies"):
        back(shop)
    with pytest.raises(ConfigurationError, match="was edited where it lies"):
        install(default, shop, AT)
    assert installed(shop) == history
    assert live(shop).version == stricter.version


@pytest.mark.parametrize("version", ["../../elsewhere", "1 2", ""])
def test_a_version_that_could_name_no_folder_is_not_loaded(stricter: PolicyBundle, version: str) -> None:
    manifest = stricter.folder / "bundle.yaml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(re.sub(r"(?m)^version: .*$", f'version: "{version}"', text), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"bundle.yaml, line \d+: version: "):
        load_bundle(stricter.folder)
