"""The page that lists the tools says what the declarations say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import Field

from shopgraph.domain import Value
from shopgraph.tools.reference import reference
from shopgraph.tools.registry import default_tools, tool
from shopgraph.tools.spec import Cost, Scope, System, ToolContext

DOCS = Path(__file__).parents[2] / "docs"


class Answer(Value):
    """Nothing much."""


def test_the_page_is_what_the_declarations_say() -> None:
    page = (DOCS / "tools.md").read_text()
    listed = re.search(r"<!-- tools -->\n(.*)<!-- /tools -->", page, re.DOTALL)
    assert listed is not None
    assert listed[1] == reference(default_tools()), "put in what `python -m shopgraph.tools.reference` prints"


def test_every_tool_stands_in_it_once() -> None:
    rows = re.findall(r"^\| `(\w+)`", reference(default_tools()), re.MULTILINE)
    assert sorted(rows) == sorted(default_tools())


def test_a_row_says_what_a_tool_touches_and_takes() -> None:
    @tool(system=System.CRM, scope=Scope.CUSTOMER, mutates=True, needs_confirmation=True, cost=Cost.TIME)
    async def wave(
        context: ToolContext,
        who: Annotated[str, Field(min_length=1)],
        hands: tuple[int, ...] = (),
        at: str | None = None,
    ) -> Answer:
        """Wave | greet.

        More of it.
        """
        return Answer()

    assert reference({"wave": wave}).splitlines()[0] == "### CRM"
    assert reference({"wave": wave}).splitlines()[-1] == (
        "| `wave`<br>Wave &#124; greet. | customer | yes | yes | time |"
        " `who` string<br>`hands?` list of integer<br>`at?` string |"
    )


@pytest.mark.parametrize("word", ["refund_order", "offer_discount", "check_stock"])
def test_the_page_explains_what_a_table_cannot(word: str) -> None:
    assert f"**`{word}`**" in (DOCS / "tools.md").read_text()
