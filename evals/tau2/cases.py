"""The files of the evaluations, read without trusting them. What a case expects stays apart from what it plays."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter, ValidationError

from shopgraph.errors import InvalidInput
from shopgraph.evals.tau2.desk import Said

T = TypeVar("T")


class _Read(BaseModel):
    """A part of a file by others; what it holds besides is left alone."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Call(_Read):
    """A call of one of the benchmark's tools."""

    tool: str
    arguments: dict[str, JsonValue]


class Context(_Read):
    """What the conversation has established; what is not there is false."""

    user_id: str | None = None
    """The customer whom a look-up has identified. One typed by the customer is another field, and nothing reads it."""
    confirmed: bool | None = None
    confirmed_action: Call | None = None
    n_tool_calls: int | None = None
    message_text: str | None = None
    request_in_scope: bool | None = None

    def said(self) -> Said:
        """As the desk takes it."""
        yes = self.confirmed_action
        return Said(
            confirmed=self.confirmed is True,
            confirmed_tool=yes.tool if yes else None,
            confirmed_arguments=yes.arguments if yes else {},
            calls=1 if self.n_tool_calls is None else self.n_tool_calls,
            text=self.message_text or "",
            request_in_scope=self.request_in_scope is True,
        )


class Played(_Read):
    """All of a case that the code under test is given."""

    tool: str
    arguments: dict[str, JsonValue]
    context: Context = Context()
    setup: tuple[Call, ...] = ()


class Expected(_Read):
    """What a case is about and expects; only the counting reads it."""

    id: str
    rule: str | None = None
    kind: str = Field(alias="class")
    """`legit`, or the class of a violation."""


class Case(_Read):
    """One case, in two parts that do not know each other."""

    played: Played
    expected: Expected


class TaskAction(_Read):
    """One of a task's gold actions."""

    name: str
    arguments: dict[str, JsonValue]


class _Criteria(_Read):
    actions: tuple[TaskAction, ...] | None = None


class _Task(_Read):
    id: str
    evaluation_criteria: _Criteria


class Task(_Read):
    """A task: what is to be done, in order."""

    id: str
    actions: tuple[TaskAction, ...]


class GoldHashes(_Read):
    """The database after a task's gold actions; the reference's own, and with its known error repaired."""

    canonical: str
    fixed_canonical: str


class _Gold(_Read):
    tasks: dict[str, GoldHashes]


def read_cases(paths: Sequence[Path]) -> tuple[Case, ...]:
    """All cases of the files (plain or gzip), in their order.

    Raises:
        InvalidInput: a file is missing or holds something else; names the place.
    """
    cases = []
    for path in paths:
        document = _document(path)
        played, expected = _fitting(path, list[Played], document), _fitting(path, list[Expected], document)
        cases += [Case(played=one, expected=other) for one, other in zip(played, expected, strict=True)]
    return tuple(cases)


def read_tasks(path: Path) -> tuple[Task, ...]:
    """All tasks of the file (plain or gzip).

    Raises:
        InvalidInput: the file is missing or holds something else; names the place.
    """
    return tuple(
        Task(id=task.id, actions=task.evaluation_criteria.actions or ())
        for task in _fitting(path, list[_Task], _document(path))
    )


def read_gold(path: Path) -> dict[str, GoldHashes]:
    """The hashes by task (plain or gzip).

    Raises:
        InvalidInput: the file is missing or holds something else; names the place.
    """
    return _fitting(path, _Gold, _document(path)).tasks


def _document(path: Path) -> Any:
    try:
        raw = path.read_bytes()
        return json.loads(gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw)
    except OSError as fault:
        raise InvalidInput(f"{path} cannot be read: {fault.strerror or fault}.") from None
    except (ValueError, EOFError, zlib.error) as fault:
        raise InvalidInput(f"{path} is no JSON: {fault}.", remedy="Name a JSON file, plain or gzip.") from None


def _fitting(path: Path, form: type[T], document: Any) -> T:
    try:
        return TypeAdapter(form).validate_python(document)
    except ValidationError as fault:
        first = fault.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"])) or "the document"
        raise InvalidInput(f"{path}: {place}: {first['msg']}.") from None
