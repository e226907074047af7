"""What sources gave, each checked by itself: what the recipe's type does not fit is that one source's failure."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_jsonable_python

from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.state import Stitched
from shopgraph.graphs.stitching.fetching import Fetched, Wanted
from shopgraph.graphs.stitching.parts import Origin, Part
from shopgraph.graphs.stitching.recipes import Everything, Needs, Recipe, part_of

logger = logging.getLogger(__name__)

_TOLD = 3
"""Mistakes that a note names."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What is known of the sources that gave something fit, and how each source ended."""

    fetched: list[Fetched]
    known: dict[str, Any] = field(default_factory=dict)
    """By field of the context."""
    extra: dict[str, JsonValue] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)


class _Unfit(Exception):
    """What a source gave cannot be used; says why, without what it gave."""


def take(wanted: Iterable[Wanted], fetched: Iterable[Fetched], recipe: type[Recipe]) -> Taken:
    """What was fetched as the context holds it: built-in parts by field, all else as JSON under its source's name."""
    taken, needs = Taken(fetched=[]), recipe.needs()
    for one, result in zip(wanted, fetched, strict=True):
        name = one.source.name
        if result.status is not SourceStatus.OK or result.fresh_at is None:
            taken.fetched.append(result)
            continue
        try:
            known, extra = _usable(name, result.given, recipe, needs[name])
        except Exception as error:
            note = str(error) if isinstance(error, _Unfit) else f"what it gave cannot be used ({type(error).__name__})"
            logger.warning("context source %s failed: %s", name, note)
            taken.fetched.append(replace(result, status=SourceStatus.FAILED, given=None, fresh_at=None, note=note))
            continue
        taken.fetched.append(result)
        taken.known.update(known)
        taken.extra.update(extra)
        origin = Origin(source=name, fresh_at=result.fresh_at, age_ms=result.age_ms)
        taken.origins.update(dict.fromkeys((*known, *[f"extra.{each}" for each in extra]), origin))
    return taken


def _usable(
    name: str, given: object, recipe: type[Recipe], need: Needs
) -> tuple[Mapping[str, Any], Mapping[str, JsonValue]]:
    """Fields of the context, and what stands under the source's name.

    Raises:
        _Unfit: it is neither what the recipe says nor JSON.
    """
    part = given.only(need.fields) if isinstance(given, Part) else given
    fit = _as_said(name, part, recipe)
    if isinstance(fit, Part) and fit is not part:
        fit = fit.only(need.fields)
    if not isinstance(fit, _built_in()):
        return {}, {name: _json(fit)}
    kind = next(each for each in _built_in() if isinstance(fit, each))
    if more := type(fit).model_fields.keys() - kind.model_fields:
        raise _Unfit(f"{kind.__name__} has no {', '.join(sorted(more))}; give what is beside it by a source of its own")
    known = {each: getattr(fit, each) for each in kind.model_fields}
    _check_fields(known, kind)
    return known, {}


def _as_said(name: str, given: object, recipe: type[Recipe]) -> object:
    """As the recipe types it."""
    kinds = _models_of(recipe, name)
    if isinstance(given, BaseModel) and not isinstance(given, kinds or _built_in()):
        given = _json(given)
    if isinstance(given, _built_in()) and not kinds:
        return given
    try:
        return _type_of(recipe, name).validate_python(given)
    except ValidationError as error:
        said = ", ".join(kind.__name__ for kind in kinds) or "what the recipe says"
        raise _Unfit(f"what it gave is not {said}: {_mistakes(error)}") from None


def _json(value: object) -> JsonValue:
    try:
        turned: JsonValue = to_jsonable_python(value)
        json.dumps(turned, allow_nan=False)
    except (PydanticSerializationError, ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, PydanticSerializationError) else "a circle, or a number that is none"
        raise _Unfit(f"what it gave is no JSON ({why}); give JSON, dates, Decimals, a model or a Part") from None
    return turned


def _check_fields(known: Mapping[str, Any], kind: type[Part]) -> None:
    # Made the usual way a part is right already; one made or changed unchecked would cost the whole context.
    try:
        Stitched(**known)
    except ValidationError as error:
        raise _Unfit(f"what it gave is no right {kind.__name__}: {_mistakes(error)}") from None


def _mistakes(error: ValidationError) -> str:
    """Where and what, without the values: they may be a customer's."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    told = [f"{'.'.join(map(str, each['loc'])) or 'it'}: {_what(each['type'], each['msg'])}" for each in found[:_TOLD]]
    return "; ".join(told) + (f"; and {len(found) - _TOLD} more" if len(found) > _TOLD else "")


def _what(kind: str, message: str) -> str:
    own = kind in ("value_error", "assertion_error")  # words of a validator's own may quote the value
    return "refused by its validator" if own else message


@cache
def _built_in() -> tuple[type[Part], ...]:
    """The parts whose fields are fields of the context."""
    return tuple([kind for name in Everything.model_fields if (kind := part_of(Everything, name)) is not None])


@cache
def _models_of(recipe: type[Recipe], name: str) -> tuple[type[BaseModel], ...]:
    """The models that the recipe names for a source: what is one of them is taken as it is."""
    kind = recipe.model_fields[name].annotation
    kinds = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return tuple([each for each in kinds if isinstance(each, type) and issubclass(each, BaseModel)])


@cache
def _type_of(recipe: type[Recipe], name: str) -> TypeAdapter[Any]:
    info = recipe.model_fields[name]
    kind: Any = info.annotation
    for more in info.metadata:
        kind = Annotated[kind, more]
    return TypeAdapter(kind)
