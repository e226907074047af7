"""Look-ups that identify a customer inside a conversation, where the shop's policy bundle enables them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from shopgraph.domain import Customer
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.state import Dialog, Request
from shopgraph.guards.decisions import Decision, Effect
from shopgraph.models.routes import Entities


@dataclass(frozen=True, kw_only=True)
class Identified:
    """Whom a look-up found, how, and what policy says about it."""

    customer: Customer | None = None
    method: str = ""
    decisions: tuple[Decision, ...] = ()


async def identify(shop: ShopServices, request: Request, dialog: Dialog, entities: Entities) -> Identified:
    """Try the methods that the bundle enables on what the message holds. A customer id never is one.

    A conversation has one customer: a look-up that finds another one is refused and changes nothing.
    """
    customer, method = await _look_up(shop, request.text, entities)
    if customer is None:
        return Identified()
    if request.customer_id and customer.id != request.customer_id:
        return Identified(decisions=(_one_customer(shop),))
    if request.customer_id:
        return Identified()
    allowed = Decision(
        rule=f"identify-by-{method.replace('_', '-')}",
        effect=Effect.ALLOW,
        reason="This shop's policy lets a customer identify this way.",
        action="identify",
        policy_version=shop.policy.version,
    )
    return Identified(customer=customer, method=method, decisions=(allowed,))


async def _look_up(shop: ShopServices, text: str, entities: Entities) -> tuple[Customer | None, str]:
    enabled = shop.policy.identification
    if "email" in enabled:
        for email in entities.emails:
            customer = await shop.connectors.crm.find_by_email(email)
            if customer is not None:
                return customer, "email"
    if "name_postal_code" in enabled:
        for code in entities.postal_codes[:3]:
            for given, family in _pairs(text)[:20]:
                customer = await shop.connectors.crm.find_by_name_and_postal_code(given, family, code)
                if customer is not None:
                    return customer, "name_postal_code"
    return None, ""


def _pairs(text: str) -> list[tuple[str, str]]:
    words = re.findall(r"[^\W\d_][\w'-]*", text)
    return list(pairwise(words))


def _one_customer(shop: ShopServices) -> Decision:
    return Decision(
        rule="one-customer-per-conversation",
        effect=Effect.DENY,
        reason="This conversation is already with another customer.",
        remedy="The other customer can start a conversation of their own.",
        action="identify",
        policy_version=shop.policy.version,
    )
