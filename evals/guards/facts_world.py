"""What generated cases are about: a shop with its products, orders and terms, as each language writes them."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any


def _words(text: str) -> list[str]:
    return text.split()


REGIONS = (
    ("en_US", "USD", 2, "8.875", "${}"),
    ("en_GB", "GBP", 2, "20", "£{}"),
    ("de_DE", "EUR", 2, "19", "{} €"),
    ("fr_FR", "EUR", 2, "20", "{} €"),
    ("en_KW", "KWD", 3, "0.5", "{} KWD"),
    ("ja_JP", "JPY", 0, "10", "¥{}"),
)
NAMES = (
    "Harbor Raincoat", "Maple Rocking Chair", "Copper Kettle", "Velvet Cushion", "Trail Backpack", "Porcelain Teapot",
    "Merino Pullover", "Garden Lantern", "Walnut Chessboard", "Canvas Sneakers", "Ceramic Planter", "Picnic Blanket",
)  # fmt: skip
FILLER = {
    "en": ("Thanks for waiting.", "Is there anything else I can do?", "Happy to help with that!"),
    "de": ("Danke für deine Geduld.", "Kann ich sonst noch helfen?", "Gern helfe ich weiter!"),
    "fr": ("Merci de votre patience.", "Puis-je vous aider autrement ?", "Avec plaisir !"),
}
MONTHS = {
    "en": _words("January February March April May June July August September October November December"),
    "de": _words("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "fr": _words("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
}
WORDS = {
    "en": _words("zero one two three four five six seven eight nine ten eleven twelve"),
    "de": _words("null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf"),
    "fr": _words("zéro un deux trois quatre cinq six sept huit neuf dix onze douze"),
}
STATES = {
    "en": {"pending": "pending", "shipped": "shipped", "delivered": "delivered", "canceled": "canceled"},
    "de": {"pending": "in Bearbeitung", "shipped": "versandt", "delivered": "zugestellt", "canceled": "storniert"},
    "fr": {"pending": "en préparation", "shipped": "expédiée", "delivered": "livrée", "canceled": "annulée"},
}


@dataclass
class Said:
    """A sentence and what must come of it."""

    text: str
    contains: list[str] = field(default_factory=list)
    lacks: list[str] = field(default_factory=list)
    goes: bool = False
    """Whether nothing of it can be put right."""


class World:
    """The facts of one case, and how they are written where it happens."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.locale, self.currency, self.digits, self.tax, self.form = rng.choice(REGIONS)
        self.language = self.locale[:2] if self.locale[:2] in WORDS else "en"
        self.name, self.other = rng.sample(NAMES, 2)
        self.price, self.other_price = rng.sample(range(12, 1900), 2)
        self.minor = rng.randrange(1, 10**self.digits) if self.digits else 0
        self.stock = rng.randint(2, 12)
        self.window = rng.choice((14, 21, 30, 45))
        self.days = rng.choice(((1, 3), (2, 4), (3, 6), (2, 5)))
        self.fee, self.free_from = rng.randint(3, 9), rng.choice((40, 60, 75))
        self.most = rng.choice((5, 10, 15))
        self.placed = date(2026, rng.randint(1, 9), rng.randint(1, 28))
        self.delivered = self.placed + timedelta(days=rng.randint(2, 6))
        self.order = f"#{rng.choice(('A', 'K', 'W'))}{rng.randrange(10**5, 10**6)}"
        self.status = rng.choice(("pending", "shipped", "delivered"))
        self.tracking = f"TR{rng.randrange(10**9, 10**10)}"
        self.code = f"{rng.choice(('SPRING', 'HELLO', 'LOYAL'))}{self.most}"

    def plain(self, whole: int, minor: int = 0) -> str:
        """A decimal string, as facts have it."""
        return f"{whole}.{minor:0{self.digits}d}" if self.digits else str(whole)

    def money(self, whole: int, minor: int = 0) -> str:
        """An amount as people there write it."""
        comma = self.language in ("de", "fr")
        group = {"de": ".", "fr": " "}.get(self.language, ",")
        number = f"{whole:,}".replace(",", group)
        if self.digits:
            number += f"{',' if comma else '.'}{minor:0{self.digits}d}"
        return self.form.format(number)

    def day(self, when: date) -> str:
        """A date as people there write it."""
        month = MONTHS[self.language][when.month - 1]
        forms = {
            "en": (f"{month} {when.day}", f"{month} {when.day}, {when.year}", f"{when.day} {month}", when.isoformat()),
            "de": (f"{when.day}. {month}", f"{when.day:02d}.{when.month:02d}.{when.year}"),
            "fr": (f"{when.day} {month}", f"{when.day} {month} {when.year}"),
        }
        return self.rng.choice(forms[self.language])

    def pick(self, en: str, de: str, fr: str) -> str:
        """The words of the language."""
        return {"en": en, "de": de, "fr": fr}[self.language]

    def facts(self) -> dict[str, Any]:
        """The public form."""
        ends = self.delivered + timedelta(days=20)
        return {
            "locale": self.locale, "currency": self.currency, "tax_percent": self.tax,
            "return_window_days": self.window,
            "products": [
                {"name": self.name, "sku": "SKU-7001", "price": self.plain(self.price, self.minor),
                 "stock": self.stock},
                {"name": self.other, "sku": "SKU-7002", "price": self.plain(self.other_price), "stock": 0,
                 "restock_on": ends.isoformat()},
            ],
            "discount": {"allowed": True, "max_percent": str(self.most), "code": self.code},
            "promotions": [{"name": "Harvest Days", "percent": "12", "ends_on": ends.isoformat()}],
            "delivery": {"min_days": self.days[0], "max_days": self.days[1], "price": self.plain(self.fee),
                         "free_from": self.plain(self.free_from)},
            "orders": [{"id": self.order, "status": self.status, "total": self.plain(self.price + 7),
                        "placed_on": self.placed.isoformat(), "delivered_on": self.delivered.isoformat(),
                        "tracking": self.tracking, "lines": [{"name": self.name, "quantity": 2}]}],
            "customer": {"name": "Nora Winter", "email": "nora@mail.example"},
            "brand": {"forbidden": ["dirt cheap"], "competitors": ["Shopzilla"], "preferred": {"clients": "guests"}},
            "allowed_hosts": ["ourshop.example"],
        }  # fmt: skip
