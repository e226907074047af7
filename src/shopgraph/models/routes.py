"""What routing answers: intent, entities, tier, confidence, and why."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from shopgraph.domain import Value


class Intent(StrEnum):
    """What shoppers ask of a shop. An engineer's own intents are plain strings beside these."""

    GREETING = "greeting"
    ORDER_STATUS = "order_status"
    CANCEL_ORDER = "cancel_order"
    RETURN_ITEMS = "return_items"
    EXCHANGE_ITEMS = "exchange_items"
    CHANGE_ITEMS = "change_items"
    """Swap variants of an order that has not shipped."""
    REFUND_STATUS = "refund_status"
    CHANGE_ADDRESS = "change_address"
    CHANGE_PAYMENT = "change_payment"
    PRODUCT_QUESTION = "product_question"
    """Price, stock or properties of a product."""
    DELIVERY_QUESTION = "delivery_question"
    PROMOTION_QUESTION = "promotion_question"
    """Discounts, codes, campaigns."""
    RECOMMENDATION = "recommendation"
    COMPLAINT = "complaint"
    PERSON = "person"
    """Asks for a human being."""
    AFFIRM = "affirm"
    DENY = "deny"
    THANKS = "thanks"
    OUT_OF_SCOPE = "out_of_scope"


class Tier(StrEnum):
    """Who serves the request, cheapest first."""

    WORKFLOW = "workflow"
    TOOL = "tool"
    SMALL_MODEL = "small_model"
    LARGE_MODEL = "large_model"
    PERSON = "person"


class Entities(Value):
    """What a message names. Candidates only: nothing here has been looked up or authenticates anybody."""

    order_ids: tuple[str, ...] = ()
    """As the shop writes them, upper case, with the leading `#` where the text or the shop's form has it."""
    skus: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    """Decimal strings as said, with the currency word or sign stripped."""
    percents: tuple[str, ...] = ()
    quantities: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    """What looks like a discount code."""
    dates: tuple[str, ...] = ()
    """As said: `2026-03-04`, `March 3rd`, `next Friday`, `tomorrow`. What day that is, the shop's clock says."""
    postal_codes: tuple[str, ...] = ()


class Route(Value):
    """Where a request goes, and why."""

    intent: str
    tier: Tier
    confidence: Annotated[float, Field(ge=0, le=1)]
    entities: Entities = Entities()
    why: str
    """The cues or examples that decided, in one line."""
    runner_up: str = ""
