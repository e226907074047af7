"""A learned judge of requests: how much better the stronger model would do, and whether that is worth its price."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shopgraph.models.blend.vectors import Floats
from shopgraph.models.tiers.requests import FEATURES, ModelRequest, Rarity, grams, shape, tokens

Indices = NDArray[np.int64]
EXTREME = 4.0
"""Standard deviations beyond which a count says no more."""


@dataclass(frozen=True)
class Lexicon:
    """The tokens and pairs that training has kept."""

    codes: NDArray[np.uint32]
    """Ascending."""
    rarity: Floats
    rarest: float
    _places: dict[int, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the codes."""
        object.__setattr__(self, "_places", {code: at for at, code in enumerate(self.codes.tolist())})

    def rarity_of(self, word: str) -> float:
        """Inverse document frequency of one token."""
        at = self._places.get(zlib.crc32(word.encode()))
        return self.rarest if at is None else float(self.rarity[at])

    def weigh(self, counts: Counter[str]) -> tuple[Indices, Floats]:
        """Places and weights of what is known of a text, of length one."""
        found = {
            at: count
            for gram, count in counts.items()
            if (at := self._places.get(zlib.crc32(gram.encode()))) is not None
        }
        places = np.fromiter(found, dtype=np.int64, count=len(found))
        values = 1 + np.log(np.fromiter(found.values(), dtype=np.float32, count=len(found)))
        values = (values * self.rarity[places]).astype(np.float32)
        norm = math.sqrt(float(values @ values))
        return places, (values / (norm or 1.0)).astype(np.float32)


@dataclass(frozen=True)
class TierModel:
    """Ridge regression on what the stronger model gains, over words and shape."""

    weak: str
    strong: str
    lexicon: Lexicon
    word_weights: Floats
    """Per place of the lexicon."""
    mean: Floats
    scale: Floats
    shape_weights: Floats
    """Per name of `FEATURES`."""
    bias: float
    threshold: float
    """From this gain on the stronger model is asked: the chosen operating point."""

    def gain(self, request: ModelRequest) -> float:
        """How much better the stronger model is expected to answer, on the scale of the training's scores."""
        places, values = self.lexicon.weigh(grams(tokens(request.text)))
        shaped = self.shaped(request)
        return float(values @ self.word_weights[places]) + float(shaped @ self.shape_weights) + self.bias

    def needs_strong(self, request: ModelRequest) -> bool:
        """Whether the stronger model is asked. A tie goes up."""
        return self.gain(request) >= self.threshold

    def shaped(self, request: ModelRequest) -> Floats:
        """The request's shape in standard deviations, cut where extreme."""
        raw = shape(request, Rarity(self.lexicon.rarity_of))
        within: Floats = np.clip((raw - self.mean) / self.scale, -EXTREME, EXTREME)
        return within

    def reasons(self, request: ModelRequest, limit: int = 3) -> tuple[str, ...]:
        """What of the request's shape spoke loudest, such as `+numbers` or `-tool_fit`."""
        pulls = self.shaped(request) * self.shape_weights
        order = np.argsort(-np.abs(pulls), kind="stable")[:limit]
        return tuple(f"{'+' if pulls[at] > 0 else '-'}{FEATURES[at]}" for at in order if pulls[at])
