"""What is told of one request when it has ended: numbers and names out of closed sets, never a text of a customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

KEEP = "shopgraph.keep"
"""The attribute of a request's span that says why its trace is kept, however few are: `refused corrected`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestMeasure:
    """One request, as metrics and traces count it."""

    intent: str
    tier: str
    channel: str
    ms: float
    layers: Mapping[str, tuple[float, int, float]]
    """Wall milliseconds, calls and CPU milliseconds by layer."""
    corrections: tuple[str, ...] = ()
    """Guards that changed or held back something."""
    refusals: tuple[str, ...] = ()
    """Rules of policy that said no."""
    actions: tuple[str, ...] = ()
    """What was done, by type."""
    handed_over: bool = False
    failed: bool = False
    input_tokens: int = 0
    output_tokens: int = 0
    cost_nanousd: int = 0
    saved_nanousd: int | None = None
    grounded: float = 1.0
    """1 when the draft was true as it stood, 0.5 when a guard mended it, 0 when it was held back."""

    @property
    def keep(self) -> str:
        """Why a trace of it is always kept; empty when nothing speaks for it."""
        why = {
            "refused": self.refusals,
            "corrected": self.corrections,
            "acted": self.actions,
            "handed_over": self.handed_over,
            "failed": self.failed,
        }
        return " ".join(name for name, found in why.items() if found)
