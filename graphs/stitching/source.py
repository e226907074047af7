"""A context source: ten lines that fetch something, and what is allowed for them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from shopgraph.domain import Customer, Product, ProductVariant
from shopgraph.errors import ConfigurationError
from shopgraph.graphs.memory.dependencies import Aspect
from shopgraph.graphs.stitching.shared import PublicQuery, SharedRead, SharedReads

if TYPE_CHECKING:
    from shopgraph.graphs.memory.brand import BrandMemory
    from shopgraph.graphs.state import Request
    from shopgraph.models.routes import Route

MOST_PRODUCTS = 2
"""So many products of a search are taken to be in question."""

Given = BaseModel | dict[str, Any] | None
"""What a source gives: a part, an own model, or what can be turned to JSON; None when there is nothing."""


@dataclass(frozen=True, kw_only=True)
class InQuestion:
    """A product that the request is about, with its variants."""

    product: Product
    variants: tuple[ProductVariant, ...]


@dataclass
class _Memo:
    products: asyncio.Task[tuple[InQuestion, ...]] | None = None


@dataclass(frozen=True, kw_only=True)
class Query(PublicQuery):
    """What a source may use: the shop's systems and memory, the screened request, its route. It is one request's."""

    request: Request
    route: Route
    memory: Callable[[], BrandMemory] | None = None
    """Opens the shop's brand memory, or gives it; None: there is none."""
    shared: SharedReads = field(default_factory=SharedReads)
    subject: str = ""
    """The product that was last spoken of."""
    customer: Customer | None = None
    """Who asks, as read at the beginning of the request; None: not read, or nobody is identified."""
    with_products: bool = True
    """Whether texts about the products in question are wanted; a workflow reads them itself."""
    _memo: _Memo = field(default_factory=_Memo, repr=False, compare=False)

    async def products(self) -> tuple[InQuestion, ...]:
        """The products in question: named by SKU, found by the message's words, or last spoken of. Looked up once."""
        if self._memo.products is None:
            self._memo.products = asyncio.get_running_loop().create_task(self._find())
        # One source's deadline must not take the answer from the others.
        return await asyncio.shield(self._memo.products)

    async def read(self, read: SharedRead[Any]) -> Any:
        """Something that is the same for everybody, read once for many (`SharedRead`)."""
        return (await self.shared.get(read, self)).value

    def close(self) -> None:
        """Give up what nobody waits for any more."""
        if self._memo.products is not None and not self._memo.products.done():
            self._memo.products.cancel()

    async def _find(self) -> tuple[InQuestion, ...]:
        catalog = self.connectors.catalog
        named = [await catalog.variant(sku) for sku in self.route.entities.skus]
        ids = [variant.product_id for variant in named if variant is not None]
        ids += [hit.product_id for hit in await self.connectors.search.search(self.request.text, limit=MOST_PRODUCTS)]
        ids = ids or [self.subject] * bool(self.subject)
        return tuple(
            [
                InQuestion(product=product, variants=await catalog.variants(product.id))
                for product in await catalog.products(tuple(dict.fromkeys(ids)))
            ]
        )


Fetch = Callable[[Query], Awaitable[Given]]


@dataclass(frozen=True, kw_only=True)
class ContextSource:
    """One source: a name, how it is fetched, and what is allowed for it."""

    name: str
    fetch: Fetch | SharedRead[Any]
    """A `SharedRead` is the same for everybody: it is fetched without knowing who asks, and may be remembered."""
    deadline_ms: int | None = None
    """None: the shop's setting."""
    hedge_ms: int | None = None
    """Ask a second time after so long and take whichever answers first; None: never."""
    needs_customer: bool = False
    """Nothing is fetched where nobody is identified."""

    def __post_init__(self) -> None:
        if isinstance(self.fetch, SharedRead) and self.needs_customer:
            raise ConfigurationError(
                f"The source {self.name!r} is about a customer and would be shared between customers.",
                remedy="Leave out cache_ms.",
            )


def context_source(
    name: str,
    *,
    deadline_ms: int | None = None,
    hedge_ms: int | None = None,
    needs_customer: bool = False,
    cache_ms: int | None = None,
    changes_with: frozenset[Aspect] = frozenset(),
) -> Callable[[Callable[[Any], Awaitable[Given]]], ContextSource]:
    """Declare a source: an async function from a `Query` to JSON, an own model, or None when there is nothing.

    Args:
        cache_ms: it is the same for everybody in a region and may be so old; the function is then given a
            `PublicQuery`, which knows no customer and no message.
        changes_with: changes of which a cached answer does not outlive their report.

    Raises:
        ConfigurationError: it needs a customer and would be cached, or cached for more than half a second.
    """

    def wrap(fetch: Callable[[Any], Awaitable[Given]]) -> ContextSource:
        return ContextSource(
            name=name,
            fetch=fetch
            if cache_ms is None
            else SharedRead(name=name, fetch=fetch, max_age_ms=cache_ms, aspects=changes_with),
            deadline_ms=deadline_ms,
            hedge_ms=hedge_ms,
            needs_customer=needs_customer,
        )

    return wrap
