"""Real data by others: the gold actions of tau2-bench's retail tasks, done by our tools, reach the right database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shopgraph.connectors.tau2 import canonical_hash, to_tau2
from shopgraph.evals.tau2.bench import Bench
from shopgraph.evals.tau2.cases import read_cases, read_gold, read_tasks
from shopgraph.evals.tau2.desk import CONFIRMED
from shopgraph.evals.tau2.replay import replay
from shopgraph.tools.spec import Outcome

pytestmark = pytest.mark.data

# Every kind of change, several in a row, and the two whose reference effect is wrong upstream (21, 37). The whole
# replay takes a minute and is an evaluation: `shopgraph eval tau2-replay`.
TASKS = ("21", "22", "23", "30", "37", "78", "112")


@pytest.fixture(scope="module")
def bench(shared_data: Path) -> Iterator[Bench]:
    """The retailer's whole database, imported once."""
    with Bench(shared_data / "tau2-retail" / "db.json") as opened:
        yield opened


@pytest.mark.parametrize("task_id", TASKS)
async def test_gold_actions_reach_the_right_database(shared_data: Path, bench: Bench, task_id: str) -> None:
    folder = shared_data / "tau2-retail"
    (task,) = [read for read in read_tasks(folder / "tasks.train.json") if read.id == task_id]
    await replay(bench, task)
    gold = read_gold(folder / "gold_hashes.train.json")[task_id]
    assert canonical_hash(to_tau2(bench.shop.dump())) == gold.fixed_canonical


async def test_what_the_retailers_policy_forbids_changes_nothing(shared_data: Path, bench: Bench) -> None:
    bench.reset()
    tried, before = 0, bench.shop.dump()
    for case in read_cases([shared_data / "tau2-retail" / "violations.dev.json"]):
        # Where the call alone breaks the rule; the evaluation plays the others, with their conversations.
        if case.played.setup or case.expected.kind != "partial":
            continue
        desk = bench.desk(case.played.context.user_id)
        outcome = await desk.call(case.played.tool, case.played.arguments, CONFIRMED)
        assert outcome.outcome is Outcome.REFUSED, case.expected.id
        tried += 1
    assert tried >= 10
    assert bench.shop.dump() == before
