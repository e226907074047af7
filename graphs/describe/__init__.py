"""Product descriptions as a graph: written from facts, checked by the guards, chosen by what sells, remembered."""

from shopgraph.graphs.describe.batch import DescribeReport, describe_catalog
from shopgraph.graphs.describe.graph import Describer, build_describer, compile_describer
from shopgraph.graphs.describe.state import Described

__all__ = [
    "DescribeReport",
    "Described",
    "Describer",
    "build_describer",
    "compile_describer",
    "describe_catalog",
]
