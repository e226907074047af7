"""Tools of others behind the gate: a LangChain tool, a plain function or an MCP server's tool becomes a `ToolSpec`.

The gate judges it like any other, so the shop's schema must know its name (docs/plugins.md); otherwise every call of
it is refused. What changes something acts in a system that no transaction of the shop covers: the gate remembers the
request before it acts and again after, so that nothing is silently done twice.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any

from jsonschema.exceptions import best_match
from jsonschema.validators import validator_for
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, JsonValue, RootModel, model_validator
from pydantic_core import PydanticCustomError, to_jsonable_python

from shopgraph.domain import Value
from shopgraph.errors import ConfigurationError
from shopgraph.tools.registry import Describe
from shopgraph.tools.spec import Cost, Scope, Subject, System, ToolContext, ToolSpec

_FILLED_IN = ("run_manager", "callbacks", "config")
"""Parameters that LangChain itself gives a tool."""


class ForeignResult(Value):
    """What a tool of somebody else's gave back, as JSON."""

    content: JsonValue


def gated(
    foreign: BaseTool | Callable[..., Any],
    *,
    system: System,
    scope: Scope,
    mutates: bool,
    needs_confirmation: bool = False,
    cost: Cost = Cost.NONE,
    describe: Describe | None = None,
) -> ToolSpec:
    """Declare what a LangChain tool or a function (async, or sync and then run in a thread) touches.

    Name, description and arguments are the tool's own. `describe` takes the asking context and the tool's arguments by
    name and says whose record it is and which facts rules read; without it a tool of scope CUSTOMER is about the
    asking customer's own records and any other about nobody's. So a tool that takes the id of somebody's record needs
    a `describe` that looks its owner up.

    Raises:
        ConfigurationError: the function has no docstring, or the tool takes what only a graph can give it.
    """
    tool = _as_tool(foreign)
    schema = tool.tool_call_schema
    arguments = _by_json_schema(tool.name, schema) if isinstance(schema, dict) else schema
    if not issubclass(arguments, BaseModel):
        raise ConfigurationError(f"The arguments of {tool.name} are no pydantic 2 model.", remedy="Give it one.")
    _refuse_injected(tool, arguments)

    async def subject(context: ToolContext, given: BaseModel) -> Subject:
        named = _named(given)
        if describe is not None:
            return await describe(context, **named)
        owner = context.principal.customer_id if scope is Scope.CUSTOMER else None
        return Subject(owner_id=owner or "", facts={}, summary=_summary(tool.name, given))

    async def run(context: ToolContext, given: BaseModel) -> ForeignResult:
        answered = await tool.ainvoke(_named(given))
        return ForeignResult(content=to_jsonable_python(answered, fallback=str))

    return ToolSpec(
        name=tool.name,
        system=system,
        description=tool.description,
        arguments=arguments,
        result=ForeignResult,
        mutates=mutates,
        scope=scope,
        needs_confirmation=needs_confirmation,
        cost=cost,
        describe=subject,
        run=run,
        outside=True,
    )


def _as_tool(foreign: BaseTool | Callable[..., Any]) -> BaseTool:
    if isinstance(foreign, BaseTool):
        # An error that the tool answers with would look like a success; the gate makes an outcome of it.
        return foreign.model_copy(update={"handle_tool_error": False, "handle_validation_error": False})
    waits = inspect.iscoroutinefunction(foreign)
    try:
        return StructuredTool.from_function(func=None if waits else foreign, coroutine=foreign if waits else None)
    except ValueError as fault:
        name = getattr(foreign, "__name__", repr(foreign))
        raise ConfigurationError(f"{name} cannot be a tool: {fault}", remedy="Give it types and a docstring.") from None


def _refuse_injected(tool: BaseTool, arguments: type[BaseModel]) -> None:
    function = getattr(tool, "coroutine", None) or getattr(tool, "func", None)
    if function is None or issubclass(arguments, RootModel):
        return
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    for parameter in inspect.signature(function).parameters.values():
        known = parameter.name in arguments.model_fields or parameter.name in _FILLED_IN
        optional = parameter.default is not inspect.Parameter.empty or parameter.kind not in plain
        if not known and not optional and parameter.annotation not in (RunnableConfig, "RunnableConfig"):
            raise ConfigurationError(
                f"{tool.name} takes {parameter.name!r}, which only a graph can give it.",
                remedy="Put a function behind the gate that takes nothing but what a model says.",
            )


def _by_json_schema(name: str, schema: Mapping[str, Any]) -> type[BaseModel]:
    """A model of arguments that are declared by a JSON schema, as an MCP server's are."""
    validator = validator_for(schema)(schema)

    class Arguments(RootModel[dict[str, JsonValue]]):
        @model_validator(mode="before")
        @classmethod
        def _fits(cls, given: Any) -> Any:
            problem = best_match(validator.iter_errors(given))
            if problem is not None:
                place = ".".join(map(str, problem.absolute_path))
                what = f"{place}: {problem.message}" if place else problem.message
                raise PydanticCustomError("json_schema", "{what}", {"what": what})
            return given

        @classmethod
        def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
            return dict(schema)

    Arguments.__name__ = f"{name}_arguments"
    return Arguments


def _named(given: BaseModel) -> dict[str, Any]:
    if isinstance(given, RootModel):
        return dict(given.root)
    return {name: getattr(given, name) for name in type(given).model_fields}


def _summary(name: str, given: BaseModel) -> str:
    """What a customer says yes to when the tool's owner wrote no better words: its name and every argument."""
    said = [f"{key} {json.dumps(value, ensure_ascii=False)}" for key, value in given.model_dump(mode="json").items()]
    title = name.replace("_", " ").capitalize()
    return f"{title}: {', '.join(said)}" if said else title
