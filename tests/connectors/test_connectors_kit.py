"""The kit finds what a careless adapter does: each of these breaks one rule and fails the checks of that rule."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import JsonValue

from shopgraph.connectors.conformance import CHECKS, conformance_tests, seed
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import create_shop, open_shop
from shopgraph.connectors.ports import Connectors
from shopgraph.domain import Money, Product, Refund, RefundReason, ShopMeta


class Careless:
    """A port that hands everything on to a careful one, but for what a subclass does worse."""

    def __init__(self, careful: Any) -> None:
        self.careful = careful

    def __getattr__(self, name: str) -> Any:
        return getattr(self.careful, name)


class ForgetsKeys(Careless):
    """A refund gateway that makes a new refund for each retry."""

    calls = 0

    async def refund(
        self,
        *,
        order_id: str,
        payment_intent_id: str | None,
        payment_method_id: str,
        amount: Money,
        reason: RefundReason,
        at: datetime,
        idempotency_key: str,
    ) -> Refund:
        self.calls += 1
        refund: Refund = await self.careful.refund(
            order_id=order_id,
            payment_intent_id=payment_intent_id,
            payment_method_id=payment_method_id,
            amount=amount,
            reason=reason,
            at=at,
            idempotency_key=f"{idempotency_key}-{self.calls}",
        )
        return refund


class Invents(Careless):
    """A catalog that has an answer for everything."""

    async def product(self, product_id: str) -> Product | None:
        found: Product | None = await self.careful.product(product_id)
        return found or Product(id=product_id, title="Something")


class KeepsWords(Careless):
    """Records in which nothing is ever erased."""

    async def erase_handoff(self, handoff_id: str, *, reason: str) -> None: ...
    async def erase_request(self, call_id: str, result: JsonValue) -> None: ...


class NoTransactions:
    """A unit of work that only says it is one."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield


@pytest.fixture
def embedded(tmp_path: Path, meta: ShopMeta) -> Callable[[dict[str, Callable[[Any], Any]]], Any]:
    """The embedded adapter with some ports made worse."""
    template = f"sqlite:///{tmp_path}/template.db"
    with create_shop(template, meta) as shop:
        shop.load(seed())
    numbers = count()

    def fresh() -> str:
        copy = tmp_path / f"shop-{next(numbers)}.db"
        shutil.copy(tmp_path / "template.db", copy)
        return f"sqlite:///{copy}"

    def factory(worse: dict[str, Callable[[Any], Any]]) -> Any:
        @asynccontextmanager
        async def opened(_: Dataset) -> AsyncIterator[Connectors]:
            with open_shop(fresh()) as shop:
                ports = {name: make(getattr(shop.connectors, name)) for name, make in worse.items()}
                yield dataclasses.replace(shop.connectors, **ports)

        return opened

    return factory


def _failures(factory: Any, port: str) -> set[str]:
    failed = set()
    for check in CHECKS:
        if check.port == port:
            try:
                check.run(factory)
            except (AssertionError, pytest.fail.Exception):
                failed.add(check.name)
    return failed


def test_a_gateway_that_forgets_keys_is_found(embedded: Any) -> None:
    assert _failures(embedded({"payments": ForgetsKeys}), "payments") == {
        "refund_happens_once",
        "refund_happens_once_when_asked_at_once",
        "refund_keeps_a_key_to_its_body",
    }


def test_a_catalog_that_invents_is_found(embedded: Any) -> None:
    assert _failures(embedded({"catalog": Invents}), "catalog") == {"knows_nothing_of_what_is_not_there"}


def test_records_that_keep_what_is_to_be_erased_are_found(embedded: Any) -> None:
    failed = _failures(embedded({"records": KeepsWords}), "records")
    assert failed == {"erases_what_a_request_answered", "erases_the_words_of_a_handoff"}


def test_a_unit_of_work_that_is_none_is_found(embedded: Any) -> None:
    failed = _failures(embedded({"unit_of_work": lambda _: NoTransactions()}), "transaction")
    assert failed == {"keeps_nothing_when_it_fails", "takes_back_every_kind_of_call", "joins_an_inner_one_to_the_outer"}


def test_one_line_makes_the_tests_of_some_ports(embedded: Any) -> None:
    test = conformance_tests(embedded({}), ports={"crm", "transaction"})
    (mark,) = test.pytestmark  # type: ignore[attr-defined]
    checks = mark.args[1]
    assert {check.port for check in checks} == {"crm", "transaction"}
    test(checks[0])


def test_every_port_has_checks() -> None:
    ports = {item.name for item in dataclasses.fields(Connectors)} - {"search", "unit_of_work", "outside"}
    assert {check.port for check in CHECKS} == ports | {"transaction"}
    assert len({str(check) for check in CHECKS}) == len(CHECKS)
