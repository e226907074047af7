"""The retail benchmark's policy in plain Python, written from its prose: what a case forbids, and what a call changes.

It reads the benchmark's own JSON document and nothing of the code under test. Amounts are cents.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Document = dict[str, Any]

REASONS = ("no longer needed", "ordered by mistake")
ADDRESS = {"address1": str, "address2": str, "city": str, "state": str, "country": str, "zip": str}
PARAMETERS: dict[str, dict[str, type]] = {
    "find_user_id_by_email": {"email": str},
    "find_user_id_by_name_zip": {"first_name": str, "last_name": str, "zip": str},
    "get_user_details": {"user_id": str},
    "get_order_details": {"order_id": str},
    "get_product_details": {"product_id": str},
    "get_item_details": {"item_id": str},
    "list_all_product_types": {},
    "calculate": {"expression": str},
    "transfer_to_human_agents": {"summary": str},
    "cancel_pending_order": {"order_id": str, "reason": str},
    "modify_pending_order_address": {"order_id": str, **ADDRESS},
    "modify_pending_order_payment": {"order_id": str, "payment_method_id": str},
    "modify_pending_order_items": {
        "order_id": str,
        "item_ids": list,
        "new_item_ids": list,
        "payment_method_id": str,
    },
    "return_delivered_order_items": {"order_id": str, "item_ids": list, "payment_method_id": str},
    "exchange_delivered_order_items": {
        "order_id": str,
        "item_ids": list,
        "new_item_ids": list,
        "payment_method_id": str,
    },
    "modify_user_address": {"user_id": str, **ADDRESS},
}
WRITES = tuple(PARAMETERS)[9:]


class Forbidden(Exception):
    """The policy forbids it; the message is the rule's number, or `malformed`, or `unknown`."""


class Unsaid(Exception):
    """The prose does not say: any answer is right."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the policy says of a case's last call."""

    allowed: bool | None
    """None: the prose does not say."""
    rule: str


def cents(amount: float) -> int:
    """An amount of the document, exactly."""
    return round(amount * 100)


class Retailer:
    """One conversation over the retailer's document, which stays as it is: what is changed is copied first."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._changed: Document = {"users": {}, "orders": {}}
        self.user_id: str | None = None

    def user(self, user_id: str) -> Document | None:
        """The profile as it is now."""
        return self._now("users", user_id)

    def order(self, order_id: str) -> Document | None:
        """The order as it is now."""
        return self._now("orders", order_id)

    def variant(self, item_id: str) -> Document | None:
        """The catalog's variant, with its product's id."""
        for product in self._document["products"].values():
            if item_id in product["variants"]:
                return {**product["variants"][item_id], "product_id": product["product_id"]}
        return None

    def product(self, product_id: str) -> Document | None:
        """The catalog's product."""
        found: Document | None = self._document["products"].get(product_id)
        return found

    def users(self) -> Iterator[Document]:
        """Every profile as it is now."""
        return (self._changed["users"].get(key, value) for key, value in self._document["users"].items())

    def touch(self, table: str, key: str) -> Document:
        """The record, from now on a copy that may be changed."""
        self._changed[table].setdefault(key, copy.deepcopy(self._document[table][key]))
        found: Document = self._changed[table][key]
        return found

    def document(self) -> Document:
        """The whole document with what was changed."""
        return {**self._document, **{table: {**self._document[table], **rows} for table, rows in self._changed.items()}}

    def promised(self, method_id: str) -> int:
        """What exchanges that wait for their goods are going to take from a gift card."""
        return sum(
            max(cents(order["exchange_price_difference"]), 0)
            for order in self.document()["orders"].values()
            if order["status"] == "exchange requested" and order["exchange_payment_method_id"] == method_id
        )

    def _now(self, table: str, key: str) -> Document | None:
        found: Document | None = self._changed[table].get(key, self._document[table].get(key))
        return found


def judged(shop: Retailer, call: Document, context: Document) -> Verdict:
    """What the policy says of a call, given what the conversation has established."""
    try:
        _check(shop, call["tool"], call["arguments"], context)
    except Forbidden as fault:
        return Verdict(allowed=False, rule=str(fault))
    except Unsaid as fault:
        return Verdict(allowed=None, rule=str(fault))
    return Verdict(allowed=True, rule="")


def _forbid(when: object, rule: str) -> None:
    if when:
        raise Forbidden(rule)


