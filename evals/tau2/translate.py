"""A call as the benchmark's agent makes it, as a call of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from shopgraph.domain import CancelReason
from shopgraph.errors import InvalidInput
from shopgraph.tools.rulings import readable

_REASONS = {
    "no longer needed": CancelReason.NO_LONGER_NEEDED,
    "ordered by mistake": CancelReason.ORDERED_BY_MISTAKE,
}


@dataclass(frozen=True, kw_only=True)
class Translated:
    """A tool of ours and its arguments, and whom the call names besides."""

    tool: str
    arguments: dict[str, JsonValue]
    customer_id: str | None = None
    """The customer whom the call is about by id: our own tools never take one."""


_OrderId = Annotated[str, Field(pattern=r"^#W[0-9]+$")]
"""Our own tools take an order number without its `#` and in small letters as well; the benchmark's do not."""


class _Arguments(BaseModel):
    """What a tool of the benchmark takes; numbers are no text, and nothing else is taken."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Nothing(_Arguments):
    pass


class _User(_Arguments):
    user_id: str


class _Order(_Arguments):
    order_id: _OrderId


class _Product(_Arguments):
    product_id: str


class _Item(_Arguments):
    item_id: str


class _Expression(_Arguments):
    expression: str


class _Summary(_Arguments):
    summary: str


class _Cancel(_Order):
    reason: str


class _Payment(_Order):
    payment_method_id: str


class _Return(_Payment):
    item_ids: list[str]


class _Swap(_Return):
    new_item_ids: list[str]


class _Address(_Arguments):
    address1: str
    address2: str
    city: str
    state: str
    country: str
    zip: str

    def ours(self) -> JsonValue:
        """The address as our tools take it."""
        return {
            "line1": self.address1,
            "line2": self.address2,
            "city": self.city,
            "state": self.state,
            "postal_code": self.zip,
            "country": self.country,
        }


class _OrderAddress(_Address):
    order_id: _OrderId


class _UserAddress(_Address):
    user_id: str


def _cancel(asked: _Cancel) -> Translated:
    if asked.reason not in _REASONS:
        raise InvalidInput(f"{asked.reason!r} is no reason.", remedy=f"One of {', '.join(_REASONS)}.")
    return Translated(
        tool="cancel_order", arguments={"order_id": asked.order_id, "reason": str(_REASONS[asked.reason])}
    )


def _return(asked: _Return) -> Translated:
    return Translated(
        tool="return_items",
        arguments={
            "order_id": asked.order_id,
            "items": [{"sku": sku} for sku in asked.item_ids],
            "payment_method_id": asked.payment_method_id,
        },
    )


def _swap(tool: str) -> Callable[[_Swap], Translated]:
    def translated(asked: _Swap) -> Translated:
        old, new = len(asked.item_ids), len(asked.new_item_ids)
        if old != new:
            raise InvalidInput(f"{old} items are to become {new}.", remedy="Name one new item for each old one.")
        pairs = zip(asked.item_ids, asked.new_item_ids, strict=True)
        return Translated(
            tool=tool,
            arguments={
                "order_id": asked.order_id,
                "items": [{"sku": sku, "to_sku": to} for sku, to in pairs],
                "payment_method_id": asked.payment_method_id,
            },
        )

    return translated


def _order_address(asked: _OrderAddress) -> Translated:
    return Translated(tool="change_order_address", arguments={"order_id": asked.order_id, "address": asked.ours()})


def _user_address(asked: _UserAddress) -> Translated:
    return Translated(tool="change_profile_address", arguments={"address": asked.ours()}, customer_id=asked.user_id)


def _transfer(asked: _Summary) -> Translated:
    return Translated(
        tool="handoff",
        arguments={"reason": "The request is outside of what the agent can do.", "summary": asked.summary[:2000]},
    )


_TRANSLATIONS: Mapping[str, tuple[type[_Arguments], Callable[[Any], Translated]]] = {
    "get_user_details": (
        _User,
        lambda asked: Translated(tool="get_profile", arguments={}, customer_id=asked.user_id),
    ),
    "get_order_details": (
        _Order,
        lambda asked: Translated(tool="get_order", arguments={"order_id": asked.order_id}),
    ),
    "get_product_details": (
        _Product,
        lambda asked: Translated(tool="get_product", arguments={"product_id": asked.product_id}),
    ),
    "get_item_details": (
        _Item,
        lambda asked: Translated(tool="get_product", arguments={"product_id": asked.item_id}),
    ),
    "list_all_product_types": (_Nothing, lambda _: Translated(tool="list_products", arguments={})),
    "calculate": (
        _Expression,
        lambda asked: Translated(tool="calculate", arguments={"expression": asked.expression}),
    ),
    "transfer_to_human_agents": (_Summary, _transfer),
    "cancel_pending_order": (_Cancel, _cancel),
    "modify_pending_order_address": (_OrderAddress, _order_address),
    "modify_pending_order_payment": (
        _Payment,
        lambda asked: Translated(tool="change_payment_method", arguments=asked.model_dump()),
    ),
    "modify_pending_order_items": (_Swap, _swap("change_items")),
    "return_delivered_order_items": (_Return, _return),
    "exchange_delivered_order_items": (_Swap, _swap("exchange_items")),
    "modify_user_address": (_UserAddress, _user_address),
}


def translate(tool: str, arguments: Mapping[str, JsonValue]) -> Translated:
    """The call as one of ours; look-ups that identify a customer are not among them (`Desk.call`).

    Raises:
        InvalidInput: there is no such tool, an argument is missing, is none of its own or has another type, or what
            it says can stand for no call of ours.
    """
    if tool not in _TRANSLATIONS:
        raise InvalidInput(f"There is no tool {tool!r}.", remedy=f"One of {', '.join(sorted(_TRANSLATIONS))}.")
    model, translated = _TRANSLATIONS[tool]
    try:
        asked = model.model_validate(dict(arguments))
    except ValidationError as fault:
        raise InvalidInput(f"{tool}: {readable(fault)}.") from None
    ours: Translated = translated(asked)
    return ours
