"""Changing where things are sent."""

from __future__ import annotations

import re
from dataclasses import replace

from pydantic import JsonValue

from shopgraph.domain import Address, OrderStatus
from shopgraph.graphs.stitching.recipes import AddressChange
from shopgraph.graphs.turns import Step, Turn, ask, propose, workflow
from shopgraph.graphs.workflows.picking import pick_order
from shopgraph.models.routes import Intent
from shopgraph.tools.views import OrderView, ProfileView

_PROFILE = re.compile(r"\b(profile|account|default|my (home )?address|moved|moving)\b", re.I)
_ORDER = re.compile(r"\border\b|\bparcel\b|\bpackage\b|\bshipping address\b|\bdelivery address\b", re.I)
_CODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|\d{5}(?:-\d{4})?|\d{3}-\d{4})\b")
_LEAD_IN = "no|not|yes|ok|okay|actually|sorry|wait|hmm|oh|i mean|i meant|make it|it's|rather|instead|well"
_FORM = "street and number, city, postal code, and state or country if they differ"


@workflow(Intent.CHANGE_ADDRESS, recipe=AddressChange, needs_customer=True)
async def change_address(turn: Turn) -> Step:
    """Propose a new address for a pending order, or for the profile."""
    whose = turn.slot("whose") or _whose(turn)
    if not whose:
        said = turn.slot("address") or (turn.text if _CODE.search(turn.text) else "")
        return ask("whose", "Is the new address for an order not yet packed, or for your account?", address=said)
    if whose == "order":
        order = await pick_order(turn, "should go to another address", [OrderStatus.PENDING])
        if isinstance(order, Step):
            return Step(text=order.text, asking=order.asking, slots={**order.slots, "whose": whose})
        return _for_order(turn, order)
    profile = await turn.read("get_profile", ProfileView)
    address = _said_address(turn, profile.address)
    if address is None:
        return ask("address", f"What is the new address of your account? I need {_FORM}.", whose="profile")
    return replace(propose("change_profile_address", address=_json(address)), slots={"whose": "profile"})


def _for_order(turn: Turn, order: OrderView) -> Step:
    address = _said_address(turn, order.shipping_address)
    if address is None and order.status is OrderStatus.PENDING and not order.items_changed_at:
        text = f"Where should order {order.order_id} go? I need {_FORM}."
        return ask("address", text, order_id=order.order_id, whose="order").about(order_id=order.order_id)
    # An order that may not be changed is judged with the address it has: the refusal names the rule.
    chosen = _json(address or order.shipping_address)
    step = propose("change_order_address", order_id=order.order_id, address=chosen)
    return replace(step, slots={"whose": "order"}).about(order_id=order.order_id)


def _whose(turn: Turn) -> str:
    if turn.route.entities.order_ids or turn.slot("order_id") or _ORDER.search(turn.heard):
        return "order"
    if _PROFILE.search(turn.heard):
        return "profile"
    # "Send it there instead", just after an order was spoken of.
    return "order" if turn.dialog.subject.get("order_id") and re.search(r"\bit\b", turn.text, re.I) else ""


def _said_address(turn: Turn, current: Address) -> Address | None:
    """The address in this message, else one given before it was clear what for."""
    return read_address(turn.text, current) or read_address(turn.slot("address"), current)


def _json(address: Address) -> dict[str, JsonValue]:
    return address.model_dump(mode="json")


def read_address(text: str, current: Address) -> Address | None:
    """Read "12 Elm Street, Apt 4, Portland, OR 97201" (commas between parts); what is not said of state and country
    stays as in `current`. None when street, city or postal code is missing.
    """
    text = re.sub(r"^.*?(?:\b(?:to|is)|:)\s+(?=\d)", "", text.strip(), flags=re.I | re.S)
    text = re.sub(rf"^(?:(?:{_LEAD_IN})\b[\s,.!:]*)+", "", text, flags=re.I)
    text = re.sub(r"[\s.!]+$|,?\s*(please|thanks|thank you)[.!]*$", "", text, flags=re.I)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    code_at = next((i for i in range(len(parts) - 1, 0, -1) if _code(parts[i])), None)
    if code_at is None or (len(parts) < 3 and not _city_with_code(parts[code_at])):
        return None
    code = _code(parts[code_at])
    rest = parts[code_at].replace(code, "").strip()
    before, after = parts[:code_at], parts[code_at + 1 :]
    state = rest if re.fullmatch(r"[A-Z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?", rest) and len(before) >= 2 else ""
    city = (before.pop() if len(before) >= 2 else "") if state or not rest else rest
    if not city or not before:
        return None
    line1, line2 = before[0], ", ".join(before[1:])
    country = after[-1] if after else current.country
    return Address(line1=line1, line2=line2, city=city, state=state or current.state, postal_code=code, country=country)


def _code(part: str) -> str:
    match = _CODE.search(part)
    return match.group(1) if match else ""


def _city_with_code(part: str) -> bool:
    return bool(re.search(r"[^\W\d]{3,}", part.replace(_code(part), "")))
