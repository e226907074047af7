"""What the brand remembers of an answer once it is on the record: what was shown and promised, with whom it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.memory import Promise, PromiseKind, Shown, Voice, on_code, on_price_of, on_reason
from shopgraph.graphs.state import Evidence, Request, State
from shopgraph.guards.decisions import VerdictKind
from shopgraph.tools.views import OfferedDiscount, ProductView, Recommendations, SearchResult, VariantView

logger = logging.getLogger(__name__)


async def remember(state: State, shop: ShopServices) -> None:
    """Write to the customer's memory that there was this conversation, and what its answer showed and promised.

    Nothing is remembered of a guest, nor of an answer that was blocked. A Store that fails costs the memory, never
    the answer.
    """
    request = state["request"]
    if not request.customer_id:
        return
    try:
        mine = shop.memory.of(request.customer_id)
        await mine.talked(request.conversation_id, at=request.at)
        if not state.get("failure") and all(each.verdict is not VerdictKind.BLOCK for each in state["verdicts"]):
            await mine.show(*{each.product_id: each for each in _shown(state)}.values())
            await mine.promise(*_promised(state["evidence"], request))
    except Exception:
        logger.exception("brand memory could not be written")


def _shown(state: State) -> Iterator[Shown]:
    """Products of the results that the answer names; the one that tells most of a product comes last."""
    request, said = state["request"], state["draft"]
    for item in state["evidence"]:
        match item.tool:
            case "search_products":
                for hit in SearchResult.model_validate(item.result).products:
                    if hit.title in said:
                        yield Shown(by=Voice.CHATBOT, product_id=hit.product_id, at=request.at)
            case "recommend_products":
                for each in Recommendations.model_validate(item.result).items:
                    if each.title in said:
                        yield Shown(
                            by=Voice.CHATBOT,
                            product_id=each.product_id,
                            sku=each.sku,
                            reason=each.reason,
                            at=request.at,
                            depends=on_reason(each, region_id=request.region_id, customer_id=request.customer_id or ""),
                        )
            case "get_product":
                product = ProductView.model_validate(item.result)
                if product.title in said:
                    yield _priced(product, said, request)
            case _:
                pass


def _priced(product: ProductView, said: str, request: Request) -> Shown:
    """The product with its price, where the answer names one price that all of the variants with it share."""
    shown = Shown(by=Voice.CHATBOT, product_id=product.product_id, at=request.at)
    named: list[VariantView] = [each for each in product.variants if each.price and each.price.text in said]
    price = named[0].price if named else None
    if price is None or any(each.price != price for each in named):
        return shown
    before = named[0].compare_at
    depends = on_price_of(named[0].sku, request.region_id, price.money, before.money if before else None)
    sku = named[0].sku if len(named) == 1 else ""
    return shown.model_copy(update={"sku": sku, "price": price.money, "depends": (depends,)})


def _promised(evidence: list[Evidence], request: Request) -> list[Promise]:
    """Codes that were granted in this request: an exception from the price, until they expire or are used."""
    offers = [OfferedDiscount.model_validate(item.result) for item in evidence if item.tool == "offer_discount"]
    return [
        Promise(
            id=f"code:{offer.code}",
            by=Voice.CHATBOT,
            kind=PromiseKind.EXCEPTION,
            subject=offer.sku,
            text=f"{offer.percent.normalize():f} % off {offer.sku} with the code {offer.code}",
            at=request.at,
            until=offer.ends_at,
            depends=(on_code(offer.code),),
        )
        for offer in offers
    ]
