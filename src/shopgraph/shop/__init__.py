"""The shop: connectors, clock, policy, guards, audit and models put together. The composition root."""

from shopgraph.shop.opened import DEMO_INSTANT, Shop, clock_of
from shopgraph.shop.options import gateway_options, shop_options
from shopgraph.shop.searching import hybrid_search

__all__ = ["DEMO_INSTANT", "Shop", "clock_of", "gateway_options", "hybrid_search", "shop_options"]
