"""What the catalog says: quoted by the workflow, and the measure of what a model says of it."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage

from shopgraph.graphs import build_orchestrator
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop
from tests.graphs.conftest import Talk, talk_with

pytestmark = pytest.mark.usefixtures("unchanged")
OPEN_QUESTION = "Tell me a bit about the balance bike."


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("How do I wash the Navy Knit Dress?", 'The catalog says: "Wash cool and hang to dry." Navy Knit Dress costs'),
        ("Are the Black Court Shoes true to size?", '"True to size; between sizes, take the larger one."'),
        ("Is the Kitchen Scale good up to five kilos?", '"Kitchen Scale in glass: to the gram, up to five kilos."'),
        ("Is the Wool Scarf mulesing-free?", "Wool Scarf costs $52.00."),
        ("Tell me more about the Drip Coffee Maker", "Steel and glass: brews at 93 degrees and switches itself off. "),
    ],
)
async def test_a_question_is_answered_by_what_the_catalog_says_word_for_word(talk: Talk, text: str, says: str) -> None:
    (answer,) = await talk(None, text)
    assert says in answer.answer
    assert ("The catalog says" in answer.answer) == ('"' in says)
    assert not answer.verdicts


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("The Balance Bike is made of birch and has two wheels, no pedals and no tears. Shall I check stock?", ""),
        ("It is a wooden bike without pedals, gentle on patient parents.", ""),
        ("It is made of birch in our Berlin workshop and is safe for small hands. Anything else?", "Berlin"),
        ("It is never safe for small hands, and not for patient parents. Anything else?", "never"),
        ("It is safe for 731 small hands and for patient parents. Anything else?", "731"),
    ],
)
async def test_what_a_model_says_of_the_catalog_must_be_in_what_it_was_given(shop: Shop, said: str, wrong: str) -> None:
    talk = talk_with(build_orchestrator(shop, model=ScriptedChatModel(script=[AIMessage(said)])))
    (answer,) = await talk(None, OPEN_QUESTION)
    assert answer.route.tier == "small_model"
    if wrong:
        assert answer.answer == "Anything else?"
        assert {verdict.guard for verdict in answer.verdicts} == {"passages"}
    else:
        assert answer.answer == said
        assert not answer.verdicts


async def test_a_word_longer_than_a_query_is_not_searched_for(talk: Talk) -> None:
    (answer,) = await talk("browser", f"do you have a lamp {'1' * 2000}")
    assert "Lamp" in answer.answer
