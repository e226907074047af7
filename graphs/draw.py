"""Pictures of graphs, drawn here: no network, no display, no browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from langchain_core.runnables.graph import Graph, Node

from shopgraph.errors import InvalidInput
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

_ENDS = {"__start__": "start", "__end__": "end"}
FORMATS = (".png", ".svg", ".mmd")
_PLAIN, _INK, _HEIGHT, _LETTER, _GAP_X, _GAP_Y = "#ffffff", "#3d405b", 36.0, 7.6, 34.0, 46.0


@dataclass(frozen=True, kw_only=True)
class _Box:
    """A node's place: its middle and its size, in points, y downwards."""

    x: float
    y: float
    width: float
    height: float = _HEIGHT


@dataclass(frozen=True, kw_only=True)
class _Arrow:
    """An edge's way through the picture."""

    points: tuple[tuple[float, float], ...]
    conditional: bool
    label: str


@dataclass(frozen=True, kw_only=True)
class _Layout:
    boxes: Mapping[str, _Box]
    arrows: tuple[_Arrow, ...]


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

    layout = _arrange(graph)
    used = {key: layer for key, node in graph.nodes.items() if (layer := _layer(node, layer_of)) is not None}
    legend_height = 22.0 * (len(set(used.values())) + 2)
    left = min(box.x - box.width / 2 for box in layout.boxes.values()) - 24
    right = max([*(box.x + box.width / 2 for box in layout.boxes.values()), left + 260]) + 24
    curves = [_curve(arrow.points) for arrow in layout.arrows]
    right = max([right, *(float(curve.get_extents().x1) + 16 for curve in curves)])
    left = min([left, *(float(curve.get_extents().x0) - 16 for curve in curves)])
    top = min(box.y - box.height / 2 for box in layout.boxes.values()) - 20
    bottom = max(box.y + box.height / 2 for box in layout.boxes.values()) + 30
    figure = Figure(figsize=((right - left) / 72, (bottom + legend_height - top) / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(left, right)
    axes.set_ylim(bottom + legend_height, top)
    axes.set_axis_off()
    for arrow, curve in zip(layout.arrows, curves, strict=True):
        _draw_arrow(axes, arrow, curve)
    for key, box in layout.boxes.items():
        _draw_box(axes, graph.nodes[key], box, used.get(key))
    _draw_legend(axes, left + 24, bottom, sorted(set(used.values()), key=list(Layer).index))
    # A fixed salt and no date: the same graph gives the same file.
    with rc_context({"svg.hashsalt": "shopgraph", "svg.fonttype": "none"}):
        out = BytesIO()
        figure.savefig(out, format=form, dpi=160, metadata={"Date": None} if form == "svg" else None)
    return out.getvalue()


def _layer(node: Node, layer_of: Callable[[str], str] | None) -> Layer | None:
    if node.name in _ENDS:
        return None
    named = (node.metadata or {}).get("layer") or (layer_of(node.name) if layer_of else "")
    return Layer(named) if named in tuple(Layer) else None


def _title(node: Node) -> str:
    return _ENDS.get(node.name, node.name)


def _arrange(graph: Graph) -> _Layout:
    """Sugiyama's layers, component by component from left to right; self-loops are drawn beside their node."""
    from grandalf.graphs import Edge, Vertex  # type: ignore[import-untyped]

    # grandalf wants attributes set on its objects that it does not declare.
    vertices: dict[str, Any] = {key: Vertex(key) for key in graph.nodes}
    for key, vertex in vertices.items():
        vertex.view = _View(max(64.0, _LETTER * len(_title(graph.nodes[key])) + 26), _HEIGHT)
    pairs: dict[tuple[str, str], tuple[bool, list[str]]] = {}
    # LangGraph keeps edges in sets, in an order that changes from process to process; a picture should not.
    order = list(graph.nodes)
    for edge in sorted(graph.edges, key=lambda e: (order.index(e.source), order.index(e.target), str(e.data))):
        conditional, labels = pairs.get((edge.source, edge.target), (True, []))
        label = "" if edge.data is None or str(edge.data) == edge.target else str(edge.data)
        pairs[edge.source, edge.target] = (conditional and edge.conditional, [*labels, *([label] if label else [])])
    edges: dict[tuple[str, str], Any] = {}
    for source, target in pairs:
        if source != target:
            edges[source, target] = Edge(vertices[source], vertices[target])
            edges[source, target].view = _Way()
    _place(list(vertices.values()), list(edges.values()))
    boxes = {
        key: _Box(x=vertex.view.xy[0], y=vertex.view.xy[1], width=vertex.view.w) for key, vertex in vertices.items()
    }
    return _Layout(
        boxes=boxes,
        arrows=tuple(
            _Arrow(
                points=_route(source, target, boxes, edges, both_ways=(target, source) in pairs),
                conditional=conditional,
                label=" / ".join(labels),
            )
            for (source, target), (conditional, labels) in pairs.items()
        ),
    )


class _View:
    """What grandalf reads and sets of a node: its size and the place it found."""

    def __init__(self, width: float, height: float) -> None:
        self.w, self.h = width, height
        self.xy = (0.0, 0.0)


class _Way:
    """What grandalf sets of an edge: the points it goes through."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []

    def setpath(self, points: list[tuple[float, float]]) -> None:
        """Called by grandalf when the layout is done."""
        self.points = list(points)


def _place(vertices: list[Any], edges: list[Any]) -> None:
    from grandalf.graphs import graph_core
    from grandalf.layouts import SugiyamaLayout  # type: ignore[import-untyped]

    offset = 0.0
    for group in _components(vertices, edges):
        # Not grandalf's own Graph: it keeps a component's edges in a set, so the picture would differ each time.
        component = graph_core(group, [edge for edge in edges if edge.v[0] in group])
        layout: Any = SugiyamaLayout(component)
        layout.xspace, layout.yspace = _GAP_X, _GAP_Y
        layout.init_all(roots=[v for v in group if not v.e_in()] or group[:1], optimize=True)
        layout.draw(10)
        left = min(v.view.xy[0] - v.view.w / 2 for v in group)
        for vertex in group:
            vertex.view.xy = (vertex.view.xy[0] - left + offset, vertex.view.xy[1])
        for edge in component.sE:
            edge.view.points = [(x - left + offset, y) for x, y in edge.view.points]
        offset = max(v.view.xy[0] + v.view.w / 2 for v in group) + _GAP_X


def _components(vertices: list[Any], edges: list[Any]) -> list[list[Any]]:
    """The vertices that hang together, in their order."""
    home = {vertex: index for index, vertex in enumerate(vertices)}
    for edge in edges:
        old, new = home[edge.v[0]], home[edge.v[1]]
        home = {vertex: new if at == old else at for vertex, at in home.items()}
    groups: dict[int, list[Any]] = {}
    for vertex in vertices:
        groups.setdefault(home[vertex], []).append(vertex)
    return list(groups.values())


def _route(
    source: str, target: str, boxes: Mapping[str, _Box], edges: Mapping[tuple[str, str], Any], *, both_ways: bool
) -> tuple[tuple[float, float], ...]:
    start, end = boxes[source], boxes[target]
    if source == target:
        x, y = start.x + start.width / 2, start.y
        return ((x, y - 8), (x + 26, y - 14), (x + 26, y + 14), (x, y + 8))
    # Two nodes that call each other get two lanes.
    lane = 0.0 if not both_ways else (10.0 if start.y < end.y else -10.0)
    inner = [(x + lane, y) for x, y in edges[source, target].view.points[1:-1]]
    middles = [(start.x + lane, start.y), *inner, (end.x + lane, end.y)]
    return (_border(start, middles[0], middles[1]), *inner, _border(end, middles[-1], middles[-2]))


def _border(box: _Box, inside: tuple[float, float], toward: tuple[float, float]) -> tuple[float, float]:
    """Where a line from a point in the box leaves it."""
    steps = [1.0]
    for at, to, middle, size in (
        (inside[0], toward[0], box.x, box.width),
        (inside[1], toward[1], box.y, box.height),
    ):
        if to != at:
            side = middle + (size / 2 if to > at else -size / 2)
            steps.append((side - at) / (to - at))
    step = min(steps)
    return (inside[0] + (toward[0] - inside[0]) * step, inside[1] + (toward[1] - inside[1]) * step)


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


def _draw_arrow(axes: Axes, arrow: _Arrow, curve: Path) -> None:
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


def _draw_box(axes: Axes, node: Node, box: _Box, layer: Layer | None) -> None:
    from matplotlib.patches import FancyBboxPatch

    terminal = node.name in _ENDS
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
        box.x, box.y, _title(node), fontsize=11, ha="center", va="center_baseline", zorder=4,
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
