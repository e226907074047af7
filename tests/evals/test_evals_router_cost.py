"""Router cost: everybody is asked the same messages by turns, and what is not installed is null."""

from __future__ import annotations

from shopgraph.evals.router_cost import BLOCK, Ask, _complexity, _figures, _measured


def test_all_are_asked_the_same_messages_in_blocks() -> None:
    asked: list[tuple[str, str]] = []
    texts = [f"message {at}" for at in range(2 * BLOCK + 7)]

    def asking(name: str) -> Ask:
        return lambda text: asked.append((name, text))

    micros = _measured({name: asking(name) for name in ("one", "two")}, texts)
    assert {name: len(taken) for name, taken in micros.items()} == {"one": len(texts), "two": len(texts)}
    counted = asked[2 * BLOCK :]
    assert (
        [text for name, text in counted if name == "one"] == texts == [text for name, text in counted if name == "two"]
    )
    assert [name for name, _ in counted[: 2 * BLOCK]] == ["one"] * BLOCK + ["two"] * BLOCK


def test_ratios_to_what_is_there_and_null_for_what_is_not() -> None:
    asks: dict[str, Ask | None] = {"shipped": len, "learned": len, "fast": len, "absent": None}
    figures = _figures(asks, {"shipped": [2.0, 2.0], "learned": [4.0, 4.0], "fast": [1.0, 1.0]})
    assert figures["shipped_us_median"] == 2.0
    assert figures["absent_us_median"] is None
    assert figures["ratio_of_shipped"] == {"fast": 2.0, "absent": None}
    assert figures["ratio_of_learned"] == {"fast": 4.0, "absent": None}


def test_litellms_own_router_can_be_asked() -> None:
    assert _complexity()("what is the capital of France") is not None
