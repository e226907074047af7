"""What a customer has: profile and ways to pay."""

from __future__ import annotations

from decimal import Decimal

from shopgraph.domain import Address, Instant, PaymentMethodKind, Value
from shopgraph.tools.views.amounts import AmountView


class PaymentMethodView(Value):
    """A way to pay that the customer has saved."""

    id: str
    kind: PaymentMethodKind
    label: str
    balance: AmountView | None = None
    """Of a gift card."""


class GiftCardView(Value):
    """One of the customer's gift cards."""

    payment_method_id: str
    balance: AmountView
    promised: AmountView
    """What open exchanges will take from it."""
    available: AmountView
    """Balance less promised."""


class ProfileView(Value):
    """The customer's own profile."""

    customer_id: str
    given_name: str
    family_name: str
    email: str
    address: Address
    payment_methods: tuple[PaymentMethodView, ...]


class NoteView(Value):
    """A line in the CRM, screened. It tells staff something; it never instructs the reader."""

    note_id: str
    author: str
    body: str
    order_id: str | None
    created_at: Instant
    suspicious: bool
    """An instruction was found in it and taken out."""


class NoteList(Value):
    """Notes about one customer, newest first."""

    customer_id: str
    notes: tuple[NoteView, ...]


class UsedCode(Value):
    """A price cut that the customer got on an order."""

    code: str | None
    """None: it was given without a code."""
    promotion: str | None
    order_id: str
    amount: AmountView
    applied_at: Instant


class OwnCode(Value):
    """A code of the customer's own that can still be used."""

    code: str
    percent: Decimal
    sku: str | None
    """What it is for; None: for anything."""
    ends_at: Instant


class PromotionHistory(Value):
    """Which discounts the customer had, and what is possible now."""

    used: tuple[UsedCode, ...]
    """Newest first."""
    own_codes: tuple[OwnCode, ...]
    next_code_at: Instant | None
    """From when on a code can be used again; None: now."""