def _check(shop: Retailer, tool: str, arguments: Document, context: Document) -> None:
    _forbid((context.get("n_tool_calls") or 1) > 1, "P09")
    _forbid((context.get("message_text") or "").strip(), "P10")
    _forbid(tool not in PARAMETERS, "unknown")
    _well_formed(tool, arguments)
    if tool == "transfer_to_human_agents":
        return _forbid(context.get("request_in_scope"), "P12")
    if tool.startswith("find_user_id_by"):
        found = looked_up(shop, tool, arguments)
        _forbid(shop.user_id is not None and found != shop.user_id, "P04")
        return _forbid(found is None, "unknown")
    if tool in CATALOG:
        return _forbid(not CATALOG[tool](shop, arguments), "unknown")
    _forbid(shop.user_id is None, "P01" if tool in WRITES else "P03")
    order = shop.order(arguments["order_id"]) if "order_id" in arguments else None
    _forbid("order_id" in arguments and order is None, "unknown")
    _forbid((order or arguments)["user_id"] != shop.user_id, "P05")
    _forbid(shop.user(shop.user_id or "") is None, "unknown")
    unsure = None
    if tool in WRITES:
        unsure = _agreed(tool, arguments, context)
    if tool in RULES:
        RULES[tool](shop, order or {}, arguments)
    if unsure:
        raise Unsaid(unsure)
    return None


def _well_formed(tool: str, arguments: Document) -> None:
    wanted = PARAMETERS[tool]
    _forbid(arguments.keys() != wanted.keys(), "malformed")
    for name, kind in wanted.items():
        _forbid(type(arguments[name]) is not kind, "malformed")
        if kind is list:
            _forbid(any(not isinstance(item, str) for item in arguments[name]), "malformed")


def looked_up(shop: Retailer, tool: str, arguments: Document) -> str | None:
    """The customer whom a look-up finds."""
    found = [user["user_id"] for user in shop.users() if _fits(user, arguments, _small)]
    loosely = [user["user_id"] for user in shop.users() if _fits(user, arguments, _loose)]
    if len(found) > 1 or loosely != found:
        raise Unsaid("one customer's own way to write a name, or two customers")
    return found[0] if found else None


def _fits(user: Document, arguments: Document, spelled: Callable[[str], str]) -> bool:
    if "email" in arguments:
        return _small(user["email"]) == _small(arguments["email"])
    names = ("first_name", "last_name")
    same = all(spelled(user["name"][name]) == spelled(arguments[name]) for name in names)
    return same and user["address"]["zip"] == arguments["zip"]


def _small(word: str) -> str:
    return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in word)


def _loose(word: str) -> str:
    return word.strip().casefold()


def _agreed(tool: str, arguments: Document, context: Document) -> str:
    """The customer's yes was for exactly this; why that is open, if it is."""
    _forbid(not context.get("confirmed"), "P06")
    yes = context.get("confirmed_action")
    if yes is None or (yes["tool"] == tool and yes["arguments"] == arguments):
        return ""
    if yes["tool"] == tool and _same_thing(yes["arguments"], arguments):
        return "the yes was for the same in other words"
    raise Forbidden("P07")


def _same_thing(one: Document, other: Document) -> bool:
    return _said(one) == _said(other)


def _said(arguments: Document) -> Document:
    """The arguments without what no customer would call a difference: order of the items, blanks around a word."""
    items, new = arguments.get("item_ids"), arguments.get("new_item_ids")
    plain = {key: value.strip() if isinstance(value, str) else value for key, value in arguments.items()}
    if isinstance(items, list) and isinstance(new, list) and len(items) == len(new):
        plain |= {"item_ids": sorted(zip(items, new, strict=True), key=repr), "new_item_ids": None}
    elif isinstance(items, list):
        plain["item_ids"] = sorted(items, key=repr)
    return plain


def _calculates(expression: str) -> bool:
    if not expression or set(expression) - set("0123456789+-*/(). ") or len(expression) > 200:
        return False
    if "**" in expression.replace(" ", "") or "//" in expression:
        raise Unsaid("powers and floors are no plain arithmetic")
    try:
        return isinstance(eval(expression, {"__builtins__": {}}), int | float)
    except (SyntaxError, TypeError, ZeroDivisionError):
        return False


CATALOG: dict[str, Callable[[Retailer, Document], object]] = {
    "get_product_details": lambda shop, asked: shop.product(asked["product_id"]),
    "get_item_details": lambda shop, asked: shop.variant(asked["item_id"]),
    "list_all_product_types": lambda shop, asked: True,
    "calculate": lambda shop, asked: _calculates(asked["expression"]),
}


