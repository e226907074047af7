"""A process that is killed loses no record of an answer that left."""

from __future__ import annotations

import random
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from shopgraph.clock import parse_instant
from shopgraph.connectors.demo import generate
from shopgraph.shop import DEMO_INSTANT, Shop

_DYING = Path(__file__).with_name("dying.py")


def killed_after(folder: Path, answers: int) -> list[str]:
    """Kill a process at the moment after so many answers left; the ids of all that left before it was dead."""
    with subprocess.Popen([sys.executable, str(_DYING), str(folder)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        left = [process.stdout.readline() for _ in range(answers)]
        process.kill()
        left += process.stdout.readlines()
    return [line.strip() for line in left if line.endswith("\n")]


async def nothing_is_lost(folder: Path, left: list[str]) -> None:
    with closing(Shop.open(folder)) as shop:
        assert (await shop.audit.verify()).intact
        for request_id in left:
            records = await shop.audit.events(request_id)
            assert [record.node for record in records][-2:] == ["govern", "record"], request_id
            assert records[-1].kind == "original"
            assert shop.audit.original(records[-1]) is not None


def made(folder: Path) -> Path:
    meta, parts = generate(stores=1, seed=7, at=parse_instant(DEMO_INSTANT))
    Shop.create(folder, meta, parts).close()
    return folder


async def test_a_killed_process_loses_no_record_of_an_answer_that_left(tmp_path: Path) -> None:
    folder = made(tmp_path / "shop")
    left = killed_after(folder, 12)
    assert len(left) >= 12
    await nothing_is_lost(folder, left)


@pytest.mark.soak
@pytest.mark.timeout(3_600)
async def test_killed_again_and_again_it_loses_none(tmp_path: Path) -> None:
    folder, draw = made(tmp_path / "shop"), random.Random(7)
    left: list[str] = []
    for _ in range(30):
        left += killed_after(folder, draw.randint(1, 40))
        await nothing_is_lost(folder, left)
