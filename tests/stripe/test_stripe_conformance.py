"""The payment checks of the conformance kit, with the cards' money at a fake Stripe."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from shopgraph.connectors.conformance import CHECKS, Check, seed
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.ports import Connectors
from tests.stripe.conftest import Tills

PAYMENTS = [check for check in CHECKS if check.port == "payments"]


@pytest.mark.counterpart("third-party fake (localstripe) behind our fake (strict rules)")
@pytest.mark.parametrize("check", PAYMENTS, ids=str)
def test_stripe_conforms(check: Check, strict_tills: Tills) -> None:
    @asynccontextmanager
    async def opened(dataset: Dataset) -> AsyncIterator[Connectors]:
        assert dataset == seed()
        async with strict_tills.open(retries=3) as till:
            yield till.shop.connectors

    check.run(opened)
