"""What a process reads and compiles once, done before anybody waits for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shopgraph.domain import Money, Region
from shopgraph.domain.wording import format_money

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_LANGUAGE_OF_UNKNOWN = "en"
"""What texts are read as whose language does not show."""


def warm_regions(regions: Iterable[Region]) -> None:
    """Prices' locales, phrases, and how questions are held against texts in the languages of the regions."""
    from shopgraph.models.speech.language import language_of
    from shopgraph.models.speech.speaker import Speaker

    languages = {_LANGUAGE_OF_UNKNOWN}
    for region in regions:
        format_money(Money(amount=0, currency=region.currency), region.locale)
        language = language_of("", region.locale)
        Speaker(language, region.locale)
        languages.add(language)
    for language in sorted(languages):
        _warm_reading(language)


def _warm_reading(language: str) -> None:
    """What a question is about, stems of materials, and synonyms in that language."""
    from shopgraph.graphs.stitching.asking import read_question
    from shopgraph.graphs.stitching.parts import Passage
    from shopgraph.graphs.stitching.passages import cut, fits

    text = Passage(product_id="", product="", kind="description", text="hello")
    fits(read_question("zzz hello zzz", language=language), cut([text], language), language)


def warm_governance() -> None:
    """What is laid on a message, on an answer and on what is recorded of both."""
    from shopgraph.graphs.stitching.tokens import count_tokens
    from shopgraph.guards.checks.regions import read_regions
    from shopgraph.guards.masking import everyday_words
    from shopgraph.guards.screen import screen_message

    screen_message("hello")
    read_regions()
    everyday_words()
    count_tokens("hello")


def warm_model(model: BaseChatModel) -> None:
    """The deployments of a pool, and what a model is told for each intent by the sources that every shop has."""
    from shopgraph.graphs.stitching.builtin import DEFAULT_SOURCES
    from shopgraph.graphs.stitching.recipes import for_a_model
    from shopgraph.graphs.workflows import DEFAULT_WORKFLOWS
    from shopgraph.models.chat import LiteLLMChat

    for each in DEFAULT_WORKFLOWS:
        for_a_model(each.recipe, tuple(DEFAULT_SOURCES))
    if isinstance(model, LiteLLMChat):
        model.pool.load()
