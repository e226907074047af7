"""Who lives, by the engine's own clock; and whose work is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from dbos import WorkflowStatus
from sqlalchemy import Engine, create_engine, text

from shopgraph.tools.durable.caring import given_up, left_behind, own_queue
from shopgraph.tools.durable.leases import Leases


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path}/engine.db")
    yield engine
    engine.dispose()


def _age(database: Engine, seconds: float) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE shopgraph_leases SET until = until - :seconds"), {"seconds": seconds})


def test_a_lease_runs_out_unless_it_is_renewed(database: Engine) -> None:
    leases = Leases(database)
    leases.beat("a")
    leases.beat("b")
    assert leases.living() == {"a", "b"}
    _age(database, 60)
    assert leases.living() == frozenset()
    leases.beat("a")
    assert leases.living() == {"a"}
    leases.end("a")
    assert leases.living() == frozenset()


def test_one_process_claims_and_the_next_when_the_claim_has_run_out(database: Engine) -> None:
    leases, others = Leases(database), Leases(database)
    assert leases.claim("shop/action")
    assert not others.claim("shop/action")
    assert others.claim("shop/another")
    _age(database, 60)
    assert others.claim("shop/action")
    _age(database, 3600)
    assert leases.claim("anew")
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM shopgraph_leases")).scalar_one() == 1, "old ones are gone"


@pytest.mark.parametrize(
    ("status", "executor", "queue", "left", "over"),
    [
        ("PENDING", "alive", None, False, False),
        ("PENDING", "dead", None, True, False),
        ("PENDING", "dead", own_queue("alive"), True, False),
        ("ENQUEUED", "dead", own_queue("alive"), False, False),
        ("ENQUEUED", "dead", own_queue("dead"), True, False),
        ("CANCELLED", "alive", None, True, False),
        ("ERROR", "dead", None, False, True),
        ("SUCCESS", "dead", None, False, True),
        ("MAX_RECOVERY_ATTEMPTS_EXCEEDED", "dead", None, False, True),
    ],
)
def test_whose_action_is_whose(status: str, executor: str, queue: str | None, *, left: bool, over: bool) -> None:
    found = cast(WorkflowStatus, SimpleNamespace(status=status, executor_id=executor, queue_name=queue))
    assert (left_behind(found, {"alive"}), given_up(found)) == (left, over)
