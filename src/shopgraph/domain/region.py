"""Where the shop sells."""

from __future__ import annotations

from enum import StrEnum

from shopgraph.domain.base import Value
from shopgraph.domain.customer import Address
from shopgraph.domain.money import Currency


class Region(Value):
    """A market: one currency, one language, one calendar. Tax, shipping and returns stand in the policy bundle."""

    id: str
    name: str
    country: str
    """ISO 3166 alpha-2."""
    currency: Currency
    locale: str
    """As Babel names it: `en_US`, `de_DE`."""
    timezone: str
    """IANA name."""


class LocationKind(StrEnum):
    """What stands there."""

    STORE = "store"
    WAREHOUSE = "warehouse"


class Location(Value):
    """A place that holds stock."""

    id: str
    name: str
    region_id: str
    kind: LocationKind


class Store(Value):
    """A shop that people walk into; its stock is at `location_id`."""

    id: str
    name: str
    region_id: str
    location_id: str
    address: Address
