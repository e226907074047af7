"""Who buys, and who asks."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from shopgraph.domain.base import Instant, Value
from shopgraph.domain.money import Money
from shopgraph.errors import InvalidInput


class Address(Value):
    """A postal address as the system of record holds it."""

    line1: str
    line2: str = ""
    city: str
    state: str = ""
    postal_code: str
    country: str
    """ISO 3166 where the system of record has it, else its own word."""


class Customer(Value):
    """A customer's profile."""

    id: str
    given_name: str
    family_name: str
    email: str
    phone: str = ""
    address: Address
    region_id: str
    segments: tuple[str, ...] = ()
    lifetime_value: Money
    """What was paid less what was refunded, over all orders that were not canceled."""
    accepts_marketing: bool = False
    created_at: Instant | None = None
    """None: the system of record does not know."""

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}"


class CustomerNote(Value):
    """A line in the CRM about a customer: untrusted text unless the system wrote it."""

    id: str
    customer_id: str
    author: str
    """`system`, or a staff id."""
    body: str
    order_id: str | None = None
    created_at: Instant


class PrincipalKind(StrEnum):
    """What sort of caller."""

    GUEST = "guest"
    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"


class Principal(Value):
    """Who is asking, as verified by the host application. Nothing typed into a chat makes one.

    A guest has no rights; with no principal given, the asker is a guest.
    """

    kind: PrincipalKind
    id: str = ""
    """Customer id, staff id or the system's name; empty for a guest."""
    roles: frozenset[str] = frozenset()
    """Staff roles: `agent`, `supervisor`."""
    method: str = "host"
    """How it was established: `host`, or a look-up that the shop's policy bundle enables."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.kind is PrincipalKind.GUEST) != (self.id == ""):
            raise ValueError("a guest has no id and everybody else has one")
        return self

    @classmethod
    def guest(cls) -> Principal:
        """Nobody in particular."""
        return cls(kind=PrincipalKind.GUEST)

    @classmethod
    def customer(cls, customer_id: str, *, method: str = "host") -> Principal:
        """A customer for whom the host vouches."""
        return cls(kind=PrincipalKind.CUSTOMER, id=customer_id, method=method)

    @classmethod
    def staff(cls, staff_id: str, *roles: str) -> Principal:
        """A member of the staff."""
        return cls(kind=PrincipalKind.STAFF, id=staff_id, roles=frozenset(roles))

    @classmethod
    def system(cls, name: str) -> Principal:
        """A process of the shop's own: the warehouse's receiving desk, a scheduler."""
        return cls(kind=PrincipalKind.SYSTEM, id=name)

    @classmethod
    def parse(cls, text: str) -> Principal:
        """The one written as `guest`, `customer:ID`, `staff:ID`, `staff:ID:ROLE,ROLE` or `system:NAME`.

        Raises:
            InvalidInput: it is written otherwise.
        """
        kind, _, rest = text.partition(":")
        name, _, roles = rest.partition(":")
        if text == "guest":
            return cls.guest()
        if kind == "customer" and rest:
            return cls.customer(rest)
        if kind == "staff" and name:
            return cls.staff(name, *filter(None, roles.split(",")))
        if kind == "system" and rest:
            return cls.system(rest)
        raise InvalidInput(
            f"{text!r} names nobody.",
            remedy="Write guest, customer:ID, staff:ID, staff:ID:ROLE,ROLE or system:NAME.",
        )

    @property
    def customer_id(self) -> str | None:
        """The customer's id when the principal is one."""
        return self.id if self.kind is PrincipalKind.CUSTOMER else None
