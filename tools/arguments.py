"""What tools take besides plain words: lines of items, and an address as typed."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field

from shopgraph.domain import Address, Money, ReturnReason, Value
from shopgraph.errors import InvalidInput

Sku = Annotated[str, Field(min_length=1, max_length=64, description="SKU as it stands in the order or the catalog.")]
Units = Annotated[int, Field(ge=1, le=1000, description="How many units.")]
OrderId = Annotated[str, Field(min_length=1, max_length=64, description="Order number, such as #D1000001.")]
MethodId = Annotated[
    str, Field(min_length=1, max_length=64, description="Id of one of the customer's payment methods.")
]
Typed = Annotated[str, Field(max_length=200)]
Amount = Annotated[
    str, Field(min_length=1, max_length=32, description="A decimal amount in the order's currency, such as 12.30.")
]
_AMOUNT = re.compile(r"(?P<number>[0-9]{1,12}(?:\.[0-9]{1,6})?)(?: (?P<currency>[A-Z]{3}))?")


def amount_in(typed: str, currency: str) -> Money:
    """Read "12.30" or "12.30 USD" as an amount of `currency`, exactly.

    Raises:
        InvalidInput: it is no amount, nothing at all, in another currency, or finer than the currency's minor unit.
    """
    found = _AMOUNT.fullmatch(typed.strip())
    if found is None:
        raise InvalidInput(f"{typed!r} is not an amount.", remedy=f"Write it as {_example(currency)}.")
    if found["currency"] not in (None, currency):
        raise InvalidInput(
            f"{typed.strip()} is not in {currency}, the currency of the order.",
            remedy=f"Give the amount in {currency}, as {_example(currency)}.",
        )
    try:
        amount = Money.of(found["number"], currency)
    except InvalidInput as fault:
        raise InvalidInput(fault.message, remedy=f"Write it as {_example(currency)}.") from None
    if amount.is_zero:
        raise InvalidInput("The amount is nothing.", remedy="Give an amount above zero.")
    return amount


def _example(currency: str) -> str:
    """An amount with as many digits as the currency has."""
    return str(Money(amount=12345, currency=currency))


class GoodwillReason(StrEnum):
    """Why the shop gives money of its own."""

    LATE_DELIVERY = "late_delivery"
    DAMAGED_GOODS = "damaged_goods"
    POOR_SERVICE = "poor_service"
    OTHER = "other"


class ItemToReturn(Value):
    """Units of one SKU that come back."""

    sku: Sku
    quantity: Units = 1
    reason: ReturnReason = ReturnReason.NOT_SPECIFIED


class ItemToRefund(Value):
    """Units of one SKU whose price goes back although they do not."""

    sku: Sku
    quantity: Units = 1


class ItemToSwap(Value):
    """Units of one SKU that become another variant of the same product."""

    sku: Sku
    to_sku: Annotated[Sku, Field(description="The new variant's SKU.")]
    quantity: Units = 1


ItemsToReturn = Annotated[tuple[ItemToReturn, ...], Field(max_length=100)]
ItemsToRefund = Annotated[
    tuple[ItemToRefund, ...],
    Field(max_length=100, description="Which items it is for; empty: for the order as a whole."),
]
ItemsToSwap = Annotated[tuple[ItemToSwap, ...], Field(max_length=100)]


class TypedAddress(Value):
    """An address as somebody typed it; policy judges whether it is complete."""

    model_config = ConfigDict(str_strip_whitespace=True)

    line1: Typed
    line2: Typed = ""
    city: Typed
    state: Typed = ""
    postal_code: Annotated[str, Field(max_length=20)]
    country: Typed

    @property
    def complete(self) -> bool:
        """Whether a parcel could be sent there: street, city, postal code and country are not blank."""
        return all((self.line1, self.city, self.postal_code, self.country))

    @property
    def address(self) -> Address:
        """The address as the shop keeps it."""
        return Address(**self.model_dump())
