"""Forgetting a customer: brand memory, conversations, words at the person's desk, and whatever a process keeps."""

from __future__ import annotations

from shopgraph import kept
from shopgraph.audit.log import own_event
from shopgraph.audit.records import FORGOTTEN
from shopgraph.domain import Value
from shopgraph.graphs.agent import owner_of
from shopgraph.graphs.approval import erase_answers
from shopgraph.graphs.checkpoints import LoopFreeSqliteSaver
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.desk import HandoffDesk
from shopgraph.graphs.memory.stores import LoopFreeSqliteStore
from shopgraph.models.cassette import CassetteChat
from shopgraph.models.chat import LiteLLMChat


class Forgotten(Value):
    """What was forgotten of a customer."""

    facts: int
    """Remembered facts: products shown, promises, conversations noted."""
    conversations: int
    handoffs: int
    """Those whose words were erased; that there were such stays."""


async def forget_customer(shop: ShopServices, customer_id: str) -> Forgotten:
    """Leave nothing of a customer in memory, conversations, the desk's records and what this process keeps.

    Orders, payments and the audit log are kept: they are the shop's records. The log says that somebody was forgotten,
    so that no training row is made of them. The customer need not be in the CRM any more. A worker that is answering
    them at this moment may remember that one answer; what other processes keep of rows and texts is gone after
    `kept.KEPT_S` seconds, and answers of models that long after their own time to live. Done twice, it is the same.

    Raises:
        InvalidInput: the id is empty.
        ConnectorFault: the records or the log failed; nothing says then that the customer was forgotten.
    """
    remembered = await shop.memory.of(customer_id).conversations()
    subject = f"customer:{customer_id}"
    # Memory notes those that ended well; the log has those in which a request failed, too.
    conversations = sorted({*remembered, *await shop.audit.conversations_of(subject)})
    for conversation_id in conversations:
        await shop.checkpointer.adelete_thread(conversation_id)
        await erase_answers(shop.connectors.records, conversation_id)
    handoffs = await HandoffDesk(shop).erase(customer_id, conversations)
    facts = await shop.memory.forget(customer_id)
    for store in (shop.memory.store, shop.checkpointer):
        if isinstance(store, LoopFreeSqliteStore | LoopFreeSqliteSaver):
            store.scrub()
    _forget_answers(shop, [customer_id, *conversations])
    forgotten = Forgotten(facts=facts, conversations=len(conversations), handoffs=handoffs)
    told = {"subject": shop.audit.pseudonym(subject), **forgotten.model_dump()}
    await shop.audit.append([own_event(FORGOTTEN, shop.clock.now(), told)])
    kept.empty()
    return forgotten


def _forget_answers(shop: ShopServices, whose: list[str]) -> None:
    """Let go of what models answered them."""
    model = shop.chat_model
    if isinstance(model, CassetteChat):
        model = model.inner
    if isinstance(model, LiteLLMChat):
        for who in whose:
            model.pool.forget(owner_of(shop.meta.id, who))
