"""Times as every command reads them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from shopgraph.shop import Shop

HOW = "24h, 7d, 2026-06-01 or 2026-06-01T12:00:00Z"
Since = Annotated[str | None, typer.Option(metavar="TIME", help=f"From when on: {HOW}.")]


def moment(shop: Shop, text: str | None) -> datetime | None:
    """What was said, by the shop's clock; None when nothing was.

    Raises:
        InvalidInput: it is no time.
    """
    from shopgraph.clock import parse_since

    return parse_since(text, shop.clock.now()) if text else None
