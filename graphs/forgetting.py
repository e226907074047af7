"""Forgetting a customer: brand memory, conversations, kept answers, and whatever else listens."""

from __future__ import annotations

from shopgraph.domain import Value
from shopgraph.graphs.agent import owner_of
from shopgraph.graphs.checkpoints import LoopFreeSqliteSaver
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.memory.stores import LoopFreeSqliteStore
from shopgraph.models.chat import LiteLLMChat


class Forgotten(Value):
    """What was forgotten of a customer."""

    facts: int
    """Remembered facts: products shown, promises, conversations noted."""
    conversations: int


async def forget_customer(shop: ShopServices, customer_id: str) -> Forgotten:
    """Leave nothing of a customer in memory, conversations and caches of this process.

    Orders, payments and the audit log are kept: they are the shop's records. A worker that is answering the customer
    at this moment may remember that one answer; answers that other processes keep end with their own time to live.

    Raises:
        InvalidInput: the id is empty.
    """
    remembered = await shop.memory.of(customer_id).conversations()
    # Memory notes those that ended well; the log has those in which a request failed, too.
    recorded = await shop.audit.conversations_of(f"customer:{customer_id}") if customer_id else ()
    conversations = sorted({*remembered, *recorded})
    for conversation_id in conversations:
        await shop.checkpointer.adelete_thread(conversation_id)
    if isinstance(shop.chat_model, LiteLLMChat):
        for who in (customer_id, *conversations):
            shop.chat_model.pool.forget(owner_of(shop.meta.id, who))
    facts = await shop.memory.forget(customer_id)
    for kept in (shop.memory.store, shop.checkpointer):
        if isinstance(kept, LoopFreeSqliteStore | LoopFreeSqliteSaver):
            kept.scrub()
    return Forgotten(facts=facts, conversations=len(conversations))
