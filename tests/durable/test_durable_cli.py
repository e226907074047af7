"""`shopgraph actions` and `shopgraph worker`, on a shop whose actions another process carries."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.domain import RunStatus
from tests.durable.conftest import Do, Place

pytestmark = pytest.mark.parametrize("template", ["sqlite"], indirect=True)
ACTION = "action:call"


async def _run(*arguments: str | Path) -> Result:
    """As from a shell: in a thread, where no event loop runs."""
    return await asyncio.to_thread(CliRunner().invoke, app, [str(each) for each in arguments], env={"COLUMNS": "200"})


async def test_a_stuck_action_is_listed_shown_and_called_off(place: Place, do: Do) -> None:
    place.till.mood("refund", "down")
    at = ("--shop", place.folder)
    with place.open() as shop:
        await do(shop, "change_payment_method", wait=0.3, order_id="#P1", payment_method_id="ann-paypal")
        while (await shop.connectors.runs.runs())[0].status is not RunStatus.STUCK:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        listed = json.loads((await _run("actions", "list", "--stuck", "--json", *at)).stdout)
        assert [each["id"] for each in listed["actions"]] == [ACTION]
        assert ACTION in (await _run("actions", "list", *at)).stdout
        shown = (await _run("actions", "show", ACTION, *at)).stdout
        for words in ("customer:ann", "charge 185.09 USD", "charge-1 done", "refund-2 unreachable", "retry, undo"):
            assert words in shown
        assert json.loads((await _run("actions", "show", ACTION, "--json", *at)).stdout)["remaining"] == ["refund-2"]
        refused = await _run("actions", "resolve", ACTION, "--as", "give-up", *at)
        assert refused.exit_code == 2
        assert "nothing refused it" in refused.stderr
        assert (await _run("actions", "resolve", ACTION, "--as", "undo", *at)).exit_code == 0
        shop.engine.wait_seconds = 20
        assert (await shop.engine.finish(shop.services, ACTION)).status is RunStatus.UNDONE
        assert json.loads((await _run("actions", "list", "--unfinished", "--json", *at)).stdout) == {"actions": []}
    assert place.till.movements() == [("pay", 18509), ("refund", 18509)]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["show", "action:none"], "There is no action action:none."),
        (["retry", "action:none"], "There is no action action:none."),
        (["resolve", "action:none", "--as", "pray"], "'pray' resolves nothing."),
    ],
)
async def test_what_is_wrong_is_said(arguments: list[str], error: str, place: Place) -> None:
    done = await _run("actions", *arguments, "--shop", place.folder)
    assert (done.exit_code, done.stdout) == (2, "")
    assert error in done.stderr


async def test_a_worker_without_a_system_outside_has_nothing_to_do(place: Place) -> None:
    done = await _run("worker", place.folder)
    assert done.exit_code == 0
    assert "there is nothing to do" in done.stderr


def test_a_worker_serves_until_it_is_told_to_stop(place: Place) -> None:
    environment = {**os.environ, "SHOPGRAPH_GATEWAY": "stripe", "STRIPE_API_KEY": "sk_test_none"}
    command = [sys.executable, "-m", "shopgraph", "worker", str(place.folder)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        said = [worker.stderr.readline(), worker.stderr.readline()]
        worker.send_signal(signal.SIGTERM)
        rest = worker.stderr.read()
        assert worker.wait(60) == 0
    assert "payments outside" in said[0]
    assert said[1] == "ready\n"
    assert rest == "stopping\n"
