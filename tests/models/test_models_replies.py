"""Replies: only a clear yes is a yes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopgraph.models.replies import answer_of, is_fragment


@pytest.mark.parametrize(
    "text",
    ["yes", "Yes!", "YES please", "yeah", "yep do it", "go ahead", "yes, do it", "ok", "Okay.", "sure", "y", "👍",
     "that's correct", "that’s fine by me", "please proceed", "I confirm", "sounds good, go ahead",
     "yes, that works", "of course", "yes I'd like that", "absolutely, thank you so much", "ok thanks"],
)  # fmt: skip
def test_yes(text: str) -> None:
    assert answer_of(text) == "yes"


@pytest.mark.parametrize(
    "text",
    ["no", "No.", "nope", "no thanks", "No, thank you very much", "no, leave it", "don't", "dont do it",
     "do not do that!", "never mind", "forget it", "not now", "I changed my mind", "I don't want that",
     "I’ll keep it", "nah", "stop", "please don't", "no no no", "I'd rather not"],
)  # fmt: skip
def test_no(text: str) -> None:
    assert answer_of(text) == "no"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "yes?", "yes but to another card", "yes, if it is free", "yes unless it costs more",
     "sure, what is it", "yes and also cancel the other one", "yes no", "no wait yes", "not sure", "I'm not sure",
     "maybe", "why not", "no, use my visa", "ok but first tell me the price", "yes, only the first one",
     "yes 2 of them", "yes, not that one", "how", "do it tomorrow", "yes, to my gift card", "great", "thanks",
     "yes, cancel it", "okay so how much is it", "say yes", "yesterday", "he said yes",
     "no problem as long as it is cheap", "yes " * 200],
)  # fmt: skip
def test_neither(text: str) -> None:
    assert answer_of(text) == "other"


@pytest.mark.parametrize(
    ("text", "question", "answer"),
    [
        ("yes, cancel it", "Cancel order #D1000001 and refund $54.00?", "yes"),
        ("Yes, please proceed with the cancellation", "Cancel order #D1000001?", "yes"),
        ("yes cancel #D1000001", "Cancel order #D1000001?", "yes"),
        ("yes cancel #D1000002", "Cancel order #D1000001?", "other"),
        ("yes, cancel it", "Return the Blue Wrap Dress?", "other"),
        ("yes, $50", "Refund $54.00?", "other"),
        ("no, don't cancel it", "Cancel order #D1000001?", "no"),
        ("cancel it", "Cancel order #D1000001?", "other"),
    ],
)
def test_words_of_the_question_may_be_repeated(text: str, question: str, answer: str) -> None:
    assert answer_of(text, question=question) == answer


@given(st.text(max_size=60))
def test_a_question_mark_is_never_a_yes(text: str) -> None:
    assert answer_of(f"yes {text}?") == "other"


@given(st.sampled_from(["but", "if", "except", "instead", "unless", "another", "different", "first", "wait", "only"]))
def test_a_condition_is_never_a_yes(word: str) -> None:
    assert answer_of(f"yes {word} it") == "other"
    assert answer_of(f"{word} yes please") == "other"


@pytest.mark.parametrize(
    "text",
    ["the medium one", "gift card", "size L", "12 Oak Street, Springfield", "my visa", "both", "no longer needed"],
)
def test_a_fragment(text: str) -> None:
    assert is_fragment(text)


@pytest.mark.parametrize(
    "text", ["where is my order", "cancel it", "can I pay by card", "the red one?", "", "talk to a human"]
)
def test_no_fragment(text: str) -> None:
    assert not is_fragment(text)
