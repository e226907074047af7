"""Brand memory: what was shown to a customer by whom, what was promised until when, what the brand says now.

memory = shop.memory
await memory.of("cust_1").show(Shown(by=Voice.RECOMMENDER, product_id="prod_7", price=offer.price, at=now,
                                     depends=(on_price(offer),)))
recall = await memory.of("cust_1").recall()      # recall.shown.fresh may be stated; .outdated says why not
await memory.state(Statement(by=Voice.DESCRIPTION_WRITER, product_id="prod_7", region_id="northeast",
                             text=..., at=now, depends=(on_stock_band(sku, "northeast", 4), on_product(product))))
said = await memory.said(["prod_7"], region_id="northeast")
await memory.changed(Topic(Aspect.PRICE, sku, "northeast"))   # an event; returns what to write anew
await memory.forget("cust_1")
"""

from shopgraph.graphs.memory.brand import BrandMemory
from shopgraph.graphs.memory.customers import CustomerMemory
from shopgraph.graphs.memory.dependencies import (
    LOW_STOCK,
    Aspect,
    Dependency,
    Topic,
    on_again,
    on_availability,
    on_campaign,
    on_code,
    on_earlier,
    on_price,
    on_price_of,
    on_product,
    on_rating,
    on_running,
    on_sold,
    on_stock,
    on_stock_band,
    on_together,
    on_trend,
    on_without_code,
)
from shopgraph.graphs.memory.facts import (
    Because,
    CustomerRecall,
    Difference,
    Outdated,
    Promise,
    PromiseKind,
    Recalled,
    Shown,
    Statement,
    Voice,
)
from shopgraph.graphs.memory.reasons import on_reason
from shopgraph.graphs.memory.standing import LiveStanding, Standing

__all__ = [
    "LOW_STOCK",
    "Aspect",
    "Because",
    "BrandMemory",
    "CustomerMemory",
    "CustomerRecall",
    "Dependency",
    "Difference",
    "LiveStanding",
    "Outdated",
    "Promise",
    "PromiseKind",
    "Recalled",
    "Shown",
    "Standing",
    "Statement",
    "Topic",
    "Voice",
    "on_again",
    "on_availability",
    "on_campaign",
    "on_code",
    "on_earlier",
    "on_price",
    "on_price_of",
    "on_product",
    "on_rating",
    "on_reason",
    "on_running",
    "on_sold",
    "on_stock",
    "on_stock_band",
    "on_together",
    "on_trend",
    "on_without_code",
]
