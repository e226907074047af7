"""The facts' public JSON form, as other writers write it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from shopgraph.guards.facts import Facts


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-05-03T10:20:30Z", datetime(2026, 5, 3, 10, 20, 30, tzinfo=UTC)),
        ("2026-05-03T10:20:30+02:00", datetime(2026, 5, 3, 8, 20, 30, tzinfo=UTC)),
        ("2026-05-03T10:20:30", datetime(2026, 5, 3, 10, 20, 30, tzinfo=UTC)),
        ("2026-05-03", datetime(2026, 5, 3, tzinfo=UTC)),
    ],
)
def test_a_moment_is_utc_where_no_zone_is_written(written: str, meant: datetime) -> None:
    (action,) = Facts.model_validate({"actions": [{"type": "cancel_order", "at": written}]}).actions
    assert action.at == meant


@pytest.mark.parametrize("written", ["2026-05-03", "2026-05-03T23:20:30", "2026-05-03 23:20:30+02:00"])
def test_a_moment_where_a_day_is_meant_is_the_day_that_it_names(written: str) -> None:
    (order,) = Facts.model_validate({"orders": [{"id": "7", "placed_on": written}]}).orders
    assert order.placed_on == date(2026, 5, 3)


def test_null_is_as_good_as_absent() -> None:
    nothing = {"products": None, "orders": None, "promotions": None, "brand": None, "allowed_hosts": None}
    assert Facts.model_validate(nothing) == Facts()
    (product,) = Facts.model_validate({"products": [{"name": "Bowl", "attributes": None, "sku": None}]}).products
    assert (product.attributes, product.sku) == ({}, "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"actions": [{"type": "cancel_order", "at": "yesterday"}]},
        {"orders": [{"id": "7", "placed_on": "5/3/2026"}]},
        {"products": [{"name": "Bowl", "price": "cheap"}]},
    ],
)
def test_what_is_no_fact_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Facts.model_validate(wrong)
