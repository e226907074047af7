"""Counterparts of the Stripe connector, and shops whose cards are charged there."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
import stripe
from pydantic import SecretStr
from sqlalchemy import Connection, delete

from shopgraph.connectors.conformance.seed import AT, seed
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, gateway_calls, open_shop
from shopgraph.connectors.gateway import ExternalKind
from shopgraph.connectors.stripe import StripeSettings
from shopgraph.connectors.stripe.gateway import StripeGateway
from shopgraph.domain import PaymentMethodKind, ShopMeta
from tests.stripe.counterparts import KEY, localstripe, stateful_mock
from tests.stripe.recorder import Record, RecordingTransport, Specification, load_specification
from tests.stripe.strict_proxy import StrictStripe, strict

META = ShopMeta(id="shop", name="Corner", bundle="default", default_region_id="north", created_at=AT)
_NUMBERS = count()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here says what kind of counterpart it talks to."""
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("counterpart") is None:
            raise pytest.UsageError(f"{item.nodeid} does not say its counterpart: mark it with `counterpart`.")


@pytest.fixture(autouse=True)
def _say_the_counterpart(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> None:
    mark = request.node.get_closest_marker("counterpart")
    record_property("counterpart", mark.args[0])


@dataclass
class Till:
    """A shop with the kit's seed, whose cards are known at a fake Stripe."""

    shop: EmbeddedShop
    stripe: stripe.StripeClient
    """A second way in, past our code: what does Stripe itself know?"""
    shop_id: str
    record: Record
    gateway: StripeGateway
    external: dict[str, str] = field(default_factory=dict)
    """Stripe's id of each of ours."""


@dataclass
class Tills:
    """Opens tills at one counterpart."""

    api_base: str
    folder: Path
    template: Path
    specification: Specification | None
    record: Record = field(default_factory=Record)

    @asynccontextmanager
    async def open(self, *, retries: int = 0, timeout_seconds: float = 5) -> AsyncIterator[Till]:
        """A fresh shop; with its payments, cards and refunds made at Stripe too."""
        number = next(_NUMBERS)
        shop_id = f"shop-{number}"
        path = self.folder / f"{shop_id}.db"
        shutil.copy(self.template, path)
        settings = StripeSettings(
            api_key=SecretStr(KEY), retries=retries, api_base=self.api_base, timeout_seconds=timeout_seconds
        )
        gateway = StripeGateway(
            settings,
            shop_id=shop_id,
            transport=lambda: RecordingTransport(self.specification, self.record, timeout_seconds=timeout_seconds),
        )
        outside = stripe.StripeClient(KEY, base_addresses={"api": self.api_base}, max_network_retries=0)
        with open_shop(f"sqlite:///{path}", gateway=lambda _: gateway) as shop:
            till = Till(shop=shop, stripe=outside, shop_id=shop_id, record=self.record, gateway=gateway)
            _seed(till)
            yield till


def _seed(till: Till) -> None:
    given, client = seed(), till.stripe.v1
    cards = [each for each in given.payment_methods if each.kind is PaymentMethodKind.CARD]
    for customer in given.customers:
        _bind(till, ExternalKind.CUSTOMER, customer.id, client.customers.create({"email": customer.email}).id)
    for card in cards:
        card_of(till, card.id, "4242424242424242")
    for intent in given.intents:
        paid = client.payment_intents.create(
            {
                "amount": intent.amount.amount,
                "currency": "usd",
                "customer": till.external[intent.payment_method_id.split("-")[0]],
                "payment_method": till.external[intent.payment_method_id],
                "confirm": True,
            }
        )
        _bind(till, ExternalKind.PAYMENT, intent.id, paid.id)
    for refund in given.refunds:
        payment = till.external[refund.payment_intent_id or ""]
        made_refund = client.refunds.create({"payment_intent": payment, "amount": refund.amount.amount})
        _bind(till, ExternalKind.REFUND, refund.id, made_refund.id)


def card_of(till: Till, own: str, number: str) -> None:
    """Let a payment method of ours be the card of that number from now on."""
    _bind(till, ExternalKind.PAYMENT_METHOD, own, new_card(till, own.split("-")[0], number))


def new_card(till: Till, customer_id: str, number: str) -> str:
    """Save a card of that number for a customer at Stripe; its id there."""
    made = till.stripe.v1.payment_methods.create(
        {"type": "card", "card": {"number": number, "exp_month": 12, "exp_year": 2040, "cvc": "123"}}
    )
    till.stripe.v1.payment_methods.attach(made.id, {"customer": till.external[customer_id]})
    return made.id


def _bind(till: Till, kind: ExternalKind, own: str, external: str) -> None:
    def write(db: Connection) -> None:
        table = gateway_calls.EXTERNAL_IDS.table
        db.execute(delete(table).where(table.c.kind == kind.value, table.c.id == own))
        gateway_calls.bind(db, "stripe", kind, own, external)

    till.external[own] = external
    till.shop.database.write_now(write)


@pytest.fixture(scope="session")
def specification() -> Specification:
    """Stripe's OpenAPI file; skips with the reason where it is not."""
    return load_specification()


@pytest.fixture(scope="session")
def localstripe_url() -> Iterator[str]:
    """A localstripe as it is."""
    with localstripe() as url:
        yield url


@pytest.fixture
def strict_stripe(localstripe_url: str) -> Iterator[StrictStripe]:
    """localstripe behind our strict rules."""
    with strict(localstripe_url) as rules:
        yield rules


@pytest.fixture(scope="session")
def mock_url() -> Iterator[str]:
    """A stripe-stateful-mock."""
    with stateful_mock() as url:
        yield url


@pytest.fixture(scope="session")
def shop_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed shop that holds the kit's seed; for copying only."""
    path = tmp_path_factory.mktemp("till") / "template.db"
    with create_shop(f"sqlite:///{path}", META) as shop:
        shop.load(seed())
    return path


@pytest.fixture
def strict_tills(strict_stripe: StrictStripe, tmp_path: Path, shop_template: Path) -> Tills:
    """Tills at localstripe behind the strict rules."""
    return Tills(strict_stripe.url, tmp_path, shop_template, None)


@pytest.fixture
def plain_tills(localstripe_url: str, tmp_path: Path, shop_template: Path) -> Tills:
    """Tills at localstripe as it is."""
    return Tills(localstripe_url, tmp_path, shop_template, None)
