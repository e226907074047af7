"""YAML files of a bundle, read strictly: what is wrong is named by file, line and key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args, get_origin

import yaml
from pydantic import Tag, ValidationError

from shopgraph.domain import Value
from shopgraph.errors import ConfigurationError
from shopgraph.yaml_text import FastLoader

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

ValueT = TypeVar("ValueT", bound=Value)


class _ExactLoader(FastLoader):
    """Leaves decimals as they are written: 8.875 stays text, so that no float comes near money."""


# YAML 1.1 reads the words off, on, no and yes as booleans, and so the key `off` and the country NO.
_ExactLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":float", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_ExactLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def read_text(path: Path) -> str:
    """The file's text.

    Raises:
        ConfigurationError: the file is missing or no UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(f"{path} is missing.", remedy="A bundle needs it.", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigurationError(f"{path} cannot be read: {fault}.", file=str(path)) from None


@dataclass(frozen=True, kw_only=True)
class Document(Generic[ValueT]):
    """A file that was read, and where in it each part stands."""

    path: Path
    value: ValueT
    root: yaml.Node

    def line(self, *place: int | str) -> int:
        """The line on which the part at `place` begins: `document.line("cases", 3, "facts")`."""
        return _line_of(self.root, place)

    def wrong(self, what: str, *place: int | str) -> ConfigurationError:
        """What is wrong with the part at `place`, named by file and line."""
        return _wrong(self.path, self.line(*place), what)


def read_document(path: Path, model: type[ValueT]) -> ValueT:
    """The file as a value of `model`.

    Raises:
        ConfigurationError: no YAML, a key twice, an unknown or missing key, a value that does not fit; with file
            and line. The first problem of the file, with the others in `also`.
    """
    return open_document(path, model).value


def open_document(path: Path, model: type[ValueT]) -> Document[ValueT]:
    """As `read_document`, with the lines at hand for what is checked beyond the model."""
    text = read_text(path)
    try:
        loader = _ExactLoader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            raise _wrong(path, 1, "it holds no keys")
        doubled = [*_doubled_keys(path, root)]
        if doubled:
            raise first_of(doubled)
        data = loader.construct_document(root)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise _wrong(path, line, f"it is not YAML: {fault.problem}") from None
    except yaml.YAMLError as fault:
        raise _wrong(path, 1, f"it is not YAML: {fault}") from None
    try:
        return Document(path=path, value=model.model_validate(data), root=root)
    except ValidationError as fault:
        # A mistyped key is named before the right one that is missing because of it.
        errors = sorted(fault.errors(), key=lambda error: error["type"] != "extra_forbidden")
        raise first_of([_problem(path, root, model, error) for error in errors]) from None


def first_of(problems: Sequence[ConfigurationError]) -> ConfigurationError:
    """The first of at least one problem, with the others in its `also` field."""
    first, *others = problems
    first.fields["also"] = tuple(others)
    return first


def all_of(fault: ConfigurationError) -> tuple[ConfigurationError, ...]:
    """The problem and the others that were found with it."""
    return (fault, *fault.fields.get("also", ()))


def _problem(path: Path, root: yaml.Node, model: type[ValueT], error: ErrorDetails) -> ConfigurationError:
    """An error of pydantic's, at its place in the file: what only the model has, such as a union's tag, is left out."""
    place, what = error["loc"], error["msg"].removeprefix("Value error, ")
    names = [str(part) for part, _ in _steps(root, place)]
    if error["type"] == "missing":
        names.append(str(place[-1]))
    elif error["type"] == "extra_forbidden":
        meant = get_close_matches(str(place[-1]), _keys_at(model, place[:-1]), n=1)
        what = f"there is no such key; {meant[0]} is meant, perhaps" if meant else "there is no such key"
    return _wrong(path, _line_of(root, place), f"{'.'.join(names)}: {what}" if names else what)


def _keys_at(kind: Any, place: tuple[int | str, ...]) -> tuple[str, ...]:
    """The keys that a model has at that place."""
    if isinstance(kind, type) and issubclass(kind, Value):
        fields = {field.alias or name: field.annotation for name, field in kind.model_fields.items()}
        return _keys_at(fields.get(str(place[0])), place[1:]) if place else tuple(fields)
    if get_origin(kind) in (tuple, list, dict):
        return _keys_at(get_args(kind)[get_origin(kind) is dict], place[1:])
    # Of a union, each part; a tagged one takes a step of the place for the tag.
    parts = [part for part in get_args(kind) if not isinstance(part, Tag)]
    return tuple(key for part in parts for rest in (place, place[1:]) for key in _keys_at(part, rest))


def _wrong(path: Path, line: int, what: str) -> ConfigurationError:
    return ConfigurationError(f"{path}, line {line}: {what}.", file=str(path), line=line)


def _doubled_keys(path: Path, node: yaml.Node) -> Iterator[ConfigurationError]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield _wrong(path, key.start_mark.line + 1, f"{key.value} is given twice")
            seen.add(key.value)
            yield from _doubled_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _doubled_keys(path, item)


def _line_of(node: yaml.Node, place: tuple[int | str, ...]) -> int:
    return [node.start_mark.line, *(line for _, line in _steps(node, place))][-1] + 1


def _steps(node: yaml.Node, place: tuple[int | str, ...]) -> Iterator[tuple[int | str, int]]:
    """The parts of a place that the file has, each with its line."""
    for part in place:
        found = _child(node, part)
        if found is not None:
            key, node = found
            yield part, key.start_mark.line


def _child(node: yaml.Node, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    items: Any = node.value
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in items if key.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(items):
        return items[part], items[part]
    return None
