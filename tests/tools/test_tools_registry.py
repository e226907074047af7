"""Declaring a tool, and the declarations that shopgraph brings."""

from __future__ import annotations

from typing import Annotated, Any, cast

import pytest
from pydantic import BaseModel, Field, ValidationError

from shopgraph.domain import Address, Money, Principal, Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.decisions import Effect, PolicyRequest
from shopgraph.guards.policy import load_bundle
from shopgraph.tools.phrases import format_money, join_words, one_line
from shopgraph.tools.registry import default_tools, tool
from shopgraph.tools.spec import Cost, Scope, Subject, System, ToolContext

NOBODY = cast("ToolContext", None)


class Greeting(Value):
    """What the tool below answers."""

    text: str


async def test_a_declaration_is_one_function() -> None:
    @tool(system=System.CATALOG, scope=Scope.PUBLIC)
    async def greet(
        context: ToolContext, name: Annotated[str, Field(description="Whom to greet.")], times: int = 1
    ) -> Greeting:
        """Say hello.

        Use it for manners.
        """
        return Greeting(text=f"hello {name} " * times)

    assert greet.name == "greet"
    assert greet.description == "Say hello.\n\nUse it for manners."
    assert greet.arguments.__name__ == "GreetArguments"
    assert greet.result is Greeting
    schema = greet.arguments.model_json_schema()
    assert schema["required"] == ["name"]
    assert schema["properties"]["name"]["description"] == "Whom to greet."
    with pytest.raises(ValidationError):
        greet.arguments.model_validate({"name": "Ann", "age": 3})
    result = await greet.run(NOBODY, greet.arguments.model_validate({"name": "Ann", "times": 2}))
    assert result == Greeting(text="hello Ann hello Ann ")


async def no_docs(context: ToolContext) -> Greeting:
    return Greeting(text="")


async def no_result(context: ToolContext) -> str:
    """Answer with plain words."""
    return ""


async def no_type(context: ToolContext, name) -> Greeting:  # type: ignore[no-untyped-def]
    """Take anything."""
    return Greeting(text=str(name))


@pytest.mark.parametrize(
    ("function", "message"),
    [(no_docs, "no docstring"), (no_result, "does not return"), (no_type, "name of tool no_type has no type")],
)
def test_a_declaration_that_lacks_something_is_refused(function: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        tool(system=System.CATALOG, scope=Scope.PUBLIC)(function)


def test_a_tool_and_its_describe_take_the_same() -> None:
    async def describe(context: ToolContext, other: str) -> Subject:
        return Subject(facts={"other": other})

    async def act(context: ToolContext, name: str) -> Greeting:
        """Do it."""
        return Greeting(text=name)

    with pytest.raises(ConfigurationError, match="different parameters"):
        tool(system=System.CRM, scope=Scope.CUSTOMER, describe=describe)(act)


def test_what_costs_money_is_confirmed_or_internal() -> None:
    for spec in default_tools().values():
        assert spec.mutates == (spec.cost is not Cost.NONE), spec.name
        if spec.cost is Cost.MONEY and spec.scope is Scope.CUSTOMER:
            assert spec.needs_confirmation, spec.name
        if not spec.mutates:
            assert not spec.needs_confirmation, spec.name


@pytest.mark.parametrize(
    ("bundle", "without"),
    [
        ("default", set[str]()),
        (
            "tau2-retail",
            {"list_campaigns", "promotion_history", "list_notes", "refund_order"}
            | {"place_order", "receive_exchange", "credit_goodwill"},
        ),
    ],
)
def test_the_packaged_policies_know_every_tool_but_those_that_a_retailer_has_no_rule_for(
    bundle: str, without: set[str]
) -> None:
    policy = load_bundle(bundle)
    schema = (policy.folder / "schema.cedarschema").read_text()
    assert {name for name in default_tools() if f'"{name}"' not in schema} == without
    for name in without:
        decision = policy.decide(PolicyRequest(principal=Principal.staff("eve", "supervisor"), action=name))
        assert (decision.effect, decision.rule) == (Effect.DENY, "default-deny")


def _models(annotation: Any, seen: set[type[BaseModel]]) -> None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in seen:
        seen.add(annotation)
        for field in annotation.model_fields.values():
            _models(field.annotation, seen)
    for inner in getattr(annotation, "__args__", ()):
        _models(inner, seen)


def test_no_result_has_a_field_for_what_shoppers_must_not_see() -> None:
    seen: set[type[BaseModel]] = set()
    for spec in default_tools().values():
        _models(spec.result, seen)
    assert len(seen) > 20
    for model in seen:
        assert not {"cost", "segments", "lifetime_value", "margin"} & set(model.model_fields), model


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "text"),
    [
        (123456, "USD", "en_US", "$1,234.56"),
        (123456, "EUR", "de_DE", "1.234,56\xa0€"),
        (1234, "JPY", "ja_JP", "￥1,234"),
        (1500, "KWD", "en_US", "KWD\xa01.500"),
        (1500, "KWD", "xx_XX", "1.500 KWD"),
        (-500, "GBP", "en_GB", "-£5.00"),
    ],
)
def test_amounts_are_written_as_people_of_the_region_do(amount: int, currency: str, locale: str, text: str) -> None:
    assert format_money(Money(amount=amount, currency=currency), locale) == text


def test_words_in_a_row() -> None:
    assert [join_words(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    address = Address(line1="1 Elm Street", city="Boston", postal_code="02101", country="US")
    assert one_line(address) == "1 Elm Street, 02101 Boston, US"
