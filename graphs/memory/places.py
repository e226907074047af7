"""Where in the Store each fact lies. Only `brand` and `customers` use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import quote

from langgraph.store.base import BaseStore, SearchItem, SearchOp
from pydantic import BaseModel

from shopgraph.graphs.memory.dependencies import Topic
from shopgraph.graphs.memory.facts import Statement

_ROOT = "brand"
PAGE = 200
"""Facts read at once."""
Namespace = tuple[str, ...]
Model = TypeVar("Model", bound=BaseModel)


def label(text: str) -> str:
    """An id as one label of a namespace, which may hold no full stop: no id reaches into another's namespace."""
    return quote(text, safe="").replace(".", "%2E")


def of_customer(customer_id: str, *kind: str) -> Namespace:
    """Where a customer's facts of a kind (`shown`, `promises`, `talks`) are; without a kind, all of them."""
    return (_ROOT, "customer", label(customer_id), *kind)


def of_product(product_id: str) -> Namespace:
    """Where statements about a product are."""
    return (_ROOT, "said", label(product_id))


def of_dependents(topic: Topic) -> Namespace:
    """Where it is noted which statements depend on a topic."""
    return (_ROOT, "on", topic.aspect, f"s{label(topic.subject)}", f"r{label(topic.region_id)}")


def statement_key(statement: Statement) -> str:
    """What there is one statement of, within a product."""
    parts = (statement.by, statement.region_id, statement.segment, statement.topic)
    return ":".join(label(part) for part in parts)


def search(namespace: Namespace, *, offset: int = 0, limit: int = PAGE) -> SearchOp:
    """Everything in a namespace, a page of it."""
    return SearchOp(namespace, limit=limit, offset=offset)


def items_of(result: Any, namespace: Namespace) -> list[SearchItem]:
    """A search's items that lie in exactly this namespace."""
    found: Iterable[SearchItem] = result or ()
    return [item for item in found if tuple(item.namespace) == namespace]


async def every(store: BaseStore, namespace: Namespace) -> list[SearchItem]:
    """Everything in a namespace. What is written meanwhile may be missed."""
    found: dict[str, SearchItem] = {}
    offset = 0
    while True:
        (result,) = await store.abatch([search(namespace, offset=offset)])
        page: list[SearchItem] = list(result or ())  # type: ignore[arg-type]
        found |= {item.key: item for item in items_of(page, namespace)}
        offset += len(page)
        if len(page) < PAGE:
            return list(found.values())
