"""The orchestrator as LangGraph's own server loads it (langgraph.json). The server brings the checkpointer.

The shop is the one of the setting `shop` (`SHOPGRAPH_SHOP`), else a demo shop. Whoever asks over the server is a
guest: a client's word authenticates nobody. A host that verifies customers calls `Orchestrator.ask`.
"""

from __future__ import annotations

from functools import cache

from shopgraph.config import load_settings
from shopgraph.graphs.orchestrator import Orchestration, compile_orchestrator, make_parts
from shopgraph.shop import Shop, shop_options


@cache
def _shop() -> Shop:
    settings = load_settings()
    options = shop_options(settings)
    return Shop.open(settings.shop, **options) if settings.shop else Shop.demo(**options)


def graph() -> Orchestration:
    """The compiled orchestrator of the configured shop."""
    return compile_orchestrator(make_parts(_shop()))
