"""`shopgraph describe`: what could be written is, and what could not is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from shopgraph.connectors.demo.cast import TREND_REGION_ID

Invoke = Callable[..., Result]


def test_an_unknown_product_does_not_cost_the_report_of_the_others(
    shopgraph: Invoke, demo_shop: Path, tmp_path: Path
) -> None:
    shop = Path(shutil.copytree(demo_shop, tmp_path / "own"))
    asked = ("--shop", shop, "--region", TREND_REGION_ID)
    done = shopgraph("describe", "prd_kite", "prd_nope", *asked)
    assert done.exit_code == 1, done.output
    told = json.loads(done.stdout)
    assert told["written"] == 1
    assert [each["product_id"] for each in told["texts"]] == ["prd_kite"]
    assert told["failed"] == [
        f"prd_nope {TREND_REGION_ID}: There is no product prd_nope. Name one by its id in the catalog."
    ]
    again = shopgraph("describe", "prd_kite", *asked)
    assert (again.exit_code, json.loads(again.stdout)["kept"]) == (0, 1)


def test_an_unknown_region_is_refused_before_anything_is_written(shopgraph: Invoke, demo_shop: Path) -> None:
    done = shopgraph("describe", "--shop", demo_shop, "--region", "atlantis")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "no region 'atlantis'. It sells in " in done.stderr
