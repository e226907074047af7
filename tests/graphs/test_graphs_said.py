"""The reducer of a conversation's messages does what LangGraph's own does."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, RemoveMessage
from langgraph.graph.message import REMOVE_ALL_MESSAGES, add_messages

from shopgraph.graphs.state import add_said

IDS = st.sampled_from(["a", "b", "c", None])
SAID = st.builds(
    lambda kind, text, known: kind(content=text, id=known),
    st.sampled_from([HumanMessage, AIMessage]),
    st.text(max_size=3),
    IDS,
)
OTHER = st.one_of(
    st.builds(lambda text, known: AIMessageChunk(content=text, id=known), st.text(max_size=3), IDS),
    st.builds(lambda known: RemoveMessage(id=known), st.sampled_from(["a", "b", "c", REMOVE_ALL_MESSAGES])),
    st.builds(lambda text: {"role": "user", "content": text}, st.text(max_size=3)),
    st.builds(lambda text: ("assistant", text), st.text(max_size=3)),
)


def _outcome(reducer: Any, old: list[Any], new: Any) -> Any:
    """What it makes of them; an id that it had to make up is left open."""
    try:
        found = reducer([each.model_copy() for each in old], _copied(new))
    except ValueError as error:
        return str(error)
    return [(type(each), each.content, each.id if each.id in ("a", "b", "c") else bool(each.id)) for each in found]


def _copied(new: Any) -> Any:
    if isinstance(new, list):
        return [_copied(each) for each in new]
    return new.model_copy() if hasattr(new, "model_copy") else new


@given(
    old=st.lists(SAID, max_size=4),
    new=st.one_of(st.lists(SAID, max_size=3), st.lists(st.one_of(SAID, OTHER), max_size=3), SAID),
)
def test_it_is_langgraphs(old: list[Any], new: Any) -> None:
    before = add_messages([], old)
    assert isinstance(before, list)
    assert _outcome(add_said, before, new) == _outcome(add_messages, before, new)


def test_what_was_said_before_is_left_as_it_was() -> None:
    """A state that was handed out does not change under its reader."""
    before: list[Any] = [HumanMessage("Hello", id="a")]
    after = add_said(before, [AIMessage("Hi", id="b")])
    assert [each.id for each in before] == ["a"]
    assert [each.id for each in after] == ["a", "b"]
