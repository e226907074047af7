"""Cases in the retail benchmark's format, drawn from its document: a right call, then nothing or something amiss."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, TypeVar

from tests.oracle.tau2_rules import ADDRESS, PARAMETERS, REASONS, WRITES, Document, cents

Case = Document
T = TypeVar("T")
LOOKALIKES = str.maketrans({"a": "а", "e": "е", "o": "о", "s": "ſ", "k": "\u212a", "i": "ı"})
"""Letters that look the same, or become the same where case is folded too far."""
NO_WORDS: tuple[Any, ...] = (
    None,
    7,
    1.5,
    True,
    [],
    {},
    "",
    " ",
    "\x00",
    "\ud800",
    "x" * 5000,
    "'; DROP TABLE orders; --",
)


def stressed(document: Document, random: Random, *, customers: int = 100) -> Document:
    """Some customers of the document, made harder: gift cards near what a swap costs, items twice, less to be had."""
    users = dict(random.sample(sorted(document["users"].items()), customers))
    orders = {key: order for key, order in document["orders"].items() if order["user_id"] in users}
    stressed = copy.deepcopy({**document, "users": users, "orders": orders})
    variants = {
        key: (product, variant)
        for product in stressed["products"].values()
        for key, variant in product["variants"].items()
    }
    for order in stressed["orders"].values():
        if random.random() < 0.4 and order["status"] in ("pending", "delivered"):
            line = copy.deepcopy(random.choice(order["items"]))
            order["items"].append(line)
            payment = order["payment_history"][0]
            payment["amount"] = round(payment["amount"] + line["price"], 2)
    for user in stressed["users"].values():
        steps = [0]
        for order_id in user["orders"]:
            for item in stressed["orders"][order_id]["items"]:
                siblings = variants[item["item_id"]][0]["variants"].values()
                steps += [cents(other["price"]) - cents(item["price"]) for other in siblings]
            steps += [cents(entry["amount"]) for entry in stressed["orders"][order_id]["payment_history"]]
        for method in user["payment_methods"].values():
            if method["source"] == "gift_card":
                near = random.choice(steps) + random.choice((-1, 0, 0, 1))
                method["balance"] = max(near, 0) / 100
    for _, variant in variants.values():
        if random.random() < 0.1:
            variant["available"] = False
    return stressed


class Deck:
    """Draws cases. Everything that it decides, it asks of `random`."""

    def __init__(self, document: Document, random: Random) -> None:
        self._document, self._random = document, random
        self._users = [key for key, user in document["users"].items() if user["orders"]]

    def case(self) -> Case:
        """A case with its context and earlier calls; what is right or wrong with it is for others to say."""
        tool = self._pick((*WRITES, *WRITES, *PARAMETERS))
        user = self._somebody_with("delivered" if "delivered" in tool else "pending" if "pending" in tool else "")
        call = self._call(tool, user)
        case: Case = {
            **call,
            "context": {"user_id": user["user_id"], "confirmed": tool in WRITES},
            "setup": self._setup(call, user) if self._chance(0.35) else [],
        }
        for _ in range(self._pick((0, 0, 0, 1, 1, 1, 1, 2))):
            self._spoil(case, user)
        return case

    # -- drawing

    def _pick(self, among: Iterable[T]) -> T:
        return self._random.choice(list(among))

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _somebody(self) -> Document:
        found: Document = self._document["users"][self._pick(self._users)]
        return found

    def _somebody_with(self, status: str) -> Document:
        """A customer with an order of that status, if a few tries find one."""
        user = self._somebody()
        for _ in range(8):
            if any(status in self._document["orders"][order_id]["status"] for order_id in user["orders"]):
                break
            user = self._somebody()
        return user

    # -- right calls

    def _call(self, tool: str, user: Document) -> Document:
        arguments = self._arguments(tool, user)
        return {"tool": tool, "arguments": {name: arguments[name] for name in PARAMETERS[tool]}}

    def _arguments(self, tool: str, user: Document) -> Document:
        order = self._order_for(tool, user)
        items = [item["item_id"] for item in order["items"]]
        chosen = self._random.sample(items, self._random.randint(1, len(items))) if items else []
        product = self._pick(self._document["products"].values())
        return {
            "email": self._pick((user["email"], user["email"].upper(), user["email"].title())),
            "first_name": self._pick((user["name"]["first_name"], user["name"]["first_name"].upper())),
            "last_name": self._pick((user["name"]["last_name"], user["name"]["last_name"].lower())),
            "user_id": user["user_id"],
            "order_id": order["order_id"],
            "product_id": product["product_id"],
            "item_id": self._pick(product["variants"]),
            "expression": self._pick(("1 + 2", "(20.5 - 3) * 2 / 7", "-4 + .5", "3 * (2 + (1 - 6.25))", "100")),
            "summary": self._pick(("wants a job", "", "a complaint about the courier")),
            "reason": self._pick(REASONS),
            "item_ids": chosen,
            "new_item_ids": [self._other(item) for item in chosen],
            "payment_method_id": self._method(tool, user, order),
            **self._address(),
            **({"zip": user["address"]["zip"]} if tool.startswith("find") else {}),
        }

    def _order_for(self, tool: str, user: Document) -> Document:
        wanted = "delivered" if "delivered" in tool else "pending"
        own = [self._document["orders"][order_id] for order_id in user["orders"]]
        fitting = [order for order in own if order["status"] == wanted]
        found: Document = self._pick(fitting if fitting and self._chance(0.9) else own)
        return found

    def _other(self, item_id: str, *, available: bool = True) -> str:
        for product in self._document["products"].values():
            if item_id in product["variants"]:
                others = [key for key, v in product["variants"].items() if key != item_id]
                fitting = [key for key in others if product["variants"][key]["available"] is available]
                return str(self._pick(fitting or product["variants"]))
        return item_id

    def _method(self, tool: str, user: Document, order: Document) -> str:
        methods, paid = list(user["payment_methods"]), order["payment_history"][0]["payment_method_id"]
        cards = [key for key in methods if key.startswith("gift_card")]
        if tool == "modify_pending_order_payment":
            methods = [key for key in methods if key != paid] or methods
        elif tool == "return_delivered_order_items" and self._chance(0.8):
            methods = [paid, *cards]
        elif cards and self._chance(0.5):
            methods = cards
        return str(self._pick(methods))

    def _address(self) -> Document:
        somebody = self._somebody()["address"]
        return {part: somebody[part] for part in ADDRESS}

    # -- what came before

    def _setup(self, call: Document, user: Document) -> list[Document]:
        tool = self._pick((call["tool"] if call["tool"] in WRITES else "modify_user_address", *WRITES))
        earlier = self._call(tool, user)
        if "order_id" in earlier["arguments"] and "order_id" in call["arguments"] and self._chance(0.7):
            order = self._document["orders"][call["arguments"]["order_id"]]
            earlier["arguments"] |= self._about(order, earlier["arguments"])
        swap = "exchange_delivered_order_items"
        if call["tool"] == swap and self._chance(0.4):
            earlier = self._call(swap, user)
        if earlier["tool"] == swap or self._chance(0.3):
            gift = [key for key in user["payment_methods"] if key.startswith("gift_card")]
            for one in (earlier, call):
                if gift and "payment_method_id" in one["arguments"]:
                    one["arguments"]["payment_method_id"] = gift[0]
        return [earlier, self._call(self._pick(PARAMETERS), user)] if self._chance(0.2) else [earlier]

    def _about(self, order: Document, arguments: Document) -> Document:
        about: Document = {"order_id": order["order_id"]}
        if "item_ids" in arguments:
            about["item_ids"] = [item["item_id"] for item in order["items"]][: self._random.randint(1, 2)]
        if "new_item_ids" in arguments:
            about["new_item_ids"] = [self._other(item) for item in about["item_ids"]]
        return about

    # -- what may be amiss

    def _spoil(self, case: Case, user: Document) -> None:
        ways: list[Callable[[Case, Document], None]] = [
            self._nobody,
            self._somebody_else,
            self._unconfirmed,
            self._yes_to_this,
            self._yes_to_something_else,
            self._yes_to_the_same_in_other_words,
            self._form_of_the_message,
            self._scope,
            *([self._argument] * 8),
            self._shape,
            self._look_up_before,
        ]
        self._pick(ways)(case, user)

    def _nobody(self, case: Case, user: Document) -> None:
        case["context"] |= {"user_id": None, "claimed_user_id": user["user_id"]}

    def _somebody_else(self, case: Case, user: Document) -> None:
        other = self._pick(self._users)
        if self._chance(0.5):
            case["context"]["user_id"] = other
        elif self._chance(0.5) and case["setup"]:
            case["setup"].append(self._call("find_user_id_by_email", self._document["users"][other]))
        else:
            about = self._arguments(case["tool"], self._document["users"][other])
            for name in ("user_id", "order_id", "payment_method_id", "email", "item_ids", "new_item_ids"):
                if name in case["arguments"] and self._chance(0.6):
                    case["arguments"][name] = about[name]

    def _unconfirmed(self, case: Case, user: Document) -> None:
        if self._chance(0.5):
            case["context"]["confirmed"] = self._pick((False, None))
        else:
            case["context"].pop("confirmed")

    def _yes_to_this(self, case: Case, user: Document) -> None:
        case["context"]["confirmed_action"] = copy.deepcopy({key: case[key] for key in ("tool", "arguments")})

    def _yes_to_something_else(self, case: Case, user: Document) -> None:
        yes = copy.deepcopy({key: case[key] for key in ("tool", "arguments")})
        if self._chance(0.3):
            yes = self._call(self._pick(WRITES), user)
        elif yes["arguments"]:
            name = self._pick(yes["arguments"])
            yes["arguments"][name] = self._otherwise(name, yes["arguments"][name], user)
        case["context"]["confirmed_action"] = yes

    def _yes_to_the_same_in_other_words(self, case: Case, user: Document) -> None:
        yes = copy.deepcopy({key: case[key] for key in ("tool", "arguments")})
        for name, value in yes["arguments"].items():
            if isinstance(value, list):
                yes["arguments"][name] = value[::-1]
            elif name in ADDRESS and isinstance(value, str):
                yes["arguments"][name] = f" {value}"
        case["context"]["confirmed_action"] = yes

    def _form_of_the_message(self, case: Case, user: Document) -> None:
        if self._chance(0.5):
            case["context"]["n_tool_calls"] = self._pick((None, 0, 1, 2, 3, 10))
        else:
            case["context"]["message_text"] = self._pick((None, "", " \n\t", "\u00a0", ".", "I am on it.", "👍"))

    def _scope(self, case: Case, user: Document) -> None:
        case |= self._call("transfer_to_human_agents", user)
        case["context"]["request_in_scope"] = self._pick((True, True, False, None))

    def _argument(self, case: Case, user: Document) -> None:
        if case["arguments"]:
            name = self._pick(case["arguments"])
            case["arguments"][name] = self._otherwise(name, case["arguments"][name], user)

    def _otherwise(self, name: str, value: Any, user: Document) -> Any:
        """Another value for an argument: wrong, odd, or just as right."""
        if self._chance(0.1):
            return self._pick(NO_WORDS)
        if name in ("item_ids", "new_item_ids") and isinstance(value, list):
            return self._other_items(name, [str(item) for item in value], user)
        own = self._arguments("get_order_details", user)
        other = self._arguments("get_order_details", self._somebody())
        odd = self._odd(str(value))
        if name == "payment_method_id":
            return self._pick((*user["payment_methods"], other[name], odd))
        if name == "order_id":
            return self._pick((*user["orders"], *user["orders"], other[name], odd))
        if name == "reason":
            return self._pick((*REASONS, "found it cheaper", "No longer needed", "no_longer_needed", odd))
        if name == "expression":
            return self._pick(("2 +", "1 / 0", "2 ** 3", "7 // 2", "0x10", "1e3", "(1", "a + 1", "1,5", "- - 4", "2 3"))
        return self._pick((own.get(name), other.get(name), odd))

    def _other_items(self, name: str, items: list[str], user: Document) -> list[Any]:
        order = self._document["orders"][self._pick(user["orders"])]
        product = self._pick(self._document["products"].values())
        twisted: list[list[Any]] = [
            [],
            [*items, *items[:1]],
            items * 2,
            items[1:],
            [*items[1:], self._pick(product["variants"])],
            [*items[1:], product["product_id"]],
            [item["item_id"] for item in order["items"]],
            [self._other(item) for item in items],
            [self._pick((item, self._other(item))) for item in items],
            [self._odd(item) for item in items],
            [*items[1:], self._pick(NO_WORDS)],
            items[::-1],
        ]
        twisted += [[self._other(item, available=False) for item in items]] * 3 if name == "new_item_ids" else []
        return self._pick(twisted)

    def _odd(self, text: str) -> str:
        ways: list[Callable[[str], str]] = [
            str.lower,
            str.upper,
            str.title,
            lambda word: f" {word}",
            lambda word: f"{word} ",
            lambda word: f"{word}\n",
            lambda word: f"\u200b{word}",
            lambda word: word.lstrip("#"),
            lambda word: f"#{word}",
            lambda word: word[:-1],
            lambda word: f"{word}0",
            lambda word: word.translate(LOOKALIKES),
            lambda word: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in word),
        ]
        return str(self._pick(ways)(text))

    def _shape(self, case: Case, user: Document) -> None:
        arguments = case["arguments"]
        way = self._random.randint(0, 3)
        if way == 0 and arguments:
            arguments.pop(self._pick(arguments))
        elif way == 1:
            arguments[self._pick(("limit", "user_id", "refund", "confirmed", "quantity"))] = self._pick(NO_WORDS)
        elif way == 2:
            case["tool"] = self._pick((*PARAMETERS, "cancel_order", "get_profile", "drop_tables", "", "Calculate"))
        elif "item_ids" in arguments:
            arguments["item_ids"] = ",".join(map(str, arguments["item_ids"] or ()))

    def _look_up_before(self, case: Case, user: Document) -> None:
        """The customer comes by look-up in this very conversation, perhaps after somebody else did."""
        case["context"]["user_id"] = None
        people = [user] if self._chance(0.7) else [self._somebody(), user]
        look_ups = [
            self._call(self._pick(("find_user_id_by_email", "find_user_id_by_name_zip")), who) for who in people
        ]
        case["setup"] = [*look_ups, *case["setup"]]
