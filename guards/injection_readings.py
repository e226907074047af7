"""What else a text can be read as: encodings and disguises that a model undoes and a search for words does not.

Each is looked for by a cheap sign first, so that an ordinary text costs a few scans. Bounded, linear in the text.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

_FIGURE = re.compile(r"[0-9@$]")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{16}")
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{16,4096}={0,2}(?![\w+/=-])")
_HEX = re.compile(r"(?<!\w)(?:[0-9a-fA-F]{2}[ :]?){8,2048}(?!\w)")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_ENCODED = 8
"""Encoded runs that are read, at most."""
_LEET = str.maketrans("0134578@$!", "oieastbasi")
_LEET_WORD = re.compile(r"(?<![\w@$!])(?=[a-zA-Z0-9@$!]{0,19}[a-zA-Z])[a-zA-Z0-9@$]{0,9}[013457@$][a-zA-Z0-9@$!]{1,10}")
_LEET_WORDS = 3
"""Fewer words with figures in them are sizes, models and order numbers."""
_TELLING = ("ignore", "disregard", "instruction", "prompt", "forget", "reveal", "system")
_TURNED = tuple(word[::-1] for word in _TELLING)
_ROTATED = tuple(codecs.encode(word, "rot13") for word in _TELLING)


def readings(text: str) -> Iterator[str]:
    """Other texts that this one stands for; none for an ordinary one."""
    figures = _FIGURE.search(text) is not None
    if figures or _RUN.search(text):
        yield from _decoded(text)
    if "%" in text and text.count("%") > 2 and (plain := unquote(text)) != text:
        yield plain
    if "&" in text and (plain := html.unescape(text)) != text:
        yield plain
    if "\\" in text and (plain := _ESCAPE.sub(lambda each: chr(int(each[1] or each[2], 16)), text)) != text:
        yield plain
    lower = text.lower()
    if holds_one(lower, _TURNED):
        yield text[::-1]
    if holds_one(lower, _ROTATED):
        yield codecs.decode(text, "rot13")
    if figures and len(_LEET_WORD.findall(text)) >= _LEET_WORDS:
        yield lower.translate(_LEET)


def holds_one(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in the text."""
    for word in words:  # noqa: SIM110 - `any` would call a generator for every word
        if word in text:
            return True
    return False


def _decoded(text: str) -> Iterator[str]:
    """What stands in base64 or in hexadecimal digits and is text."""
    for found in [*_BASE64.finditer(text)][:_ENCODED]:
        run = found[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            plain = base64.b64decode(run + "=" * (-len(run) % 4), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue
        if _is_prose(plain):
            yield plain
    for found in [*_HEX.finditer(text)][:_ENCODED]:
        try:
            plain = bytes.fromhex(found[0].replace(":", " ")).decode()
        except ValueError:
            continue
        if _is_prose(plain):
            yield plain


def _is_prose(plain: str) -> bool:
    """Whether it is words: a key or a picture decodes to something else."""
    return " " in plain.strip() and sum(char.isalpha() or char in " .,:;!?'\"-\n" for char in plain) >= 0.9 * len(plain)
