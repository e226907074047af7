"""What a source gives is checked by itself: made JSON, held against the recipe's type, or that source's failure."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, field_validator

from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.state import SourceResult, Stitched
from shopgraph.graphs.stitching.parts import InventoryPart, OrdersPart, Part
from shopgraph.graphs.stitching.recipes import Needs, Recipe, for_a_model, recipe_of
from shopgraph.graphs.stitching.source import ContextSource, Query
from shopgraph.graphs.stitching.stitch import gather
from tests.context.virtual import query, run_virtual


class PaperPart(Part):
    """As the recipes' docstring shows."""

    colors: tuple[str, ...] = ()
    from_day: date | None = None


class Paper(BaseModel):
    """An own model."""

    colors: tuple[str, ...]
    price: Decimal = Decimal(1)

    @field_validator("colors")
    @classmethod
    def no_black(cls, colors: tuple[str, ...]) -> tuple[str, ...]:
        """Refuses, and quotes what it refuses."""
        if "black" in colors:
            raise ValueError(f"not {colors}")
        return colors


def gives(name: str, value: object) -> ContextSource:
    async def fetch(_: Query) -> Any:
        await asyncio.sleep(0)
        return value

    return ContextSource(name=name, fetch=fetch)


def stitched(recipe: type[Recipe], **given: object) -> tuple[Stitched, SourceResult]:
    """The context, and how `paper` ended; a good source beside it is always there."""
    sources = {name: gives(name, value) for name, value in {"good": {"is": "there"}, **given}.items()}
    context = run_virtual(gather(sources, recipe, query(), deadline_ms=500))
    assert context.extra.get("good") == {"is": "there"}
    return context, next(each for each in context.sources if each.source == "paper")


ANY = recipe_of(("good", "paper"))


def typed(kind: Any) -> type[Recipe]:
    """A recipe that says what `paper` gives."""

    class GiftWrap(Recipe):
        """Paper, and what is good."""

        good: Annotated[dict[str, Any] | None, Needs()] = None
        paper: Annotated[kind, Needs(weight=9)] = None  # pyright: ignore[reportInvalidTypeForm] - a variable on purpose

    return GiftWrap


@pytest.mark.parametrize(
    ("given", "json"),
    [
        ({"next_day": date(2026, 6, 2)}, {"next_day": "2026-06-02"}),
        ({"price": Decimal("4.50")}, {"price": "4.50"}),
        ({"colors": {"green"}}, {"colors": ["green"]}),
        (["green"], ["green"]),
        (PaperPart(colors=("green",), from_day=date(2026, 6, 2)), {"colors": ["green"], "from_day": "2026-06-02"}),
    ],
)
def test_what_can_be_json_is_turned_to_it(given: object, json: object) -> None:
    context, result = stitched(ANY, paper=given)
    assert (result.status, result.note) == ("ok", "")
    assert context.extra["paper"] == json
    assert context.knows("paper")
    assert context.knows("extra.paper")


@pytest.mark.parametrize("given", [{"x": float("nan")}, {"x": object()}, {"x": [lambda: None]}])
def test_what_cannot_is_that_sources_failure_and_says_what_to_give(given: object) -> None:
    context, result = stitched(ANY, paper=given)
    assert result.status is SourceStatus.FAILED
    assert result.fresh_at is None
    assert "no JSON" in result.note
    assert "a model or a Part" in result.note
    assert "paper" not in context.extra
    assert not context.knows("paper")


@pytest.mark.parametrize("kind", [Paper | None, PaperPart | None, dict[str, Any] | None])
@pytest.mark.parametrize("for_model", [False, True])
def test_the_recipes_type_is_applied(kind: Any, for_model: bool) -> None:
    recipe = for_a_model(typed(kind), ("good", "paper")) if for_model else typed(kind)
    context, result = stitched(recipe, paper={"colors": ["green"]})
    assert result.status is SourceStatus.OK
    said = context.extra["paper"]
    assert isinstance(said, dict)
    assert said["colors"] == ["green"]
    _, wrong = stitched(recipe, paper=["green"])
    assert (wrong.status, "what it gave is not" in wrong.note) == ("failed", True)


def test_wrong_data_is_named_without_the_values() -> None:
    _, missing = stitched(typed(Paper | None), paper={"colour": 7})
    assert missing.note == "what it gave is not Paper: colors: Field required"
    _, refused = stitched(typed(Paper | None), paper={"colors": ["black"]})
    assert refused.note == "what it gave is not Paper: colors: refused by its validator"
    _, short = stitched(typed(Annotated[list[str] | None, Field(min_length=2)]), paper=["green"])
    assert short.status is SourceStatus.FAILED


def test_a_built_in_part_that_is_wrong_costs_that_source_alone() -> None:
    context, result = stitched(ANY, paper=InventoryPart.model_construct(stock=("SKU-1",)))
    assert result.status is SourceStatus.FAILED
    assert "no right InventoryPart" in result.note
    assert context.stock == ()
    assert not context.knows("stock")

    class Vip(OrdersPart):
        """A built-in part with more."""

        rank: int = 1

    _, more = stitched(ANY, paper=Vip(orders=()))
    assert (more.status, more.note.split(";")[0]) == ("failed", "OrdersPart has no rank")


def test_a_part_that_fails_when_it_is_blanked_is_that_sources_failure() -> None:
    class Odd(Part):
        """Fails where personal data is taken out."""

        def only(self, asked: Any) -> Any:
            """Fail."""
            raise KeyError("ann@example.org")

    _, result = stitched(ANY, paper=Odd())
    assert (result.status, result.note) == ("failed", "what it gave cannot be used (KeyError)")


def test_an_own_source_does_not_pass_for_a_field_of_the_context() -> None:
    context, _ = stitched(ANY, paper={"discounts": []})
    assert not context.knows("discounts")
    recipe = recipe_of(("good", "paper", "discounts"))
    named, _ = stitched(recipe, paper={}, discounts={"none": True})
    assert not named.knows("discounts")
    assert named.knows("extra.discounts")
    own, _ = stitched(ANY, paper=OrdersPart(orders=()))
    assert own.knows("orders")
    assert own.knows("paper")
    assert "paper" not in own.extra
