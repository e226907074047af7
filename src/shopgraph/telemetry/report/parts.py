"""What pages are made of: tiles, cards and tables whose first column has a bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from xml.etree.ElementTree import Element

from shopgraph.telemetry.layers import PUBLISHED_SHARES, Layer
from shopgraph.telemetry.report.charts import bar
from shopgraph.telemetry.report.markup import Child, document, el
from shopgraph.telemetry.report.values import Count
from shopgraph.telemetry.report.wording import part, words

_EVERY = ""
_FEW = 3
"""Columns of a table that leaves more room to its first one."""
WIDE = "wide"
"""The class of what a phone has no room for."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A headline number."""

    title: str
    value: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of a table: a name, a bar below it, and numbers."""

    name: str
    cells: Sequence[str]
    lengths: Sequence[float] = ()
    """Of the bar, from 0 to 1, the shortest first."""
    mark: float | None = None
    quiet: bool = False
    """Apart from the rest."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A table of lines."""

    titles: Sequence[str]
    """Of the name and of the numbers; one that begins with `+` is only for wide screens."""
    lines: Sequence[Line]
    legend: Sequence[tuple[str, str]] = field(default=())
    """Class of a color, and what it stands for."""


class Cards:
    """Makes cards with titles that their tables are named by."""

    def __init__(self) -> None:
        self._number = count(1)

    def card(self, title: str, *content: Child, note: str = "", span: bool = False) -> Element:
        """A card; `span` makes it as wide as the page."""
        name = f"card{next(self._number)}"
        below = [el("p", note, class_="note")] if note else []
        inside = [el("h2", title, id=name), *below, *content]
        return el("section", *inside, class_="card span" if span else "card", aria_labelledby=name)

    def listing(self, title: str, listing: Listing, *, note: str = "", span: bool = False) -> Element:
        """A card with a table."""
        return self.card(title, *_legend(listing.legend), table_of(title, listing), note=note, span=span)


def page(title: str, told: str, tiles: Iterable[Tile], cards: Sequence[Element], foot: str, *, first: int = 0) -> str:
    """A page: a title, what it is about, headline numbers, cards; the `first` of them stand alone on top."""
    header = el("header", el("h1", title), el("p", told))
    shown = el("ul", *(_tile(each) for each in tiles), class_="tiles", aria_label="Headline numbers")
    main = el("main", shown, *cards[:first], el("div", *cards[first:], class_="cards"))
    return document(f"{title}: {told}", header, main, el("footer", el("p", foot)))


def table_of(title: str, listing: Listing) -> Element:
    """A table; a bar says nothing that no number says."""
    wide = [WIDE if each.startswith("+") else _EVERY for each in listing.titles]
    head = el(
        "tr",
        *(
            _cell("th", each.removeprefix("+"), kind, scope="col")
            for each, kind in zip(listing.titles, wide, strict=True)
        ),
    )
    rows = [_row(line, wide[1:]) for line in listing.lines]
    few = {"class_": "few"} if len(listing.titles) <= _FEW else {}
    return el("table", el("caption", title), el("thead", head), el("tbody", *rows), **few)


def layer_lines(shares: Mapping[Layer, tuple[float | None, Sequence[str]]]) -> list[Line]:
    """The seven layers with their share and the published one, then the engine; cells come after the two shares."""
    widest = max([*PUBLISHED_SHARES.values(), *(share or 0.0 for share, _ in shares.values())])
    lines = []
    for layer, (share, cells) in shares.items():
        published = PUBLISHED_SHARES.get(layer)
        lines.append(
            Line(
                name=words(layer),
                cells=[_whole(share), _whole(published), *cells],
                lengths=() if share is None else (share / widest,),
                mark=None if published is None else published / widest,
                quiet=published is None,
            )
        )
    return lines


def counted(title: str, name: str, counts: Sequence[Count], whole: int, *, most: int = 12) -> Listing:
    """A table of how often what happened, the most frequent first."""
    largest = max((each.count for each in counts), default=1)
    shown = [
        Line(name=words(each.name), cells=[f"{each.count:,}", part(each.count, whole)], lengths=(each.count / largest,))
        for each in counts[:most]
    ]
    if rest := counts[most:]:
        told = sum(each.count for each in rest)
        shown.append(Line(name=f"{len(rest)} more", cells=[f"{told:,}", part(told, whole)], quiet=True))
    return Listing(titles=(name, title, "share"), lines=shown)


def _whole(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"


def _tile(tile: Tile) -> Element:
    note = [el("span", tile.note, class_="small")] if tile.note else []
    return el("li", el("span", tile.title, class_="name"), el("strong", tile.value), *note)


def _legend(legend: Sequence[tuple[str, str]]) -> list[Element]:
    if not legend:
        return []
    return [el("ul", *(el("li", el("i", class_=color), told) for color, told in legend), class_="legend")]


def _row(line: Line, wide: Sequence[str]) -> Element:
    drawn = [bar(*line.lengths, mark=line.mark)] if line.lengths else []
    name = el("th", el("span", line.name), *drawn, scope="row")
    cells = [_cell("td", text, kind) for text, kind in zip(line.cells, wide, strict=True)]
    return el("tr", name, *cells, **({"class_": "quiet"} if line.quiet else {}))


def _cell(tag: str, text: str, kind: str, **attributes: str) -> Element:
    return el(tag, text, **({"class_": kind} if kind else {}), **attributes)
