"""`shopgraph doctor`: what is installed, configured and reachable, and what to do about the rest."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from shopgraph.cli.output import console, print_json
from shopgraph.errors import ShopgraphError


class Health(StrEnum):
    """How one thing stands."""

    OK = "ok"
    OFF = "off"
    """Optional, and not there or not configured."""
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at."""

    area: str
    """`dependency`, `extra NAME`, `configuration` or `reachable`."""
    name: str
    health: Health
    detail: str = ""
    remedy: str = ""


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Say what is installed, configured and reachable, and what to do about the rest; exit 1 if anything is broken.

    Reaches out only to what is configured to be reached.
    """
    findings = [*dependencies(), *configuration()]
    healthy = all(finding.health is not Health.BROKEN for finding in findings)
    if as_json:
        print_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    else:
        _print(findings)
    if not healthy:
        raise typer.Exit(1)


def dependencies() -> list[Finding]:
    """Python, then every dependency and every extra's, with its version; a version out of range is broken."""
    from packaging.requirements import Requirement

    version = ".".join(map(str, sys.version_info[:3]))
    findings = [Finding(area="dependency", name="python", health=Health.OK, detail=version)]
    for line in metadata.requires("shopgraph") or []:
        extra = _extra(line)
        requirement = Requirement(line)
        if extra in ("all", "dev") or requirement.name == "shopgraph":
            continue
        findings.append(_installed(requirement.name, str(requirement.specifier), extra))
    return findings


def configuration() -> list[Finding]:
    """The settings, the shop and the models file that they name, and the tracer."""
    from shopgraph.config import explain_settings, shown

    try:
        loaded = explain_settings()
    except ShopgraphError as error:
        return [
            Finding(
                area="configuration",
                name="settings",
                health=Health.BROKEN,
                detail=error.message,
                remedy=error.remedy,
            )
        ]
    settings = loaded.settings
    findings = [
        Finding(
            area="configuration",
            name="settings",
            health=Health.OK,
            detail=str(loaded.file or "defaults and environment"),
        )
    ]
    findings += [
        Finding(area="configuration", name=name, health=Health.BROKEN, detail="no such setting", remedy="Unset it.")
        for name in loaded.unknown_variables
    ]
    findings += _shop(settings.shop, shown(settings.shop))
    findings.append(_models(settings.models))
    findings.append(_trained("router", settings.router))
    findings.append(_trained("tiers", settings.tiers))
    findings.append(_langfuse(settings.langfuse))
    return findings


def _extra(line: str) -> str:
    found = re.search(r"""extra\s*==\s*["']([\w-]+)["']""", line)
    return found.group(1) if found else ""


def _installed(name: str, wanted: str, extra: str) -> Finding:
    from packaging.specifiers import SpecifierSet

    area = f"extra {extra}" if extra else "dependency"
    install = f"pip install 'shopgraph[{extra}]'" if extra else f"pip install '{name}{wanted}'"
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        health = Health.OFF if extra else Health.BROKEN
        return Finding(area=area, name=name, health=health, detail="not installed", remedy=install)
    if version not in SpecifierSet(wanted, prereleases=True):
        return Finding(area=area, name=name, health=Health.BROKEN, detail=f"{version}, needs {wanted}", remedy=install)
    return Finding(area=area, name=name, health=Health.OK, detail=version)


def _shop(where: str, printable: str) -> list[Finding]:
    if not where:
        off = Finding(
            area="configuration",
            name="shop",
            health=Health.OFF,
            detail="none configured: commands use a throw-away demo shop",
            remedy='Run `shopgraph shop init my-shop` and put `shop = "my-shop"` into shopgraph.toml.',
        )
        return [off]
    from shopgraph.shop import Shop

    try:
        shop = Shop.open(where)
    except ShopgraphError as error:
        return [Finding(area="reachable", name="shop", health=Health.BROKEN, detail=str(error), remedy=error.remedy)]
    shop.close()
    opened = Finding(area="reachable", name="shop", health=Health.OK, detail=f"{printable}: {shop.meta.name}")
    return [opened, _recommender(shop.folder)]


