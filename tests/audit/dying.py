"""A process that answers until it is killed, and says which answers left. `python dying.py SHOP`."""

from __future__ import annotations

import asyncio
import itertools
import sys
from contextlib import closing

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.graphs import Orchestrator, build_orchestrator
from shopgraph.shop import Shop

_TEXTS: tuple[str, ...] = ("where is my order?", "how long does delivery take?", "let me talk to a person")
_AT_ONCE = 6


async def _answer(orchestrator: Orchestrator, texts: itertools.cycle[str]) -> None:
    who = Principal.customer(CAST["tracker"].customer_id)
    while True:
        answer = await orchestrator.ask(next(texts), principal=who)
        sys.stdout.write(f"{answer.request_id}\n")
        sys.stdout.flush()


async def _main(folder: str) -> None:
    with closing(Shop.open(folder)) as shop:
        orchestrator, texts = build_orchestrator(shop), itertools.cycle(_TEXTS)
        await asyncio.gather(*(_answer(orchestrator, texts) for _ in range(_AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
