"""What the demo prints: each turn with what led to its answer, and the seven layers at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shopgraph.cli.demo.conversation import Conversation, Event
from shopgraph.cli.demo.play import Played
from shopgraph.cli.output import visible
from shopgraph.graphs.answer import LayerView, SourceStatus
from shopgraph.guards.decisions import Effect, VerdictKind
from shopgraph.telemetry.layers import PUBLISHED_SHARES, Layer

if TYPE_CHECKING:
    from shopgraph.graphs.answer import Answer, DecisionView, VerdictView

_EFFECTS = {Effect.ALLOW: "green", Effect.DENY: "red", Effect.CONFIRM: "yellow", Effect.APPROVE: "yellow"}


def print_title(console: Console, number: int, conversation: Conversation) -> None:
    """The conversation's heading: who, where, on which channel."""
    who = conversation.persona or "a guest"
    place = f", {conversation.region_id}" if conversation.region_id else ""
    console.print()
    console.rule(Text(f"{number}. {conversation.title}", style="bold"), align="left")
    console.print(Text(f"{who} by {conversation.channel}{place}", style="dim"))


def print_played(console: Console, played: Played) -> None:
    """One turn: what was said, where it went and why, what decided, what was corrected, what was done, the answer."""
    console.print()
    if isinstance(played.turn, Event):
        console.print(Text(f"  [{played.turn.summary}]", style="magenta"))
        return
    _line(console, "shopper", played.turn.text, style="bold cyan")
    answer = played.answer
    if answer is None:
        return
    route = answer.route
    _line(console, "routed", f"{route.intent} to {route.tier} ({route.confidence:.2f}): {route.why}")
    sources = ", ".join(
        f"{view.source} {view.status}" for view in answer.context if view.status is not SourceStatus.SKIPPED
    )
    if sources:
        _line(console, "context", sources, style="dim")
    for decision in answer.decisions:
        _decision(console, decision)
    for verdict in answer.verdicts:
        _verdict(console, verdict)
    for action in answer.actions:
        _line(console, "done", f"{action.type}: {action.summary} ({action.status})", style="green")
    if answer.pending is not None:
        _line(console, "awaits", f"a yes from the {answer.pending.awaits}: {answer.pending.summary}", style="yellow")
    _line(console, "shop", answer.answer, style="bold")
    for line in played.unexpected:
        _line(console, "not as expected", line, style="bold red")


def _decision(console: Console, decision: DecisionView) -> None:
    _line(
        console, "decided", f"{decision.effect} by {decision.rule}: {decision.reason}", style=_EFFECTS[decision.effect]
    )


def _verdict(console: Console, verdict: VerdictView) -> None:
    if verdict.verdict is VerdictKind.PASS:
        return
    _line(console, "corrected" if verdict.verdict is VerdictKind.FIX else str(verdict.verdict), verdict.guard)
    if verdict.before or verdict.after:
        _line(console, "  before", verdict.before, style="red")
        _line(console, "  after", verdict.after or "(removed)", style="green")


def _line(console: Console, label: str, text: str, *, style: str = "") -> None:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=15, style="dim")
    row.add_column()
    row.add_row(label, Text(visible(text), style=style))
    console.print(Padding(row, (0, 0, 0, 2)))


def total_layers(answers: Iterable[Answer]) -> dict[str, LayerView]:
    """Milliseconds and calls per layer over all answers, and each layer's share of the seven layers' time."""
    ms, calls = dict.fromkeys(map(str, Layer), 0.0), dict.fromkeys(map(str, Layer), 0)
    for answer in answers:
        for name, view in answer.layers.items():
            ms[name] += view.ms
            calls[name] += view.calls
    whole = sum(ms[name] for name in PUBLISHED_SHARES)
    return {
        name: LayerView(
            ms=ms[name],
            calls=calls[name],
            share=None if name == Layer.ENGINE else (ms[name] / whole if whole else 0.0),
        )
        for name in map(str, Layer)
    }


def print_layers(console: Console, layers: Mapping[str, LayerView]) -> None:
    """The table of the seven layers beside the published shares, and the engine apart."""
    table = Table("layer", box=None, pad_edge=False, title="Where the time of orchestration goes", title_justify="left")
    for heading in ("calls", "ms", "share", "published"):
        table.add_column(heading, justify="right")
    for layer, published in PUBLISHED_SHARES.items():
        view = layers[layer]
        table.add_row(
            layer.replace("_", "-"), f"{view.calls:,}", f"{view.ms:,.1f}", _percent(view.share), _percent(published)
        )
    seven = [layers[layer] for layer in PUBLISHED_SHARES]
    table.add_section()
    table.add_row(
        "together", f"{sum(v.calls for v in seven):,}", f"{sum(v.ms for v in seven):,.1f}", "100.0 %", "100.0 %"
    )
    engine = layers[Layer.ENGINE]
    table.add_row("engine, apart", f"{engine.calls:,}", f"{engine.ms:,.1f}", "", "")
    console.print()
    console.print(table)
    console.print(
        Text("engine = models, tools and actions; published = shares of a chain of 1,600 stores", style="dim")
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.1f} %"
