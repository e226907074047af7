"""The recommender as a graph: what may be offered now, without what was shown just before, ranked, remembered."""

from shopgraph.graphs.recommend.graph import Recommender, build_recommender, compile_recommender
from shopgraph.graphs.recommend.state import Recommended

__all__ = ["Recommended", "Recommender", "build_recommender", "compile_recommender"]
