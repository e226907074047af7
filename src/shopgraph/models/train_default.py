"""Make the router weights that the package ships: `python -m shopgraph.models.train_default`."""

from __future__ import annotations

import sys
import zlib
from dataclasses import replace
from pathlib import Path

from shopgraph.models.classifier import Classifier, fit_temperature, train
from shopgraph.models.corpus import corpus_digest, default_examples
from shopgraph.models.weights import dump

DEFAULT_WEIGHTS = Path(__file__).with_name("default_router.npz")
_HELD_OUT = 5
"""One phrase of so many is kept out of a first training, to learn how far its confidence may be trusted."""


def train_default() -> Classifier:
    """Train on all utterances of the package, with the temperature that a held-out fifth of them asks for."""
    examples = default_examples()
    kept = [example for example in examples if zlib.crc32(example.source.encode()) % _HELD_OUT]
    held_out = [example for example in examples if not zlib.crc32(example.source.encode()) % _HELD_OUT]
    temperature = fit_temperature(train(kept), held_out)
    return replace(train(examples), temperature=temperature)


def main() -> None:
    """Train and write the file beside this module."""
    content = dump(train_default(), digest=corpus_digest())
    DEFAULT_WEIGHTS.write_bytes(content)
    sys.stdout.write(f"{DEFAULT_WEIGHTS}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
