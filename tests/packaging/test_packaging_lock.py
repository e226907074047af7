"""The lock file: hashes for everything, no registry named, and in step with pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def locked(checkout: Path) -> dict[str, set[str]]:
    """Name to the versions locked (several where platforms differ)."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)",
        (checkout / "requirements.lock").read_text("utf-8"),
        re.MULTILINE,
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def wanted(checkout: Path) -> list[Requirement]:
    """Every requirement of the project and of its extras."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    return [requirement for line in lines if (requirement := Requirement(line)).name != "shopgraph"]


def test_every_requirement_is_locked_in_its_range(checkout: Path) -> None:
    versions = locked(checkout)
    assert len(versions) > 100
    for requirement in wanted(checkout):
        found = versions.get(canonicalize_name(requirement.name))
        assert found, f"{requirement.name} is not locked"
        assert all(requirement.specifier.contains(version, prereleases=True) for version in found), requirement


def test_every_locked_package_has_a_hash(checkout: Path) -> None:
    text = (checkout / "requirements.lock").read_text("utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_no_registry_is_named(checkout: Path) -> None:
    assert "://" not in (checkout / "requirements.lock").read_text("utf-8")


def test_known_bad_releases_cannot_be_chosen(checkout: Path) -> None:
    ranges = {requirement.name: requirement.specifier for requirement in wanted(checkout)}
    for name, version in (
        ("litellm", "1.82.7"),
        ("litellm", "1.82.8"),
        ("litellm", "1.107.0"),
        ("guardrails-ai", "0.10.1"),
        ("langgraph-checkpoint", "3.0.0"),
        ("langgraph-checkpoint-sqlite", "3.0.0"),
        ("langchain-core", "1.4.8"),
        ("starlette", "0.49.0"),
    ):
        assert not ranges[name].contains(version), f"{name} {version}"
