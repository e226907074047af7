"""The shop that these tests act on; importable from processes that tests start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from shopgraph.connectors.embedded import EmbeddedShop, gateway_calls, open_shop
from shopgraph.connectors.gateway import ExternalKind
from shopgraph.domain import ClockKind, PaymentMethodKind
from shopgraph.shop import Shop
from shopgraph.tools.durable import carrying, engine, leases
from tests.durable.till import Till
from tests.tools.small_shop import AT, META, catalog, happenings, people

STANDING = META.model_copy(update={"clock": ClockKind.FIXED, "clock_at": AT})


def hurry(put: Callable[[object, str, float], None] = setattr) -> None:
    """Shorten the waits of this process."""
    put(engine, "BEAT_SECONDS", 0.1)
    put(engine, "_LISTEN_SECONDS", 0.05)
    put(engine, "_QUEUE_SECONDS", 0.05)
    put(leases, "LEASE_SECONDS", 0.6)
    put(carrying, "FIRST_PAUSE", 0.02)
    put(carrying, "LONGEST_PAUSE", 0.05)


def make(folder: Path, url: str | None) -> None:
    """Make the small shop, with its customers, cards and payments known at the till."""
    Shop.create(folder, STANDING, [catalog(), people(), happenings()], url=url).close()
    with open_shop(url or f"sqlite:///{folder}/shop.db") as made:
        _introduce(made)


def opened(folder: Path, till: Path, *, at: str | None = None) -> Shop:
    """The shop with the till behind its payments."""
    return Shop.open(folder, gateway=lambda _: Till(till), engine=at)


def _introduce(shop: EmbeddedShop) -> None:
    given = shop.dump()
    known = [(ExternalKind.CUSTOMER, each.id) for each in given.customers]
    known += [
        (ExternalKind.PAYMENT_METHOD, each.id)
        for each in given.payment_methods
        if each.kind is not PaymentMethodKind.GIFT_CARD
    ]
    known += [(ExternalKind.PAYMENT, each.id) for each in given.intents]

    def bind(db: Connection) -> None:
        for kind, own in known:
            gateway_calls.bind(db, Till.name, kind, own, f"theirs-{own}")

    shop.database.write_now(bind)
