"""Counting tokens with a real tokenizer that is at hand: GPT-4's, from a file that litellm carries. No download."""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_ENCODING = "cl100k_base"
_FILE = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
"""Where tiktoken's cache keeps that encoding: the SHA-1 of its address."""


def count_tokens(text: str) -> int:
    """Tokens of the text in `cl100k_base`. Other models' tokenizers differ by some percent.

    Where the file is missing it is the number of bytes, which no byte-level tokenizer exceeds.
    """
    encoding = _encoding()
    return len(encoding.encode_ordinary(text)) if encoding is not None else len(text.encode())


@cache
def _encoding() -> Any:
    """tiktoken's encoding, read from disk; None where the file is not there."""
    litellm = find_spec("litellm")  # found, not imported: importing it takes seconds
    if litellm is None or litellm.origin is None:
        return None
    folder = Path(litellm.origin).parent / "litellm_core_utils" / "tokenizers"
    if not (folder / _FILE).is_file():
        return None
    import tiktoken

    before = os.environ.get("TIKTOKEN_CACHE_DIR")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    try:
        return tiktoken.get_encoding(_ENCODING)
    finally:
        if before is None:
            del os.environ["TIKTOKEN_CACHE_DIR"]
        else:
            os.environ["TIKTOKEN_CACHE_DIR"] = before
