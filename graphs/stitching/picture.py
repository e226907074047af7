"""Where the time of one stitching went: a bar per source, in the terminal and as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shopgraph.errors import InvalidInput
from shopgraph.graphs.answer import SourceStatus
from shopgraph.graphs.state import SourceResult, Stitched

_MARK = {
    SourceStatus.OK: "█",
    SourceStatus.MISSING: "▒",
    SourceStatus.LATE: "░",
    SourceStatus.FAILED: "×",
    SourceStatus.SKIPPED: " ",
}
_COLOR = {
    SourceStatus.OK: "#2b6cb0",
    SourceStatus.MISSING: "#a0aec0",
    SourceStatus.LATE: "#dd6b20",
    SourceStatus.FAILED: "#c53030",
}
_KINDS = (".png", ".svg")


def gantt_text(context: Stitched, *, width: int = 48) -> str:
    """A line per source: its bar over the time of stitching, how it ended, how long it took."""
    whole = _whole(context)
    lines = []
    for result in context.sources:
        name = f"{result.source:<12}"
        if result.status is SourceStatus.SKIPPED:
            lines.append(f"{name} {'':<{width}}  skipped: {result.note}")
            continue
        start = min(width - 1, round(result.began_ms / whole * width))
        length = max(1, min(width - start, round(result.ms / whole * width)))
        bar = " " * start + _MARK[result.status] * length
        lines.append(f"{name} {bar:<{width}}  {result.status:<7} {result.ms:8.2f} ms{_aside(result)}")
    lines.append(f"{'':<12} 0{'':<{width - 2}}{whole:.2f} ms")
    return "\n".join(lines)


def _aside(result: SourceResult) -> str:
    said = [result.note] if result.note else []
    said += ["cached"] if result.cached else []
    said += [f"asked {result.tries} times"] if result.tries > 1 else []
    return f"  ({', '.join(said)})" if said else ""


def _whole(context: Stitched) -> float:
    return max([context.ms, *[each.began_ms + each.ms for each in context.sources]], default=0.0) or 0.001


def draw_gantt(context: Stitched, path: Path, *, title: str = "") -> None:
    """Draw the same as a picture.

    Raises:
        InvalidInput: the file is neither a .png nor an .svg, or cannot be written.
    """
    if path.suffix.lower() not in _KINDS:
        raise InvalidInput(
            f"{path.name} is no picture that can be drawn.", remedy=f"End it with {' or '.join(_KINDS)}."
        )
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [each for each in context.sources if each.status is not SourceStatus.SKIPPED]
    figure = Figure(figsize=(8, 0.9 + 0.36 * len(shown)), layout="constrained")
    FigureCanvasAgg(figure)
    _bars(figure.add_subplot(), shown, _whole(context), title or f"recipe {context.recipe}")
    try:
        figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
    except OSError as error:
        raise InvalidInput(
            f"{path} cannot be written: {error.strerror}.", remedy="Name a folder that exists."
        ) from None


def _bars(axes: Any, shown: list[SourceResult], whole: float, title: str) -> None:
    for place, each in enumerate(shown):
        axes.barh(place, max(each.ms, whole / 200), left=each.began_ms, height=0.6, color=_COLOR[each.status])
        aside = "" if each.status is SourceStatus.OK else f" {each.status}"
        aside += " (cached)" if each.cached else f" ({each.tries} tries)" if each.tries > 1 else ""
        axes.text(each.began_ms + each.ms + whole / 100, place, f"{each.ms:.2f} ms{aside}", va="center", fontsize=8)
    axes.set_yticks(range(len(shown)), [each.source for each in shown])
    axes.invert_yaxis()
    axes.set_xlim(0, whole * 1.25)
    axes.set_xlabel("milliseconds after stitching began")
    axes.set_title(title, fontsize=10, loc="left")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
