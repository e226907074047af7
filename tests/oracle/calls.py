"""Random calls on a random shop, most of them nearly right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TypeVar

from shopgraph.domain import Order, OrderLineItem, Principal
from tests.oracle.chances import CODES, DAY, PEOPLE, PRODUCT, SECOND, SIZES, UK, WEST
from tests.oracle.shop_records import CUSTOMER_READS, CUSTOMER_WRITES, INTERNAL, PUBLIC, WRITES, Arguments
from tests.oracle.worlds import World

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Call:
    """Somebody's call, and the yes and the approval that came before it."""

    principal: Principal
    tool: str
    arguments: Arguments
    yes: str
    """`exact`, `other` or `none`."""
    approval: str
    later: timedelta
    """How long after the call before it."""
    again: str
    """What comes after it: `same` request, `other` body under its id, or nothing."""


class Caller:
    """Makes calls on a world, most of them nearly right."""

    def __init__(self, world: World, random: Random) -> None:
        self._records, self._random = world.records, random

    def call(self) -> Call:
        """Somebody's call."""
        tool = self._pick((*CUSTOMER_WRITES, *CUSTOMER_WRITES, *INTERNAL, *CUSTOMER_READS, *PUBLIC))
        who = self._pick(PEOPLE)
        whose = who if self._chance(0.85) else self._pick(PEOPLE)
        arguments = self._arguments(tool, who, whose)
        if self._chance(0.05):
            self._spoil(arguments)
        return Call(
            principal=self._principal(tool, who),
            tool=tool,
            arguments=arguments,
            yes=self._pick(("exact", "exact", "exact", "exact", "other", "none")),
            approval=self._pick(("exact", "other", "none")),
            later=self._pick((*(timedelta(),) * 9, SECOND, DAY - SECOND, DAY)),
            again=self._pick(("same", "other", "")),
        )

    def _pick(self, among: Collection[T]) -> T:
        return self._random.choice(list(among))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _principal(self, tool: str, who: str) -> Principal:
        staff = (Principal.staff("sam"), Principal.staff("sue", "supervisor"), Principal.system("dock"))
        if tool in INTERNAL and self._chance(0.8):
            return self._pick(staff)
        odd = (Principal.guest(), Principal.customer(who, method="email"), Principal.customer("nobody"), *staff)
        return Principal.customer(who) if self._chance(0.85) else self._pick(odd)

    def _arguments(self, tool: str, who: str, whose: str) -> Arguments:
        order = self._order(tool, who, whose)
        methods = [f"{who}-card", f"{who}-paypal", f"{who}-gift"]
        paid = [entry.payment_method_id for entry in self._records.intents if entry.order_id == order.id]
        every: Arguments = {
            "order_id": self._typed(order.id),
            "reason": self._pick(("no_longer_needed", "ordered_by_mistake")),
            "payment_method_id": self._pick([*methods, *paid, *paid] if self._chance(0.93) else [f"{whose}-card", "?"]),
            "address": self._address(),
            "items": self._items(tool, order),
            "code": self._pick((*CODES, *CODES, "june10", " MIX5 ", "NOSUCH")),
            "return_id": self._pick([*(entry.id for entry in self._records.returns), "ret-none"]),
            "condition": self._pick(("new", "used", "damaged")),
            "body": "Please ring twice.",
            "query": self._pick(("shirt", "lamp")),
            "product_id": self._pick((*SIZES, *PRODUCT, order.id)),
            "sku": self._pick((None, *PRODUCT, "NO-SKU")),
            "summary": "wants a person",
            "amount": self._amount(order),
            "percent": self._pick((5, 10, 11, 25, 26, 100)),
            "customer_id": self._pick((*PEOPLE, "nobody")),
        }
        wanted = {
            "cancel_order": ("order_id", "reason"),
            "change_items": ("order_id", "items", "payment_method_id"),
            "change_order_address": ("order_id", "address"),
            "change_payment_method": ("order_id", "payment_method_id"),
            "return_items": ("order_id", "items", "payment_method_id"),
            "exchange_items": ("order_id", "items", "payment_method_id"),
            "change_profile_address": ("address",),
            "redeem_code": ("code",),
            "add_note": ("body", "order_id"),
            "receive_return": ("return_id", "condition"),
            "get_order": ("order_id",),
            "search_products": ("query",),
            "get_product": ("product_id",),
            "recommend_products": ("sku",),
            "handoff": ("reason", "summary"),
            "track_order": ("order_id",),
            "get_returns": ("order_id",),
            "get_gift_card": ("payment_method_id",),
            "check_stock": ("sku",),
            "offer_discount": ("sku", "percent"),
            "refund_order": ("order_id", "amount", "reason", "payment_method_id"),
            "list_notes": (self._pick(("order_id", "customer_id")),),
        }
        arguments = {name: every[name] for name in wanted.get(tool, ())}
        if tool == "add_note" and self._chance(0.3):
            del arguments["order_id"]
        if tool in ("check_stock", "offer_discount"):
            arguments["sku"] = arguments["sku"] or "LAMP-BRASS"
        if tool == "get_gift_card" and self._chance(0.6):
            arguments["payment_method_id"] = f"{whose}-gift"
        if tool == "refund_order":
            arguments["reason"] = "damaged"
            if self._chance(0.4):
                del arguments["payment_method_id"]
        return arguments

    def _order(self, tool: str, who: str, whose: str) -> Order:
        after = tool in ("return_items", "exchange_items")
        own = [order for order in self._records.orders if order.customer_id == whose]
        fitting = [order for order in own if order.status == ("delivered" if after else "pending")]
        found: Order = self._pick(fitting if fitting and self._chance(0.85) else own)
        return found

    def _typed(self, order_id: str) -> str:
        return str(self._pick((order_id, order_id, order_id, order_id[1:], order_id.lower(), f" {order_id} ", "#NONE")))

    def _amount(self, order: Order) -> str:
        """What is held for the order or the region's limit, to the cent or near it."""
        limit = {WEST: 50000, UK: 40000}[order.region_id]
        cents = self._pick((order.total.amount, limit, 100)) + self._pick((-1, 0, 0, 1))
        return f"{max(cents, 1) // 100}.{max(cents, 1) % 100:02} {order.currency}"

    def _address(self) -> Arguments:
        address = {
            "line1": "2 Oak Street",
            "line2": "",
            "city": "Salem",
            "state": "OR",
            "postal_code": "97301",
            "country": "US",
        }
        if self._chance(0.2):
            address[self._pick(address)] = self._pick(("", " ", "\t"))
        return dict(address)

    def _items(self, tool: str, order: Order) -> list[Arguments]:
        lines = self._random.sample(order.lines, self._random.randint(1, len(order.lines)))
        items = [self._item(tool, line) for line in lines]
        if self._chance(0.06):
            return self._pick(([], [*items, *items], [{**items[0], "sku": "NO-SKU"}, *items[1:]]))
        return items

    def _item(self, tool: str, line: OrderLineItem) -> Arguments:
        units = max(line.current_quantity, 1)
        item: Arguments = {"sku": line.sku, "quantity": self._pick((units, 1, units + (self._chance(0.1))))}
        if tool != "return_items":
            siblings = [sku for sku in PRODUCT if PRODUCT[sku] == line.product_id]
            others = [sku for sku in siblings if sku != line.sku]
            item["to_sku"] = self._pick(others if self._chance(0.9) else PRODUCT)
        if item["quantity"] == 1 and self._chance(0.5):
            del item["quantity"]
        return item

    def _spoil(self, arguments: Arguments) -> None:
        """Arguments that no tool takes."""
        way = self._random.randint(0, 3)
        if way in (0, 1) or not arguments:
            arguments["owner_id"] = self._pick(PEOPLE)
            if way == 1 and len(arguments) > 1:
                del arguments[next(iter(arguments))]
        elif way == 2 and arguments.get("items"):
            arguments["items"][0]["quantity"] = self._pick((0, -1, 1001, 10**30, "many", None, 1.5))
        else:
            arguments[self._pick(arguments)] = self._pick((7, [], {"a": 1}, True))


def well_formed(call: Call) -> bool:
    """Whether the arguments are ones that the tool takes: `Caller` spoils them in ways that show."""
    arguments = call.arguments
    if "owner_id" in arguments:
        return False
    for name, value in arguments.items():
        kind = {"items": list, "address": dict, "percent": int}.get(name, str)
        if (not isinstance(value, kind) or value is True or value == 7) and not (value is None and name == "sku"):
            return False
        if name == "address" and isinstance(value, dict) and "line1" not in value:
            return False
        if isinstance(value, list) and any(item.get("quantity", 1) not in range(1, 1001) for item in value):
            return False
    return call.tool not in WRITES or all(value != [] or name == "items" for name, value in arguments.items())
