"""Comparing a shop's books from the command line."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from click.testing import Result

from shopgraph.domain import Money
from shopgraph.shop import Shop

Shopgraph = Callable[..., Result]


def test_books_that_agree_exit_0_and_others_1(shopgraph: Shopgraph, elsewhere: Path) -> None:
    assert shopgraph("shop", "init", "shop", "--stores", "1").exit_code == 0
    with Shop.open("shop") as shop:
        customer = shop.dump().customers[0]
        amount = Money(amount=500, currency=customer.lifetime_value.currency)
        card = asyncio.run(
            shop.payments.credit_gift_card(
                customer_id=customer.id, amount=amount, at=shop.clock.now(), idempotency_key="sorry"
            )
        )
    agreed = shopgraph("reconcile", "shop")
    assert (agreed.exit_code, agreed.stdout.startswith("No difference since ")) == (0, True)

    with closing(sqlite3.connect(elsewhere / "shop" / "shop.db")) as past, past:
        past.execute("UPDATE payment_methods SET balance_minor = balance_minor + 1 WHERE id = ?", (card.id,))
    differing = shopgraph("reconcile", "shop", "--json")
    assert differing.exit_code == 1
    (found,) = json.loads(differing.stdout)["differences"]
    assert (found["kind"], found["subject"]) == ("balance", f"gift_card:{card.id}")
    assert found["remedy"]
    assert f"gift_card:{card.id}" in shopgraph("reconcile", "shop").stdout


def test_what_is_no_instant_is_refused(shopgraph: Shopgraph, elsewhere: Path) -> None:
    assert shopgraph("shop", "init", "shop", "--stores", "1").exit_code == 0
    refused = shopgraph("reconcile", "shop", "--since", "yesterday")
    assert (refused.exit_code, refused.stdout) == (2, "")
