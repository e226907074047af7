"""Data preparation: a stitched context cleaned, deduplicated, and fenced, before anybody reads it."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue

from shopgraph.domain import SessionEvent, SessionEventKind
from shopgraph.graphs.state import LeftOut, Stitched
from shopgraph.graphs.stitching.choosing import Chosen, choose_passages
from shopgraph.graphs.stitching.cleaning import clean_text
from shopgraph.graphs.stitching.parts import Passage
from shopgraph.guards.decisions import Verdict
from shopgraph.guards.screen import mask_personal

T = TypeVar("T")
_SHORTEST = 12
"""Characters of the shortest text that is searched within JSON of an own source: ids and states are shorter."""
_SKU = re.compile(r"[A-Z0-9]{1,20}(?:-[A-Z0-9]{1,12}){0,4}")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A context fit to be read, and what was found in it."""

    context: Stitched
    verdicts: tuple[Verdict, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    """What of it nobody is told for want of room."""


def prepare_context(context: Stitched, *, currency: str = "", message: str = "") -> Prepared:
    """Clean what shoppers and other systems wrote, merge what is there twice, and put first what the message asks for.

    Args:
        currency: of the region; amounts in texts are written in one form where it is given.
        message: what passages are chosen by; empty: they stay in their order.
    """
    verdicts: list[Verdict] = []

    def clean(text: str, source: str) -> str:
        screened = clean_text(text, source, currency=currency)
        verdicts.extend(screened.verdicts)
        return screened.text

    events = [
        event if _is_sku(event) else event.model_copy(update={"subject": clean(event.subject, "session")})
        for event in _once(context.session, lambda event: (event.kind, event.subject.casefold().strip()))
    ]
    passages = [_passage(each, clean) for each in _once(context.passages, _words)]
    # A review that was posted twice may differ in markup alone.
    chosen = choose_passages(message, _once(passages, _words)) if passages else Chosen(passages=())
    changed: dict[str, object] = {
        "session": tuple(events),
        "passages": chosen.passages,
        "orders": tuple(_once(context.orders, lambda order: order.id)),
        "promotions": tuple(_once(context.promotions, lambda promotion: promotion.id)),
        "campaigns": tuple(_once(context.campaigns, lambda campaign: campaign.id)),
        "stock": tuple(_once(context.stock, lambda stock: stock.sku)),
        "extra": {name: _json(value, name, clean) for name, value in context.extra.items()},
    }
    left_out = (LeftOut(source="catalog", facts=chosen.left_out),) if chosen.left_out else ()
    update = {name: value for name, value in changed.items() if value != getattr(context, name)}
    kept = context.model_copy(update=update) if update else context
    return Prepared(context=kept, verdicts=tuple(verdicts), left_out=left_out)


def _is_sku(event: SessionEvent) -> bool:
    """Whether the shop wrote the subject, not the shopper: no text to search."""
    return event.kind is not SessionEventKind.SEARCHED and _SKU.fullmatch(event.subject) is not None


def _passage(passage: Passage, clean: Callable[[str, str], str]) -> Passage:
    text = clean(passage.text, passage.kind)
    return passage.model_copy(update={"text": mask_personal(text) if passage.kind == "review" else text})


def _words(passage: Passage) -> Hashable:
    return passage.product_id, passage.kind, " ".join(passage.text.casefold().split())


def _once(items: Sequence[T], key: Callable[[T], Hashable]) -> Sequence[T]:
    """The first of those alike; the first is the newest wherever there is an order."""
    if len(items) < 2:
        return items
    first: dict[Hashable, T] = {}
    for item in items:
        first.setdefault(key(item), item)
    return list(first.values())


def _json(value: JsonValue, source: str, clean: Callable[[str, str], str]) -> JsonValue:
    match value:
        case str():
            return clean(value, source) if len(value) >= _SHORTEST else value
        case list():
            return [_json(item, source, clean) for item in value]
        case dict():
            return {key: _json(item, source, clean) for key, item in value.items()}
        case _:
            return value
