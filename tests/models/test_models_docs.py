"""docs/models.md is true: its file can be read, and the defaults that it shows are the defaults."""

from __future__ import annotations

from pathlib import Path

from shopgraph.models.calling import BudgetPolicy, CachePolicy, CallPolicy
from shopgraph.models.registry import LEDGER, load_models
from shopgraph.models.routes import Tier

PAGE = Path(__file__).parents[2] / "docs" / "models.md"


def test_the_file_that_it_shows_is_read_and_shows_the_defaults(tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    file = tmp_path / "models.yaml"
    file.write_text(page.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    registry = load_models(file)
    assert (registry.name_for(Tier.SMALL_MODEL), registry.name_for(Tier.LARGE_MODEL)) == ("small", "large")
    assert registry.file.calls == CallPolicy()
    assert registry.file.cache == CachePolicy()
    assert registry.file.budget.ledger == LEDGER
    shown = page.partition("calls:")[2].partition("budget:")[0]
    left_out = {"max_output_tokens"}
    assert {name for name in CallPolicy.model_fields if f"  {name}:" not in shown} == left_out
    assert all(f"  {name}:" in page for name in (*BudgetPolicy.model_fields, "ttl_s"))
