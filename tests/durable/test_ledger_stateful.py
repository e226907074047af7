"""Whatever happens in whatever order, crashes included: money in is money out plus money kept, and so it is with stock.

`Books` counts; here it is played, and played again with something of ours broken.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unittest.mock import AsyncMock

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from shopgraph.connectors.embedded import create_shop, inventory, payment_rules
from shopgraph.connectors.embedded.inventory import EmbeddedInventory
from shopgraph.connectors.embedded.payments import EmbeddedPayments
from shopgraph.domain import Money, RefundShare
from shopgraph.domain.shares import left, share_out
from shopgraph.errors import ShopgraphError
from shopgraph.tools import plans, refunds
from shopgraph.tools.actions import returns
from shopgraph.tools.amounts import LinePart, worth
from shopgraph.tools.durable import carrying
from shopgraph.tools.spec import Outcome
from tests.durable.books import Books
from tests.durable.ledger_shop import META, empty_shop

ENDLESS = {currency: Money(amount=10**9, currency=currency) for currency in ("USD", "JPY", "KWD")}


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The empty shop, for copying only."""
    Books.template = tmp_path_factory.mktemp("books") / "shop.db"
    with create_shop(f"sqlite:///{Books.template}", META) as made:
        made.load(empty_shop())


def _play(runs: int, *phases: Phase) -> Counter[str]:
    Books.seen = Counter()
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=runs,
            stateful_step_count=10,
            deadline=None,
            derandomize=True,
            phases=phases,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
    return Books.seen


CHANGES = (
    "cancel_order",
    "change_payment_method",
    "change_items",
    "exchange_items",
    "return_items",
    "receive_return",
    "receive_exchange",
    "refund_order",
    "credit_goodwill",
)


def test_money_and_stock_add_up_at_every_moment() -> None:
    seen = _play(20, Phase.generate)
    assert seen["crash"] > 0
    assert len([each for each in CHANGES if seen[f"{each} {Outcome.DONE}"]]) > 5, seen


@pytest.mark.soak
@pytest.mark.timeout(1500)
def test_they_add_up_through_every_kind_of_change() -> None:
    seen = _play(100, Phase.generate)
    assert [each for each in CHANGES if not seen[f"{each} {Outcome.DONE}"]] == [], seen


def _pays_again(put: pytest.MonkeyPatch) -> None:
    """A step that has a new key each time it is done."""
    refund = EmbeddedPayments.refund
    count = itertools.count()

    async def forgetful(self: EmbeddedPayments, *, idempotency_key: str, **more: Any) -> Any:
        return await refund(self, idempotency_key=f"{idempotency_key}/{next(count)}", **more)

    put.setattr(EmbeddedPayments, "refund", forgetful)


def _loses_a_unit(put: pytest.MonkeyPatch) -> None:
    """Shares that are rounded down."""

    def down(self: Money, weights: Sequence[int]) -> tuple[Money, ...]:
        return tuple(Money(amount=self.amount * each // sum(weights), currency=self.currency) for each in weights)

    put.setattr(Money, "split", down)


def _forgets_lines(put: pytest.MonkeyPatch) -> None:
    """Nobody looks at what a line has given back already."""

    def whole(parts: Sequence[LinePart], *, tax_inclusive: bool, left: Mapping[str, Money]) -> dict[str, Money]:
        return worth(
            parts,
            tax_inclusive=tax_inclusive,
            left={line: each * 0 + ENDLESS[each.currency] for line, each in left.items()},
        )

    def unchecked(
        money: payment_rules.OrderMoney, amount: Money, named: Sequence[RefundShare]
    ) -> tuple[RefundShare, ...]:
        return tuple(named) or share_out(left(money.order, money.intents, money.refunds), amount)

    put.setattr(refunds, "worth", whole)
    put.setattr(plans, "worth", whole)
    put.setattr(returns, "worth", whole)
    put.setattr(payment_rules, "shares_of", unchecked)


def _books_nothing(put: pytest.MonkeyPatch) -> None:
    """Stock that moves past the ledger."""
    put.setattr(inventory, "move_units", lambda *_, **__: None)


def _does_not_undo(put: pytest.MonkeyPatch) -> None:
    """A charge that stays although its action is undone."""
    put.setattr(carrying, "undo_stage", AsyncMock())


def _takes_stock_twice(put: pytest.MonkeyPatch) -> None:
    """Goods that are put on the shelf each time the step is done."""
    restock = EmbeddedInventory.restock
    count = itertools.count()

    async def forgetful(self: EmbeddedInventory, *, idempotency_key: str, **more: Any) -> Any:
        return await restock(self, idempotency_key=f"{idempotency_key}/{next(count)}", **more)

    put.setattr(EmbeddedInventory, "restock", forgetful)


MUTANTS = (_pays_again, _loses_a_unit, _forgets_lines, _books_nothing, _does_not_undo, _takes_stock_twice)
OFTEN = 400
"""Runs at most in which a mutant that is tried with every change is noticed; the first that notices is the last.

Which run it is changes with every constant in our code, from which Hypothesis draws.
"""


def _is_noticed(mutate: Callable[[pytest.MonkeyPatch], None], put: pytest.MonkeyPatch, runs: int) -> None:
    mutate(put)
    with pytest.raises((AssertionError, ShopgraphError, ValueError, BaseExceptionGroup)):
        _play(runs, Phase.generate)


@pytest.mark.parametrize("mutate", [_pays_again, _forgets_lines])
def test_what_is_wrong_with_money_is_noticed(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    _is_noticed(mutate, monkeypatch, OFTEN)


@pytest.mark.soak
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("mutate", MUTANTS)
def test_what_is_wrong_with_money_or_stock_is_noticed(
    mutate: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    _is_noticed(mutate, monkeypatch, 200)
