"""Descriptions without a model: sentences made of attributes, stock, reviews and what runs, in several styles.

They are in the region's language where there are phrases in it, else in English; what the catalog and the campaigns
say stays in their own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from shopgraph.domain.days import last_day
from shopgraph.domain.wording import format_money
from shopgraph.graphs.describe.state import Material, VariantFacts
from shopgraph.graphs.memory.dependencies import (
    LOW_STOCK,
    Dependency,
    on_product,
    on_rating,
    on_together,
    on_trend,
)
from shopgraph.models.speech.language import language_of
from shopgraph.models.speech.speaker import Speaker
from shopgraph.tools.selling import TREND_DAYS

_OFTEN = 3
_LEAST_REVIEWS = 3
_ROUNDED_FROM = 5
_MOST_RUNNING = 2

Sentence = Callable[[Material, Speaker], str]


def write(style: str, material: Material) -> str:
    """The description in that style.

    Raises:
        KeyError: there is no such style.
    """
    speaker = speaker_of(material)
    return " ".join(filter(None, (sentence(material, speaker) for sentence in STYLES[style])))


def speaker_of(material: Material) -> Speaker:
    """Who speaks in the region."""
    return Speaker(language_of("", material.locale), material.locale)


def _what(material: Material, speaker: Speaker) -> str:
    """The catalog's own description, else what the attributes say."""
    product = material.product
    if product.description:
        return f"{product.description.rstrip('. ')}."
    if product.brand:
        return speaker.say("describe.brand", title=product.title, brand=product.brand)
    return f"{product.title}."


def _attributes(material: Material, speaker: Speaker) -> str:
    named = [f"{name.replace('_', ' ')}: {value}" for name, value in material.product.attributes.items() if value]
    text = "; ".join(named)
    return f"{text[:1].upper()}{text[1:]}." if named else ""


def _price(material: Material, speaker: Speaker) -> str:
    prices = sorted({each.offer.price.amount: each.offer.price for each in material.variants}.values())
    texts = [format_money(price, material.locale) for price in prices]
    title = material.product.title
    if len(texts) == 1:
        return speaker.say("describe.price", title=title, money=texts[0])
    return speaker.say("describe.from", title=title, low=texts[0], high=texts[-1])


def _stock(material: Material, speaker: Speaker) -> str:
    """Sizes or colors that are there, few, or gone; without a number, so that a sale of one of many changes nothing."""
    there = [each for each in material.variants if each.there]
    if not there:
        return speaker.say("describe.none")
    if len(material.variants) == 1:
        return speaker.say("describe.few") if _few(there[0]) else ""
    lists = {
        "describe.there": [_option(each) for each in there if not _few(each)],
        "describe.few_in": [_option(each) for each in there if _few(each)],
        "describe.gone_in": [_option(each) for each in material.variants if not each.there],
    }
    return " ".join(speaker.say(key, options=speaker.listed(options)) for key, options in lists.items() if options)


def _few(each: VariantFacts) -> bool:
    return each.units is not None and each.units <= LOW_STOCK


def _option(each: VariantFacts) -> str:
    return " ".join(each.variant.options.values()) or each.variant.title


def _trend(material: Material, speaker: Speaker) -> str:
    if not material.trend_orders or not any(each.there for each in material.variants):
        return ""
    days = speaker.number(TREND_DAYS)
    return speaker.say("describe.trend", count=at_least(material.trend_orders), region=material.region, days=days)


def _partner(material: Material, speaker: Speaker) -> str:
    if material.partner is None or material.partner_orders < _OFTEN:
        return ""
    return speaker.say("describe.partner", count=at_least(material.partner_orders), title=material.partner.title)


def rated(material: Material, speaker: Speaker) -> str:
    """How it was rated; empty where hardly anybody has."""
    mean, reviews = material.rating.mean, material.rating.reviews
    if mean is None or reviews < _LEAST_REVIEWS:
        return ""
    return speaker.say("describe.reviews", count=reviews, rating=speaker.number(mean))


def _running(material: Material, speaker: Speaker) -> str:
    return " ".join([*_promoted(material, speaker)][:_MOST_RUNNING])


def _promoted(material: Material, speaker: Speaker) -> Iterator[str]:
    """What runs for this product: in its campaign's words where it has one, else what the promotion gives."""
    headlines = {each.promotion_id: each.headline for each in material.campaigns if each.headline}
    for each in material.promotions:
        date = speaker.date(last_day(each.ends_at, material.timezone))
        if each.id in headlines:
            headline = headlines[each.id].rstrip(". ")
            yield speaker.say("describe.campaign", headline=headline, name=each.name, date=date)
        elif each.percent:
            percent = speaker.percent(each.percent)
            yield speaker.say("promotion.until", name=each.name, percent=percent, date=date)


STYLES: Mapping[str, tuple[Sentence, ...]] = {
    "plain": (_what, _attributes, _price, _stock, _running),
    "social": (_trend, _partner, _what, rated, _price, _stock, _running),
    "offer": (_running, _partner, _what, _price, _stock),
}
"""The ways to write a description: which sentences, in which order. The first is the usual one."""


def _on_trend(material: Material) -> Iterator[Dependency]:
    yield on_trend(material.product.id, material.region_id, at_least(material.trend_orders))


def _on_partner(material: Material) -> Iterator[Dependency]:
    if material.partner is not None:
        yield on_product(material.partner)
        yield on_together(material.product.id, material.partner.id, at_least(material.partner_orders))


def _on_rating(material: Material) -> Iterator[Dependency]:
    yield on_rating(material.product.id, material.rating)


_COUNTS: Mapping[Sentence, Callable[[Material], Iterator[Dependency]]] = {
    _trend: _on_trend,
    _partner: _on_partner,
    rated: _on_rating,
}
"""Sentences that state a count: of orders, that there are at least as many; of reviews, all."""


def counts_in(style: str, material: Material) -> tuple[Dependency, ...]:
    """The counts that a text in that style states."""
    speaker = speaker_of(material)
    stated = [sentence for sentence in STYLES[style] if sentence in _COUNTS and sentence(material, speaker)]
    return tuple([each for sentence in stated for each in _COUNTS[sentence](material)])


def at_least(count: int) -> int:
    """A count as a text says it, so that it need not be written anew for each order: 3, 4, 5, 10, 20, 50, 100."""
    if count < _ROUNDED_FROM:
        return count
    first, zeros = str(count)[0], "0" * (len(str(count)) - 1)
    return int(("5" if first >= "5" else "2" if first >= "2" else "1") + zeros)
