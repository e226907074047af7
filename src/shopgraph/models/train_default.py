"""Make the router weights that the package ships: `python -m shopgraph.models.train_default`."""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

from shopgraph.models.classifier import Classifier, fit_temperature, read, train
from shopgraph.models.corpus import corpus_digest, default_examples
from shopgraph.models.intent_models import FOREIGN_WORDS, LOST, SURE
from shopgraph.models.weights import CARD, dump

DEFAULT_WEIGHTS = Path(__file__).with_name("default_router")
"""The folder beside this module."""
THRESHOLDS = {"sure": SURE, "lost": LOST, "foreign_words": FOREIGN_WORDS}
_HELD_OUT = 5
"""One phrase of so many is kept out of a first training, to learn how far its confidence may be trusted."""


@dataclass(frozen=True, kw_only=True)
class Default:
    """The shipped classifier, and how one like it did on phrases kept from it."""

    classifier: Classifier
    examples: int
    held_out: int
    accuracy: float


def train_default() -> Default:
    """Train on all utterances of the package, with the temperature that a held-out fifth of them asks for."""
    examples = default_examples()
    kept = [example for example in examples if zlib.crc32(example.source.encode()) % _HELD_OUT]
    held_out = [example for example in examples if not zlib.crc32(example.source.encode()) % _HELD_OUT]
    first = train(kept)
    right = sum(
        first.labels[int(first.probabilities(read(example.text)).argmax())] == example.intent for example in held_out
    )
    return Default(
        classifier=replace(train(examples), temperature=fit_temperature(first, held_out)),
        examples=len(examples),
        held_out=len(held_out),
        accuracy=right / len(held_out),
    )


def card(made: Default) -> str:
    """What the weights are, from what, and how good."""
    return f"""# The router that ships

- Made by `python -m shopgraph.models.train_default` from utterances written for this project,
  `shopgraph/models/utterances`, SHA-256 {corpus_digest()}:
  {made.examples:,} texts in everyday frames, {len(made.classifier.labels)} intents. No text by others is in it.
  The date is that of the commit.
- On a fifth of the phrases, kept from a first training: {made.accuracy:.1%} of {made.held_out:,}.
- On a set by others, mapped to our intents (`bitext_map.yaml`): docs/routing.md has the figure and its command.
- What it is: softmax regression over hashed n-grams of words and letters, plain numpy.
- Not for: languages other than English; deciding what a customer is entitled to.
"""


def main() -> None:
    """Train and write the folder beside this module."""
    made = train_default()
    contents = dump(made.classifier, digest=corpus_digest(), thresholds=THRESHOLDS)
    DEFAULT_WEIGHTS.mkdir(exist_ok=True)
    for name, content in {**contents, CARD: card(made).encode()}.items():
        (DEFAULT_WEIGHTS / name).write_bytes(content)
        sys.stdout.write(f"{DEFAULT_WEIGHTS / name}: {len(content):,} bytes\n")


if __name__ == "__main__":
    main()
