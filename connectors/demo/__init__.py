"""A believable retail chain made up from a seed: Linden & Pine, nine markets, any number of stores."""

from shopgraph.connectors.demo.chain import generate

__all__ = ["generate"]
