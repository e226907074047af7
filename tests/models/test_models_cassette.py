"""Recorded calls: replayed by the rendered request, told apart when it changes, without personal data or keys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage

from shopgraph.errors import ConfigurationError
from shopgraph.guards.masking import hidden_words
from shopgraph.guards.screen import mask_personal
from shopgraph.models.cassette import Cassette, CassetteChat
from shopgraph.models.scope import call_scope
from shopgraph.models.scripted import ScriptedChatModel

KEY = "sk-planted-0123456789abcdef"
ANN = {"given_name": "Annabel", "family_name": "Lee", "street": "12 Sea Road", "zip": "10001"}
BEA = {"given_name": "Beatrix", "family_name": "Kidd", "street": "3 Hill Lane", "zip": "94105"}
TOOL = {"type": "function", "function": {"name": "get_order", "parameters": {"type": "object", "properties": {}}}}


def talk(private: dict[str, str], question: str = "Where is order #D1000001?") -> list[Any]:
    facts = f"<facts>\nCustomer: {private['given_name']}, {private['street']}, mail ann@example.com\n</facts>"
    return [SystemMessage(f"Be brief.\n{facts}"), HumanMessage(f"{question} I am {private['given_name']}. Key {KEY}.")]


def tape(path: Path, *, record: bool, answers: tuple[AIMessage | str, ...] = ()) -> CassetteChat:
    inner = ScriptedChatModel(script=answers) if record else None
    return CassetteChat(cassette=Cassette(path, record=record, mask=mask_personal), inner=inner)


async def recorded(path: Path, *answers: AIMessage | str) -> None:
    model = tape(path, record=True, answers=answers)
    with call_scope(private=ANN):
        for _ in answers:
            await model.ainvoke(talk(ANN))


async def test_what_was_recorded_is_replayed_without_the_model(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    call = AIMessage("", tool_calls=[{"name": "get_order", "args": {"order_id": "#D1"}, "id": "call_1"}])
    await recorded(path, call, "Dear Annabel, it is on its way.")
    model = tape(path, record=False)
    with call_scope(private=ANN):
        assert (await model.ainvoke(talk(ANN))).tool_calls == call.tool_calls
        for _ in range(2):  # the last answer stays the last
            assert (await model.ainvoke(talk(ANN))).text == "Dear Annabel, it is on its way."
        streamed = [chunk async for chunk in model.astream(talk(ANN))]
    assert "".join(chunk.text for chunk in streamed) == "Dear Annabel, it is on its way."


async def test_no_personal_datum_and_no_key_is_in_it_and_another_customer_is_answered_by_name(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    await recorded(path, f"Dear Annabel Lee of 12 Sea Road, 10001: order #D1000001. {KEY}")
    text = path.read_text(encoding="utf-8")
    for secret in (*ANN.values(), "ann@example.com", KEY):
        assert secret not in text.replace("#D1000001", "")
    assert "#D1000001" in text
    with call_scope(private=BEA):
        answer = await tape(path, record=False).ainvoke(talk(BEA))
    assert answer.text.startswith("Dear Beatrix Kidd of 3 Hill Lane, 94105: order #D1000001.")


async def test_what_a_tool_says_of_people_is_not_in_it_either(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    call = AIMessage("", tool_calls=[{"name": "get_order", "args": {}, "id": "call_1"}])

    def asked(street: str) -> list[Any]:
        result = {"order_id": "#D1", "shipping_address": {"line1": street, "city": "Springfield"}}
        return [HumanMessage("Where to?"), call, ToolMessage(json.dumps(result), tool_call_id="call_1")]

    await tape(path, record=True, answers=("To 7 Elm Street, Springfield.",)).ainvoke(asked("7 Elm Street"))
    kept = path.read_text(encoding="utf-8")
    assert "Elm" not in kept
    assert "Springfield" not in kept
    assert (await tape(path, record=False).ainvoke(asked("9 Oak Avenue"))).text == "To 9 Oak Avenue, Springfield."


async def test_a_changed_request_says_what_changed(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    await recorded(path, "It is on its way.")
    model = tape(path, record=False)
    with call_scope(private=ANN), pytest.raises(ConfigurationError) as caught:
        await model.ainvoke(talk(ANN, "Where is order #D1000009?"))
    assert "+" in caught.value.message
    assert "#D1000009" in caught.value.message
    assert "#D1000001" in caught.value.message
    assert "cassette_record" in caught.value.remedy
    assert "Annabel" not in str(caught.value)
    with call_scope(private=ANN), pytest.raises(ConfigurationError, match="get_order"):
        await model.bind_tools([TOOL]).ainvoke(talk(ANN))


def test_without_a_scope_it_works_synchronously(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    assert tape(path, record=True, answers=("Hello.",)).invoke("Hi req_0123456789abcdef").text == "Hello."
    replay = tape(path, record=False)
    assert replay.invoke("Hi req_fedcba9876543210").text == "Hello."  # ids of requests are no part of a request
    assert "".join(chunk.text for chunk in replay.stream("Hi req_0123456789abcdef")) == "Hello."


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot be read: FileNotFoundError"), ("{}\n", "line 1: no recorded call"), ("[1]\n", "line 1")],
)
def test_a_cassette_that_is_none_is_named(tmp_path: Path, content: str | None, says: str) -> None:
    path = tmp_path / "calls.jsonl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=says) as caught:
        Cassette(path, record=False, mask=str)
    assert "calls.jsonl" in str(caught.value)


def test_recording_needs_a_model_and_a_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no model to record"):
        CassetteChat(cassette=Cassette(tmp_path / "x", record=True, mask=str)).invoke("x")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        tape(tmp_path / "no" / "x", record=True, answers=("Hello.",)).invoke("x")


async def test_what_somebody_typed_without_a_form_is_put_back_and_not_kept(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"

    def played(*, record: bool) -> CassetteChat:
        inner = ScriptedChatModel(script=["Ms Fischer, the Larkspur parcel has shipped."]) if record else None
        tape = Cassette(path, record=record, mask=mask_personal, hide=hidden_words)
        return CassetteChat(cassette=tape, inner=inner)

    def asked(name: str, street: str) -> list[Any]:
        return [SystemMessage("Be brief."), HumanMessage(f"my name is {name}, where is my order to {street}?")]

    await played(record=True).ainvoke(asked("Johanna Fischer", "Larkspur Crescent"))
    content = path.read_text(encoding="utf-8")
    assert not [word for word in ("Johanna", "Fischer", "Larkspur", "Crescent") if word in content]
    assert "where is my order" in content
    said = await played(record=False).ainvoke(asked("Priya Raghunathan", "Oakhollow Lane"))
    assert said.text == "Ms Raghunathan, the Oakhollow parcel has shipped."
