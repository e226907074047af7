"""What a word means, as numbers: the static vectors that wordllama bundles. No model runs, nothing is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shopgraph.errors import ConfigurationError

Floats = NDArray[np.float32]
DIMENSIONS = 256
_WEIGHTS = f"weights/l2_supercat_{DIMENSIONS}.safetensors"
_TOKENIZER = "tokenizers/l2_supercat_tokenizer_config.json"


@dataclass(frozen=True)
class WordVectors:
    """Vectors of the pieces that words are made of."""

    table: Floats
    """Pieces by dimensions."""
    tokenizer: object

    def __call__(self, word: str) -> Floats:
        """The mean over a word's pieces, not normalized; (256,)."""
        encoding = self.tokenizer.encode(word, add_special_tokens=False)  # type: ignore[attr-defined]
        mean: Floats = self.table[encoding.ids].mean(axis=0)
        return mean


@cache
def word_vectors() -> WordVectors:
    """The bundled vectors, read once per process when the first unknown word asks for them: 0.1 s, 33 MB.

    Raises:
        ConfigurationError: wordllama is not installed, or without its weights.
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    # The package's folder without importing it: its import costs more than all that is needed of it.
    spec = find_spec("wordllama")
    folder = Path(spec.origin).parent if spec and spec.origin else Path("wordllama")
    if not (folder / _WEIGHTS).is_file() or not (folder / _TOKENIZER).is_file():
        raise ConfigurationError(
            f"The word vectors of wordllama are not in {folder}.",
            remedy="Install it again: pip install --force-reinstall --no-deps wordllama.",
        )
    table = next(iter(load_file(folder / _WEIGHTS).values())).astype(np.float32)
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    tokenizer.no_padding()
    return WordVectors(table, tokenizer)
