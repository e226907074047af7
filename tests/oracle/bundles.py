"""Bundles for tests: copies of a packaged one with other numbers or with rules switched off, and their numbers read."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from shopgraph.domain import Money
from tests.oracle.shop_records import Limit, Terms


def terms_of(folder: Path, at: datetime) -> Terms:
    """What the oracle needs to know of a bundle's files, as they are in force at an instant."""
    manifest = _read(folder / "bundle.yaml")
    regions = {path.stem: _in_force(_read(path), at) for path in sorted((folder / "calendars").glob("*.yaml"))}
    limits = {key: each.get("approval", {}).get("refund_above") for key, each in regions.items()}
    return Terms(
        max_percent={key: int(each["promotions"]["max_percent"]) for key, each in regions.items()},
        margin_percent={key: int(each["promotions"]["min_margin_percent"]) for key, each in regions.items()},
        limits=tuple(_limit(entry) for entry in manifest.get("limits") or ()),
        tax_inclusive={key: each["tax"]["inclusive"] == "true" for key, each in regions.items()},
        cooldown_days={key: int(each["promotions"]["code_cooldown_days"]) for key, each in regions.items()},
        stacking={key: each["promotions"]["stacking"] == "true" for key, each in regions.items()},
        approval_above={key: _minor(limit) for key, limit in limits.items() if limit},
        off=frozenset(manifest.get("off") or ()),
        identification=frozenset(manifest.get("identification") or ()),
    )


def _in_force(calendar: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The calendar with the one period of each dated section in which the region's local day lies."""
    day = at.astimezone(ZoneInfo(calendar["timezone"])).date().isoformat()

    def current(section: Any) -> Any:
        dated = isinstance(section, list) and all(isinstance(e, dict) and {"from", "until"} & e.keys() for e in section)
        if not dated:
            return section
        return next(e for e in section if e.get("from", day) <= day < e.get("until", "9999"))

    return {name: current(section) for name, section in calendar.items()}


def _limit(entry: dict[str, Any]) -> Limit:
    amounts = [amount.split() for amount in entry.get("amounts") or ()]
    return Limit(
        id=entry["id"],
        actions=tuple(entry["actions"]),
        per=entry["per"],
        days=int(entry["days"]),
        count=int(entry["count"]) if "count" in entry else None,
        amounts={currency: _minor(f"{number} {currency}") for number, currency in amounts},
        approve=entry.get("effect") == "approve",
    )


def variant(
    source: Path,
    folder: Path,
    *,
    off: Sequence[str] = (),
    region: Mapping[str, Mapping[str, Any]] | None = None,
    limits: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """A copy of a bundle with rules off, other values in sections of every region's calendar, and in limits by id."""
    shutil.copytree(source, folder)
    manifest = _read(folder / "bundle.yaml")
    manifest["off"] = {**(manifest.get("off") or {}), **dict.fromkeys(off, "switched off by a test")}
    for entry in manifest.get("limits") or ():
        entry |= (limits or {}).get(entry["id"], {})
    _write(folder / "bundle.yaml", manifest)
    for path in (folder / "calendars").glob("*.yaml"):
        calendar = _read(path)
        for section, values in (region or {}).items():
            periods = calendar[section] if isinstance(calendar[section], list) else [calendar[section]]
            for period in periods:
                period |= values
        _write(path, calendar)
    return folder


def _minor(amount: str) -> int:
    number, currency = amount.split()
    return Money.of(number, currency).amount


def _read(path: Path) -> dict[str, Any]:
    """Every scalar as it is written: 9.5 and `off` stay text."""
    read: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return read


def _write(path: Path, document: dict[str, Any]) -> None:
    path.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
