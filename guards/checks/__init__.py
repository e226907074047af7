"""The checks on the way out, in the order in which they run: what blocks comes first, then figures, then style."""

from __future__ import annotations

from shopgraph.guards.checks.actions import find_undone_actions
from shopgraph.guards.checks.attributes import find_wrong_attributes
from shopgraph.guards.checks.base import Check, Finding, OnError
from shopgraph.guards.checks.brand import find_off_brand, find_too_long, find_undisclosed
from shopgraph.guards.checks.codes import find_wrong_codes
from shopgraph.guards.checks.conduct import find_misconduct
from shopgraph.guards.checks.dates import find_wrong_dates
from shopgraph.guards.checks.discounts import find_wrong_discounts
from shopgraph.guards.checks.figures import find_wrong_amounts
from shopgraph.guards.checks.language import find_other_language
from shopgraph.guards.checks.links import find_foreign_links
from shopgraph.guards.checks.offers import find_baseless_offers
from shopgraph.guards.checks.orders import find_wrong_orders
from shopgraph.guards.checks.passages import but_quotations, find_ungrounded
from shopgraph.guards.checks.people import find_foreign_data
from shopgraph.guards.checks.promises import find_promises
from shopgraph.guards.checks.qualities import find_wrong_qualities
from shopgraph.guards.checks.regional import find_unlawful
from shopgraph.guards.checks.secrets import find_secrets
from shopgraph.guards.checks.stock import find_wrong_stock
from shopgraph.guards.checks.terms import find_wrong_terms
from shopgraph.guards.checks.tone import find_wrong_tone

__all__ = ["CHECKS", "Check", "Finding", "OnError"]

CHECKS: tuple[Check, ...] = (
    Check(name="secrets", find=find_secrets, protects="No credential and nothing of the assistant's instructions."),
    Check(name="links", find=find_foreign_links, protects="Links lead to pages of the shop's own hosts only."),
    Check(name="personal-data", find=find_foreign_data, protects="Nobody's contact data or card but the asker's own."),
    Check(name="conduct", find=find_misconduct, protects="No insult, no threat, no advice to hurt oneself or others."),
    Check(name="language", find=find_other_language, protects="The answer is in the customer's language."),
    Check(name="actions", find=find_undone_actions, protects="Nothing is said to be done that was not."),
    Check(
        name="attributes",
        find=but_quotations(find_wrong_attributes),
        protects="Figures of products stand in their attributes.",
    ),
    Check(
        name="codes", find=but_quotations(find_wrong_codes), protects="Codes and versions of products are their own."
    ),
    Check(
        name="qualities",
        find=but_quotations(find_wrong_qualities),
        protects="Qualities of products stand in their attributes.",
    ),
    Check(name="figures", find=find_wrong_amounts, protects="Every amount of money is a fact."),
    Check(name="regions", find=find_unlawful, protects="Tax wording, withdrawal, reduced prices and ages are lawful."),
    Check(name="terms", find=find_wrong_terms, protects="Delivery days, return window and tax are the region's."),
    Check(name="discounts", find=find_wrong_discounts, protects="No price cut above the allowance, no invented code."),
    Check(name="promises", find=find_promises, protects="No day of arrival and no guarantee that no fact holds."),
    Check(name="offers", find=find_baseless_offers, protects="Nothing is offered or boasted of that no fact bears."),
    Check(name="dates", find=find_wrong_dates, protects="Every date of an order, a promotion or a restock is a fact."),
    Check(name="stock", find=find_wrong_stock, protects="What is said of stock is so."),
    Check(name="order-states", find=find_wrong_orders, protects="What is said of an order is its state."),
    Check(name="passages", find=find_ungrounded, protects="An answer made of passages says what they say."),
    Check(name="brand", find=find_off_brand, protects="The shop's own words.", on_error=OnError.OPEN),
    Check(name="tone", find=find_wrong_tone, protects="No louder and no harder than the brand.", on_error=OnError.OPEN),
    Check(
        name="length",
        find=find_too_long,
        protects="An answer is no longer than the brand wants.",
        on_error=OnError.OPEN,
    ),
    Check(
        name="disclosures",
        find=find_undisclosed,
        protects="What every answer must say is said.",
        whole=True,
    ),
)
"""All of them."""
