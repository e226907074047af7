"""Descriptions without a model: sentences made of attributes, stock, reviews and what runs, in several styles."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from shopgraph.domain.wording import format_money
from shopgraph.graphs.describe.state import Material, VariantFacts
from shopgraph.graphs.memory.dependencies import LOW_STOCK
from shopgraph.graphs.phrases import day
from shopgraph.tools.phrases import join_words
from shopgraph.tools.recommending import TREND_DAYS

_OFTEN = 3
_LEAST_REVIEWS = 3

Sentence = Callable[[Material], str]


def write(style: str, material: Material) -> str:
    """The description in that style.

    Raises:
        KeyError: there is no such style.
    """
    return " ".join(filter(None, (sentence(material) for sentence in STYLES[style])))


def _what(material: Material) -> str:
    """The catalog's own description, else what the attributes say."""
    product = material.product
    if product.description:
        return f"{product.description.rstrip('. ')}."
    brand = f" by {product.brand}" if product.brand else ""
    return f"{product.title}{brand}."


def _attributes(material: Material) -> str:
    named = [f"{name.replace('_', ' ')}: {value}" for name, value in material.product.attributes.items() if value]
    return f"{'; '.join(named).capitalize()}." if named else ""


def _price(material: Material) -> str:
    prices = sorted({each.offer.price.amount: each.offer.price for each in material.variants}.values())
    texts = [format_money(price, material.locale) for price in prices]
    name = material.product.title
    return f"{name}: {texts[0]}." if len(texts) == 1 else f"{name}: {texts[0]} to {texts[-1]}."


def _stock(material: Material) -> str:
    """Sizes or colors that are there, few, or gone; without a number, so that a sale of one of many changes nothing."""
    there = [each for each in material.variants if each.there]
    if not there:
        return "It is out of stock in your region right now."
    if len(material.variants) == 1:
        return "Only a few are left." if _few(there[0]) else ""
    few = [_option(each) for each in there if _few(each)]
    gone = [_option(each) for each in material.variants if not each.there]
    plenty = [_option(each) for each in there if not _few(each)]
    said = [f"In stock in {join_words(plenty)}." if plenty else ""]
    said.append(f"Only a few are left in {join_words(few)}." if few else "")
    said.append(f"Sold out in {join_words(gone)} right now." if gone else "")
    return " ".join(filter(None, said))


def _few(each: VariantFacts) -> bool:
    return each.units is not None and each.units <= LOW_STOCK


def _option(each: VariantFacts) -> str:
    return " ".join(each.variant.options.values()) or each.variant.title


def _trend(material: Material) -> str:
    if not material.trend_orders or not any(each.there for each in material.variants):
        return ""
    return f"Trending in {material.region}: in {material.trend_orders} orders of the last {TREND_DAYS} days."


def _partner(material: Material) -> str:
    if material.partner_orders < _OFTEN:
        return ""
    return f"Often bought together with {material.partner}, in {material.partner_orders} orders."


def _reviews(material: Material) -> str:
    if material.rating is None or material.reviews < _LEAST_REVIEWS:
        return ""
    return f"Rated {material.rating} of 5 in {material.reviews} reviews."


def _running(material: Material) -> str:
    said = [
        f"{each.name}: {each.percent.normalize():f} % off until {day(each.ends_at, material.locale)}."
        for each in material.promotions
        if each.percent
    ]
    return " ".join(said[:2])


STYLES: Mapping[str, tuple[Sentence, ...]] = {
    "plain": (_what, _attributes, _price, _stock, _running),
    "social": (_trend, _partner, _what, _reviews, _price, _stock, _running),
    "offer": (_running, _partner, _what, _price, _stock),
}
"""The ways to write a description: which sentences, in which order. The first is the usual one."""
