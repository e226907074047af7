"""What an evaluation must reach: `dotted.key>=value`, checked against its figures."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from pydantic import JsonValue

from shopgraph.errors import InvalidInput

_COMPARISONS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
_FORM = re.compile(r"^\s*(?P<key>[^<>=!\s]+)\s*(?P<sign>>=|<=|==|!=|>|<)\s*(?P<value>\S+)\s*$")


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """One figure and its bound."""

    key: str
    """The way to the figure: `layers.routing.share`; a key that has dots in it is found too."""
    sign: str
    value: Decimal

    @classmethod
    def parse(cls, text: str) -> Requirement:
        """Read `dotted.key>=value`.

        Raises:
            InvalidInput: it is no comparison with a number.
        """
        found = _FORM.match(text)
        if found is None:
            raise InvalidInput(f"{text!r} is no requirement.", remedy="Write it as accuracy>=0.9.")
        try:
            value = Decimal(found["value"])
        except InvalidOperation:
            value = Decimal("nan")
        if not value.is_finite():
            raise InvalidInput(f"{text!r}: {found['value']!r} is no number.", remedy="Write it as accuracy>=0.9.")
        return cls(key=found["key"], sign=found["sign"], value=value)

    def missed_by(self, figures: Mapping[str, JsonValue]) -> str | None:
        """What is wrong, in one line; None when the figure meets the bound. A figure that is not there misses it."""
        paths = figure_paths(figures)
        if self.key not in paths:
            near = difflib.get_close_matches(self.key, paths, n=1)
            return f"{self}: there is no such figure{f'; did you mean {near[0]}?' if near else '.'}"
        found = paths[self.key]
        if isinstance(found, bool) or not isinstance(found, int | float):
            return f"{self}: it is {found!r}, which is no number."
        if not _COMPARISONS[self.sign](Decimal(repr(found)), self.value):
            return f"{self}: it is {found}."
        return None

    def __str__(self) -> str:
        return f"{self.key}{self.sign}{self.value}"


def missed(requirements: Iterable[Requirement], figures: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """One line for each requirement that the figures do not meet."""
    return tuple(line for requirement in requirements if (line := requirement.missed_by(figures)) is not None)


def figure_paths(figures: JsonValue | Mapping[str, JsonValue], prefix: str = "") -> dict[str, JsonValue]:
    """Every leaf under its dotted path; list items by index."""
    found: dict[str, JsonValue] = {}
    children: Sequence[tuple[str, JsonValue]]
    if isinstance(figures, Mapping):
        children = list(figures.items())
    elif isinstance(figures, list):
        children = [(str(index), item) for index, item in enumerate(figures)]
    else:
        return {prefix: figures}
    for key, value in children:
        path = f"{prefix}.{key}" if prefix else key
        found |= figure_paths(value, path)
    return found
