"""Pictures of graphs, drawn without a network."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import Result
from langchain_core.runnables.graph import Graph

from shopgraph.errors import InvalidInput
from shopgraph.graphs.draw import COLORS, draw_graph, svg_of
from shopgraph.graphs.layout import arrange
from shopgraph.telemetry.layers import Layer


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any connection fails the test."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a picture needs no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def graph() -> Graph:
    """Start, a choice, two nodes that call each other, three alike, a self-loop, an end and a node apart."""
    made = Graph()
    nodes = {
        name: made.add_node(None, name, metadata={"layer": "routing"} if name == "choose" else None)
        for name in ("__start__", "choose", "agent", "gate", "a", "b", "c", "again", "apart", "__end__")
    }
    for source, target, data in (
        ("choose", "agent", None),
        ("choose", "a", None),
        ("choose", "b", None),
        ("choose", "c", None),
        ("agent", "gate", "asks"),
        ("gate", "agent", "refused"),
        ("agent", "again", None),
        ("again", "again", None),
        ("again", "__end__", None),
    ):
        made.add_edge(nodes[source], nodes[target], data, conditional=True)
    made.add_edge(nodes["__start__"], nodes["choose"])
    for name in "abc":
        made.add_edge(nodes[name], nodes["__end__"])
    return made


def test_nodes_with_the_same_neighbours_share_a_box(graph: Graph) -> None:
    boxes = [box.nodes for box in arrange(graph).boxes]
    assert ("a", "b", "c") in boxes
    assert sorted(node for nodes in boxes for node in nodes) == sorted(graph.nodes)


def test_boxes_do_not_overlap(graph: Graph) -> None:
    boxes = arrange(graph).boxes
    for i, one in enumerate(boxes):
        for other in boxes[i + 1 :]:
            apart_x = abs(one.x - other.x) >= (one.width + other.width) / 2
            apart_y = abs(one.y - other.y) >= (one.height + other.height) / 2
            assert apart_x or apart_y, (one.nodes, other.nodes)


def test_arrows_begin_and_end_on_borders(graph: Graph) -> None:
    layout = arrange(graph)

    def on_a_border(x: float, y: float) -> bool:
        return any(
            abs(max(abs(x - box.x) / box.width, abs(y - box.y) / box.height) - 0.5) < 0.25 for box in layout.boxes
        )

    assert len(layout.arrows) == 9
    for arrow in layout.arrows:
        assert on_a_border(*arrow.points[0])
        assert on_a_border(*arrow.points[-1])
    assert sum(not arrow.conditional for arrow in layout.arrows) == 2


def test_svg_names_every_node_and_colors_its_layer(graph: Graph) -> None:
    svg = svg_of(graph, lambda name: "policy" if name == "gate" else "")
    words = " ".join(
        "".join(text.itertext()) for text in ElementTree.fromstring(svg).iter() if text.tag.endswith("text")
    )
    for word in ("start", "choose", "agent", "gate", "a, b, c", "again", "apart", "end", "asks", "refused"):
        assert word in words
    assert COLORS[Layer.ROUTING] in svg
    assert COLORS[Layer.POLICY] in svg
    assert COLORS[Layer.AUDIT] not in svg
    assert "stroke-dasharray" in svg


def test_png_is_a_picture(graph: Graph, tmp_path: Path) -> None:
    draw_graph(graph, tmp_path / "graph.png")
    content = (tmp_path / "graph.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) > 10_000


def test_the_same_graph_is_the_same_file_in_any_process() -> None:
    code = (
        "from langgraph.graph import StateGraph, START, END\n"
        "import hashlib\n"
        "from typing import TypedDict\n"
        "from shopgraph.graphs.draw import svg_of\n"
        "g = StateGraph(TypedDict('S', {'x': int}))\n"
        "[g.add_node(n, lambda s: s) for n in ('choose', 'one', 'two', 'three')]\n"
        "g.add_edge(START, 'choose')\n"
        "g.add_conditional_edges('choose', lambda s: 'one', ['one', 'two', 'three'])\n"
        "g.add_edge('one', 'two'); g.add_edge('two', END); g.add_edge('three', END)\n"
        "print(hashlib.sha256(svg_of(g.compile().get_graph()).encode()).hexdigest())"
    )
    made = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(made) == 1


@pytest.mark.parametrize("name", ["graph.gif", "graph", "graph.svg/x.png"])
def test_what_cannot_be_written_is_refused(graph: Graph, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="graph"):
        draw_graph(graph, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_command_prints_mermaid(shopgraph: Callable[..., Result]) -> None:
    done = shopgraph("graph")
    assert done.exit_code == 0, done.output
    assert "graph TD;" in done.stdout
    for node in ("screen", "route", "stitch", "prepare", "decide", "gate", "govern", "record"):
        assert node in done.stdout


@pytest.mark.parametrize("ending", ["png", "svg", "mmd"])
def test_the_command_draws_a_file(shopgraph: Callable[..., Result], elsewhere: Path, ending: str) -> None:
    done = shopgraph("graph", "orchestrator", "--out", f"picture.{ending}")
    assert done.exit_code == 0, done.output
    assert (elsewhere / f"picture.{ending}").stat().st_size > 1000


@pytest.mark.parametrize(
    ("arguments", "words"), [(("nonsense",), "orchestrator"), (("--out", "picture.gif"), ".png, .svg, .mmd")]
)
def test_the_command_says_what_there_is(
    shopgraph: Callable[..., Result], elsewhere: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = shopgraph("graph", *arguments)
    assert done.exit_code == 2
    assert words in done.stderr
    assert list(elsewhere.iterdir()) == []
