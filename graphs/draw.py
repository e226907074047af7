"""Pictures of graphs, drawn here: no network, no display, no browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from langchain_core.runnables.graph import Graph, Node

from shopgraph.errors import InvalidInput
from shopgraph.graphs.layout import ENDS, Arrow, Box, arrange
from shopgraph.telemetry.layers import Layer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

COLORS: Mapping[Layer, str] = {
    Layer.ROUTING: "#8ecae6",
    Layer.GOVERNANCE: "#ffb4a2",
    Layer.CONTEXT_STITCHING: "#b7e4c7",
    Layer.MONITORING: "#e2e2e2",
    Layer.POLICY: "#ffd166",
    Layer.DATA_PREP: "#d8c4f0",
    Layer.AUDIT: "#f5e1c8",
    Layer.ENGINE: "#c9d6df",
}
"""A layer's fill, light enough for black letters."""

FORMATS = (".png", ".svg", ".mmd")
_PLAIN, _INK = "#ffffff", "#3d405b"


def draw_graph(graph: Graph, out: FilePath, layer_of: Callable[[str], str] | None = None) -> None:
    """Draw a graph (`compiled.get_graph()`) to a `.png`, `.svg` or `.mmd` (Mermaid) file.

    A node's color is that of its layer: `layer` in its metadata, else what `layer_of` says of its name, else white.

    Raises:
        InvalidInput: the file's ending is none of the three, or the file cannot be written.
    """
    if out.suffix not in FORMATS:
        raise InvalidInput(f"{out} is no picture file.", remedy=f"End its name in {', '.join(FORMATS)}.")
    try:
        if out.suffix == ".mmd":
            out.write_text(graph.draw_mermaid(), encoding="utf-8")
        else:
            out.write_bytes(_picture(graph, out.suffix[1:], layer_of))
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.", remedy="Name a folder that exists.") from None


def svg_of(graph: Graph, layer_of: Callable[[str], str] | None = None) -> str:
    """The picture as SVG text, for notebooks and pages."""
    return _picture(graph, "svg", layer_of).decode()


def _picture(graph: Graph, form: str, layer_of: Callable[[str], str] | None) -> bytes:
    # The Figure itself, not pyplot: no display is looked for, and no global state is left behind.
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    layout = arrange(graph)
    used = {key: layer for key, node in graph.nodes.items() if (layer := _layer(node, layer_of)) is not None}
    legend_height = 22.0 * (len(set(used.values())) + 2)
    left = min(box.x - box.width / 2 for box in layout.boxes) - 24
    right = max([*(box.x + box.width / 2 for box in layout.boxes), left + 260]) + 24
    curves = [_curve(arrow.points) for arrow in layout.arrows]
    right = max([right, *(float(curve.get_extents().x1) + 16 for curve in curves)])
    left = min([left, *(float(curve.get_extents().x0) - 16 for curve in curves)])
    top = min(box.y - box.height / 2 for box in layout.boxes) - 20
    bottom = max(box.y + box.height / 2 for box in layout.boxes) + 30
    figure = Figure(figsize=((right - left) / 72, (bottom + legend_height - top) / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left, right)
    axes.set_ylim(bottom + legend_height, top)
    axes.set_axis_off()
    for arrow, curve in zip(layout.arrows, curves, strict=True):
        _draw_arrow(axes, arrow, curve)
    for box in layout.boxes:
        _draw_box(axes, box, used.get(box.nodes[0]))
    _draw_legend(axes, left + 24, bottom, sorted(set(used.values()), key=list(Layer).index))
    # A fixed salt and no date: the same graph gives the same file.
    with rc_context({"svg.hashsalt": "shopgraph", "svg.fonttype": "none"}):
        out = BytesIO()
        figure.savefig(out, format=form, dpi=160, metadata={"Date": None} if form == "svg" else None)
    return out.getvalue()


def _layer(node: Node, layer_of: Callable[[str], str] | None) -> Layer | None:
    if node.name in ENDS:
        return None
    named = (node.metadata or {}).get("layer") or (layer_of(node.name) if layer_of else "")
    return Layer(named) if named in tuple(Layer) else None


def _curve(points: tuple[tuple[float, float], ...]) -> Path:
    """A smooth way through the points (Catmull-Rom as Bézier pieces)."""
    from matplotlib.path import Path

    vertices, codes = [points[0]], [Path.MOVETO]
    padded = (points[0], *points, points[-1])
    for before, here, there, after in _fours(padded):
        vertices += [
            (here[0] + (there[0] - before[0]) / 7, here[1] + (there[1] - before[1]) / 7),
            (there[0] - (after[0] - here[0]) / 7, there[1] - (after[1] - here[1]) / 7),
            there,
        ]
        codes += [Path.CURVE4] * 3
    return Path(vertices, codes)


def _fours(points: tuple[tuple[float, float], ...]) -> Iterator[tuple[tuple[float, float], ...]]:
    for i in range(len(points) - 3):
        yield points[i : i + 4]


def _draw_arrow(axes: Axes, arrow: Arrow, curve: Path) -> None:
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(
            path=curve,
            arrowstyle="-|>",
            mutation_scale=11,
            linewidth=1.2,
            linestyle=(0, (4, 3)) if arrow.conditional else "solid",
            color=_INK,
            shrinkA=0,
            shrinkB=0,
            zorder=1,
        )
    )
    if arrow.label:
        x, y = _middle(arrow.points)
        axes.text(
            x, y, arrow.label, fontsize=8, ha="center", va="center", color=_INK, zorder=2,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
        )  # fmt: skip


def _middle(points: tuple[tuple[float, float], ...]) -> tuple[float, float]:
    half = len(points) // 2
    if len(points) % 2:
        return points[half]
    return ((points[half - 1][0] + points[half][0]) / 2, (points[half - 1][1] + points[half][1]) / 2)


def _draw_box(axes: Axes, box: Box, layer: Layer | None) -> None:
    from matplotlib.patches import FancyBboxPatch

    terminal = box.nodes[0] in ENDS
    axes.add_patch(
        FancyBboxPatch(
            (box.x - box.width / 2, box.y - box.height / 2),
            box.width,
            box.height,
            boxstyle=f"round,pad=0,rounding_size={box.height / 2 if terminal else 7}",
            facecolor=_INK if terminal else (COLORS[layer] if layer else _PLAIN),
            edgecolor=_INK,
            linewidth=1.2,
            zorder=3,
        )
    )
    axes.text(
        box.x, box.y, box.text, fontsize=11, ha="center", va="center_baseline", zorder=4,
        color="white" if terminal else "black",
    )  # fmt: skip


def _draw_legend(axes: Axes, left: float, top: float, layers: list[Layer]) -> None:
    from matplotlib.patches import FancyBboxPatch

    y = top + 14
    for layer in layers:
        axes.add_patch(
            FancyBboxPatch(
                (left, y - 6), 18, 12, boxstyle="round,pad=0,rounding_size=3",
                facecolor=COLORS[layer], edgecolor=_INK, linewidth=0.8,
            )
        )  # fmt: skip
        label = layer.value.replace("_", "-") + (" (models, tools, actions)" if layer is Layer.ENGINE else "")
        axes.text(left + 28, y, label, fontsize=9, va="center", color="black")
        y += 20
    axes.plot([left, left + 18], [y, y], color=_INK, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.text(left + 28, y, "taken when its condition holds", fontsize=9, va="center", color="black")
