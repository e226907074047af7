"""From what was counted to what a report says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from shopgraph.audit import drift as audit_drift
from shopgraph.audit.quality import Quality
from shopgraph.telemetry.layers import PUBLISHED_SHARES, Layer
from shopgraph.telemetry.report.collect import Collector
from shopgraph.telemetry.report.request import name_of
from shopgraph.telemetry.report.sketch import Sketch
from shopgraph.telemetry.report.tally import Named, Tally
from shopgraph.telemetry.report.values import (
    CacheLine,
    CorrectionLine,
    Count,
    Drift,
    Handoffs,
    IntentLine,
    LayerLine,
    ModelLine,
    Money,
    Period,
    Report,
    ShiftLine,
    SourceLine,
    Spread,
    TierLine,
)

TIERS = ("workflow", "tool", "small_model", "large_model", "person")
"""Cheapest first."""
_AS = "as "
"""What stands before how a handoff was resolved."""


def summed(
    collector: Collector,
    *,
    shop: str = "",
    since: datetime | None = None,
    quality: Quality | None = None,
    drift: Drift | None = None,
) -> Report:
    """What the records that a collector took come to."""
    tally = collector.tally()
    counts, requests = tally.counts, tally.counts["requests"]
    return Report(
        shop=shop,
        since=since,
        first_at=collector.first_at,
        last_at=collector.last_at,
        records=collector.records,
        requests=requests,
        unanswered=collector.unanswered,
        timed=counts["timed"],
        latency=spread(tally.ms),
        between=spread(tally.between),
        layers=_layers(tally),
        intents=_intents(tally),
        channels=_counts(tally.channels),
        tiers=_tiers(tally),
        escalated=counts["escalated"],
        money=Money(
            spent_nanousd=counts["spent"],
            saved_nanousd=counts["saved"] if counts["known"] else None,
            known_for=counts["known"],
            estimated_for=counts["estimated"],
        ),
        models=_models(tally),
        corrected=counts["corrected"],
        corrections=_corrections(tally),
        refused=counts["refused"],
        refusals=_counts(tally.refusals),
        acted=counts["acted"],
        actions=_counts(tally.actions),
        caches=_caches(tally),
        sources=_sources(tally),
        handoffs=_handoffs(counts["handed_over"], collector.desk),
        failed=counts["failed"],
        grounded_share=round(tally.grounded / requests, 4) if requests else None,
        period="day" if tally.traffic.by_day else "hour",
        traffic=_traffic(tally),
        quality=quality and _own_names(quality),
        drift=drift,
    )


def _own_names(quality: Quality) -> Quality:
    """Without what is no name where names should be."""
    by_intent = {name_of(intent): found for intent, found in quality.by_intent.items()}
    scores = {name_of(word): count for word, count in quality.feedback.scores.items()}
    feedback = quality.feedback.model_copy(update={"scores": scores})
    return quality.model_copy(update={"by_intent": by_intent, "feedback": feedback})


def shifted(found: audit_drift.Drift) -> Drift:
    """What alerts of a drift."""
    moved = any(text.startswith("intents") for text in found.alerts)
    intents = [("intent", name, each.before, each.now) for name, each in [*found.intents.items()][:3] if moved]
    guards = [("guard", name, each.before, each.now) for name, each in found.corrections.items() if each.alert]
    lines = [
        ShiftLine(kind=kind, name=name_of(name), before_share=before.share or 0.0, now_share=now.share or 0.0)
        for kind, name, before, now in (*intents, *guards)
    ]
    return Drift(
        requests_before=found.requests_before,
        enough=found.enough,
        psi=found.psi,
        alerts=len(found.alerts),
        shifts=tuple(lines),
    )


def spread(sketch: Sketch) -> Spread:
    """A sketch's percentiles."""
    return Spread(
        count=sketch.count,
        mean_ms=round(sketch.mean, 3),
        p50_ms=round(sketch.percentile(50), 3),
        p95_ms=round(sketch.percentile(95), 3),
        p99_ms=round(sketch.percentile(99), 3),
        max_ms=round(sketch.most, 3),
    )


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _layers(tally: Tally) -> tuple[LayerLine, ...]:
    wall = sum(tally.layers[layer].total for layer in PUBLISHED_SHARES)
    cpu = sum(tally.layer_cpu[layer] for layer in PUBLISHED_SHARES)
    return tuple(
        LayerLine(
            layer=layer,
            share=_share(tally.layers[layer].total, wall) if layer in PUBLISHED_SHARES else None,
            cpu_share=_share(tally.layer_cpu[layer], cpu) if layer in PUBLISHED_SHARES else None,
            published=PUBLISHED_SHARES.get(layer),
            ms=round(tally.layers[layer].total, 1),
            cpu_ms=round(tally.layer_cpu[layer], 1),
            calls=tally.layer_calls[layer],
            per_request=spread(tally.layers[layer]),
        )
        for layer in (*PUBLISHED_SHARES, Layer.ENGINE)
    )


