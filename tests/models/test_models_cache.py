"""Kept answers: the same customer's, for the same request, for a while."""

from __future__ import annotations

from typing import Any

from langchain_core.messages import AIMessage

from shopgraph import kept
from shopgraph.models.cache import AnswerCache
from shopgraph.models.calling import CachePolicy

REQUEST = {"model": "small", "messages": [{"role": "user", "content": "Where is it?"}], "temperature": 0}
ANSWER = AIMessage("On its way.")


def test_an_answer_is_given_again_and_never_to_anybody_else() -> None:
    cache = AnswerCache(CachePolicy(ttl_s=60))
    cache.put(cache.key("shop:ann", REQUEST), ANSWER)
    assert cache.get(cache.key("shop:ann", REQUEST)) is ANSWER
    assert cache.get(cache.key("shop:bob", REQUEST)) is None
    assert cache.get(cache.key("", REQUEST)) is None


def test_anything_that_could_change_the_answer_is_part_of_the_key() -> None:
    cache = AnswerCache(CachePolicy(ttl_s=60))
    changes: list[dict[str, Any]] = [
        {"model": "large"},
        {"messages": []},
        {"temperature": 1},
        {"tools": [{"type": "function"}]},
        {"stop": ["."]},
    ]
    keys = {cache.key("ann", {**REQUEST, **change}) for change in [{}, *changes]}
    assert len(keys) == len(changes) + 1


def test_owner_and_request_cannot_be_confused() -> None:
    cache = AnswerCache(CachePolicy(ttl_s=60))
    assert cache.key("a", {"model": "b"}) != cache.key("ab", {"model": ""})


def test_it_is_forgotten_in_time_and_the_oldest_make_room() -> None:
    at = 0.0
    cache = AnswerCache(CachePolicy(ttl_s=60, entries=2), lambda: at)
    keys = [cache.key(owner, REQUEST) for owner in ("ann", "bob", "eve")]
    for key in keys:
        cache.put(key, ANSWER)
    assert [cache.get(key) for key in keys] == [None, ANSWER, ANSWER]
    at = 60.0
    assert cache.get(keys[2]) is None


def test_a_call_of_a_tool_is_not_kept_and_without_a_time_nothing_is() -> None:
    cache = AnswerCache(CachePolicy(ttl_s=60))
    key = cache.key("ann", REQUEST)
    cache.put(key, AIMessage("", tool_calls=[{"name": "cancel_order", "args": {}, "id": "1"}]))
    cache.put(key, AIMessage("  "))
    assert cache.get(key) is None
    assert AnswerCache(CachePolicy()).key("ann", REQUEST) is None


def test_what_has_expired_goes_when_what_the_process_keeps_is_emptied() -> None:
    at = 0.0
    cache = AnswerCache(CachePolicy(ttl_s=60), lambda: at)
    cache.put(cache.key("ann", REQUEST), ANSWER)
    at = 30.0
    cache.put(cache.key("bob", REQUEST), ANSWER)
    kept.empty()
    assert len(cache._kept) == 2
    at = 60.0
    kept.empty()
    assert len(cache._kept) == 1
    assert cache.get(cache.key("bob", REQUEST)) is ANSWER
