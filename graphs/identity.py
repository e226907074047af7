"""Look-ups that identify a customer inside a conversation, where the shop's policy bundle enables them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from shopgraph.domain import Customer
from shopgraph.graphs.context import ShopServices
from shopgraph.graphs.state import Request
from shopgraph.guards.decisions import Decision
from shopgraph.models.routes import Entities
from shopgraph.tools.session import identified_by, one_customer


@dataclass(frozen=True, kw_only=True)
class Identified:
    """Whom a look-up found, how, and what policy says about it."""

    customer: Customer | None = None
    method: str = ""
    decisions: tuple[Decision, ...] = ()


async def identify(shop: ShopServices, request: Request, entities: Entities) -> Identified:
    """Try the methods that the bundle enables on what the message holds. A customer id never is one.

    A conversation has one customer: another one's address is refused without a look, so that nobody learns from the
    answer whether it belongs to a customer.
    """
    if request.customer_id:
        return await _same_customer(shop, request, entities)
    customer, method = await _look_up(shop, request.text, entities)
    if customer is None:
        return Identified()
    decisions = (identified_by(method, shop.policy.version),)
    return Identified(customer=customer, method=method, decisions=decisions)


async def _same_customer(shop: ShopServices, request: Request, entities: Entities) -> Identified:
    if "email" not in shop.policy.identification or not entities.emails:
        return Identified()
    known = await shop.connectors.crm.customer(request.customer_id)
    own = known.email.casefold() if known else ""
    if all(email.casefold() == own for email in entities.emails):
        return Identified()
    return Identified(decisions=(one_customer("identify", shop.policy.version),))


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
