"""What the catalog says to a question, word for word. Nothing is concluded, and nothing said where it is silent."""

from __future__ import annotations

from collections.abc import Sequence

from shopgraph.graphs.stitching.choosing import quotations
from shopgraph.graphs.stitching.parts import Passage
from shopgraph.graphs.stitching.passages import BETWEEN
from shopgraph.guards.screen import mask_personal
from shopgraph.models.speech.speaker import Speaker
from shopgraph.tools.views import ProductView


def quotes_for(message: str, product: ProductView) -> tuple[Passage, ...]:
    """Sentences of the description, attributes, else a sentence of a review, that answer the message; mostly none."""
    known = {product.title, product.category, product.brand}
    for variant in product.variants:
        known |= {variant.title, *variant.options, *variant.options.values()}
    return quotations(message, _passages(product), known)


def said_of(quotes: Sequence[Passage], speaker: Speaker) -> list[str]:
    """A sentence that quotes them and says whose words they are; empty for none."""
    if not quotes:
        return []
    if quotes[0].kind == "review":
        listed = [f"{each.rating}/5: {_quoted(mask_personal(each.text))}" for each in quotes]
        return [speaker.say("reviews", quotes=" ".join(listed))]
    return [speaker.say("catalog.says", quotes=" ".join(_quoted(each.text) for each in quotes))]


def _passages(product: ProductView) -> list[Passage]:
    """The product's texts; they are screened, in whole."""
    about = Passage(product_id=product.product_id, product=product.title, kind="description", text=product.description)
    listed = BETWEEN.join(f"{name}: {value}" for name, value in product.attributes.items())
    found = [about, about.model_copy(update={"kind": "attributes", "text": listed})]
    found += [
        about.model_copy(update={"kind": "review", "text": f"{each.title}. {each.body}", "rating": each.rating})
        for each in product.reviews
    ]
    return [each for each in found if each.text]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'
