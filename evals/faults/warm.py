"""Loaded once, by the process that workers are forked from: what each of them would load and work out again."""

from __future__ import annotations

import gc
from importlib import import_module

from shopgraph.evals.faults.worker import policy
from shopgraph.tools.registry import default_tools

for _name in (
    "dbos._sys_db_sqlite",
    "dbos._sys_db_postgres",
    "shopgraph.tools.durable.engine",
    "shopgraph.evals.faults.counterpart",
    "stripe",
):
    import_module(_name)
policy()
default_tools()
gc.collect()
gc.freeze()  # a collection in a fork would copy all of this
