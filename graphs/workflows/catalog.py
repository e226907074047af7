"""Products: their price and stock, and what goes with them."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence

from shopgraph.domain.days import last_day
from shopgraph.graphs.phrases import day
from shopgraph.graphs.speaking import speaker_for
from shopgraph.graphs.stitching.parts import Passage
from shopgraph.graphs.stitching.recipes import ProductQuestion
from shopgraph.graphs.turns import Step, Tells, Turn, ask, say, workflow
from shopgraph.graphs.wording import coverage, head, spoken, words
from shopgraph.graphs.workflows.picking import pick_variants
from shopgraph.graphs.workflows.popularity import ASKED, popularity_sentences
from shopgraph.graphs.workflows.quoting import quotes_for, said_of
from shopgraph.models.routes import Intent
from shopgraph.models.speech.speaker import Speaker
from shopgraph.tools.phrases import join_words
from shopgraph.tools.views import ProductHit, ProductView, SearchResult, VariantView

logger = logging.getLogger(__name__)

_OPINIONS = re.compile(
    r"\b(review|reviews|rating|ratings|opinions?|what do (people|others|customers) (say|think))\b", re.I
)


_QUOTED = 2
"""Reviews that are quoted."""
QUERY = 200
"""How long a query may be."""
_PROPERTIES = re.compile(
    r"\b(tell me (more )?about|describe|description|details|made of|material|water ?proof|washable?|wash|safe|weigh\w*"
    r"|heavy|dimensions?|big is|how big|long is|warranty|battery|vegan|organic|care for)\b",
    re.I,
)


@workflow(Intent.PRODUCT_QUESTION, recipe=ProductQuestion)
async def product_question(turn: Turn) -> Step:
    """Price, stock and properties of a product, from the live records of the shopper's region."""
    found = await _search(turn)
    named = turn.newest(lambda text: _meant(text, found))
    product_id = _product_id(turn, named)
    if not product_id:
        titles = [item.title for item in (named or found)[:3]]
        options = join_words(titles)
        asked = ask(
            "product", f"Which product do you mean? {f'I found {options}.' if options else 'What is its name?'}"
        )
        return asked.spoken("ask.product.of", products=", ".join(titles)) if titles else asked.spoken("ask.product")
    product = await turn.read("get_product", ProductView, product_id=product_id, popularity=True)
    chosen = pick_variants(turn.text, product.variants, {}) or list(product.variants)
    quotes = quotes_for(turn.text, product)
    described = "" if quotes or not _PROPERTIES.search(turn.text) else await _described(turn, product)
    text = _product_text(product, chosen)
    if described:
        text = f"{described.rstrip('.')}. {text}"
    if _OPINIONS.search(turn.text):
        text += _reviews_text(product)
    english = Speaker("en", turn.locale)
    more = [*_popular(turn, product, english)]
    promised = _promised(turn, product)
    said = say(" ".join([*said_of(quotes, english), text, *more]) + promised).about(product_id=product.product_id)
    # Of what the brand says and of promises the templates know nothing: their own words say them.
    return said if described or promised else _in_phrases(said, turn, product, chosen, quotes)


def _popular(turn: Turn, product: ProductView, speaker: Speaker) -> list[str]:
    """How it sells, where it can be bought."""
    if product.popularity is None or not any(_in_stock(item) for item in product.variants if item.price):
        return []
    return popularity_sentences(product.popularity, asked=bool(ASKED.search(turn.text)), speaker=speaker)


def _in_phrases(
    said: Step, turn: Turn, product: ProductView, chosen: Sequence[VariantView], quotes: Sequence[Passage]
) -> Step:
    """The step with what says it in other languages, where that is all of the product or one variant of it."""
    sold = [item for item in chosen if item.price is not None]
    whole = len(chosen) == len(product.variants)
    if not sold or not (whole or len(sold) == 1):
        return said
    phrases = ["product.final_sale"] if product.final_sale else []
    phrases += ["product.age"] if product.age_limit else []
    if _OPINIONS.search(turn.text):
        phrases += ["reviews" if product.reviews else "reviews.none"]
    words = {
        "sku": sold[0].sku,
        "title": _named(product, sold[0]),
        "age": str(product.age_limit),
        "quotes": " ".join(f'{review.rating}/5: "{review.body}"' for review in product.reviews[:_QUOTED]),
    }
    told = said.telling(Tells.VARIANT if len(sold) == 1 else Tells.FACTS).spoken(" ".join(phrases), **words)
    speaker = speaker_for(turn.text, turn.locale)
    return told.followed_by(*said_of(quotes, speaker), *_popular(turn, product, speaker)) if speaker else told


async def _described(turn: Turn, product: ProductView) -> str:
    """What the brand says about the product here and now; the catalog's own description where it says nothing."""
    try:
        said = await turn.shop.memory.said(
            [product.product_id],
            region_id=turn.request.region_id,
            segments=turn.context.customer.segments if turn.context.customer else (),
            topic="description",
        )
    except Exception:
        logger.exception("brand memory could not be read")
        return product.description
    # To a segment before to everybody.
    texts = sorted(said.fresh, key=lambda statement: statement.segment == "")
    return texts[0].text if texts else product.description


