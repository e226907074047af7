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
    known = await shop.connectors.crm.customer(request.customer_id)
    enabled = shop.policy.identification
    other = known is None or (
        ("email" in enabled and _another_email(entities, known))
        or ("name_postal_code" in enabled and _another_name(request.text, known))
    )
    return Identified(decisions=(one_customer("identify", shop.policy.version),)) if other else Identified()


def _another_email(entities: Entities, known: Customer) -> bool:
    return any(email.casefold() != known.email.casefold() for email in entities.emails)


def _another_name(text: str, known: Customer) -> bool:
    """Whether somebody says to be somebody else: "I am also Ann Example, 02108"."""
    claimed = _CLAIM.search(text)
    if claimed is None:
        return False
    return (claimed[1].casefold(), claimed[2].casefold()) != (known.given_name.casefold(), known.family_name.casefold())


_CLAIM = re.compile(
    r"\b(?:[Ii](?:'m| am)|[Mm]y name is)\s+(?:(?:also|now|actually|really)\s+)?"
    r"([^\W\d_a-z][\w'-]+)\s+([^\W\d_a-z][\w'-]+)[\s,.;]+(?:\w+\s+){0,4}(?=[\w-]*\d)"
)
"""A name of two words that somebody claims, with a postal code or a house number near it."""


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
