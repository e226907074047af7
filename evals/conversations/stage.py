"""The shops that conversations are played on: each made once, and copied anew after a conversation that changed it."""

from __future__ import annotations

import re
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any, Self

from shopgraph.clock import parse_instant
from shopgraph.connectors.demo import generate
from shopgraph.connectors.demo.cast import CAST, INJECTED_PRODUCT_ID
from shopgraph.connectors.embedded.schema import DATASET, ORDER_LINES
from shopgraph.domain import PaymentMethodKind
from shopgraph.errors import ConfigurationError
from shopgraph.shop import DEMO_INSTANT, Shop

_TABLES = tuple(mapped.table.name for mapped in (*DATASET, ORDER_LINES))
"""The business records."""

Records = dict[str, list[tuple[Any, ...]]]


class Stage:
    """One demo shop, always as it was made when a conversation begins. Close it when done."""

    def __init__(self, kind: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="shopgraph-eval-"))
        meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
        Shop.create(self._folder / "first", meta, parts).close()
        _adapt(self._folder / "first" / "policy", kind)
        self.shop, self._observer = self._opened()
        self._read: tuple[int, Records] = (-1, {})
        self._first = self.records()
        self.words = _words(self.shop)
        """What stands for a placeholder, by its name."""
        self._secrets = _secrets(self.shop)

    def _opened(self) -> tuple[Shop, sqlite3.Connection]:
        shutil.rmtree(self._folder / "now", ignore_errors=True)
        shutil.copytree(self._folder / "first", self._folder / "now")
        return Shop.open(self._folder / "now"), sqlite3.connect(self._folder / "now" / "shop.db")

    def reset(self) -> None:
        """Put everything back, unless every record is as it was."""
        if self.records() != self._first:
            self._close_shop()
            self.shop, self._observer = self._opened()
            self._read = (-1, {})

    def records(self) -> Records:
        """Every business record as it is now; read anew where something was committed since."""
        (version,) = self._observer.execute("PRAGMA data_version").fetchone()
        if version != self._read[0]:
            rows = {name: self._observer.execute(f'SELECT * FROM "{name}"').fetchall() for name in _TABLES}  # noqa: S608
            self._read = (version, rows)
        return self._read[1]

    def filled(self, text: str) -> str:
        """The text with its placeholders filled: {tracker.in_transit} is that order's id.

        Raises:
            ConfigurationError: a placeholder stands for nothing.
        """

        def word(match: re.Match[str]) -> str:
            if match[1] not in self.words:
                raise ConfigurationError(f"{match[0]} stands for nothing.", remedy="See docs/conversations.md.")
            return self.words[match[1]]

        return re.sub(r"\{([\w.]+)\}", word, text)

    def secrets_of_others(self, customer: str) -> frozenset[str]:
        """What only other customers than this one may hear; all of them for nobody in particular."""
        own = customer_id(customer) if customer else ""
        mine = self._secrets.get(own, frozenset())
        return frozenset().union(*(found for who, found in self._secrets.items() if who != own)) - mine

    def close(self) -> None:
        """Close the shop; its folder is gone afterwards."""
        self._close_shop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _close_shop(self) -> None:
        self._observer.close()
        self.shop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def customer_id(key: str) -> str:
    """The id of a customer of the cast.

    Raises:
        ConfigurationError: there is no such key.
    """
    if key not in CAST:
        raise ConfigurationError(f"Nobody of the cast is called {key!r}.", remedy=f"One of {', '.join(sorted(CAST))}.")
    return CAST[key].customer_id


def _adapt(policy: Path, kind: str) -> None:
    """Make of the demo chain's policy the one that a kind of shop has."""
    if kind == "look-ups":
        _rewrite(policy / "bundle.yaml", r"(?m)^identification: .*$", "identification: [email, name_postal_code]")
    if kind == "careful":
        for calendar in sorted((policy / "calendars").glob("*.yaml")):
            _rewrite(calendar, r"(refund_above: )\d+", r"\g<1>0")


def _rewrite(file: Path, pattern: str, put: str) -> None:
    text, count = re.subn(pattern, put, file.read_text(encoding="utf-8"))
    if not count:
        raise ConfigurationError(f"{file} has no {pattern!r}.", file=str(file))
    file.write_text(text, encoding="utf-8")


def _words(shop: Shop) -> dict[str, str]:
    records, found = shop.dump(), {"injected.product": INJECTED_PRODUCT_ID}
    customers = {customer.id: customer for customer in records.customers}
    for key, persona in CAST.items():
        customer = customers[persona.customer_id]
        mine = [method for method in records.payment_methods if method.customer_id == customer.id]
        said = {
            "id": customer.id,
            "name": f"{customer.given_name} {customer.family_name}",
            "email": customer.email,
            "street": customer.address.line1,
            "postal_code": customer.address.postal_code,
            **persona.order_ids,
            **persona.skus,
        }
        for method in mine:
            said["gift_card" if method.kind is PaymentMethodKind.GIFT_CARD else "card"] = method.id
            said |= {"last_digits": method.last_four} if method.last_four else {}
        found |= {f"{key}.{name}": text for name, text in said.items()}
    return found


def _secrets(shop: Shop) -> dict[str, frozenset[str]]:
    """By customer: order ids, e-mail address, street, tracking numbers."""
    records = shop.dump()
    owner = {order.id: order.customer_id for order in records.orders}
    found: dict[str, set[str]] = {item.id: {item.email, item.address.line1} - {""} for item in records.customers}
    for order_id, customer_id in owner.items():
        found[customer_id].add(order_id)
    for parcel in records.fulfillments:
        found[owner[parcel.order_id]] |= set(parcel.tracking_numbers)
    return {who: frozenset(texts) for who, texts in found.items()}
