"""Topics of whole words and of tests tell for sure what a set of words tells, over whole texts and their sentences."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from shopgraph.guards.checks import conduct, people, secrets
from shopgraph.guards.checks.dangers import DANGERS
from shopgraph.guards.checks.text import about, sentences, words_of

WORDS = sorted(
    {"Du", "tu", "act", "acting", "Mme", "Parkweg", "weg", "street", "tokens", "clé", "système", "Gutscheincode", "ß"}
    | {word for danger in DANGERS for group in danger.words for word in sorted(group)[:3]}
)
TEXTS = st.lists(st.sampled_from([*WORDS, ". ", "\n", "! ", "_", "7", "-"]), max_size=30).map(" ".join)


@given(TEXTS)
def test_a_danger_is_near_where_each_group_of_its_words_has_one(text: str) -> None:
    for sentence in sentences(text):
        for danger, topics in conduct._MET:
            met = not any(group.isdisjoint(sentence.words) for group in danger.words)
            assert (sentence.topics & topics == topics) is met


@given(TEXTS)
def test_a_topic_of_words_or_of_a_test_tells_what_the_words_tell(text: str) -> None:
    words = {word for sentence in sentences(text) for word in sentence.words}
    streets = not people._STREET_WORDS.isdisjoint(words) or any(word.endswith(people._STREET_ENDS) for word in words)
    assert bool(about(text) & people._STREET_TOPIC) is streets
    assert bool(about(text) & people._TITLE_TOPIC) is not people._TITLES.isdisjoint(words)
    assert bool(about(text) & secrets._PROMPT_TOPIC) is not secrets._PROMPT_WORDS.isdisjoint(words)
    assert bool(about(text) & secrets._CALLED_TOPIC) is any(word[:4] in secrets._CALLED_STEMS for word in words)


@given(st.text())
def test_words_are_runs_of_letters_however_they_are_found(text: str) -> None:
    assert words_of(text) == re.findall(r"[^\W\d_]+", text)


@given(st.text(alphabet="ab \t\n\x1c\xa0-", max_size=60))
def test_a_long_word_is_never_overlooked(text: str) -> None:
    if max(map(len, text.split()), default=0) >= 12:
        assert secrets._LONG_WORD.match(text)
