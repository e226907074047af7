"""The customer's language: an answer in another is not said; names, quotations, loan words and short texts pass."""

from __future__ import annotations

import pytest

from shopgraph.guards.checks.base import apply
from shopgraph.guards.checks.language import find_other_language
from shopgraph.guards.facts import Facts

OTHER = [
    ("de_DE", "The marble run has plenty of parts and the children will love it."),
    ("de_DE", "Thank you for your question."),
    ("de_DE", "Your order is on its way to you."),
    ("de_DE", "Voici les informations que vous avez demandées pour votre commande."),
    ("de_DE", "Su pedido está en camino y llegará pronto a su casa."),
    ("de_DE", "Il suo ordine è in viaggio e arriverà presto."),
    ("en_US", "Vielen Dank für Ihre Nachricht."),
    ("en_US", "Wir haben das Produkt für Sie herausgesucht."),
    ("en_US", "Votre commande est en route, merci pour votre patience."),
    ("en_US", "Merci beaucoup pour votre message !"),
    ("en_US", "Uw bestelling is onderweg en wordt morgen bij u bezorgd."),
    ("en_US", "Спасибо за ваш заказ, он уже в пути."),
    ("en_US", "ご注文ありがとうございます。まもなく発送いたします。"),
    ("fr_FR", "Vielen Dank für Ihre Nachricht."),
    ("fr_FR", "Thank you for your message, we will get back to you."),
    ("fr_FR", "Your parcel is with the carrier and should be there soon."),
]
OWN = [
    ("de_DE", "Guten Tag! Wie kann ich helfen?"),
    ("de_DE", "Das Smartphone hat ein OLED Display, Bluetooth und Fast Charging."),
    ("de_DE", 'Der Bestseller "The Art of the Deal" ist da.'),
    ("de_DE", "Hello! Willkommen im Shop."),
    ("de_DE", "Sale: alles im Online-Store -- Made in Germany!"),
    ("de_DE", 'Ein Kunde schrieb: "This is the best bag I have ever had in my life" und ist begeistert.'),
    ("de_DE", "Ok, danke!"),
    ("en_US", 'The Pinot Noir "Le Vin de la Maison" pairs well.'),
    ("en_US", "Voilà! Here is your order."),
    ("en_US", "We sell Die Zeit and Der Spiegel."),
    ("en_US", "Bon appétit!"),
    ("en_US", "Enjoy the Eau de Parfum by Maison de la Rose."),
    ("en_US", "OK."),
    ("en_US", "Order W-12: shipped"),
    ("en_US", "Our crème de la crème: the Mousse au Chocolat."),
    ("en_US", "Gift wrap: no charge"),
    ("en_US", "I do not."),
    ("fr_FR", 'Le best-seller "The Lord of the Rings" est là.'),
    ("fr_FR", "Bonjour !"),
    ("fr_FR", "Le T-shirt Black & White est en soldes."),
    ("fr_FR", "Très bien, je regarde le statut de la commande."),
    (None, "Vielen Dank für Ihre Nachricht."),
    ("ja_JP", "The Hinoki Tray is here and costs 3200 yen."),
]


@pytest.mark.parametrize(("locale", "draft"), OTHER)
def test_another_language_is_not_said(locale: str, draft: str) -> None:
    assert apply(draft, find_other_language(draft, Facts(locale=locale))).blocked


@pytest.mark.parametrize(("locale", "draft"), OWN)
def test_the_customers_language_is_never_touched(locale: str | None, draft: str) -> None:
    assert list(find_other_language(draft, Facts(locale=locale))) == []


def test_a_sentence_in_another_language_goes_alone() -> None:
    draft = "Die Lieferung kommt bald bei Ihnen an und alles ist gut verpackt. Thank you for shopping with us!"
    after = apply(draft, find_other_language(draft, Facts(locale="de_DE"))).text
    assert after == "Die Lieferung kommt bald bei Ihnen an und alles ist gut verpackt."


def test_names_of_products_are_of_no_language() -> None:
    facts = Facts.model_validate({"locale": "de_DE", "products": [{"name": "The Art of the Deal and the Way to Win"}]})
    assert list(find_other_language("The Art of the Deal and the Way to Win ist da.", facts)) == []
