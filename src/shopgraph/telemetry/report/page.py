"""A report as one self-contained page: light and dark, for a phone and a wall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element

from shopgraph.audit.quality import Mean, Quality, Share
from shopgraph.telemetry.report.charts import Column, columns
from shopgraph.telemetry.report.markup import el
from shopgraph.telemetry.report.parts import Cards, Line, Listing, Tile, counted, layer_lines, page
from shopgraph.telemetry.report.values import Drift, Period, Report, Spread
from shopgraph.telemetry.report.wording import dollars, milliseconds, part, percent, time_told, words

FOOT = (
    "From {records:,} records of the audit log. Percentiles are within 1 % of themselves. Published shares are those "
    "of a deployment with 1,600 stores. Nothing on this page is a customer's."
)
_MOST_INTENTS = 16
_LATENCY = (("fill0", "half within"), ("fill1", "95 %"), ("fill2", "99 %"))
_LAYERS = (("fill0", "share of the layers' time"), ("mark", "published share"))


def page_of(report: Report) -> str:
    """The page."""
    told = f"{report.requests:,} requests, {time_told(report)}"
    foot = FOOT.format(records=report.records)
    tiles = _tiles(report) if report.requests else ()
    return page(report.shop or "shopgraph", told, tiles, [*report_cards(report)], foot, first=2)


def report_cards(report: Report, *, first: Iterable[tuple[str, Listing, str]] = ()) -> Iterator[Element]:
    """The cards of a report: traffic and layers, which want the whole width, then the narrow ones.

    Args:
        first: title, table and note of narrow cards that come before the report's own.
    """
    if not report.requests:
        return
    cards = Cards()
    yield _traffic(cards, report)
    yield cards.listing("Where the time goes", _layers(report), note=_between(report), span=True)
    for title, listing, note in first:
        yield cards.listing(title, listing, note=note)
    yield from _answers(cards, report)
    yield from _engine(cards, report)


def _tiles(report: Report) -> Iterator[Tile]:
    of, took, money = report.requests, report.latency, report.money
    waiting = f"{report.unanswered:,} not answered" if report.unanswered else f"{part(report.failed, of)} failed"
    yield Tile(title="requests", value=f"{of:,}", note=waiting)
    yield Tile(title="half within", value=milliseconds(took.p50_ms), note=f"mean {milliseconds(took.mean_ms)}")
    yield Tile(title="99 % within", value=milliseconds(took.p99_ms), note=f"95 % within {milliseconds(took.p95_ms)}")
    yield Tile(title="acted", value=part(report.acted, of), note=f"{report.acted:,} requests")
    yield Tile(title="groundedness", value=percent(report.grounded_share), note=f"{report.corrected:,} corrected")
    yield Tile(title="refused", value=part(report.refused, of), note=f"{report.refused:,} requests")
    yield Tile(title="handed over", value=part(report.handoffs.requests, of), note=_resolved(report))
    saved = money.saved_nanousd
    value = dollars(saved) if saved is not None else "–"
    yield Tile(title="saved on models", value=value, note=f"{dollars(money.spent_nanousd)} spent")


def _resolved(report: Report) -> str:
    ended = sum(each.count for each in report.handoffs.resolved)
    return f"{report.handoffs.requests:,}, {ended:,} ended"


def _answers(cards: Cards, report: Report) -> Iterator[Element]:
    """What came of the requests."""
    yield cards.listing("Latency by intent", _intents(report))
    yield cards.listing("Tiers and what they cost", _tiers(report), note=_money(report))
    if report.quality is not None:
        yield cards.listing("Quality of answers", _quality(report.quality), note="As far as it is known by now.")
    if report.drift is not None:
        yield _drift(cards, report.drift)
    if report.corrections:
        yield cards.listing("Corrections by guard", _corrections(report), note=f"{_in(report.corrected, report)}.")
    if report.refusals:
        listing = counted("requests", "rule", report.refusals, report.requests)
        yield cards.listing("Refusals by rule", listing, note=f"{_in(report.refused, report)}.")
    if report.actions:
        yield cards.listing("Done", counted("requests", "action", report.actions, report.requests))
    if report.handoffs.resolved:
        listing = counted("handoffs", "how", report.handoffs.resolved, report.handoffs.requests)
        yield cards.listing("How handoffs ended", listing)


def _engine(cards: Cards, report: Report) -> Iterator[Element]:
    """What was fetched and asked."""
    yield cards.listing("Not fetched, asked or done again", _caches(report))
    if report.models:
        yield cards.listing("Models", _models(report))
    if report.sources:
        yield cards.listing("Sources of context", _sources(report))


def _in(count: int, report: Report) -> str:
    return f"In {count:,} of {report.requests:,} requests ({part(count, report.requests)})"


def _traffic(cards: Cards, report: Report) -> Element:
    step = timedelta(days=1) if report.period == "day" else timedelta(hours=1)
    stretches = _filled(report.traffic, step)
    label = "%m-%d" if report.period == "day" or len(stretches) > 26 else "%H"
    every = max(1, round(len(stretches) / 8))
    data = [
        Column(
            label=each.at.strftime(label) if place % every == 0 else "",
            told=f"{each.at:%Y-%m-%d %H:%M}: {each.requests:,} requests, {each.acted:,} acted, "
            f"95 % within {milliseconds(each.p95_ms)}",
            value=each.requests,
            inner=each.acted,
        )
        for place, each in enumerate(stretches)
    ]
    top = max(stretches, key=lambda each: each.requests)
    told = f"Most in the {report.period} from {top.at:%Y-%m-%d %H:%M} UTC: {top.requests:,}."
    legend = el(
        "ul",
        el("li", el("i", class_="fill1"), "requests"),
        el("li", el("i", class_="fill0"), "that acted"),
        class_="legend",
    )
    chart = columns(f"Requests by {report.period}", told, data)
    return cards.card(f"Requests by {report.period}", legend, chart, note=told, span=True)


def _filled(traffic: tuple[Period, ...], step: timedelta) -> list[Period]:
    """With the stretches in which nothing came."""
    known = {each.at: each for each in traffic}
    at: datetime = traffic[0].at
    filled = []
    while at <= traffic[-1].at:
        nothing = Period(at=at, requests=0, acted=0, corrected=0, handed_over=0, p95_ms=0.0)
        filled.append(known.get(at, nothing))
        at += step
    return filled


def _layers(report: Report) -> Listing:
    shares = {
        each.layer: (
            each.share,
            [percent(each.cpu_share), *_percentiles(each.per_request)],
        )
        for each in report.layers
    }
    titles = ("layer", "time", "published", "+CPU", "+p50", "p95", "+p99")
    return Listing(titles=titles, lines=layer_lines(shares), legend=_LAYERS)


def _between(report: Report) -> str:
    told = "Per request, wall time; the engine (models, tools, actions) is no layer."
    if report.between.count:
        told += f" Between the steps: half within {milliseconds(report.between.p50_ms)}."
    return told


def _intents(report: Report) -> Listing:
    shown = report.intents[:_MOST_INTENTS]
    most = max((each.latency.p99_ms for each in shown), default=0.0) or 1.0
    lines = [
        Line(
            name=words(each.intent),
            cells=[f"{each.requests:,}", *_percentiles(each.latency)],
            lengths=_lengths(each.latency, most),
        )
        for each in shown
    ]
    return Listing(titles=("intent", "requests", "+p50", "p95", "+p99"), lines=lines, legend=_LATENCY)


def _tiers(report: Report) -> Listing:
    known = report.money.saved_nanousd is not None
    lines = [
        Line(
            name=words(each.tier),
            cells=[
                part(each.requests, report.requests),
                milliseconds(each.latency.p50_ms),
                dollars(each.spent_nanousd),
                dollars(each.saved_nanousd) if known else "–",
            ],
            lengths=(each.requests / report.requests,),
        )
        for each in report.tiers
    ]
    return Listing(titles=("tier", "share", "+p50", "cost", "saved"), lines=lines)


def _money(report: Report) -> str:
    money = report.money
    up = f" {report.escalated:,} went to another tier than was chosen first." if report.escalated else ""
    if money.saved_nanousd is None:
        return f"What the large model would have cost is not known: no price of one is.{up}"
    guessed = f"; for {money.estimated_for:,} the tokens are a guess from below" if money.estimated_for else ""
    return f"Saved beside asking the large model, known for {money.known_for:,} requests{guessed}.{up}"


def _corrections(report: Report) -> Listing:
    largest = max(each.requests for each in report.corrections)
    lines = [
        Line(
            name=words(each.guard),
            cells=[f"{each.requests:,}", f"{each.fixed:,}", f"{each.held_back:,}", f"{each.asked_again:,}"],
            lengths=(each.requests / largest,),
        )
        for each in report.corrections
    ]
    return Listing(titles=("guard", "requests", "+mended", "held back", "+asked again"), lines=lines)


def _caches(report: Report) -> Listing:
    lines = [
        Line(
            name=each.cache,
            cells=[f"{each.hits:,}", f"{each.of:,} {each.unit}", part(each.hits, each.of)],
            lengths=(each.hits / each.of if each.of else 0.0,),
        )
        for each in report.caches
    ]
    return Listing(titles=("cache", "hits", "+of", "share"), lines=lines)


def _models(report: Report) -> Listing:
    largest = max(each.calls for each in report.models)
    lines = [
        Line(
            name=f"{each.model} ({words(each.tier)})" if each.tier else each.model,
            cells=[
                f"{each.calls:,}",
                f"{each.faults:,}",
                f"{each.input_tokens:,}",
                f"{each.output_tokens:,}",
                dollars(each.cost_nanousd),
                milliseconds(each.latency.p95_ms),
            ],
            lengths=(each.calls / largest,),
        )
        for each in report.models
    ]
    return Listing(titles=("model", "calls", "faults", "+tokens in", "+tokens out", "cost", "+p95"), lines=lines)


def _sources(report: Report) -> Listing:
    most = max((each.latency.p99_ms for each in report.sources), default=0.0) or 1.0
    lines = [
        Line(
            name=words(each.source),
            cells=[f"{each.fetched:,}", f"{each.failed:,}", *_percentiles(each.latency)[:2]],
            lengths=_lengths(each.latency, most),
        )
        for each in report.sources
    ]
    titles = ("source", "fetched", "late or failed", "+p50", "p95")
    return Listing(titles=titles, lines=lines, legend=_LATENCY)


def _quality(quality: Quality) -> Listing:
    lines = [
        _mean("groundedness", quality.groundedness),
        _of("settled without a person", quality.containment),
        _of("resolved, and not asked again", quality.resolution),
        _of("came back about the same", quality.repeat_contact),
        _of("held back", quality.held_back),
        _mean("customers' feedback", quality.feedback),
        _mean("judge, on a sample", quality.judge),
    ]
    known = [line for line in lines if line.cells[1] != "0"]
    return Listing(titles=("what", "value", "of"), lines=known)


def _drift(cards: Cards, drift: Drift) -> Element:
    title = "Beside the week before"
    if not drift.enough:
        return cards.card(title, note=f"Too few requests to compare: {drift.requests_before:,} then.")
    told = f"Stability index of the intents: {drift.psi:.2f} (below 0.1 nothing moved, from 0.25 on it alerts)."
    if not drift.shifts:
        return cards.card(title, note=f"{told} Nothing alerts.")
    lines = [
        Line(
            name=f"{each.kind} {words(each.name)}",
            cells=[percent(each.before_share), percent(each.now_share)],
            lengths=(each.now_share,),
            mark=each.before_share,
        )
        for each in drift.shifts
    ]
    legend = (("fill0", "now"), ("mark", "before"))
    return cards.listing(title, Listing(titles=("what moved", "before", "now"), lines=lines, legend=legend), note=told)


def _mean(name: str, mean: Mean) -> Line:
    return Line(name=name, cells=[percent(mean.mean), f"{mean.n:,}"], lengths=(mean.mean or 0.0,))


def _of(name: str, share: Share) -> Line:
    return Line(name=name, cells=[percent(share.share), f"{share.n:,}"], lengths=(share.share or 0.0,))


def _percentiles(spread: Spread) -> list[str]:
    if not spread.count:
        return ["–", "–", "–"]
    return [milliseconds(spread.p50_ms), milliseconds(spread.p95_ms), milliseconds(spread.p99_ms)]


def _lengths(spread: Spread, most: float) -> tuple[float, float, float]:
    return spread.p50_ms / most, spread.p95_ms / most, spread.p99_ms / most
