"""Bundles and facts that the guards' tests share."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.facts import Facts
from shopgraph.guards.policy import BUNDLES, PolicyBundle, load_bundle


@pytest.fixture(scope="session")
def default() -> PolicyBundle:
    """The demo chain's bundle."""
    return load_bundle("default")


@pytest.fixture(scope="session")
def tau2() -> PolicyBundle:
    """The imported retailer's bundle."""
    return load_bundle("tau2-retail")


@pytest.fixture(scope="session")
def chain(default: PolicyBundle) -> GuardChain:
    """All checks, as the demo chain runs them."""
    return GuardChain.for_bundle(default)


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """Copies the default bundle and replaces a passage of one file in it."""

    def edit(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "bundle"
        if not folder.exists():
            shutil.copytree(BUNDLES / "default", folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return edit


@pytest.fixture(scope="session")
def facts() -> Facts:
    """One American customer's request."""
    return Facts.model_validate(
        {
            "locale": "en_US",
            "currency": "USD",
            "products": [
                {
                    "name": "Blue Wrap Dress",
                    "sku": "BWD-M",
                    "price": "49.99",
                    "compare_at": "59.99",
                    "stock": 1,
                    "attributes": {"size": "M", "material": "100% cotton", "care": "machine washable at 30 degrees"},
                },
                {
                    "name": "Blue Wrap Dress",
                    "sku": "BWD-L",
                    "price": "49.99",
                    "stock": 0,
                    "attributes": {"size": "L", "material": "100% cotton", "care": "machine washable at 30 degrees"},
                },
                {"name": "Silver Heels", "sku": "SH-38", "price": "1079.00", "stock": 3, "attributes": {"size": "38"}},
            ],
            "discount": {"allowed": True, "max_percent": "25", "code": "WELCOME15"},
            "promotions": [{"name": "Summer Sale", "percent": "15", "ends_on": "2026-06-30"}],
            "return_window_days": 30,
            "delivery": {"min_days": 2, "max_days": 5, "price": "4.99", "free_from": "50.00"},
            "tax_percent": "8.875",
            "orders": [
                {
                    "id": "#D1000001",
                    "status": "shipped",
                    "total": "129.50",
                    "tracking": "1Z999AA10123456784",
                    "lines": [{"name": "Blue Wrap Dress", "sku": "BWD-M", "quantity": 2, "price": "45.00"}],
                },
                {"id": "#D1000002", "status": "delivered", "total": "20.00", "delivered_on": "2026-05-20"},
                {"id": "#D1000003", "status": "canceled", "total": "60.00"},
            ],
            "refunds": [{"order": "#D1000003", "amount": "60.00", "status": "pending"}],
            "customer": {"name": "Ann Example", "email": "ann@mail.example", "phone": "+1 415 555 0100"},
            "amounts": {"difference": "5.00"},
            "allowed_hosts": ["lindenandpine.example"],
        }
    )
