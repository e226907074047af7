"""What the shop remembered and had learned, as it was when a request was recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from pydantic import TypeAdapter

from shopgraph.graphs.memory import Recalled, Statement
from shopgraph.graphs.tape import COMPLETE, NEXT_BASKET, NO_ARGUMENTS, SAID, SEEN
from shopgraph.models.recommend.model import Scored

if TYPE_CHECKING:
    from shopgraph.graphs.replay.played import Playing
    from shopgraph.models.recommend.model import RecommenderModel

_SEEN = TypeAdapter(dict[str, datetime])
_SCORED = TypeAdapter(list[Scored])


class PlayedMemory:
    """Says what it said, and remembers nothing."""

    def __init__(self, playing: Playing) -> None:
        self._playing = playing

    async def said(self, product_ids: Sequence[str], **options: Any) -> Recalled[Statement]:
        """What could be stated then."""
        asked = [[*product_ids], {name: value for name, value in options.items() if value is not None}]
        fresh = [Statement.model_validate(each) for each in self._playing.read(SAID, asked)]
        return Recalled(fresh=tuple(fresh))

    def of(self, customer_id: str) -> Forgetful:
        """What was known of the asker then."""
        return Forgetful(self._playing)


class Forgetful:
    """Takes the place of a customer's memory: a replay leaves no trace in it."""

    def __init__(self, playing: Playing) -> None:
        self._playing = playing

    async def seen(self, **_: object) -> Mapping[str, datetime]:
        """What they had been shown then."""
        return _SEEN.validate_python(self._playing.read(SEEN, NO_ARGUMENTS))

    async def talked(self, conversation_id: str, *, at: object) -> None:
        """Forget it."""

    async def show(self, *shown: object) -> None:
        """Forget them."""

    async def promise(self, *promises: object) -> None:
        """Forget them."""


def played_recommender(playing: Playing) -> RecommenderModel | None:
    """None where nothing was ordered by a learned model."""
    if not any(key.startswith((COMPLETE, NEXT_BASKET)) for key in playing.request.reads):
        return None
    return cast("RecommenderModel", PlayedRecommender(playing))


class PlayedRecommender:
    """Orders as it did."""

    def __init__(self, playing: Playing) -> None:
        self._playing = playing

    def complete(self, basket: Sequence[str], *, among: Collection[str], **_: object) -> list[Scored]:
        """What fitted this basket then."""
        return _SCORED.validate_python(self._playing.read(COMPLETE, [[*basket], sorted(among)]))

    def next_basket(self, history: object, *, among: Collection[str], **_: object) -> list[Scored]:
        """What the customer was likely to buy then."""
        return _SCORED.validate_python(self._playing.read(NEXT_BASKET, [sorted(among)]))
