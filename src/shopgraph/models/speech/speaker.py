"""Sentences from facts: templates in several languages, with plurals, amounts and dates as the language has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files
from typing import cast

from shopgraph.domain import Money
from shopgraph.domain.wording import format_money
from shopgraph.errors import ConfigurationError
from shopgraph.models.speech.known import (
    Known,
    KnownDelivery,
    KnownOrder,
    KnownProduct,
    KnownPromotion,
    KnownRefund,
    KnownReturn,
)
from shopgraph.models.speech.language import languages, locale_of
from shopgraph.yaml_text import read_yaml

MOST_ORDERS = 3
"""How many orders are told one by one."""
_MOST_PRODUCTS = 3


class Speaker:
    """Speaks one language. It says what it is given and adds nothing."""

    def __init__(self, language: str, locale: str = "") -> None:
        """`locale` is the region's, for amounts and dates.

        Raises:
            ConfigurationError: there are no phrases in that language.
        """
        if language not in languages():
            raise ConfigurationError(
                f"The last tier does not speak {language!r}.", remedy=f"It speaks {', '.join(languages())}."
            )
        self.language = language
        self._locale = locale_of(language, locale or language)
        self._written = _known_locale(self._locale, language)
        self._phrases = _phrases(language)

    def say(self, key: str, *, count: int | None = None, **words: str) -> str:
        """One phrase, in the plural form that `count` takes."""
        phrase = self._phrases[key]
        if isinstance(phrase, Mapping):
            phrase = phrase[_plural(count or 0, self._written)]
        numbers = {} if count is None else {"count": self.number(count)}
        return phrase.format(**words, **numbers)

    def tell(self, known: Known) -> str:
        """Everything that is known, between a word on why it is told so plainly and one on what cannot be said."""
        facts = [*known.sentences, *self._facts(known)]
        return " ".join([self.say("records"), *facts, self.say("limits")]) if facts else self.say("nothing")

    def facts(self, known: Known) -> str:
        """What is known, and nothing around it."""
        return " ".join(self._facts(known))

    def refunds(self, order: KnownOrder) -> str:
        """What went back of an order, and what is on its way."""
        said = [self._refund(refund) for refund in order.refunds]
        said += [self._return(item) for item in order.returns if item.status == "requested"]
        return " ".join(said) or self.say("refund.none", id=order.id)

    def listed(self, words: list[str]) -> str:
        """A list as the language writes it."""
        return self._list(words)

    def _facts(self, known: Known) -> Iterator[str]:
        for order in known.orders[:MOST_ORDERS]:
            yield from self._order(order, alone=len(known.orders) == 1)
        if len(known.orders) > MOST_ORDERS:
            yield self.say("orders.more", count=len(known.orders) - MOST_ORDERS)
        for product in known.products[:_MOST_PRODUCTS]:
            yield from self._product(product)
        for promotion in known.promotions:
            yield from self._promotion(promotion)
        for delivery in known.deliveries:
            yield from self._delivery(delivery)

    def _order(self, order: KnownOrder, *, alone: bool) -> Iterator[str]:
        lines = [self._line(line.title, line.quantity) for line in order.lines] or list(order.items)
        words = {"id": order.id, "items": self._list(lines)}
        day = {"delivered": order.delivered_on, "canceled": order.canceled_on}.get(order.status)
        key = f"order.{order.status}" if f"order.{order.status}" in self._phrases else "order.other"
        if day is not None:
            yield self.say(f"{key}_on", count=None, **words, date=self.date(day))
        else:
            yield self.say(key, count=None, **words)
        if order.total is not None and alone:
            yield self.say("order.total", money=self.money(order.total))
        numbers = [number for parcel in order.parcels for number in parcel.tracking_numbers]
        if numbers and order.status == "shipped":
            yield self.say("order.tracking", count=len(numbers), numbers=self._list(numbers))
        expected = [parcel.estimated_on for parcel in order.parcels if parcel.estimated_on]
        if expected and order.status == "shipped":
            yield self.say("order.expected", date=self.date(max(expected)))
        yield from (self._return(item) for item in order.returns if f"return.{item.status}" in self._phrases)

    def _return(self, item: KnownReturn) -> str:
        money = self.money(item.refund) if item.refund is not None else "–"
        return self.say(f"return.{item.status}", money=money)

    def _refund(self, refund: KnownRefund) -> str:
        money = self.money(refund.amount) if refund.amount is not None else "–"
        if refund.status == "succeeded" and refund.made_on is not None:
            return self.say("refund.succeeded_on", money=money, date=self.date(refund.made_on))
        known = {"succeeded": "succeeded", "failed": "failed", "canceled": "failed"}
        return self.say(f"refund.{known.get(refund.status, 'pending')}", money=money)

    def _line(self, title: str, quantity: int) -> str:
        return title if quantity == 1 else self.say("line", count=quantity, title=title)

    def _product(self, product: KnownProduct) -> Iterator[str]:
        prices = product.prices
        if not prices:
            yield self.say("product.unpriced", title=product.title)
        elif len(prices) == 1:
            yield self.say("product.price", title=product.title, money=self.money(prices[0]))
        else:
            low, high = self.money(prices[0]), self.money(prices[-1])
            yield self.say("product.from", title=product.title, low=low, high=high)
        if product.available is not None:
            yield self.say("product.stock", count=product.available) if product.available else self.say("product.none")

    def _promotion(self, promotion: KnownPromotion) -> Iterator[str]:
        words = {"name": promotion.name, "percent": self.percent(promotion.percent)}
        key = "promotion"
        if promotion.categories:
            key, words["categories"] = f"{key}.in", self._list(list(promotion.categories))
        if promotion.ends_on is not None:
            key, words["date"] = f"{key}.until", self.date(promotion.ends_on)
        yield self.say(key, count=None, **words)
        if promotion.needs_code:
            yield self.say("promotion.code")
        if promotion.cap is not None:
            yield self.say("promotion.cap", money=self.money(promotion.cap))

    def _delivery(self, delivery: KnownDelivery) -> Iterator[str]:
        if delivery.min_days == delivery.max_days:
            yield self.say("delivery", count=delivery.max_days, name=delivery.name)
        else:
            low = self.number(delivery.min_days)
            yield self.say("delivery.range", count=delivery.max_days, name=delivery.name, low=low)
        if delivery.price is not None:
            free = delivery.price.is_zero
            yield self.say("delivery.free") if free else self.say("delivery.price", money=self.money(delivery.price))
            if delivery.free_from is not None and not free:
                yield self.say("delivery.free_from", money=self.money(delivery.free_from))

    def money(self, money: Money) -> str:
        """An amount."""
        return format_money(money, self._locale)

    def number(self, count: float) -> str:
        """A number that is no amount."""
        return _number(count, self._written)

    def percent(self, percent: Decimal) -> str:
        """Percents: ten is a tenth."""
        from babel.numbers import format_percent

        return str(format_percent(percent / 100, locale=self._written, decimal_quantization=False))

    def date(self, day: date) -> str:
        """A day in words."""
        from babel.dates import format_date

        return str(format_date(day, format="long", locale=self._written))

    def _list(self, words: list[str]) -> str:
        from babel.lists import format_list

        return str(format_list(words, locale=self._written)) if words else "–"


@cache
def _known_locale(locale: str, language: str) -> str:
    """The locale, or the language alone where Babel knows nobody who speaks it there (English in Kuwait)."""
    from babel import Locale, UnknownLocaleError

    try:
        Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        return language
    return locale


@lru_cache(maxsize=4_096)
def _plural(count: int, locale: str) -> str:
    from babel import Locale

    return str(Locale.parse(locale).plural_form(count))


@lru_cache(maxsize=4_096)
def _number(count: float, locale: str) -> str:
    from babel.numbers import format_decimal

    return str(format_decimal(count, locale=locale))


@cache
def _phrases(language: str) -> Mapping[str, str | Mapping[str, str]]:
    text = (files("shopgraph.models.speech") / "phrases" / f"{language}.yaml").read_text(encoding="utf-8")
    return cast(Mapping[str, str | Mapping[str, str]], read_yaml(text))
