"""What quality costs: the share of calls to the stronger model against the performance gap that they recover."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shopgraph.domain import Value
from shopgraph.models.blend.vectors import Floats

POINTS = 101


class CurvePoint(Value):
    """One operating point."""

    strong_share: float
    """Of the calls, 0 to 1."""
    gap_recovered: float
    """Of the way from the weak model's mean score (0) to the strong one's (1); may lie outside."""


class CostQuality(Value):
    """All operating points of a router (RouteLLM, Ong et al. 2024)."""

    apgr: float | None
    """Area under gap recovered; random routing has 0.5. Null where the strong model is no better."""
    cpt50: float | None
    """The least share of strong calls that recovers 50 % of the gap."""
    cpt80: float | None
    points: tuple[CurvePoint, ...]


def cost_quality(gains: Sequence[float], weak: Sequence[float], strong: Sequence[float]) -> CostQuality:
    """The curve of a router that asks the stronger model first where the gain it expects is highest.

    Requests of equal gain are taken together: within them, the curve is that of a random order.
    """
    expected, gap = np.array(gains, dtype=float), np.array(strong, dtype=float) - np.array(weak, dtype=float)
    total = float(gap.sum())
    if total <= 0 or not len(gap):
        return CostQuality(apgr=None, cpt50=None, cpt80=None, points=())
    values, group = np.unique(-expected, return_inverse=True)
    sizes, sums = np.bincount(group, minlength=len(values)), np.bincount(group, weights=gap, minlength=len(values))
    share = np.concatenate([[0.0], np.cumsum(sizes) / len(gap)])
    recovered = np.concatenate([[0.0], np.cumsum(sums) / total])
    at = np.linspace(0, 1, POINTS)
    return CostQuality(
        apgr=round(float(np.trapezoid(recovered, share)), 4),
        cpt50=_least(share, recovered, 0.5),
        cpt80=_least(share, recovered, 0.8),
        points=tuple(
            CurvePoint(strong_share=round(float(x), 4), gap_recovered=round(float(y), 4))
            for x, y in zip(at, np.interp(at, share, recovered), strict=True)
        ),
    )


def _least(share: NDArray[np.float64], recovered: NDArray[np.float64], wanted: float) -> float:
    first = int(np.argmax(recovered >= wanted))
    x0, x1, y0, y1 = share[first - 1], share[first], recovered[first - 1], recovered[first]
    return round(float(x0 + (x1 - x0) * (wanted - y0) / (y1 - y0)), 4)


def threshold_for(gains: Floats, weak: NDArray[np.float64], strong: NDArray[np.float64], keep: float) -> float:
    """The highest expected gain that still recovers that share of the gap: the fewest strong calls for it."""
    order = np.argsort(-gains, kind="stable")
    gap = (strong - weak)[order]
    if gap.sum() <= 0:
        return float(gains.max()) + 1.0
    recovered = np.cumsum(gap) / gap.sum()
    return float(gains[order][int(np.argmax(recovered >= keep))])
