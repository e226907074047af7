"""`shopgraph eval guards speed`: the whole outbound chain on a long answer, beside guardrails-ai and NeMo Guardrails.

Every call gets facts and a text of its own, so nothing that was kept from an earlier call helps. Reading the facts from
JSON is measured apart, and so is an answer that comes word by word without a pause: from its first word to the first
checked piece. The text is about 1,000 characters long, names 12 of 20 products and holds more than 30 figures.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import re
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import JsonValue

from shopgraph.errors import ConfigurationError
from shopgraph.evals.report import EvalReport
from shopgraph.guards.chain import GuardChain
from shopgraph.guards.facts import Facts
from shopgraph.guards.policy import load_bundle

NAMES = (
    "Oak Stool", "Rain Cape", "Felt Hat", "Tea Tin", "Wool Rug", "Clay Vase", "Jute Bag", "Silk Scarf", "Cork Mat",
    "Pine Shelf", "Iron Pan", "Wax Candle", "Linen Cap", "Glass Jug", "Suede Belt", "Brass Bell", "Down Quilt",
    "Straw Mat", "Ash Bowl", "Slate Tray",
)  # fmt: skip
NAMED = 12
Draft = tuple[str, Facts]


def evaluate(
    calls: Annotated[int, typer.Option(min=100, help="Calls of the chain.")] = 1000,
    guard_calls: Annotated[int, typer.Option(min=10, help="Calls of guardrails-ai's validate, and of NeMo.")] = 100,
    nemo: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="`pip install --target FOLDER nemoguardrails`.")
    ] = None,
) -> EvalReport:
    """Measure the outbound chain on a long and right answer, beside guardrails-ai's validate with the same checks."""
    chain = GuardChain.for_bundle(load_bundle("default"))
    guard = chain.guard()
    drafts = [draft(random.Random(number)) for number in range(calls)]  # noqa: S311 - texts, not secrets
    others = [draft(random.Random(calls + number)) for number in range(guard_calls)]  # noqa: S311
    verdicts = chain.run(*drafts[0]).verdicts
    if verdicts:
        raise ConfigurationError(f"The measured answer is right, yet {verdicts[0]}.")
    ours = _measured(drafts, lambda item: chain.run(*item))
    cpu = _measured(drafts, lambda item: chain.run(*_copied(item)), time.process_time)
    wrong = _measured([_spoiled(item) for item in drafts], lambda item: chain.run(*item))
    first = asyncio.run(_first_pieces(chain, [_copied(item) for item in drafts]))
    written = [(facts.model_dump_json(), facts) for _, facts in drafts]
    parsing = _measured(written, lambda item: Facts.model_validate_json(item[0]))
    theirs = _measured(others, lambda item: guard.validate(item[0], metadata={"facts": item[1]}))
    return EvalReport(
        name="guards speed",
        figures={
            "characters": round(statistics.mean(len(text) for text, _ in drafts)),
            "products_named": NAMED,
            "products_in_facts": len(NAMES),
            "figures": len(_figures(drafts[0][0])),
            "chain_ms": _milliseconds(ours),
            "chain_cpu_ms": _milliseconds(cpu),
            "chain_with_three_wrong_figures_ms": _milliseconds(wrong),
            "stream_first_piece_ms": _milliseconds(first),
            "reading_facts_ms": _milliseconds(parsing),
            "guardrails_validate_ms": _milliseconds(theirs),
            "times_faster": round(statistics.median(theirs) / statistics.median(ours), 1),
            "nemo_ms": _milliseconds(_measured_nemo(nemo, others)) if nemo else None,
        },
    )


def _copied(item: Draft) -> Draft:
    """The same as another object, for which nothing was kept."""
    return f"{item[0]} ", item[1].model_copy()


def _spoiled(item: Draft) -> Draft:
    """With three wrong prices."""
    text, facts = item
    for price in re.findall(r"costs \$(\d+\.\d\d) and", text)[:3]:
        text = text.replace(f"costs ${price} and", "costs $7.77 and", 1)
    return text, facts


