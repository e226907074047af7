"""Rows of files that others wrote, read one by one: what is wrong with one is said with its number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from shopgraph.errors import InvalidInput

T = TypeVar("T")


def read_each(
    rows: Iterable[Mapping[str, Any]], read: Callable[[Mapping[str, Any]], T], *, what: str, remedy: str
) -> list[T]:
    """What `read` makes of each row, in order.

    Args:
        what: what a row should be, for the error: "no basket".

    Raises:
        InvalidInput: a row has another form; says which, and `remedy`.
    """
    found = []
    for number, row in enumerate(rows, start=1):
        try:
            found.append(read(row))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise InvalidInput(f"Row {number} is {what} ({type(error).__name__}: {error}).", remedy=remedy) from None
    return found