def _by_count(named: Named, of: Callable[[Counter[str]], int] = lambda cell: cell["requests"]) -> list[str]:
    return sorted(named, key=lambda name: (-of(named[name]), name))


def _counts(named: Named) -> tuple[Count, ...]:
    return tuple(Count(name=name, count=named[name]["requests"]) for name in _by_count(named))


def _intents(tally: Tally) -> tuple[IntentLine, ...]:
    return tuple(
        IntentLine(
            intent=name,
            requests=tally.intents[name]["requests"],
            latency=spread(tally.intent_ms[name]),
            acted=tally.intents[name]["acted"],
            corrected=tally.intents[name]["corrected"],
            refused=tally.intents[name]["refused"],
            handed_over=tally.intents[name]["handed_over"],
        )
        for name in _by_count(tally.intents)
    )


def _tiers(tally: Tally) -> tuple[TierLine, ...]:
    order = [*TIERS, *sorted(set(tally.tiers) - set(TIERS))]
    return tuple(
        TierLine(
            tier=name,
            requests=tally.tiers[name]["requests"],
            latency=spread(tally.tier_ms[name]),
            spent_nanousd=tally.tiers[name]["spent"],
            saved_nanousd=tally.tiers[name]["saved"],
        )
        for name in order
        if name in tally.tiers
    )


def _models(tally: Tally) -> tuple[ModelLine, ...]:
    names = _by_count(tally.models, lambda cell: cell["calls"])
    return tuple(
        ModelLine(
            model=name.partition(" ")[0],
            tier=name.partition(" ")[2],
            calls=cell["calls"],
            faults=cell["faults"],
            cached=cell["cached"],
            input_tokens=cell["input"],
            cached_tokens=cell["kept"],
            output_tokens=cell["output"],
            cost_nanousd=cell["cost"],
            latency=spread(tally.model_ms[name]),
        )
        for name, cell in ((name, tally.models[name]) for name in names)
    )


def _corrections(tally: Tally) -> tuple[CorrectionLine, ...]:
    return tuple(
        CorrectionLine(
            guard=name, requests=cell["requests"], fixed=cell["fix"], held_back=cell["block"], asked_again=cell["retry"]
        )
        for name, cell in ((name, tally.corrections[name]) for name in _by_count(tally.corrections))
    )


def _caches(tally: Tally) -> tuple[CacheLine, ...]:
    models, sources = _summed(tally.models), _summed(tally.sources)
    done = tally.outcomes["done"] + tally.outcomes["accepted"]
    replayed = tally.outcomes["replayed"]
    return (
        CacheLine(cache="model answers", hits=models["cached"], of=models["calls"], unit="calls"),
        CacheLine(cache="prompts at the provider", hits=models["kept"], of=models["input"], unit="tokens"),
        CacheLine(cache="context", hits=sources["cached"], of=sources["fetched"], unit="readings"),
        CacheLine(cache="actions done before", hits=replayed, of=done + replayed, unit="calls"),
    )


def _summed(named: Mapping[str, Counter[str]]) -> Counter[str]:
    whole: Counter[str] = Counter()
    for cell in named.values():
        whole.update(cell)
    return whole


def _sources(tally: Tally) -> tuple[SourceLine, ...]:
    return tuple(
        SourceLine(
            source=name,
            fetched=tally.sources[name]["fetched"],
            failed=tally.sources[name]["fetched"] - tally.sources[name]["answered"],
            latency=spread(tally.source_ms[name]),
        )
        for name in _by_count(tally.sources, lambda cell: cell["fetched"])
    )


def _handoffs(requests: int, desk: Counter[str]) -> Handoffs:
    resolved = {name.removeprefix(_AS): count for name, count in desk.items() if name.startswith(_AS)}
    ordered = sorted(resolved, key=lambda name: (-resolved[name], name))
    return Handoffs(
        requests=requests,
        taken=desk["taken"],
        resolved=tuple(Count(name=name, count=resolved[name]) for name in ordered),
    )


def _traffic(tally: Tally) -> tuple[Period, ...]:
    return tuple(
        Period(
            at=at,
            requests=found.counts["requests"],
            acted=found.counts["acted"],
            corrected=found.counts["corrected"],
            handed_over=found.counts["handed_over"],
            p95_ms=round(found.ms.percentile(95), 3),
        )
        for at, found in sorted(tally.traffic.stretches.items())
    )
