"""Everything that is wrong with a policy's files at once, and not only the first thing."""

from __future__ import annotations

from collections.abc import Callable, Sized
from pathlib import Path
from typing import ParamSpec, TypeVar

from shopgraph.domain import Value
from shopgraph.errors import ConfigurationError, InvalidInput
from shopgraph.guards.calendars import read_calendars
from shopgraph.guards.cases import CASES, read_cases
from shopgraph.guards.cedar import read_rules, read_schema
from shopgraph.guards.documents import all_of, read_document
from shopgraph.guards.policy import Manifest, PolicyBundle, load_bundle

P = ParamSpec("P")
T = TypeVar("T")


class Checked(Value):
    """What was looked at, and what is wrong with it."""

    path: str
    held: tuple[str, ...] = ()
    """What was found to be right, in words: "44 rules"."""
    problems: tuple[str, ...] = ()
    """Each with file and line, and the rule where it is about one."""


def check(path: Path, policy: PolicyBundle | None = None) -> Checked:
    """Check a bundle's folder or one of its files; a cases file against `policy`, else against the bundle it lies in.

    Raises:
        InvalidInput: there is no such file, or it is none that a policy is made of.
    """
    if not path.exists():
        raise InvalidInput(f"There is no {path}.", remedy="Name a bundle's folder or one of its files.")
    work = _Work()
    if path.is_dir():
        work.bundle(path)
    elif path.suffix == ".cedar":
        work.rules(path)
    elif path.suffix == ".cedarschema":
        work.schema(path)
    elif path.name == "bundle.yaml":
        work.manifest(path)
    elif path.suffix == ".yaml" and path.parent.name == "calendars":
        work.calendars(path.parent, only=path)
    elif path.suffix in (".yaml", ".yml"):
        work.cases(path, policy)
    else:
        raise InvalidInput(
            f"{path} is no file of a policy.", remedy="Those are *.cedar, *.cedarschema, calendars/*.yaml, *.yaml."
        )
    return Checked(path=str(path), held=tuple(work.held), problems=tuple(map(str, work.problems)))


class _Work:
    """Checks part after part and goes on after what is wrong."""

    def __init__(self) -> None:
        self.held: list[str] = []
        self.problems: list[ConfigurationError] = []

    def bundle(self, folder: Path) -> None:
        self._try(read_document, folder / "bundle.yaml", Manifest)
        self._try(read_rules, folder / "policy.cedar", folder / "schema.cedarschema")
        self._try(read_calendars, folder / "calendars")
        if self.problems:
            return
        loaded = self._try(load_bundle, folder)  # what only shows in the whole
        if loaded is not None:
            self.held += [_count(loaded.rules, "rule"), *([f"{len(loaded.off)} switched off"] if loaded.off else [])]
            self.held += [_count(loaded.actions, "action"), _count(loaded.regions, "calendar")]
            if (folder / CASES).exists():
                self.cases(folder / CASES, loaded)

    def rules(self, path: Path) -> None:
        book = self._try(read_rules, path, path.with_name("schema.cedarschema"))
        if book is not None:
            self.held += [_count(book.rules, "rule"), _count(book.actions, "action")]

    def schema(self, path: Path) -> None:
        if self._try(read_schema, path) is not None:
            self.held.append("the schema")

    def manifest(self, path: Path) -> None:
        if self._try(read_document, path, Manifest) is not None:
            self.held.append("the manifest")

    def calendars(self, folder: Path, *, only: Path) -> None:
        self._try(read_calendars, folder)
        self.problems = [problem for problem in self.problems if problem.fields.get("file") == str(only)]
        if not self.problems:
            self.held.append(f"the calendar of {only.stem}")

    def cases(self, path: Path, bundle: PolicyBundle | None) -> None:
        answering = bundle or self._try(load_bundle, path.parent)
        found = None if answering is None else self._try(read_cases, path, answering)
        if found is not None:
            self.held.append(_count(found, "case"))

    def _try(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        try:
            return read(*args, **kwargs)
        except ConfigurationError as fault:
            self.problems += all_of(fault)
            return None


def _count(found: Sized, what: str) -> str:
    return f"{len(found)} {what}{'' if len(found) == 1 else 's'}"
