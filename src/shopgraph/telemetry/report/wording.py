"""How a report's numbers and names read, in the terminal and on the page."""

from __future__ import annotations

from datetime import datetime

from shopgraph.telemetry.report.values import Report


def milliseconds(ms: float) -> str:
    """`0.42 ms`, `12 ms`, `1.3 s`."""
    if ms >= 1_000:
        return f"{ms / 1_000:,.1f} s"
    return f"{ms:.0f} ms" if ms >= 10 else f"{ms:.1f} ms" if ms >= 1 else f"{ms:.2f} ms"


def percent(share: float | None) -> str:
    """`12.5 %`; a dash where there is none."""
    if share is None:
        return "–"
    return f"{share:.0%}".replace("%", " %") if share in (0, 1) else f"{share * 100:.1f} %"


def part(count: int, whole: int) -> str:
    """So many of so many, as percent."""
    return percent(count / whole if whole else None)


def dollars(nanousd: int) -> str:
    """US dollars, to the cent, or to four places below a dollar."""
    value = nanousd / 1e9
    return f"${value:,.2f}" if abs(value) >= 1 or not nanousd else f"${value:,.4f}"


def words(name: str) -> str:
    """A name as words: `context_stitching` reads `context stitching`."""
    return name.replace("_", " ")


def minute(at: datetime | None) -> str:
    """`2026-06-01 12:00`, in UTC."""
    return at.strftime("%Y-%m-%d %H:%M") if at else "–"


def time_told(report: Report) -> str:
    """From when until when, in UTC."""
    if report.first_at is None or report.last_at is None:
        return f"since {minute(report.since)} UTC" if report.since else "no record yet"
    same = report.first_at.date() == report.last_at.date()
    until = report.last_at.strftime("%H:%M") if same else minute(report.last_at)
    return f"{minute(report.since or report.first_at)} to {until} UTC"