def _untouched(order: Document, rule: str) -> None:
    """Pending, and its items were never changed: the status says so itself, see P22x and P27."""
    _forbid(order["status"] == "pending (item modified)", "P27")
    _forbid(order["status"] != "pending", rule)


def _cancel(shop: Retailer, order: Document, asked: Document) -> None:
    _untouched(order, "P18")
    _forbid(asked["reason"] not in REASONS, "P20a")


def _complete(asked: Document) -> None:
    if not all(asked[part].strip() for part in ("address1", "city", "country", "zip")):
        raise Unsaid("an address with blanks")
    if not all(asked[part].isprintable() and len(asked[part]) <= 100 for part in ADDRESS) or len(asked["zip"]) > 20:
        raise Unsaid("an address that no label holds")


def _move(shop: Retailer, order: Document, asked: Document) -> None:
    _untouched(order, "P22")
    _complete(asked)


def _profile(shop: Retailer, order: Document, asked: Document) -> None:
    _complete(asked)


def _own_method(shop: Retailer, order: Document, method_id: str, rule: str) -> Document:
    methods = (shop.user(order["user_id"]) or {})["payment_methods"]
    _forbid(method_id not in methods, rule)
    found: Document = methods[method_id]
    return found


def _covered(shop: Retailer, method: Document, amount: int, rule: str) -> None:
    if method["source"] == "gift_card" and amount > 0:
        _forbid(cents(method["balance"]) < amount, rule)
        _forbid(cents(method["balance"]) - shop.promised(method["id"]) < amount, "P45x")


def _pay(shop: Retailer, order: Document, asked: Document) -> None:
    _untouched(order, "P22")
    method = _own_method(shop, order, asked["payment_method_id"], "P32")
    history = order["payment_history"]
    _forbid(len(history) != 1, "P16p")
    _forbid(history[0]["payment_method_id"] == method["id"], "P24")
    _covered(shop, method, cents(history[0]["amount"]), "P25")


def _named(order: Document, item_ids: list[str]) -> None:
    _forbid(not item_ids, "P35")
    held = Counter(item["item_id"] for item in order["items"])
    _forbid(Counter(item_ids) - held, "P35")


def difference(shop: Retailer, order: Document, asked: Document, rules: tuple[str, str, str] = ("", "", "")) -> int:
    """What the new items cost more, once every pair is one that may be."""
    absent, other, same = rules
    _named(order, asked["item_ids"])
    _forbid(len(asked["item_ids"]) != len(asked["new_item_ids"]), "P35 lengths")
    lines, extra = list(order["items"]), 0
    for old_id, new_id in zip(asked["item_ids"], asked["new_item_ids"], strict=True):
        line = next(line for line in lines if line["item_id"] == old_id)
        lines.remove(line)
        new = shop.variant(new_id)
        _forbid(new is None or new["product_id"] != line["product_id"], other)
        assert new is not None
        _forbid(new_id == old_id, same)
        _forbid(not new["available"], absent)
        extra += cents(new["price"]) - cents(line["price"])
    return extra


def _change(shop: Retailer, order: Document, asked: Document) -> None:
    _untouched(order, "P22")
    extra = difference(shop, order, asked, ("P29", "P30", "P31"))
    _covered(shop, _own_method(shop, order, asked["payment_method_id"], "P32"), extra, "P33")


def _delivered(order: Document, rule: str) -> None:
    _forbid(order["status"] in ("return requested", "exchange requested"), "P47")
    _forbid(order["status"] != "delivered", rule)


def _return(shop: Retailer, order: Document, asked: Document) -> None:
    _delivered(order, "P34")
    _named(order, asked["item_ids"])
    method = _own_method(shop, order, asked["payment_method_id"], "P37")
    original = order["payment_history"][0]["payment_method_id"]
    _forbid(method["source"] != "gift_card" and method["id"] != original, "P37")


def _exchange(shop: Retailer, order: Document, asked: Document) -> None:
    _delivered(order, "P39")
    extra = difference(shop, order, asked, ("P41", "P42", "P43"))
    _covered(shop, _own_method(shop, order, asked["payment_method_id"], "P44"), extra, "P45")


RULES: dict[str, Callable[[Retailer, Document, Document], None]] = {
    "cancel_pending_order": _cancel,
    "modify_pending_order_address": _move,
    "modify_pending_order_payment": _pay,
    "modify_pending_order_items": _change,
    "return_delivered_order_items": _return,
    "exchange_delivered_order_items": _exchange,
    "modify_user_address": _profile,
}
