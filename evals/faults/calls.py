"""The calls that faults strike, each about an order of its own, and what each has to leave at the other side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from shopgraph.domain import OrderStatus, Principal
from shopgraph.tools.durable.admission import action_id

PRICE = {"a": 2000, "b": 2600, "c": 1500}
"""Cents by variant: each order has a product of its own, and buys two of its variant `a`."""
UNITS = 2
ON_HAND = 5
TOTAL = UNITS * PRICE["a"]
PARTIAL = 700
"""Cents of a refund without goods."""
GIFT = 1000
"""Cents of goodwill."""
BOUGHT = 9775
"""Cents of a cart of two `a` and two `b`: 92.00, sales tax of 6.25 percent on each line, no shipping from 50.00 on."""
_BOTH: Final = {"a": UNITS, "b": UNITS}
_SAME: Final = {"a": UNITS}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of call, and what it has to leave behind when it is done. Not done, it leaves everything as it was."""

    tool: str
    held: int
    """Cents that the other side still holds for the customer."""
    refunds: int
    """How many."""
    allocated: Mapping[str, int]
    """Units promised to the order, by variant."""
    shelf: Mapping[str, int] = field(default_factory=dict)
    """Units that are on the shelf more than before, or fewer."""
    refused: str = ""
    """The point at which the call is refused for certain, so that it has to be undone."""
    payments: tuple[int, ...] = (TOTAL,)
    """Cents of each payment that the order was paid with; of what is yet to be bought there are none."""
    status: OrderStatus = OrderStatus.PENDING
    missing: str = ""
    """The variant that is not on its shelf, although the other side's books say so until it is fetched."""
    gift: int = 0
    """Cents given onto a gift card, which is the shop's own money and in no books but the shop's."""

    @property
    def buys(self) -> bool:
        """Whether there is a cart and no order yet."""
        return not self.payments

    @property
    def before(self) -> int:
        """Cents that the other side holds before the call."""
        return sum(self.payments)

    @property
    def promised(self) -> Mapping[str, int]:
        """Units promised to the order before the call."""
        return _SAME if self.status is OrderStatus.PENDING and not self.buys else {}

    @property
    def has_to_be_undone(self) -> bool:
        """Whether it cannot be done."""
        return bool(self.refused or self.missing)


_DEARER = UNITS * PRICE["b"]
_CHEAPER = UNITS * PRICE["c"]
KINDS: Final[Mapping[str, Kind]] = {
    "cancel": Kind(tool="cancel_order", held=0, refunds=2, allocated={}, payments=(TOTAL - 1500, 1500)),
    "refund": Kind(tool="refund_order", held=TOTAL - PARTIAL, refunds=1, allocated=_SAME),
    "receive": Kind(tool="receive_return", held=0, refunds=1, allocated={}, shelf=_SAME, status=OrderStatus.DELIVERED),
    "pay otherwise": Kind(tool="change_payment_method", held=TOTAL, refunds=1, allocated=_SAME),
    "pay otherwise, refused": Kind(
        tool="change_payment_method",
        held=TOTAL,
        refunds=1,
        allocated=_SAME,
        refused="change_payment_method.refund-2:before",
    ),
    "change for dearer": Kind(tool="change_items", held=_DEARER, refunds=0, allocated={"b": UNITS}),
    "change for cheaper": Kind(tool="change_items", held=_CHEAPER, refunds=1, allocated={"c": UNITS}),
    "change for dearer, refused": Kind(
        tool="change_items", held=_DEARER, refunds=0, allocated={"b": UNITS}, refused="change_items.swap:before"
    ),
    "exchange for dearer": Kind(
        tool="receive_exchange",
        held=_DEARER,
        refunds=0,
        allocated={},
        shelf={"a": UNITS, "b": -UNITS},
        status=OrderStatus.DELIVERED,
    ),
    "exchange for cheaper": Kind(
        tool="receive_exchange",
        held=_CHEAPER,
        refunds=1,
        allocated={},
        shelf={"a": UNITS, "c": -UNITS},
        status=OrderStatus.DELIVERED,
    ),
    "exchange for dearer, refused": Kind(
        tool="receive_exchange",
        held=_DEARER,
        refunds=0,
        allocated={},
        shelf={"a": UNITS, "b": -UNITS},
        status=OrderStatus.DELIVERED,
        refused="receive_exchange.receive:before",
    ),
    "buy": Kind(tool="place_order", held=BOUGHT, refunds=0, allocated=_BOTH, payments=()),
    "buy what is missing": Kind(tool="place_order", held=BOUGHT, refunds=0, allocated=_BOTH, payments=(), missing="b"),
    "goodwill": Kind(tool="credit_goodwill", held=TOTAL, refunds=0, allocated=_SAME, gift=GIFT),
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """One order and the call about it."""

    number: int
    kind_name: str

    @property
    def kind(self) -> Kind:
        """What is called, and what it leaves behind."""
        return KINDS[self.kind_name]

    @property
    def order_id(self) -> str:
        """The order that there is before the call."""
        return f"#F{self.number:05}"

    @property
    def customer_id(self) -> str:
        """Who has this order and no other."""
        return f"customer-{self.number}"

    @property
    def call_id(self) -> str:
        """The call."""
        return f"call-{self.number}"

    @property
    def action_id(self) -> str:
        """What the shop calls it once it is admitted."""
        return action_id(self.call_id)

    @property
    def return_id(self) -> str:
        """Of the return that waits for its goods."""
        return f"return-{self.number}"

    @property
    def exchange_id(self) -> str:
        """Of the exchange that waits for its goods."""
        return f"exchange-{self.number}"

    @property
    def to_variant(self) -> str:
        """The variant that it is changed for."""
        return "c" if "cheaper" in self.kind_name else "b"

    @property
    def caller(self) -> Principal:
        """Who calls: a cart is bought by its customer, the rest is done at a desk."""
        return (
            Principal.customer(self.customer_id) if self.kind.buys else Principal.staff(f"desk-{self.number}", "agent")
        )

    def sku(self, variant: str) -> str:
        """Of one of its product's variants."""
        return f"sku-{self.number}-{variant}"

    def method(self, which: int) -> str:
        """Of one of the customer's two cards."""
        return f"card-{self.number}-{which}"

    def arguments(self) -> dict[str, JsonValue]:
        """Of the call."""
        order: dict[str, JsonValue] = {"order_id": self.order_id}
        match self.kind.tool:
            case "cancel_order":
                return {**order, "reason": "no_longer_needed"}
            case "refund_order":
                return {**order, "amount": f"{PARTIAL / 100:.2f}", "reason": "damaged"}
            case "receive_return":
                return {"return_id": self.return_id, "condition": "new"}
            case "receive_exchange":
                return {"exchange_id": self.exchange_id, "condition": "new"}
            case "change_payment_method":
                return {**order, "payment_method_id": self.method(1)}
            case "credit_goodwill":
                return {**order, "amount": f"{GIFT / 100:.2f}", "reason": "other"}
            case "place_order":
                return {"payment_method_id": self.method(0)}
            case _:
                swap: JsonValue = [{"sku": self.sku("a"), "to_sku": self.sku(self.to_variant), "quantity": UNITS}]
                return {**order, "items": swap, "payment_method_id": self.method(0)}

    def payments(self) -> list[tuple[str, int]]:
        """Id and cents of what the order was paid with."""
        return [(f"paid-{self.number}-{place}", amount) for place, amount in enumerate(self.kind.payments)]
