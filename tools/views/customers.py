"""What a customer has: profile and ways to pay."""

from __future__ import annotations

from shopgraph.domain import Address, PaymentMethodKind, Value
from shopgraph.tools.views.amounts import AmountView


class PaymentMethodView(Value):
    """A way to pay that the customer has saved."""

    id: str
    kind: PaymentMethodKind
    label: str
    balance: AmountView | None = None
    """Of a gift card."""


class ProfileView(Value):
    """The customer's own profile."""

    customer_id: str
    given_name: str
    family_name: str
    email: str
    address: Address
    payment_methods: tuple[PaymentMethodView, ...]
