"""Workflows in the customer's language: by the message, else by the region; nothing is corrected by the guards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from shopgraph.graphs import Answer

Talk = Callable[..., Awaitable[list[Answer]]]
pytestmark = pytest.mark.usefixtures("unchanged")


@pytest.mark.parametrize(
    ("persona", "region", "text", "says"),
    [
        ("tracker", None, "Wo ist meine Bestellung #D1000001?", "Bestellung #D1000001 (Weekend Bag) ist unterwegs."),
        ("tracker", None, "Où est ma commande #D1000001 ?", "La commande #D1000001 (Weekend Bag) est en route."),
        ("tracker", None, "¿Dónde está mi pedido #D1000001?", "El pedido #D1000001 (Weekend Bag) está en camino."),
        ("tracker", None, "Where is my order #D1000001?", "Order #D1000001 (Weekend Bag) has shipped."),
        ("stranger", None, "Wo ist meine Bestellung #D1000001?", "Das finde ich nicht unter Ihren eigenen Unterlagen."),
        (None, None, "Wo ist meine Bestellung #D1000001?", "sobald ich weiß, wer Sie sind"),
        (None, "de", "hello", "Hello! How can I help?"),
        (None, "fr", "discounts", "15\u00a0% de remise sur"),
        (None, "de", "coffee maker", "Drip Coffee Maker kostet 110,95\u00a0€."),
        (None, "de", "recommendations", "Das könnte Ihnen gefallen, alles ist vorrätig: "),
        (None, "fr", "recommendations", "Que cherchez-vous ?"),
        (None, "de", "What do you recommend to me?", "You might like these, all in stock: "),
        (None, None, "Was kostet der balance bike in sage?", "Balance Bike (sage) kostet 119,00\u00a0$. Davon sind 59"),
        (None, "fr", "reviews balance bike", "Voici ce qu'en disent d'autres : 5/5: \""),
        (None, "de", "Wie wäscht man das Navy Knit Dress?", 'Im Katalog steht: "Wash cool and hang to dry."'),
        (None, None, "Woraus ist das Blue Wrap Dress?", 'Im Katalog steht: "Made of soft viscose."'),
        (None, "fr", "De quoi est fait le Blue Wrap Dress ?", 'Le catalogue indique : "Made of soft viscose."'),
        (None, None, "¿De qué está hecho el Blue Wrap Dress?", 'El catálogo dice: "Made of soft viscose."'),
        (None, "us-northeast", "Ist das Blue Wrap Dress beliebt?", "Es liegt im Trend in US Northeast: in den letzten"),
        (
            None,
            "us-northeast",
            "Le Blue Wrap Dress est-il populaire ?",
            "Il est tendance en US Northeast : acheté dans",
        ),
        (None, "us-northeast", "¿Es popular el Blue Wrap Dress?", "Es tendencia en US Northeast: comprado en"),
        (None, "us-northeast", "Is the Blue Wrap Dress popular?", "It is trending in US Northeast: bought in"),
        (None, "de", "Ist das Blue Wrap Dress beliebt?", "Hier hat es in den letzten 14 Tagen niemand gekauft."),
        (None, "de", "Ist das Blue Wrap Dress beliebt?", "Es wird oft zusammen mit Silver Heels gekauft, in 12 "),
        ("dresser", None, "Was kostet das Blue Wrap Dress?", "mit Silver Heels gekauft, das Sie schon haben, in "),
        (None, "de", "How long does delivery take?", "Standard delivery takes 2 to 4 days"),
        (None, "de", "shipping", "Ab einem Bestellwert von 49,00\u00a0€ ist es kostenlos."),
    ],
)
async def test_it_is_said_in_the_language_of_message_or_region(
    talk: Talk, persona: str | None, region: str | None, text: str, says: str
) -> None:
    (answer,) = await talk(persona, text, region_id=region)
    assert says in answer.answer
    assert not answer.verdicts


async def test_what_asks_for_a_yes_stands_as_the_gate_wrote_it(talk: Talk) -> None:
    (answer,) = await talk("canceler", "Cancel order #D1000004, ordered by mistake, bitte", region_id="de")
    assert answer.pending is not None
    assert answer.answer == f"{answer.pending.summary.rstrip('.')}. Shall I go ahead?"
