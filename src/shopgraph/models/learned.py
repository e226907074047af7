"""A shop's own trained router and judge of requests, by their folders; each is read when it is first needed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from shopgraph.errors import ConfigurationError
from shopgraph.models.router import IntentRouter

if TYPE_CHECKING:
    from shopgraph.models.tiers.model import TierModel

_KINDS = {
    "labels.json": "an intent router, which is the setting `router`",
    "tiers.json": "a judge of requests, which is the setting `tiers`",
}
_REMEDIES = {
    "labels.json": "Make one with `shopgraph train router --data FILE --out DIR`, or leave `router` empty.",
    "tiers.json": "Make one with `shopgraph train tiers --data FILE --out DIR`, or leave `tiers` empty.",
}


class LearnedRouting:
    """What a shop has trained; where it has not, the router that ships and no judge."""

    def __init__(self, *, router: str = "", tiers: str = "") -> None:
        """Look at the folders; what they hold is read on first use.

        Raises:
            ConfigurationError: one is not there, or holds something else; says what.
        """
        self._router = _folder(router, "labels.json")
        self._tiers = _folder(tiers, "tiers.json")

    @classmethod
    def beside(cls, shop: Path | None) -> Self:
        """What lies in a shop's folder as `router` and `tiers`.

        Raises:
            ConfigurationError: a folder of that name holds something else.
        """
        if shop is None:
            return cls()
        router, tiers = (str(shop / name) if (shop / name).is_dir() else "" for name in ("router", "tiers"))
        return cls(router=router, tiers=tiers)

    def with_settings(self, *, router: str, tiers: str) -> LearnedRouting:
        """The same with folders that the settings name in place of those beside the shop."""
        return LearnedRouting(router=router or str(self._router or ""), tiers=tiers or str(self._tiers or ""))

    @cached_property
    def router(self) -> IntentRouter:
        """The intent router.

        Raises:
            ConfigurationError: a file of its folder is damaged, or of another version; names it.
        """
        return IntentRouter.default() if self._router is None else IntentRouter.load(self._router)

    @cached_property
    def judge(self) -> TierModel | None:
        """Which of two models a request needs; None where nothing was trained.

        Raises:
            ConfigurationError: a file of its folder is damaged, or of another version; names it.
        """
        if self._tiers is None:
            return None
        from shopgraph.models.tiers.files import load_tiers

        return load_tiers(self._tiers)


def _folder(name: str, holds: str) -> Path | None:
    if not name:
        return None
    folder = Path(name)
    if (folder / holds).is_file():
        return folder
    if not folder.is_dir():
        raise ConfigurationError(f"{folder} is no folder.", remedy=_REMEDIES[holds])
    other = next((kind for file, kind in _KINDS.items() if file != holds and (folder / file).is_file()), "")
    what = f"holds {other}" if other else f"has no {holds}: it is none that was trained here"
    raise ConfigurationError(f"{folder} {what}.", remedy=_REMEDIES[holds])
