"""Charts as inline SVG that stretch to the place they get. Numbers stand beside them, in the page's own text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from shopgraph.telemetry.report.markup import el

_WIDE = 1_000.0
_MARK = 12.0


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a chart."""

    label: str
    """Under it; empty for none."""
    told: str
    """What it says when it is pointed at."""
    value: float
    inner: float = 0.0
    """A part of the value."""


def bar(*lengths: float, mark: float | None = None) -> Element:
    """A bar: lengths from 0 to 1, the shortest first and darkest; a line at `mark`. The number stands beside it."""
    rects = [
        el("rect", class_=f"fill{place}", x="0", y="0", width=_long(length), height="10")
        for place, length in reversed([*enumerate(lengths)])
    ]
    if mark is not None:
        at = min(_WIDE - _MARK / 2, mark * _WIDE)
        rects += [
            el("rect", class_=name, x=f"{at - width / 2:.1f}", y="0", width=f"{width:g}", height="10")
            for name, width in (("halo", 2.4 * _MARK), ("mark", _MARK))
        ]
    ground = el("rect", class_="ground", x="0", y="0", width=f"{_WIDE:.0f}", height="10")
    return _svg(ground, *rects, height=10, class_="bar", aria_hidden="true")


def columns(title: str, described: str, data: Sequence[Column]) -> Element:
    """Columns beside each other, each with a darker part; labels below, and the largest value on the left."""
    most = max((each.value for each in data), default=0.0) or 1.0
    step = _WIDE / max(1, len(data))
    gap = min(step * 0.25, 6.0)
    drawn = [el("title", title), el("desc", described)]
    drawn += [el("rect", class_="rule", x="0", y=f"{y:.0f}", width=f"{_WIDE:.0f}", height="0.6") for y in (0, 50, 100)]
    for place, each in enumerate(data):
        where = {"x": f"{place * step + gap / 2:.1f}", "width": f"{step - gap:.1f}"}
        tall, inner = each.value / most * 100, each.inner / most * 100
        drawn.append(
            el(
                "g",
                el("title", each.told),
                el("rect", class_="fill1", y=f"{100 - tall:.1f}", height=f"{tall:.1f}", **where),
                el("rect", class_="fill0", y=f"{100 - inner:.1f}", height=f"{inner:.1f}", **where),
            )
        )
    labels = el("div", *(el("span", each.label) for each in data), class_="labels", aria_hidden="true")
    chart = _svg(*drawn, height=100.6, class_="columns", role="img")
    return el("figure", el("span", f"{most:,.0f}", class_="most", aria_hidden="true"), chart, labels)


def _svg(*children: Element, height: float, **attributes: str) -> Element:
    return el("svg", *children, viewBox=f"0 0 {_WIDE:.0f} {height:g}", preserveAspectRatio="none", **attributes)


def _long(length: float) -> str:
    return f"{min(1.0, max(0.0, length)) * _WIDE:.1f}"
