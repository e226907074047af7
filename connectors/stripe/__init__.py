"""Stripe behind the shop's payment records: cards are held, charged and refunded there; gift cards stay in the shop.

Needs the extra `stripe`. Nothing here imports the SDK before `stripe_gateway` is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shopgraph.connectors.stripe.settings import StripeSettings
from shopgraph.errors import MissingDependency

if TYPE_CHECKING:
    from shopgraph.connectors.stripe.gateway import StripeGateway

__all__ = ["StripeSettings", "stripe_gateway"]


def stripe_gateway(settings: StripeSettings, *, shop_id: str) -> StripeGateway:
    """A shop's gateway to Stripe; `shop_id` keeps shops on the same account apart.

    Raises:
        MissingDependency: the extra is not installed.
    """
    try:
        from shopgraph.connectors.stripe.gateway import StripeGateway
    except ModuleNotFoundError as error:
        if error.name != "stripe":
            raise
        raise MissingDependency("Stripe needs its SDK.", remedy="pip install 'shopgraph[stripe]'") from None
    return StripeGateway(settings, shop_id=shop_id)
