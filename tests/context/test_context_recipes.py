"""Recipes: classes that export as JSON Schema, and what of a context survives a token limit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.domain import Principal
from shopgraph.errors import ConfigurationError
from shopgraph.graphs import Turn, build_orchestrator, context_source, make_parts, say, workflow
from shopgraph.graphs.brief import write_brief
from shopgraph.graphs.state import SourceResult, Stitched
from shopgraph.graphs.stitching.builtin import DEFAULT_SOURCES
from shopgraph.graphs.stitching.parts import CustomerPart, Passage, StockView
from shopgraph.graphs.stitching.picture import draw_gantt, gantt_text
from shopgraph.graphs.stitching.preview import preview
from shopgraph.graphs.stitching.recipes import LEAST_TOKENS, Everything, Needs, Recipe, for_a_model, recipe_of
from shopgraph.graphs.stitching.source import Query
from shopgraph.graphs.stitching.tokens import count_tokens
from shopgraph.graphs.turns import Step
from shopgraph.shop import Shop
from tests.context.virtual import request


class GiftWrap(Recipe):
    """Paper, and for whom."""

    customer: Annotated[CustomerPart | None, Needs(weight=3, fields=frozenset({"family_name"}))] = None
    paper: Annotated[dict[str, Any] | None, Needs(weight=9, deadline_ms=40)] = None


@context_source("paper")
async def paper(query: Query) -> dict[str, Any] | None:
    """Papers in store."""
    return {"colors": ["green", "silver"]}


EXAMPLES = ("please gift wrap it", "can you wrap it as a present?", "do you do gift wrapping?", "wrap it nicely please")


@workflow("gift_wrap", examples=EXAMPLES, recipe=GiftWrap)
async def gift_wrap(turn: Turn) -> Step:
    """Say which papers there are."""
    return say(f"We have {turn.context.extra['paper']}.")


async def test_a_recipe_as_a_class_with_an_own_source(shop: Shop) -> None:
    parts = make_parts(shop, workflows=[gift_wrap], sources=[paper])
    found = await preview(shop, parts, intent="gift_wrap", with_model=False)
    result = {each.source: each for each in found.context.sources}["paper"]
    assert (result.status, result.deadline_ms) == ("ok", 40)
    assert found.context.origins["extra.paper"].source == "paper"
    orchestrator = build_orchestrator(shop, workflows=[gift_wrap], sources=[paper])
    answer = await orchestrator.ask("could you gift wrap it please?", principal=Principal.guest())
    assert "silver" in answer.answer


def test_a_recipe_that_names_no_source_is_refused(shop: Shop) -> None:
    with pytest.raises(ConfigurationError, match="'gift_wrap' needs the source 'paper'"):
        make_parts(shop, workflows=[gift_wrap])


def test_every_recipe_exports_as_json_schema() -> None:
    schema = GiftWrap.model_json_schema()
    assert schema["description"] == "Paper, and for whom."
    assert schema["additionalProperties"] is False
    assert schema["properties"]["paper"]["x-weight"] == 9
    assert schema["properties"]["paper"]["x-deadline-ms"] == 40
    assert schema["properties"]["customer"]["x-fields"] == ["family_name"]
    for served in make_parts().named_workflows():
        told = served.recipe.model_json_schema()
        assert set(told.get("properties", {})) <= set(DEFAULT_SOURCES)
        assert told["description"]


def test_where_a_model_answers_all_else_comes_after_what_the_intent_needs() -> None:
    recipe = for_a_model(GiftWrap, (*DEFAULT_SOURCES, "paper"))
    needs = recipe.needs()
    assert list(needs) == [*DEFAULT_SOURCES, "paper"]
    assert min(needs[name].weight for name in ("customer", "paper")) > max(
        need.weight for name, need in needs.items() if name not in ("customer", "paper")
    )


def _context(stock: int, passages: list[str]) -> Stitched:
    return Stitched(
        stock=tuple(StockView(sku=f"SKU-{n}", available=n, product="Dress") for n in range(stock)),
        passages=tuple(Passage(product_id="p", product="Dress", kind="review", text=text) for text in passages),
        sources=(SourceResult(source="orders", status="late"),),  # type: ignore[arg-type]
    )


def _limited(tokens: int, **weights: int) -> type[Recipe]:
    recipe = recipe_of(list(weights))
    fields = {name: (info.annotation, None) for name, info in recipe.model_fields.items()}
    from pydantic import create_model

    made: type[Recipe] = create_model(
        "Limited",
        __base__=Recipe,
        **{name: (Annotated[kind, Needs(weight=weights[name])], None) for name, (kind, _) in fields.items()},  # type: ignore[call-overload]
    )
    made.tokens = tokens
    return made


@pytest.mark.parametrize("tokens", [LEAST_TOKENS - 1, 0, -5])
def test_a_recipe_that_leaves_no_room_for_what_must_be_told_is_refused(shop: Shop, tokens: int) -> None:
    limit = tokens

    class Tiny(GiftWrap):
        tokens = limit

    tiny = workflow("gift_wrap", examples=EXAMPLES, recipe=Tiny)(_nothing_to_say)
    with pytest.raises(ConfigurationError, match=f"Tiny.*allows a model {tokens} tokens.*{LEAST_TOKENS} or more"):
        make_parts(shop, workflows=[tiny], sources=[paper])


async def _nothing_to_say(turn: Turn) -> Step:
    return say("Nothing.")


def test_the_lowest_token_limit_holds_when_much_is_late_and_left_out() -> None:
    late = tuple(SourceResult(source=f"own_source_{n}", status="late") for n in range(40))  # type: ignore[arg-type]
    context = _context(3, ["It fits."] * 3).model_copy(
        update={"sources": late, "extra": {f"other_source_{n}": {"told": "a line of some length"} for n in range(40)}}
    )
    brief = write_brief(request(customer_id=""), context, _limited(LEAST_TOKENS, inventory=9, catalog=9))
    assert brief.tokens <= LEAST_TOKENS
    assert "do not guess): own_source_0" in brief.text
    assert "more is known, ask the tools: " in brief.text
    assert brief.text.count(" more") == 2  # both lists say that there are others
    assert sum(each.facts for each in brief.left_out) == 46 - sum(
        "Stock of" in line for line in brief.text.splitlines()
    )


@given(
    tokens=st.integers(LEAST_TOKENS, 700),
    stock=st.integers(0, 30),
    passages=st.lists(st.text(alphabet="abc de.é中😀", min_size=1, max_size=120), max_size=12),
    weights=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_a_token_limit_is_kept_and_nothing_is_lost_unsaid(
    tokens: int, stock: int, passages: list[str], weights: tuple[int, int]
) -> None:
    context = _context(stock, passages)
    brief = write_brief(request(customer_id=""), context, _limited(tokens, inventory=weights[0], catalog=weights[1]))
    assert count_tokens(brief.text) == brief.tokens <= tokens
    told = brief.text.splitlines()
    left = {each.source: each.facts for each in brief.left_out}
    assert sum(line.startswith("Stock of") for line in told) == stock - left.get("inventory", 0)
    assert sum(line.startswith("Dress, review") for line in told) == len(passages) - left.get("catalog", 0)
    assert "Not known right now (do not guess): orders." in told
    assert bool(left) == any("more is known" in line for line in told)


@pytest.mark.parametrize(("first", "second"), [("inventory", "catalog"), ("catalog", "inventory")])
def test_what_the_recipe_weighs_more_survives(first: str, second: str) -> None:
    context = _context(10, [f"review number {n} says something of the same length" for n in range(10)])
    brief = write_brief(request(customer_id=""), context, _limited(260, **{first: 9, second: 1}))
    left = {each.source: each.facts for each in brief.left_out}
    assert left.get(first, 0) < left[second]
    # Of one source it is the first that are told.
    numbers = [int(line.split("SKU-")[1].split(")")[0]) for line in brief.text.splitlines() if "SKU-" in line]
    assert numbers == list(range(len(numbers)))


def test_tokens_are_counted_by_a_real_tokenizer() -> None:
    assert count_tokens("hello world") == 2
    assert count_tokens("Order #D1000001: shipped") < len("Order #D1000001: shipped") / 2


async def test_the_picture_shows_every_source(shop: Shop, tmp_path: Any) -> None:
    who = Principal.guest()
    found = await preview(shop, make_parts(shop), intent="product_question", text="blue wrap dress", principal=who)
    text = gantt_text(found.context)
    assert [line.split()[0] for line in text.splitlines()[:-1]] == list(DEFAULT_SOURCES)
    assert "skipped: nobody is identified" in text
    for name in ("a.svg", "a.png"):
        draw_gantt(found.context, tmp_path / name)
        assert (tmp_path / name).stat().st_size > 2_000
    assert "inventory" in (tmp_path / "a.svg").read_text() or "<path" in (tmp_path / "a.svg").read_text()


def fields_of(recipe: type[Recipe]) -> Iterator[str]:
    """The names of its sources."""
    yield from recipe.needs()


def test_everything_names_every_built_in_source() -> None:
    assert set(fields_of(Everything)) == set(DEFAULT_SOURCES)
