"""Change what is the customer's own: the profile's address, the cart's codes, notes, and who answers."""

from __future__ import annotations

from decimal import Decimal

from shopgraph.domain import Handoff, PrincipalKind
from shopgraph.errors import InvalidInput, NotFound
from shopgraph.tools.actions.ledger import book
from shopgraph.tools.arguments import TypedAddress
from shopgraph.tools.lookups import asking_customer, known_code, own_order, region_of
from shopgraph.tools.offers import offer_text, plan_offer
from shopgraph.tools.phrases import one_line
from shopgraph.tools.spec import ToolContext
from shopgraph.tools.views import AmountView, ChangedAddress, HandedOff, NoteAdded, OfferedDiscount, RedeemedCode


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
        known = await known_code(context, code, customer)
        if cart is None or known is None:
            raise NotFound("There is no such code, or no open cart to put it on.")
        typed, percent = known.code.code, known.promotion.percent
        await connectors.sessions.add_code(
            cart_id=cart.id,
            code=typed,
            at=context.services.clock.now(),
            idempotency_key=f"code:{cart.id}:{typed}",
        )
        region = await region_of(context, cart.region_id)
        cap = AmountView.of(known.promotion.cap, region.locale) if known.promotion.cap else None
        most = f", at most {cap.text}" if cap else ""
        summary = f"The code {typed} is on your cart: {percent.normalize():f} percent off{most}."
        await book(context, "redeem_code", summary=summary, customer_id=customer.id)
    return RedeemedCode(summary=summary, code=typed, percent=percent, cap=cap, cart_id=cart.id)


async def offer_discount(context: ToolContext, sku: str, percent: int) -> OfferedDiscount:
    """Grant the asking customer a code of their own for that variant.

    Raises:
        Conflict: an earlier code of their own is still open.
    """
    connectors, now = context.services.connectors, context.services.clock.now()
    async with connectors.transaction():
        customer = await asking_customer(context)
        plan = await plan_offer(context, sku, percent)
        code = await connectors.marketing.grant_code(
            customer_id=customer.id,
            region_id=context.region_id,
            sku=plan.variant.sku,
            percent=Decimal(percent),
            at=now,
            valid_for=plan.valid_for,
            idempotency_key=f"offer:{customer.id}:{context.call_id}",
        )
        summary = f"Your own code {code.code} takes {await offer_text(context, plan)}."
        await book(context, "offer_discount", summary=summary, customer_id=customer.id, note=f"Granted: {summary}")
    return OfferedDiscount(
        summary=summary,
        code=code.code,
        percent=Decimal(percent),
        sku=plan.variant.sku,
        ends_at=now + plan.valid_for,
    )


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