async def _first_pieces(chain: GuardChain, items: list[Draft]) -> list[float]:
    """Milliseconds from the first word of each answer to its first checked piece."""
    times: list[float] = []
    for text, facts in items:
        stream = chain.stream(_words(text), facts)
        said = "".join([piece async for piece in stream])
        if stream.seconds_to_first is None or said != text:
            raise ConfigurationError(f"The measured answer is right, yet {said[-40:]!r} ends it.")
        times.append(stream.seconds_to_first * 1000)
    return times


async def _words(text: str) -> AsyncIterator[str]:
    for word in re.findall(r"\S+\s*", text):
        yield word


def _measured_nemo(folder: Path, items: list[Draft]) -> list[float]:
    """Milliseconds of NeMo Guardrails with a rail of its own, in a process that finds it first in the folder.

    Raises:
        ConfigurationError: it is not installed there, or failed.
    """
    lines = [json.dumps({"text": text, "amounts": re.findall(r"\$(\d+\.\d\d)", text)}) for text, _ in items[:1] + items]
    done = subprocess.run(  # noqa: S603 - this interpreter and our own script
        [sys.executable, str(Path(__file__).with_name("speed_nemo.py"))],
        input="\n".join(lines),
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ConfigurationError(
            f"NeMo Guardrails in {folder} failed: {done.stderr.strip().splitlines()[-1:]}.",
            remedy=f"pip install --target {folder} nemoguardrails",
        )
    return [float(value) for value in json.loads(done.stdout)]


def draft(rng: random.Random) -> Draft:
    """A right answer and its facts."""
    prices = {name: f"{rng.randint(12, 400)}.{rng.randint(0, 99):02d}" for name in NAMES}
    stock = {name: rng.randint(2, 60) for name in NAMES}
    most = rng.randint(4, 9)
    facts: dict[str, Any] = {
        "locale": "en_US",
        "currency": "USD",
        "products": [
            {"name": name, "sku": f"S-{place}", "price": prices[name], "stock": stock[name]}
            for place, name in enumerate(NAMES)
        ],
        "delivery": {"min_days": 2, "max_days": most, "price": "4.99", "free_from": "50.00"},
        "return_window_days": 30,
        "tax_percent": "8.875",
        "orders": [{"id": "#D100200", "status": "shipped", "total": "88.40", "tracking": "1Z999AA10123456784"}],
        "discount": {"allowed": True, "max_percent": "10"},
    }
    named = rng.sample(NAMES, NAMED)
    lines = [f"The {name} costs ${prices[name]} and {stock[name]} are left of it in our shop." for name in named]
    text = " ".join(
        [
            "Thank you for asking, here is what I found for you.",
            *lines,
            f"Delivery costs $4.99, takes 2-{most} business days and is free from $50.00.",
            "You can return everything within 30 days; sales tax of 8.875% comes on top.",
            "Order #D100200 over $88.40 has been shipped; I can give you up to 10% off.",
        ]
    )
    return text, Facts.model_validate(facts)


def _figures(text: str) -> list[str]:
    return [word for word in text.split() if any(char.isdigit() for char in word)]


def _measured(
    items: list[Draft], call: Callable[[Draft], object], clock: Callable[[], float] = time.perf_counter
) -> list[float]:
    for item in items[:5]:
        call(item)
    times = []
    gc.collect()
    gc.disable()  # a collection would fall on whichever call comes next, whoever made the garbage
    try:
        for item in items:
            begun = clock()
            call(item)
            times.append((clock() - begun) * 1000)
    finally:
        gc.enable()
    return times


def _milliseconds(times: list[float]) -> dict[str, JsonValue]:
    return {
        "p50": round(statistics.median(times), 4),
        "p99": round(statistics.quantiles(times, n=100, method="inclusive")[98], 4),
    }
