"""How a tool is declared: one typed async function, a decorator that says what it touches, and that is all."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model

from shopgraph.errors import ConfigurationError
from shopgraph.tools.spec import Accepted, Cost, Scope, Subject, System, ToolContext, ToolSpec

Describe = Callable[..., Awaitable[Subject]]
"""Takes what the tool takes and gathers the facts for policy; it changes nothing."""


def tool(
    *,
    system: System,
    scope: Scope,
    mutates: bool = False,
    needs_confirmation: bool = False,
    cost: Cost = Cost.NONE,
    describe: Describe | None = None,
) -> Callable[[Callable[..., Awaitable[BaseModel]]], ToolSpec]:
    """Turn `async def name(context: ToolContext, ...) -> Result` into a `ToolSpec`.

    Its arguments are the function's own parameters (use `Annotated[..., Field(description=...)]`), its description
    is the docstring. `describe` takes the same parameters; without it a tool of scope CUSTOMER is about the asking
    customer's own records, and any other about nobody's.

    Raises:
        ConfigurationError: a parameter or the result has no type, there is no docstring, or `describe` takes
            other parameters than the tool.
    """

    def declare(function: Callable[..., Awaitable[BaseModel]]) -> ToolSpec:
        name = str(getattr(function, "__name__", ""))
        described = describe or (_own_records if scope is Scope.CUSTOMER else _nobodys_records)
        if describe is not None and _parameters(describe).keys() != _parameters(function).keys():
            raise ConfigurationError(
                f"Tool {name} and its describe take different parameters.",
                remedy=f"Give both {', '.join(_parameters(function)) or 'none'}.",
            )
        return ToolSpec(
            name=name,
            system=system,
            description=_description(name, function),
            arguments=_arguments(name, function),
            result=_result(name, function),
            mutates=mutates,
            scope=scope,
            needs_confirmation=needs_confirmation,
            cost=cost,
            describe=_taking_model(described),
            run=_taking_model(function),
        )

    return declare


def default_tools() -> dict[str, ToolSpec]:
    """The tools that shopgraph brings, by name."""
    # Imported here: these modules use the decorator above.
    from shopgraph.tools import catalog, crm, handoff, inventory, marketing, orders, payments, warehouse

    modules = (catalog, inventory, marketing, orders, payments, warehouse, crm, handoff)
    return {spec.name: spec for module in modules for spec in module.TOOLS}


async def _own_records(context: ToolContext, **_: Any) -> Subject:
    return Subject(owner_id=context.principal.customer_id or "", facts={})


async def _nobodys_records(context: ToolContext, **_: Any) -> Subject:
    return Subject(facts={})


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return dict(list(inspect.signature(function).parameters.items())[1:])


def _description(name: str, function: Callable[..., Any]) -> str:
    if not function.__doc__:
        raise ConfigurationError(f"Tool {name} has no docstring.", remedy="Say what it does and when to use it.")
    return inspect.cleandoc(function.__doc__)


def _result(name: str, function: Callable[..., Any]) -> type[BaseModel]:
    result = typing.get_type_hints(function).get("return")
    # An action may go on after the call: what is told at its end is the tool's result all the same.
    kinds = [kind for kind in typing.get_args(result) if kind is not Accepted]
    result = kinds[0] if len(kinds) == 1 else result
    if not (isinstance(result, type) and issubclass(result, BaseModel)):
        raise ConfigurationError(f"Tool {name} does not return a pydantic model.", remedy="Annotate its result.")
    return result


def _arguments(name: str, function: Callable[..., Any]) -> type[BaseModel]:
    hints = typing.get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    for parameter in _parameters(function).values():
        if parameter.name not in hints:
            raise ConfigurationError(f"Parameter {parameter.name} of tool {name} has no type.")
        required = parameter.default is inspect.Parameter.empty
        fields[parameter.name] = (hints[parameter.name], ... if required else parameter.default)
    title = "".join(word.capitalize() for word in name.split("_")) + "Arguments"
    return create_model(title, __config__=ConfigDict(frozen=True, extra="forbid"), **fields)


def _taking_model(function: Callable[..., Awaitable[Any]]) -> Callable[[ToolContext, Any], Awaitable[Any]]:
    async def call(context: ToolContext, arguments: BaseModel) -> Any:
        return await function(context, **{name: getattr(arguments, name) for name in type(arguments).model_fields})

    return call
