"""Conversations and what shoppers did before them."""

from __future__ import annotations

from enum import StrEnum

from shopgraph.domain.base import Instant, Value
from shopgraph.domain.customer import PrincipalKind
from shopgraph.domain.order import Channel


class Conversation(Value):
    """One exchange between a shopper and the shop. It belongs to one principal for good."""

    id: str
    owner_kind: PrincipalKind
    owner_id: str = ""
    """Customer or staff id; empty for a guest."""
    channel: Channel = Channel.WEB
    region_id: str
    created_at: Instant


class SessionEventKind(StrEnum):
    """What a shopper did."""

    VIEWED = "viewed"
    SEARCHED = "searched"
    ADDED_TO_CART = "added_to_cart"


class SessionEvent(Value):
    """One thing that a shopper did while browsing."""

    id: str
    session_id: str
    customer_id: str | None = None
    kind: SessionEventKind
    subject: str
    """A SKU, or the words searched for (untrusted text)."""
    at: Instant
