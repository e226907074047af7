"""Known values leave a text as a pattern without case would take them out, without one being made."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from shopgraph.guards.masking import _AS_ASCII, NAME, TextMask, _plain

_TEXTS = st.text(st.sampled_from("abKkSsiIİıſKéß_ -.9'"), max_size=30)


@given(text=_TEXTS, known=st.lists(_TEXTS, max_size=4))
def test_known_values_are_masked_as_a_pattern_without_case_finds_them(text: str, known: list[str]) -> None:
    values = sorted({value.strip() for value in known if len(value.strip()) > 1}, key=len, reverse=True)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, values))})(?!\w)"
    expected = re.sub(pattern, NAME, text, flags=re.I) if values else text
    assert TextMask(known).typed(text) == (_plain(expected, figures=False, words=frozenset()) if text else "")


def test_no_other_letter_outside_ascii_is_one_of_asciis() -> None:
    others = re.compile(r"[^\x00-\x7f]")
    ascii_letter = re.compile(r"[\x00-\x7f]", re.I)
    every = "".join(map(chr, [*range(0x80, 0xD800), *range(0xE000, 0x11000)]))
    assert {found[0] for found in ascii_letter.finditer(every) if others.match(found[0])} == _AS_ASCII.keys()
