"""`eval recommend` and `eval copy`, `train recommender` and `train copy`, end to end on made-up rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from shopgraph.cli.app import app
from shopgraph.evals.recommend import Ranked, figures

pytest.importorskip("scipy")


def _lines(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def _invoices(first: int, last: int) -> list[dict[str, object]]:
    chance = np.random.default_rng(first)
    kits = (["A", "B", "C"], ["D", "E", "F"])
    return [
        {
            "i": f"{day}{who}",
            "t": f"2011-{1 + day // 28:02d}-{1 + day % 28:02d} 09:00",
            "c": str(who),
            "L": [[item, 1, 2.0] for item in chance.permutation(kits[who % 2]).tolist()],
        }
        for day in range(first, last)
        for who in range(6)
        if (day + who) % 3 == 0
    ]


def test_a_recommender_is_measured_and_learned(tmp_path: Path) -> None:
    train, test = _lines(tmp_path / "a.jsonl", _invoices(0, 90)), _lines(tmp_path / "b.jsonl", _invoices(90, 110))
    for task, key, beside in (
        ("completion", "recall_at_10", "g_topfreq"),
        ("next-basket", "recall_at_10", "gp_topfreq"),
    ):
        out = tmp_path / f"{task}.json"
        command = ["eval", "recommend", "--task", task, "--train", str(train), "--test", str(test), "--json", str(out)]
        done = CliRunner().invoke(app, [*command, "--require", f"{key}>=0.99"])
        assert done.exit_code == 0, done.output
        told = json.loads(out.read_text(encoding="utf-8"))
        assert {"recall_at_10", "recall_at_20", "ndcg_at_10", "mrr", "train_s"} <= told.keys()
        assert told[f"ratio_to_{beside}"][key] == round(told[key] / told[beside][key], 3)
    done = CliRunner().invoke(app, ["train", "recommender", "--data", str(train), "--out", str(tmp_path / "model")])
    assert done.exit_code == 0, done.output
    assert {each.name for each in (tmp_path / "model").iterdir()} == {"weights.safetensors", "items.json", "card.md"}
    held_out = {each["task"]: each for each in json.loads(done.stdout)["held_out"]}
    assert held_out["completion"]["asked"] >= 20
    # Three things that are always bought together are counted as well as they are learned.
    assert held_out["completion"]["model"] == held_out["completion"]["counts"] == 1.0
    assert not held_out["completion"]["better"]
    assert "NOT better than counts" in (tmp_path / "model" / "card.md").read_text(encoding="utf-8")
    assert "is better than counting for completion and next-basket. A shop goes on counting there" in done.stderr
    assert CliRunner().invoke(app, ["train", "recommender", "--out", str(tmp_path / "none")]).exit_code == 2
    assert not (tmp_path / "none").exists()


def test_a_recommender_stands_beside_what_is_bought_most(tmp_path: Path) -> None:
    def invoice(number: int, customer: str, items: str) -> dict[str, object]:
        day = f"2011-{1 + number // 28:02d}-{1 + number % 28:02d} 09:00"
        return {"i": str(number), "t": day, "c": customer, "L": [[item, 1, 2.0] for item in items]}

    kinds = ("AB", "AB", "CDE", "A")
    train = _lines(tmp_path / "a.jsonl", [invoice(number, str(number % 4), kinds[number % 4]) for number in range(120)])
    test = _lines(tmp_path / "b.jsonl", [invoice(130, "2", "CA"), invoice(131, "3", "AE"), invoice(132, "new", "AB")])
    out = tmp_path / "out.json"
    asked = ["eval", "recommend", "--train", str(train), "--test", str(test), "--json", str(out), "--task"]
    assert CliRunner().invoke(app, [*asked, "next-basket"]).exit_code == 0
    # Customer 2: own C, D, E, then A, B. Customer 3: own A, then B, C, D, E. The third was never seen.
    told = json.loads(out.read_text(encoding="utf-8"))
    assert (told["n"], told["gp_topfreq"]["recall_at_10"], told["gp_topfreq"]["mrr"]) == (2, 1.0, 1.0)
    gain = ((1 + 1 / np.log2(5)) + (1 + 1 / np.log2(6))) / 2 / (1 + 1 / np.log2(3))
    assert told["gp_topfreq"]["ndcg_at_10"] == round(gain, 4)
    assert CliRunner().invoke(app, [*asked, "completion"]).exit_code == 0
    # Without what is in the basket: A, B, D, E for C, then B, C, D, E for A, then B, C, D, E for A.
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["g_topfreq"]["mrr"] == round((1 + 1 / 4 + 1) / 3, 4)


def test_copy_is_measured_and_learned(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "packages": [
                {"headline": f"A handmade {what}", "impressions": 2000, "clicks": 90, "image": "p"},
                {"headline": f"A cheap {what}", "impressions": 2000, "clicks": 40, "image": "p"},
            ]
        }
        for what in ("lamp", "chair", "kettle", "scarf", "bench", "rug", "clock", "vase")
    ]
    train, test = _lines(tmp_path / "a.jsonl", rows[:6]), _lines(tmp_path / "b.jsonl", rows[6:])
    out = tmp_path / "out.json"
    command = ["eval", "copy", "--task", "headline", "--train", str(train), "--test", str(test), "--json", str(out)]
    assert CliRunner().invoke(app, [*command, "--require", "accuracy>=1"]).exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["n"] == 2
    learned = ["train", "copy", "--task", "headline", "--data", str(train), "--out", str(tmp_path / "model")]
    assert CliRunner().invoke(app, learned).exit_code == 0
    lacking = ["eval", "copy", "--task", "response", "--train", str(train), "--test", str(test)]
    assert CliRunner().invoke(app, lacking).exit_code == 2


def test_figures_are_those_of_the_definitions() -> None:
    told = figures([Ranked(said=["x", "a", "y", "b"], right=frozenset("ab")), Ranked(said=["z"], right=frozenset("q"))])
    gain = (1 / np.log2(3) + 1 / np.log2(5)) / (1 + 1 / np.log2(3))
    assert told["recall_at_10"] == 0.5
    assert told["ndcg_at_10"] == round(gain / 2, 4)
    assert told["mrr"] == 0.25
