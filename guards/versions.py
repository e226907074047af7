"""The versions of a shop's policy, side by side in its folder.

    SHOP/policy/                  what the shop was made with, until another version is installed
    SHOP/policies/<version>/      every version that was installed, and the one before the first
    SHOP/policies/installed.txt   one line per installation, the live one last

The last line of `installed.txt` says what is live, and the file is replaced at once: a shop that is opened sees the
old version or the new one, whole, wherever an installation was cut off.
"""

from __future__ import annotations

import os
import shutil
from datetime import datetime
from pathlib import Path

from shopgraph.domain import Instant, Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.policy import PolicyBundle, load_bundle

_LIST = "installed.txt"


class Installed(Value):
    """A version that was made live."""

    version: str
    at: Instant | None = None
    """When; None for the version that the shop was made with."""


def live_folder(shop: Path) -> Path | None:
    """The folder of the policy that a shop goes by; None where it has none of its own."""
    history = installed(shop)
    if history:
        return shop / "policies" / history[-1].version
    return shop / "policy" if (shop / "policy").is_dir() else None


def installed(shop: Path) -> tuple[Installed, ...]:
    """Every installation that was not taken back, the live one last; empty while the shop has its first policy.

    Raises:
        ConfigurationError: the list cannot be read.
    """
    path = shop / "policies" / _LIST
    if not path.exists():
        return ()
    history: list[Installed] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        version, _, at = line.partition(" ")
        try:
            history.append(Installed(version=version, at=datetime.fromisoformat(at) if at else None))
        except ValueError:
            raise ConfigurationError(f"{path}, line {number}: it is no version and time.", file=str(path)) from None
    if not history:
        raise ConfigurationError(f"{path} is empty.", remedy="Remove it to go by the shop's first policy.")
    return tuple(history)


def install(bundle: PolicyBundle, shop: Path, at: datetime) -> Installed:
    """Keep a copy of the bundle in the shop and make it the live version; the one before is kept beside it.

    Raises:
        ConfigurationError: it is live already, or the shop has no policy of its own.
    """
    history = installed(shop)
    live = live_folder(shop)
    if live is None:
        raise ConfigurationError(f"{shop} holds no policy.", remedy="Name a shop's folder.")
    before = load_bundle(live)
    if before.version == bundle.version:
        raise ConfigurationError(f"{shop} goes by {bundle.version} already.", remedy="Install another version.")
    if not history or history[-1].version != before.version:
        # The first policy, or one that was edited where it lies.
        history = (*history, Installed(version=before.version))
    _keep(before.folder, shop, before.version)
    _keep(bundle.folder, shop, bundle.version)
    new = Installed(version=bundle.version, at=at)
    _switch(shop, (*history, new))
    shutil.rmtree(shop / "policy", ignore_errors=True)  # kept under its version by now
    return new


def back(shop: Path) -> Installed:
    """Make the version before the live one live again.

    Raises:
        ConfigurationError: there is none, or it is not as it was.
    """
    history = installed(shop)
    if len(history) < 2:
        raise ConfigurationError(
            f"{shop} has no policy from before.", remedy="Install a version with `policy install`."
        )
    before = history[-2]
    _require_unchanged(shop / "policies" / before.version, before.version)
    _switch(shop, history[:-1])
    return before


def _keep(folder: Path, shop: Path, version: str) -> None:
    """Copy under a name that nobody reads first: what stands under its version is whole."""
    kept = shop / "policies" / version
    if kept.is_dir():
        _require_unchanged(kept, version)
        return
    half = kept.with_name(f".{version}.part")
    shutil.rmtree(half, ignore_errors=True)
    shutil.copytree(folder, half)
    half.rename(kept)


def _require_unchanged(kept: Path, version: str) -> None:
    """What a version is called by holds what it held: another one must not go live under its name."""
    found = load_bundle(kept).version
    if found != version:
        raise ConfigurationError(
            f"{kept} was edited where it lies, and is {found} by now.",
            remedy="Move it away and install what is meant with `policy install`.",
            file=str(kept),
        )


def _switch(shop: Path, history: tuple[Installed, ...]) -> None:
    path = shop / "policies" / _LIST
    half = path.with_suffix(".part")
    lines = [f"{entry.version} {entry.at.isoformat() if entry.at else ''}".strip() for entry in history]
    with half.open("w", encoding="utf-8") as file:
        file.write("".join(f"{line}\n" for line in lines))
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)
