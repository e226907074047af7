"""Change what is the customer's own: the profile's address, the cart's codes, notes, and who answers."""

from __future__ import annotations

from shopgraph.domain import Handoff, PrincipalKind
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.tools.actions.ledger import book
from shopgraph.tools.arguments import TypedAddress
from shopgraph.tools.lookups import asking_customer, own_order
from shopgraph.tools.phrases import one_line
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.views import ChangedAddress, HandedOff, NoteAdded, RedeemedCode


async def change_profile_address(context: ToolContext, address: TypedAddress) -> ChangedAddress:
    """Replace the address of the asking customer's profile."""
    connectors = context.services.connectors
    async with connectors.transaction():
        customer = await asking_customer(context)
        changed = await connectors.crm.change_address(
            customer_id=customer.id, address=address.address, idempotency_key=f"address:{customer.id}:{context.call_id}"
        )
        summary = f"The address of your profile is now {one_line(changed.address)}."
        await book(
            context,
            "change_profile_address",
            summary=summary,
            customer_id=customer.id,
            note="Address of the profile changed by request.",
        )
    return ChangedAddress(summary=summary, order_id=None, address=changed.address)


async def redeem_code(context: ToolContext, code: str) -> RedeemedCode:
    """Put a discount code on the asking customer's open cart.

    Raises:
        NotFound: there is no such code, or no open cart.
    """
    connectors = context.services.connectors
    async with connectors.transaction():
        customer = await asking_customer(context)
        cart = await connectors.sessions.cart(customer.id)
        known = await connectors.marketing.code(code.strip())
        promotion = await connectors.marketing.promotion(known.promotion_id) if known else None
        if cart is None or known is None or promotion is None:
            raise NotFound("There is no such code, or no open cart to put it on.")
        await connectors.sessions.add_code(
            cart_id=cart.id,
            code=known.code,
            at=context.services.clock.now(),
            idempotency_key=f"code:{cart.id}:{known.code}",
        )
        summary = f"The code {known.code} is on your cart: {promotion.percent.normalize():f} percent off."
        await book(context, "redeem_code", summary=summary, customer_id=customer.id)
    return RedeemedCode(summary=summary, code=known.code, percent=promotion.percent, cart_id=cart.id)


async def add_note(context: ToolContext, body: str, order_id: str | None) -> NoteAdded:
    """Write a line into the CRM, signed by whoever asks for it: only the system's own lines are trusted text.

    Raises:
        InvalidInput: neither an order nor an asking customer says whom it is about.
    """
    connectors, principal = context.services.connectors, context.principal
    async with connectors.transaction():
        order = await own_order(context, order_id) if order_id is not None else None
        customer_id = order.customer_id if order else principal.customer_id
        if customer_id is None:
            raise InvalidInput("A note by the staff is about an order.", remedy="Give order_id.")
        note = await connectors.crm.add_note(
            customer_id=customer_id,
            author=principal.id if principal.kind is PrincipalKind.STAFF else f"{principal.kind}:{principal.id}",
            body=body,
            order_id=order.id if order else None,
            at=context.services.clock.now(),
            idempotency_key=f"note:{context.call_id}",
        )
        summary = "The note is with our team."
        await book(context, "add_note", summary=summary, customer_id=customer_id, order_id=order.id if order else None)
    return NoteAdded(summary=summary, note_id=note.id)


async def handoff(context: ToolContext, reason: str, summary: str) -> HandedOff:
    """Put the conversation before a person."""
    connectors = context.services.connectors
    async with connectors.transaction():
        entry = Handoff(
            id=f"handoff:{context.call_id}",
            conversation_id=context.conversation_id,
            customer_id=context.principal.customer_id,
            reason=reason,
            summary=summary,
            at=context.services.clock.now(),
        )
        await connectors.records.add_handoff(entry)
        told = "A colleague takes over this conversation."
        await book(context, "handoff", summary=told, customer_id=entry.customer_id)
    return HandedOff(summary=told, handoff_id=entry.id)
