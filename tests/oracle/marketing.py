"""The promotions, codes, discounts and carts of a random shop."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shopgraph.connectors.dataset import Dataset
from shopgraph.domain import Cart, CartLine, Discount, DiscountCode, Money, Promotion
from tests.oracle.chances import AT, CODES, DAY, PEOPLE, SECOND, UK, WEST, Chances


class Marketing(Chances):
    """Makes what a shop gives away, and the carts that it is given on."""

    def add_to(self, records: Dataset) -> None:
        """Put it in a shop whose people are known."""

        def promotion(key: str, regions: tuple[str, ...], starts: datetime, ends: datetime, **more: Any) -> Promotion:
            return Promotion.model_validate(
                {
                    "id": key,
                    "name": key,
                    "region_ids": regions,
                    "percent": Decimal(10),
                    "starts_at": starts,
                    "ends_at": ends,
                    **more,
                }
            )

        week = 7 * DAY
        edge = self._pick((-SECOND, timedelta(), SECOND, DAY))
        records.promotions = [
            promotion("june", (WEST, UK), self._now - week, self._now + week, budget=self._budget()),
            promotion("vips", (WEST, UK), self._now - week, self._now + week, audience=("vip",)),
            promotion("may", (WEST,), self._now - week, self._now + edge),
            promotion("uk", (UK,), self._now + edge, self._now + 2 * week),
            promotion(
                "own-ada",
                (WEST,),
                self._now - week,
                self._now + edge,
                customer_id="ada",
                sku=self._pick(("LAMP-BRASS", "SHIRT-M")),
            ),
            promotion("mix", (WEST, UK), self._now - week, self._now + week, stackable=True),
        ]
        uses = {"SPENT": (1, 1), "ADAONLY": (1, self._pick((0, 0, 1)))}
        kinds = dict(zip(CODES, ("june", "vips", "may", "uk", "june", "mix", "own-ada"), strict=True))
        records.codes = [
            DiscountCode(
                code=code,
                promotion_id=kind,
                usage_limit=uses.get(code, (None, 0))[0],
                used=uses.get(code, (None, 0))[1],
            )
            for code, kind in kinds.items()
        ]
        for who, region_id in PEOPLE.items():
            if self._chance(0.4):
                records.discounts = [*records.discounts, self._discount(who, region_id)]
            if self._chance(0.85):
                records.carts = [*records.carts, self._cart(who, region_id)]

    def _budget(self) -> Money | None:
        """What June's discounts may add up to: each of them is 1.00 here."""
        return self._pick((None, None, self._money(self._pick((100, 101, 200)), WEST)))

    def _discount(self, who: str, region_id: str) -> Discount:
        return Discount(
            id=f"cut-{who}",
            order_id=f"#{who.upper()}0",
            customer_id=who,
            promotion_id="june",
            code=self._pick(("JUNE10", "JUNE10", None)),
            amount=self._money(100, region_id),
            applied_at=self._near(30 * DAY),
        )

    def _cart(self, who: str, region_id: str) -> Cart:
        return Cart(
            id=f"cart-{who}",
            customer_id=who,
            region_id=region_id,
            lines=(CartLine(sku="LAMP-BRASS", quantity=1, added_at=AT - DAY),),
            codes=self._pick(((), (), (), ("MIX5",), ("JUNE10",))),
            created_at=AT - DAY,
            updated_at=AT - DAY,
        )
