"""A report as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shopgraph.cli.output import visible
from shopgraph.telemetry.report.wording import dollars, milliseconds, part, percent, time_told, words

if TYPE_CHECKING:
    from shopgraph.audit.quality import Quality
    from shopgraph.telemetry.report.values import Report, Spread

_BAR = 20
"""Characters of a bar that stands for everything."""
_EIGHTHS = " ▏▎▍▌▋▊▉█"
Cells = Sequence[str | Text]


def tables(report: Report, *, most: int = 100) -> RenderableType:
    """All of it; of long tables the first `most` lines."""
    parts: list[RenderableType] = [Text(headline(report), style="bold")]
    if report.requests:
        parts += [Text(line) for line in summary(report)]
        for title, table in _tables(report, most):
            parts += [Padding(Text(title, style="bold"), (1, 0, 0, 0)), table]
    return Group(*parts)


def headline(report: Report) -> str:
    """Which shop, which time, how many requests."""
    shop = f"{visible(report.shop)}: " if report.shop else ""
    return f"{shop}{report.requests:,} requests, {time_told(report)}"


def summary(report: Report) -> Iterator[str]:
    """What matters most, in a few lines."""
    took = report.latency
    yield (
        f"half within {milliseconds(took.p50_ms)}, 95 % within {milliseconds(took.p95_ms)}, "
        f"99 % within {milliseconds(took.p99_ms)}; {milliseconds(report.between.p50_ms)} of it between the steps"
    )
    of = report.requests
    yield (
        f"acted {part(report.acted, of)}, corrected {part(report.corrected, of)}, refused {part(report.refused, of)}, "
        f"handed over {part(report.handoffs.requests, of)}, failed {part(report.failed, of)}"
    )
    saved = report.money.saved_nanousd
    told = f", saved {dollars(saved)}" if saved is not None else ", saved: no price of a large model is known"
    yield f"models cost {dollars(report.money.spent_nanousd)}{told}"
    if report.unanswered:
        yield f"{report.unanswered:,} begun and not answered"
    if report.timed < report.requests:
        yield f"{report.requests - report.timed:,} told by their steps alone: their whole time is not on the record"


def _tables(report: Report, most: int) -> Iterator[tuple[str, Table]]:
    of = report.requests
    yield "Layers", _layers(report)
    yield (
        "Intents",
        _table(
            ("intent", "requests", "p50", "p95", "p99", "acted", "corrected", "refused", "handed over"),
            (
                (
                    words(each.intent),
                    f"{each.requests:,}",
                    *_percentiles(each.latency),
                    *(_some(n) for n in (each.acted, each.corrected, each.refused, each.handed_over)),
                )
                for each in report.intents[:most]
            ),
        ),
    )
    yield (
        "Tiers",
        _table(
            ("tier", "requests", "share", "p50", "p95", "cost", "saved"),
            (
                (
                    words(each.tier),
                    f"{each.requests:,}",
                    part(each.requests, of),
                    *_percentiles(each.latency)[:2],
                    dollars(each.spent_nanousd),
                    dollars(each.saved_nanousd) if report.money.saved_nanousd is not None else "–",
                )
                for each in report.tiers
            ),
        ),
    )
    yield from _found(report, most)
    yield from _engine(report, most)
    if report.quality is not None:
        yield "Quality", _table(("what", "value", "of"), _quality(report.quality))
    if report.drift is not None and report.drift.shifts:
        moved = (
            (f"{each.kind} {words(each.name)}", percent(each.before_share), percent(each.now_share))
            for each in report.drift.shifts
        )
        yield "Moved against the week before", _table(("what", "before", "now"), moved)


def _found(report: Report, most: int) -> Iterator[tuple[str, Table]]:
    of = report.requests
    if report.corrections:
        rows = (
            (each.guard, f"{each.requests:,}", _some(each.fixed), _some(each.held_back), _some(each.asked_again))
            for each in report.corrections[:most]
        )
        yield "Corrections", _table(("guard", "requests", "mended", "held back", "asked again"), rows)
    for title, name, counts in (
        ("Refusals", "rule", report.refusals),
        ("Actions", "action", report.actions),
        ("Handoffs ended", "how", report.handoffs.resolved),
    ):
        if counts:
            lines = ((words(each.name), f"{each.count:,}", part(each.count, of)) for each in counts[:most])
            yield title, _table((name, "requests", "share"), lines)


def _engine(report: Report, most: int) -> Iterator[tuple[str, Table]]:
    hits = (
        (each.cache, f"{each.hits:,}", f"{each.of:,} {each.unit}", part(each.hits, each.of)) for each in report.caches
    )
    yield "Not fetched, asked or done again", _table(("cache", "hits", "of", "share"), hits)
    if report.models:
        rows = (
            (
                each.model,
                words(each.tier),
                f"{each.calls:,}",
                _some(each.faults),
                f"{each.input_tokens:,}",
                f"{each.output_tokens:,}",
                dollars(each.cost_nanousd),
                milliseconds(each.latency.p95_ms),
            )
            for each in report.models[:most]
        )
        yield "Models", _table(("model", "tier", "calls", "faults", "tokens in", "tokens out", "cost", "p95"), rows)
    if report.sources:
        found = (
            (words(each.source), f"{each.fetched:,}", _some(each.failed), *_percentiles(each.latency)[:2])
            for each in report.sources[:most]
        )
        yield "Context", _table(("source", "fetched", "late or failed", "p50", "p95"), found)


def _layers(report: Report) -> Table:
    rows: list[Cells] = []
    for each in report.layers:
        bar = Text(_bar(each.share or 0.0), style="cyan")
        spread = _percentiles(each.per_request)
        shares = (percent(each.share), percent(each.published), percent(each.cpu_share))
        rows.append((words(each.layer), bar, *shares, *spread, f"{each.calls:,}"))
    titles = ("layer", "", "time", "published", "CPU", "p50", "p95", "p99", "calls")
    return _table(titles, rows, left=2)


def _quality(quality: Quality) -> Iterator[Cells]:
    for name, mean in (
        ("groundedness", quality.groundedness),
        ("feedback", quality.feedback),
        ("judge", quality.judge),
    ):
        if mean.n:
            yield name, percent(mean.mean), f"{mean.n:,}"
    for name, share in (
        ("contacts settled without a person", quality.containment),
        ("resolved, and not asked again", quality.resolution),
        ("came back about the same", quality.repeat_contact),
        ("handed over", quality.handoffs),
        ("held back", quality.held_back),
        ("failed", quality.failures),
    ):
        if share.n:
            yield name, percent(share.share), f"{share.n:,}"


def _table(titles: Sequence[str], rows: Iterable[Cells], *, left: int = 1) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for place, title in enumerate(titles):
        table.add_column(title, justify="left" if place < left else "right", no_wrap=place > 0)
    for row in rows:
        table.add_row(*(visible(cell) if isinstance(cell, str) else cell for cell in row))
    return table


def _percentiles(spread: Spread) -> tuple[str, str, str]:
    if not spread.count:
        return "–", "–", "–"
    return milliseconds(spread.p50_ms), milliseconds(spread.p95_ms), milliseconds(spread.p99_ms)


def _some(count: int) -> str:
    return f"{count:,}" if count else "·"


def _bar(share: float) -> str:
    eighths = round(share * _BAR * 8)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")
