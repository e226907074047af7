"""Where the boxes and arrows of a picture go (Sugiyama's layers, by grandalf). It draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.runnables.graph import Graph

ENDS: Mapping[str, str] = {"__start__": "start", "__end__": "end"}
"""What the two ends of a graph are called in a picture."""

_LETTER, _LINE, _GAP_X, _GAP_Y, _COLUMNS = 7.6, 17.0, 34.0, 46.0, 3
Point = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A node, or several that stand in the same place: their middle and size, in points, y downwards."""

    nodes: tuple[str, ...]
    x: float
    y: float
    width: float
    height: float

    @property
    def text(self) -> str:
        """The names, some to a line."""
        return "\n".join(_lines(self.nodes))


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """An edge's way through the picture."""

    points: tuple[Point, ...]
    conditional: bool
    label: str


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A picture's boxes and arrows."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


@dataclass
class _Link:
    """All edges between two places, as one."""

    conditional: bool
    labels: list[str]


def arrange(graph: Graph) -> Layout:
    """Lay a graph out from top to bottom.

    Nodes with the same neighbours share a box, and edges between the same two boxes are one arrow: an orchestrator
    with twenty workflows is then still a picture.
    """
    from grandalf.graphs import Edge, Vertex  # type: ignore[import-untyped]

    places = _places(graph)
    links = _links(graph, places)
    # grandalf wants attributes set on its objects that it does not declare.
    vertices: dict[str, Any] = {}
    for place in dict.fromkeys(places.values()):
        nodes = tuple(key for key, home in places.items() if home == place)
        vertices[place] = Vertex(nodes)
        vertices[place].view = _View(_lines(nodes))
    edges: dict[tuple[str, str], Any] = {}
    for source, target in links:
        if source != target:
            edges[source, target] = Edge(vertices[source], vertices[target])
            edges[source, target].view = _Way()
    _place(list(vertices.values()), list(edges.values()))
    boxes = {
        place: Box(
            nodes=vertex.data, x=vertex.view.xy[0], y=vertex.view.xy[1], width=vertex.view.w, height=vertex.view.h
        )
        for place, vertex in vertices.items()
    }
    arrows = [
        Arrow(
            points=_route(boxes[source], boxes[target], edges.get((source, target)), (target, source) in links),
            conditional=link.conditional,
            label=" / ".join(link.labels),
        )
        for (source, target), link in links.items()
    ]
    return Layout(boxes=tuple(boxes.values()), arrows=tuple(arrows))


def _lines(nodes: Sequence[str]) -> list[str]:
    titles = [ENDS.get(node, node) for node in nodes]
    return [", ".join(titles[i : i + _COLUMNS]) for i in range(0, len(titles), _COLUMNS)]


def _places(graph: Graph) -> dict[str, str]:
    """Node to the first node that has the same neighbours (and the same metadata): they share a box."""
    first: dict[object, str] = {}
    places = {}
    for key, node in graph.nodes.items():
        came = frozenset(edge.source for edge in graph.edges if edge.target == key)
        went = frozenset((edge.target, edge.conditional) for edge in graph.edges if edge.source == key)
        alike = (came, went, repr(node.metadata))
        places[key] = first.setdefault(alike if came and went else key, key)
    return places


def _links(graph: Graph, places: Mapping[str, str]) -> dict[tuple[str, str], _Link]:
    # LangGraph keeps edges in sets, in an order that changes from process to process; a picture should not.
    order = list(graph.nodes)
    links: dict[tuple[str, str], _Link] = {}
    for edge in sorted(graph.edges, key=lambda e: (order.index(e.source), order.index(e.target), str(e.data))):
        link = links.setdefault((places[edge.source], places[edge.target]), _Link(edge.conditional, []))
        link.conditional = link.conditional and edge.conditional
        if edge.data is not None and str(edge.data) not in (edge.target, *link.labels):
            link.labels.append(str(edge.data))
    return links


class _View:
    """What grandalf reads and sets of a node: its size and the place it found."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.w = max(64.0, _LETTER * max(map(len, lines)) + 26)
        self.h = _LINE * len(lines) + 19
        self.xy = (0.0, 0.0)


class _Way:
    """What grandalf sets of an edge: the points it goes through."""

    def __init__(self) -> None:
        self.points: list[Point] = []

    def setpath(self, points: list[Point]) -> None:
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


def _route(start: Box, end: Box, edge: Any, both_ways: bool) -> tuple[Point, ...]:
    if edge is None:
        x, y = start.x + start.width / 2, start.y
        return ((x, y - 8), (x + 26, y - 14), (x + 26, y + 14), (x, y + 8))
    # Two nodes that call each other get two lanes.
    lane = 0.0 if not both_ways else (10.0 if start.y < end.y else -10.0)
    inner = [(x + lane, y) for x, y in edge.view.points[1:-1]]
    middles = [(start.x + lane, start.y), *inner, (end.x + lane, end.y)]
    return (_border(start, middles[0], middles[1]), *inner, _border(end, middles[-1], middles[-2]))


def _border(box: Box, inside: Point, toward: Point) -> Point:
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
