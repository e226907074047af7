"""`shopgraph eval tau2-replay`: gold actions leave the right database, and another database is noticed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.connectors.tau2 import canonical_hash

Document = dict[str, Any]
Write = Callable[[str, Any], Path]

ADDRESS = {"address1": "2 Oak St", "address2": "", "city": "Ames", "country": "USA", "state": "IA", "zip": "11112"}
BLUE = {"item_ids": ["lamp-red"], "new_item_ids": ["lamp-blue"], "payment_method_id": "card_ada"}


def task(task_id: str, *actions: tuple[str, Document]) -> Document:
    called = [{"action_id": "", "name": name, "arguments": arguments, "info": None} for name, arguments in actions]
    return {"id": task_id, "evaluation_criteria": {"actions": called}}


def replayed(shop: Path, tasks: Path, gold: Path, *more: str) -> Document:
    arguments = ["eval", "tau2-replay", "--shop", str(shop), "--tasks", str(tasks), "--gold", str(gold), *more]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    figures: Document = json.loads(done.stdout)
    return figures


def test_each_task_is_compared_with_its_own_end(shop_document: Document, shop_file: Path, written: Write) -> None:
    moved, changed = copy.deepcopy(shop_document), copy.deepcopy(shop_document)
    moved["users"]["ada"]["address"] = ADDRESS
    lamp = changed["orders"]["#W1"]["items"][0]
    lamp.update({"item_id": "lamp-blue", "price": 25.0, "options": {"color": "blue"}})
    changed["orders"]["#W1"]["status"] = "pending (item modified)"
    paid = {"transaction_type": "payment", "amount": 5.0, "payment_method_id": "card_ada"}
    changed["orders"]["#W1"]["payment_history"].append(paid)
    untouched = canonical_hash(shop_document)
    cancel = ("cancel_pending_order", {"order_id": "#W5", "reason": "no longer needed"})
    email = {"email": "ada@example.com"}
    tasks = [
        task("found", ("find_user_id_by_email", email), ("modify_user_address", {"user_id": "ada", **ADDRESS})),
        task("owned", ("modify_pending_order_items", {"order_id": "#W1", **BLUE})),
        task("nothing", ("calculate", {"expression": "1 + 1"})),
        task("of another", ("find_user_id_by_email", email), cancel),
        task("wrong", ("modify_user_address", {"user_id": "ada", **ADDRESS})),
    ]
    ends = {
        "found": canonical_hash(moved),
        "owned": canonical_hash(changed),
        "nothing": untouched,
        "of another": untouched,
        "wrong": untouched,
    }
    gold = {"tasks": {key: {"canonical": untouched, "fixed_canonical": end} for key, end in ends.items()}}
    figures = replayed(shop_file, written("tasks.json", tasks), written("gold.json", gold))
    assert figures == {"tasks": 5, "match_fixed_canonical": 4, "match_canonical": 2, "differing": ["wrong"]}


def test_a_task_without_a_hash_is_named(shop_file: Path, written: Write) -> None:
    tasks, gold = written("tasks.json", [task("lost")]), written("gold.json", {"tasks": {}})
    arguments = ["eval", "tau2-replay", "--shop", str(shop_file), "--tasks", str(tasks), "--gold", str(gold)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code != 0
    assert "'lost'" in str(done.exception) + done.output


@pytest.mark.data
def test_real_tasks_reach_the_real_databases(shared_data: Path, written: Write) -> None:
    folder = shared_data / "tau2-retail"
    wanted = ("21", "22", "112")
    read = json.loads((folder / "tasks.train.json").read_text(encoding="utf-8"))
    tasks = written("tasks.json", [one for one in read if one["id"] in wanted])
    figures = replayed(folder / "db.json", tasks, folder / "gold_hashes.train.json")
    assert figures == {"tasks": 3, "match_fixed_canonical": 3, "match_canonical": 2, "differing": []}
