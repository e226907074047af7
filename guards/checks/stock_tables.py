"""Stock in tables: the column that is headed so holds what the facts have of each row's product."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from shopgraph.guards.checks.base import Finding, replace
from shopgraph.guards.checks.known import Known
from shopgraph.guards.checks.text import sentences

_HEAD = re.compile(
    r"(?:in stock|stock|available|availability|left|lager|auf lager|bestand|verfügbar|vorrätig|en stock|disponible[s]?)"
)
_COUNT = re.compile(r"\s*(?P<number>\d{1,6})(?= (?:pcs|pieces|stück|pièces|unidades|left)\b|\s*$)")


def find_wrong_cells(text: str, ours: Known) -> Iterator[Finding]:
    """Counts in the stock column of a table that are not the facts'."""
    column: int | None = None
    for line in sentences(text):
        if "|" not in line.text:
            column = None
            continue
        cells = _cells(line.text)
        heads = [place for place, (begin, end) in enumerate(cells) if _HEAD.fullmatch(line.low[begin:end].strip(" *_"))]
        if heads:
            column = heads[0]
            continue
        if column is None or column >= len(cells):
            continue
        begin, end = cells[column]
        found = _COUNT.match(line.low[begin:end])
        names = {m.key for m in ours.products_in(text) if line.start <= m.start < line.start + begin}
        stocks = {variant.stock for name in names for variant in ours.variants(name)}
        stock = next(iter(stocks)) if len(names) == len(stocks) == 1 else None
        if found is None or stock is None or int(found["number"]) == stock:
            continue
        start = line.start + begin + found.start("number")
        yield replace(start, start + len(found["number"]), str(stock), f"There are {stock} of it.")


def _cells(line: str) -> list[tuple[int, int]]:
    """Where the cells of a row begin and end, without the edges."""
    marks = [place for place, sign in enumerate(line) if sign == "|"]
    if not line.lstrip().startswith("|"):
        marks = [-1, *marks]
    if not line.rstrip().endswith("|"):
        marks = [*marks, len(line)]
    return [(begin + 1, end) for begin, end in itertools.pairwise(marks)]
