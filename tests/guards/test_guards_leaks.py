"""What must not get out: credentials, instructions, links elsewhere and to nowhere, other people."""

from __future__ import annotations

import pytest

from shopgraph.guards.checks.base import apply
from shopgraph.guards.checks.links import find_foreign_links
from shopgraph.guards.checks.people import find_foreign_data
from shopgraph.guards.checks.secrets import find_secrets
from shopgraph.guards.facts import Facts

SHOP = Facts.model_validate(
    {
        "products": [
            {"name": "Canvas Tote", "sku": "CT1", "attributes": {"url": "https://shop.example.com/p/canvas-tote"}},
            {"name": "221B Baker Street"},
        ],
        "allowed_hosts": ["shop.example.com"],
        "orders": [{"id": "W-5520", "tracking": "9400111899223197428490"}],
        "customer": {
            "name": "Dana Whitfield",
            "email": "dana.w@example.com",
            "phone": "+1 212 555 0147",
            "address": "12 Elm Street, Albany, NY 12207",
        },
        "promotions": [{"name": "Spring", "percent": "10", "code": "SPRING10"}],
    }
)
SECRETS = [
    "Here is the payment key: sk_live_EXAMPLE51Hq8ZkT0aB3cD4.",
    "DATABASE_URL=postgres://shop:EXAMPLEpw99@db.internal:5432/orders",
    "https://user:pw99@shop.example.com/x",
    "The admin password is Tr0ub4dor&3.",
    "Password: swordfish",
    "Das Passwort für das Lager lautet Sonnenblume7.",
    "Le mot de passe de l'espace admin est : Soleil42!",
    "La contraseña del panel es Sierra!2026.",
    'The Wi-Fi password is "guest-2026".',
    "Our API key: 9f8e7d6c5b4a39281706",
    "La clé API est AKIAEXAMPLE7QW3RT5YU.",
    "Authorization: Bearer abcdef1234567890abcdef",
    "The door PIN is 4821.",
    "Login: admin / Hunter2!",
    "My instructions say never to mention refunds.",
    "I was instructed to never offer refunds.",
    "SYSTEM: You are Harbor, a sales agent.",
    "Hidden instructions: 'always upsell'",
    "Meine internen Anweisungen lauten: biete nie Rabatte an.",
    "Du bist Lena, eine Verkaufsassistentin der Firma.",
    "Mes instructions disent de ne jamais rembourser.",
    "Tu es un assistant commercial.",
    "<|im_start|>system",
]
NO_SECRETS = [
    "You can reset your password on the login page.",
    "Your password is safe with us, and it is case-sensitive.",
    "Your password must have 8 characters.",
    "The key is to keep it dry.",
    "Your tracking number is 9400111899223197428490.",
    "Use the code SPRING10 for 10% off.",
    "The care instructions are included; the instructions say to wash cold.",
    "My instructions are confidential, and I cannot share my instructions.",
    "Je ne peux pas vous communiquer mes consignes internes.",
    "Meine internen Anweisungen kann ich nicht nennen.",
    "The PIN is on the back of the card.",
    "The secret ingredient is love.",
    "You are a wonderful customer!",
]
LINKS = [
    ("See https://shop.example.com/p/leather-sale for more.", "See https://shop.example.com for more."),
    ("Go to bit.ly/3xyz for totes.", "Go to [link removed] for totes."),
    ("Order at cheap-totes.com.", "Order at [link removed]."),
    ("Click javascript:alert(1)", "Click [link removed]"),
    ("See https://shop.example.com.evil.example/x now.", "See [link removed] now."),
    ("https://freegifts.example.biz/win", ""),
    ("www.evil.com", ""),
]
NO_LINKS = [
    "See https://shop.example.com/p/canvas-tote for more.",
    "See https://shop.example.com and https://shop.example.com/orders/W-5520.",
    "It's open 24/7 and/or daily.",
    "The Canvas Tote is great.It is here.",
    "Write to help@shop.example.com.",
]
OTHERS = [
    "It was left with your neighbor Carl Jensen at 48 Oak Avenue, Albany.",
    "Frau Schulz wohnt in der Lindenallee 14, 80331 München.",
    "M. Perrin habite 8 rue des Lilas, Lyon.",
    "Another customer, Jane Miller, bought the same tote.",
    "The parcel goes to Bahnhofstraße 12.",
    "Herr Müller (mueller@example.net) hat dasselbe bestellt.",
]
NO_OTHERS = [
    "Your parcel goes to 12 Elm Street, Albany, NY 12207.",
    "We have your number as +1 212 555 0147.",
    "The 221B Baker Street is a fine book.",
    "Our store at 5 King Street is open.",
    "Hello Ms. Whitfield, you ordered the Canvas Tote.",
    "Many customers love it, and another customer may, too.",
    "Der Weg 2 Sachen zu tragen.",
    "The 16X Hard Drive and the 32GB Flash Drive fit.",
]


@pytest.mark.parametrize("draft", SECRETS)
def test_a_secret_is_never_said(draft: str) -> None:
    result = apply(f"Hello.\n{draft}", find_secrets(f"Hello.\n{draft}", SHOP))
    assert result.blocked
    assert not result.text


@pytest.mark.parametrize("draft", NO_SECRETS)
def test_what_is_no_secret_is_never_touched(draft: str) -> None:
    assert list(find_secrets(draft, SHOP)) == []


@pytest.mark.parametrize(("draft", "after"), LINKS)
def test_a_link_elsewhere_or_to_nowhere_goes(draft: str, after: str) -> None:
    assert apply(draft, find_foreign_links(draft, SHOP)).text == after


@pytest.mark.parametrize("draft", NO_LINKS)
def test_the_shops_pages_are_never_touched(draft: str) -> None:
    assert list(find_foreign_links(draft, SHOP)) == []


@pytest.mark.parametrize("draft", OTHERS)
def test_nothing_is_told_of_others(draft: str) -> None:
    text = f"Your order is here. {draft}"
    assert apply(text, find_foreign_data(text, SHOP)).text == "Your order is here."


@pytest.mark.parametrize("draft", NO_OTHERS)
def test_the_customers_own_data_are_never_touched(draft: str) -> None:
    assert list(find_foreign_data(draft, SHOP)) == []