def _recommender(shop: Path | None) -> Finding:
    """A folder that cannot be read stops nothing: recommendations go by counts."""
    if shop is None or not (folder := shop / "recommender").is_dir():
        detail = "none learned: recommendations go by counts"
        remedy = "Run `shopgraph train recommender` (docs/recommend.md), if it does better on this shop's orders."
        return Finding(area="configuration", name="recommender", health=Health.OFF, detail=detail, remedy=remedy)
    from shopgraph.models.recommend.files import load_recommender

    try:
        model = load_recommender(folder)
    except ShopgraphError as error:
        detail = f"{error.message} Recommendations go by counts."
        return Finding(
            area="configuration", name="recommender", health=Health.BROKEN, detail=detail, remedy=error.remedy
        )
    detail = f"{folder}: {len(model.statistics.items):,} items"
    return Finding(area="configuration", name="recommender", health=Health.OK, detail=detail)


def _trained(name: str, folder: str) -> Finding:
    if not folder:
        detail = "none named: the one that ships, or the one in the shop's folder"
        remedy = f"Run `shopgraph train {name}` and set `{name}` to its folder (docs/routing.md)."
        return Finding(area="configuration", name=name, health=Health.OFF, detail=detail, remedy=remedy)
    from shopgraph.models.learned import LearnedRouting

    try:
        routing = LearnedRouting(**{name: folder})
        _ = routing.router if name == "router" else routing.judge
    except ShopgraphError as error:
        return Finding(area="configuration", name=name, health=Health.BROKEN, detail=str(error), remedy=error.remedy)
    return Finding(area="configuration", name=name, health=Health.OK, detail=folder)


def _models(path: str) -> Finding:
    if not path:
        return Finding(
            area="configuration",
            name="models",
            health=Health.OFF,
            detail="none configured: workflows and templates answer",
            remedy="Write a models file and set `models` to it (docs/configuration.md).",
        )
    from shopgraph.models.keys import resolved
    from shopgraph.models.registry import load_models

    try:
        registry = load_models(Path(path))
        registry.chat()  # says when the file is not there
        for each in registry.deployments:
            resolved(each.params)
    except ShopgraphError as error:
        return Finding(
            area="configuration", name="models", health=Health.BROKEN, detail=error.message, remedy=error.remedy
        )
    return Finding(area="configuration", name="models", health=Health.OK, detail=f"{path}: {', '.join(registry.names)}")


def _langfuse(wanted: bool) -> Finding:
    import os

    if not wanted:
        return Finding(
            area="configuration",
            name="langfuse",
            health=Health.OFF,
            detail="off",
            remedy="Set `langfuse = true` and its keys to send traces.",
        )
    missing = [name for name in ("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY") if not os.environ.get(name)]
    if missing:
        return Finding(
            area="configuration",
            name="langfuse",
            health=Health.BROKEN,
            detail=f"{' and '.join(missing)} not set",
            remedy="Set them, or `langfuse = false`.",
        )
    host = os.environ.get("LANGFUSE_BASE_URL") or os.environ.get("LANGFUSE_HOST")
    return _reached(host or "https://cloud.langfuse.com")


def _reached(host: str) -> Finding:
    import httpx

    try:
        answer = httpx.get(f"{host.rstrip('/')}/api/public/health", timeout=3)
    except httpx.HTTPError as error:
        return Finding(
            area="reachable",
            name="langfuse",
            health=Health.BROKEN,
            detail=f"{host}: {error}",
            remedy="Check LANGFUSE_BASE_URL and the network.",
        )
    health = Health.OK if answer.is_success else Health.BROKEN
    return Finding(area="reachable", name="langfuse", health=health, detail=f"{host}: HTTP {answer.status_code}")


def _print(findings: list[Finding]) -> None:
    from rich.table import Table

    styles = {Health.OK: "green", Health.OFF: "dim", Health.BROKEN: "bold red"}
    table = Table("", box=None, pad_edge=False)
    table.add_column("what", no_wrap=True)
    table.add_column("")
    table.add_column("what to do")
    area = ""
    for finding in findings:
        if finding.area != area:
            area = finding.area
            table.add_section()
            table.add_row("", area, style="bold")
        remedy = "" if finding.health is Health.OK else finding.remedy
        table.add_row(finding.health.value, finding.name, finding.detail, remedy, style=styles[finding.health])
    console().print(table)
