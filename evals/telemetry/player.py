"""A process that plays requests on the demo shop as a host would, when a line tells it to: `play N` or `crowd N`."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time

from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.graphs import Orchestrator, build_orchestrator
from shopgraph.guards.screen import mask_personal
from shopgraph.shop import Shop
from shopgraph.telemetry import tracing
from shopgraph.telemetry.langfuse import configure_langfuse

_TEXTS = ("where is my order?", "what is on sale?", "do you have bags?", "hi there")
_TURNS = ("where is my order?", "thanks")


async def _play(orchestrator: Orchestrator, count: int) -> dict[str, object]:
    """One request after the other: milliseconds of each, and CPU of all."""
    ms: list[float] = []
    cpu = time.process_time()
    for number in range(count):
        started = time.perf_counter()
        await orchestrator.ask(_TEXTS[number % len(_TEXTS)], principal=Principal.customer(CAST["tracker"].customer_id))
        ms.append((time.perf_counter() - started) * 1000)
    return {"ms": ms, "cpu_ms": (time.process_time() - cpu) * 1000}


async def _crowd(orchestrator: Orchestrator, count: int) -> dict[str, object]:
    """So many conversations at once, of customers and of guests: whose each one is, as traces name them."""
    people = [Principal.guest(), *(Principal.customer(each.customer_id) for each in CAST.values())]
    shop = orchestrator.shop

    async def talk(number: int) -> tuple[str, str]:
        who = people[number % len(people)]
        conversation: str | None = None
        for text in _TURNS:
            answer = await orchestrator.ask(text, principal=who, conversation_id=conversation)
            conversation = answer.conversation_id
        return str(conversation), shop.audit.pseudonym(f"customer:{who.customer_id}") if who.customer_id else ""

    talked = await asyncio.gather(*(talk(number) for number in range(count)))
    await asyncio.to_thread(tracing.flush, 120)
    return {"users": dict(talked), "turns": len(_TURNS)}


def main() -> None:
    """Serve lines of standard input until it ends; what is printed is one JSON object for each."""
    sent = configure_langfuse(os.environ, mask=mask_personal)
    with asyncio.Runner() as runner, Shop.demo(stores=1) as shop:
        orchestrator = build_orchestrator(shop)
        runner.run(_play(orchestrator, 2 * len(_TEXTS)))
        print(json.dumps({"langfuse": sent}), flush=True)
        for line in sys.stdin:
            what, _, count = line.partition(" ")
            work = _crowd if what == "crowd" else _play
            print(json.dumps(runner.run(work(orchestrator, int(count)))), flush=True)


if __name__ == "__main__":
    main()