def _promised(turn: Turn, product: ProductView) -> str:
    """What this customer was promised about the product and still stands."""
    about = {product.product_id, *[variant.sku for variant in product.variants]}
    promises = [promise for promise in turn.context.promises if promise.subject in about]
    days = [day(last_day(promise.until, turn.request.timezone), turn.locale) for promise in promises]
    return "".join(
        f" You were promised: {promise.text.rstrip('.')}; that stands until {ends_on}."
        for promise, ends_on in zip(promises, days, strict=True)
    )


async def named_product(turn: Turn) -> ProductView | None:
    """The product that is spoken of, now or just before; None when it is not clear."""
    found = await _search(turn)
    product_id = _product_id(turn, turn.newest(lambda text: _meant(text, found)))
    return await turn.read("get_product", ProductView, product_id=product_id) if product_id else None


def _product_id(turn: Turn, named: Sequence[ProductHit]) -> str:
    """The one product that was named, else what was last spoken of; empty when several were."""
    return named[0].product_id if len(named) == 1 else "" if named else turn.dialog.subject.get("product_id", "")


async def _search(turn: Turn) -> tuple[ProductHit, ...]:
    """What a search for the whole message finds, else for its longest words: talk around a name hides it."""
    said = turn.heard[-QUERY:]
    found = (await turn.read("search_products", SearchResult, query=said, limit=5)).products
    if _meant(turn.heard, found):
        return found
    telling = [word for word in words(turn.heard) if 4 <= len(word) <= QUERY]
    for word in sorted(telling, key=lambda word: (-len(word), word))[:6]:
        hits = (await turn.read("search_products", SearchResult, query=word, limit=5)).products
        if named := _meant(word, hits):
            return tuple(named)
    return found


def _product_text(product: ProductView, chosen: list[VariantView]) -> str:
    sold = [item for item in chosen if item.price is not None]
    if not sold:
        return f"{product.title} is not sold in your region."
    if len(sold) == 1:
        return f"{_one(product, sold[0])}{_terms(product)}"
    prices = sorted({(item.price.amount, item.price.text) for item in sold if item.price})
    price = prices[0][1] if len(prices) == 1 else f"{prices[0][1]} to {prices[-1][1]}"
    cost = _cost(product.title)
    stocked = [_stock_words(item) for item in sold if _in_stock(item)]
    if not stocked:
        return f"{product.title} {cost} {price}, but out of stock in your region right now.{_terms(product)}"
    more = [f"{len(stocked) - 8} more"] if len(stocked) > 8 else []
    shown = join_words([*stocked[:8], *more])
    return f"{product.title} {cost} {price}. In stock: {shown}.{_terms(product)}"


def _one(product: ProductView, item: VariantView) -> str:
    name = _named(product, item)
    price = item.price.text if item.price else ""
    cost = _cost(product.title)
    before = f" instead of {item.compare_at.text}" if item.compare_at else ""
    if not _in_stock(item):
        return f"{name} {cost} {price}{before}, but out of stock in your region right now."
    if item.available_quantity is None:
        return f"{name} {cost} {price}{before}, in stock."
    left = (
        f"only {item.available_quantity} left"
        if item.available_quantity <= 3
        else f"{item.available_quantity} in stock"
    )
    return f"{name} {cost} {price}{before}: {left}."


def _named(product: ProductView, item: VariantView) -> str:
    options = ", ".join(item.options.values())
    return f"{product.title} ({options})" if options else product.title


def _cost(title: str) -> str:
    """ "costs", or "cost" after a plural ("Hiking Boots")."""
    return "cost" if re.search(r"[^s]s$", title) else "costs"


def _in_stock(item: VariantView) -> bool:
    return item.available_quantity > 0 if item.available_quantity is not None else item.availability == "in_stock"


def _stock_words(item: VariantView) -> str:
    options = " ".join(item.options.values()) or item.title
    few = item.available_quantity is not None and item.available_quantity <= 3
    return f"{options} (only {item.available_quantity} left)" if few else options


def _terms(product: ProductView) -> str:
    said = " It is final sale: it cannot be returned." if product.final_sale else ""
    return said + (f" It is sold to people of {product.age_limit} and over." if product.age_limit else "")


def _reviews_text(product: ProductView) -> str:
    if not product.reviews:
        return " Nobody has reviewed it yet."
    quoted = [f'{review.rating} of 5: "{review.body}"' for review in product.reviews[:_QUOTED]]
    return f" Shoppers say: {' '.join(quoted)}"


def _meant(text: str, found: Sequence[ProductHit]) -> list[ProductHit]:
    """The products that a text names: the one of which most was said, or several that it fits alike."""
    said = words(text)
    score = {item.product_id: coverage(item.title, said) for item in found}
    best = max(score.values(), default=0.0)
    named = [item for item in found if score[item.product_id] == best] if best >= 0.5 else []
    return named or [item for item in found if spoken(head(item.title), said)]


def fits(text: str, title: str) -> bool:
    """Whether a text names the product of that title: half of its words at least."""
    return coverage(title, words(text)) >= 0.5
