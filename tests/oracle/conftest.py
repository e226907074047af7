"""An empty shop's database, and bundles of several minds."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopgraph.guards.policy import BUNDLES, PolicyBundle, load_bundle
from tests.oracle.bundles import variant
from tests.oracle.sessions import template

LENIENT = (
    "address-complete",
    "return-window",
    "return-window-known",
    "final-sale",
    "code-audience",
    "code-uses-left",
    "code-cooldown",
    "margin-floor",
    "discount-limit",
    "refund-approval",
)
"""Rules that the records do not back: switched off, what they forbid is done."""


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database without a record in it."""
    return template(tmp_path_factory.mktemp("oracle"))


@pytest.fixture(scope="session")
def policies(tmp_path_factory: pytest.TempPathFactory) -> tuple[PolicyBundle, ...]:
    """The demo chain's policy; one that counts more strictly; one that lets more pass."""
    folder, default = tmp_path_factory.mktemp("bundles"), BUNDLES / "default"
    strict = variant(
        default,
        folder / "strict",
        region={"promotions": {"code_cooldown_days": "31", "max_percent": "20", "stacking": "true"}},
        limits={
            "notes-per-day": {"count": 1},
            "refund-requests-per-day": {"count": 1},
            "refunds-per-agent": {
                "effect": "deny",
                "amounts": [f"400.00 {c}" for c in ("USD", "EUR", "GBP")] + ["40000 JPY", "100.000 KWD"],
            },
        },
    )
    lenient = variant(
        default,
        folder / "lenient",
        off=LENIENT,
        region={"promotions": {"code_cooldown_days": "0", "min_margin_percent": "0"}},
    )
    return tuple(load_bundle(source) for source in (default, strict, lenient))
