"""Payments and refunds in the embedded database, and the way to a payment gateway where there is one.

Without a gateway the database plays it: cards are charged by writing it down. With one, the money of cards moves at the
gateway (`GatewayStep`), and these records say what was asked and what came of it. Gift cards are the shop's own money
and stay here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, select

from shopgraph.connectors.embedded import gateway_calls as calls
from shopgraph.connectors.embedded import payment_rules as rules
from shopgraph.connectors.embedded.database import Database
from shopgraph.connectors.embedded.gateway_records import GatewayRecords
from shopgraph.connectors.embedded.gateway_steps import Asks, GatewayStep, take
from shopgraph.connectors.embedded.idempotency import answer_to, once
from shopgraph.connectors.embedded.ledger import NO_GATEWAY, MoneyRows, move_money
from shopgraph.connectors.embedded.ledger_check import differences
from shopgraph.connectors.embedded.mapping import Mapped, changed, to_micros
from shopgraph.connectors.embedded.mapping import V as Record
from shopgraph.connectors.embedded.rows import equal, every, existing, get, new_id, require
from shopgraph.connectors.embedded.schema import CUSTOMERS, INTENTS, PAYMENT_METHODS, REFUNDS
from shopgraph.connectors.gateway import (
    Asking,
    ExternalKind,
    GatewayCall,
    GatewayNews,
    GatewayPayment,
    GatewayRefund,
    NewsKept,
    PaymentGateway,
)
from shopgraph.connectors.ports import PaymentHistory
from shopgraph.domain import (
    Difference,
    Money,
    PaymentIntent,
    PaymentIntentStatus,
    PaymentMethod,
    PaymentMethodKind,
    Refund,
    RefundReason,
    RefundShare,
    RefundStatus,
)
from shopgraph.domain.ledger import GOODWILL, gift_card_account
from shopgraph.errors import ConfigurationError, InvalidInput

_INTENT = TypeAdapter(PaymentIntent)
_REFUND = TypeAdapter(Refund)
_METHOD = TypeAdapter(PaymentMethod)
_KEPT = TypeAdapter(NewsKept)


class EmbeddedPayments:
    """`PaymentsPort` over the embedded database and, where one is given, a payment gateway."""

    def __init__(self, database: Database, gateway: PaymentGateway | None = None) -> None:
        self._database = database
        self.gateway = gateway
        self._rows = MoneyRows(gateway=gateway.name if gateway else NO_GATEWAY)
        self._known = GatewayRecords(gateway.name if gateway else "", self._rows)

    async def methods(self, customer_id: str) -> tuple[PaymentMethod, ...]:
        """A customer's saved payment methods, by id."""
        return await self._database.look(lambda db: equal(db, PAYMENT_METHODS, customer_id=customer_id))

    async def method(self, payment_method_id: str) -> PaymentMethod | None:
        """The payment method of that id."""
        return await self._database.look(lambda db: get(db, PAYMENT_METHODS, payment_method_id))

    async def intents(self, order_id: str) -> tuple[PaymentIntent, ...]:
        """By sequence."""
        return await self._database.look(lambda db: rules.intents_of(db, order_id))

    async def intent(self, payment_intent_id: str) -> PaymentIntent | None:
        """The payment of that id."""
        return await self._database.look(lambda db: get(db, INTENTS, payment_intent_id))

    async def refunds(self, order_id: str) -> tuple[Refund, ...]:
        """By sequence."""
        return await self._database.look(lambda db: rules.refunds_of(db, order_id))

    async def find_refund(self, refund_id: str) -> Refund | None:
        """The refund of that id."""
        return await self._database.look(lambda db: get(db, REFUNDS, refund_id))

    async def history(self, *, since: datetime) -> PaymentHistory:
        """Every payment and refund begun at that instant or later, oldest first."""

        def read(db: Connection) -> PaymentHistory:
            return PaymentHistory(intents=_begun_since(db, INTENTS, since), refunds=_begun_since(db, REFUNDS, since))

        return await self._database.read(read)

    def check_ledger(self, db: Connection) -> tuple[Difference, ...]:
        """Where the ledger and the records disagree, as this shop's payments are booked."""
        return differences(db, self._rows)

    async def unsettled(self) -> tuple[GatewayCall, ...]:
        """Calls to the gateway of which nobody knows the end, longest open first: asked again, they go on."""
        return await self._database.read(calls.open_calls)

    async def known_there(self, kind: ExternalKind) -> dict[str, str]:
        """Our ids of what the gateway has of that kind, by its own."""
        return await self._database.read(lambda db: calls.own_ids(db, self._known.gateway, kind))

    async def link(self, customer_id: str, external_customer_id: str) -> tuple[PaymentMethod, ...]:
        """Say who a customer is at the gateway, and take over the cards that are saved there.

        Raises:
            ConfigurationError: there is no gateway.
            Conflict: one of the two is linked to another already.
        """
        if self.gateway is None:
            raise ConfigurationError("There is no payment gateway to link a customer to.")
        cards = await self.gateway.methods(external_customer_id)

        def adopt(db: Connection) -> tuple[PaymentMethod, ...]:
            existing(db, CUSTOMERS, customer_id)
            return tuple([self._known.adopt_card(db, customer_id, external_customer_id, card) for card in cards])

        return await self._database.write(adopt)

    async def news_kept(self, message_id: str) -> NewsKept | None:
        """What came of a gateway's message; None for one that was not kept yet."""
        return await self._database.look(lambda db: answer_to(db, self._message_key(message_id), _KEPT))

    async def keep_news(self, message_id: str, news: GatewayNews) -> NewsKept:
        """Keep what was seen at the gateway, once per message."""
        key = self._message_key(message_id)
        return await once(self._database, "payments.news", key, {}, _KEPT, lambda db: self._known.keep_news(db, news))

    def _message_key(self, message_id: str) -> str:
        return f"news:{self._known.gateway}:{message_id}"

    async def authorize(
        self, *, order_id: str, payment_method_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Hold money without taking it; a gift card's balance falls at once."""
        return await self._pay(order_id, payment_method_id, amount, at, idempotency_key, capture=False)

    async def charge(
        self, *, order_id: str, payment_method_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Take money at once (authorize and capture); a gift card's balance falls."""
        return await self._pay(order_id, payment_method_id, amount, at, idempotency_key, capture=True)

    async def _pay(
        self, order_id: str, payment_method_id: str, amount: Money, at: datetime, key: str, *, capture: bool
    ) -> PaymentIntent:
        def begin(db: Connection, asks: Asks) -> PaymentIntent:
            money = rules.order_money(db, order_id)
            method = rules.method_for(db, money.order, payment_method_id, amount)
            if amount.amount <= 0:
                raise InvalidInput(f"{amount} cannot be charged.", remedy="Charge more than nothing.")
            status = PaymentIntentStatus.SUCCEEDED if capture else PaymentIntentStatus.REQUIRES_CAPTURE
            intent = PaymentIntent(
                id=new_id("pi", key),
                order_id=order_id,
                payment_method_id=payment_method_id,
                amount=amount,
                captured=amount if capture else Money.zero(amount.currency),
                status=status,
                sequence=money.next_sequence,
                created_at=at,
            )
            if method.kind is PaymentMethodKind.GIFT_CARD:
                rules.move_balance(db, method, -amount)
            elif self.gateway is not None:
                self._known.party(db, method.id)
                intent = changed(intent, status=PaymentIntentStatus.PROCESSING, captured=Money.zero(amount.currency))
                asks(intent.id)
            return self._rows.add(db, INTENTS, intent)

        async def ask(gateway: PaymentGateway, intent: PaymentIntent, asking: Asking) -> GatewayPayment:
            party = await self._database.read(lambda db: self._known.party(db, payment_method_id))
            return await gateway.pay(
                intent, customer=party.customer, method=party.method, capture=capture, asking=asking
            )

        return await take(
            self._database,
            self.gateway,
            GatewayStep(
                operation="payments.charge" if capture else "payments.authorize",
                key=key,
                body={"order": order_id, "method": payment_method_id, "amount": amount},
                answer=_INTENT,
                at=at,
                begin=begin,
                ask=ask,
                keep=self._known.keep_payment,
                undo=lambda db, intent: self._rows.remove(db, INTENTS, intent.id),
            ),
        )

    async def capture(
        self, *, payment_intent_id: str, amount: Money | None = None, at: datetime, idempotency_key: str
    ) -> PaymentIntent:
        """Take what is held, or a part of it, once; the rest goes back."""

        def begin(db: Connection, asks: Asks) -> PaymentIntent:
            intent = rules.held_payment(db, payment_intent_id, PaymentIntentStatus.SUCCEEDED)
            taken = amount or intent.amount
            rules.check_capture(intent, taken)
            if self._is_held_there(db, intent):
                asks(intent.id)
                return intent
            _release(db, intent, intent.amount - taken)
            captured = changed(intent, captured=taken, status=PaymentIntentStatus.SUCCEEDED)
            return self._rows.replace(db, INTENTS, captured)

        async def ask(gateway: PaymentGateway, intent: PaymentIntent, asking: Asking) -> GatewayPayment:
            external = await self._database.read(lambda db: self._known.payment(db, intent.id))
            return await gateway.capture(external, amount or intent.amount, asking=asking)

        body = {"payment": payment_intent_id, "amount": amount}
        return await self._change("payments.capture", idempotency_key, body, at, begin, ask)

    async def void(self, *, payment_intent_id: str, at: datetime, idempotency_key: str) -> PaymentIntent:
        """Let go of what is held."""

        def begin(db: Connection, asks: Asks) -> PaymentIntent:
            intent = rules.held_payment(db, payment_intent_id, PaymentIntentStatus.CANCELED)
            if self._is_held_there(db, intent):
                asks(intent.id)
                return intent
            _release(db, intent, intent.amount)
            return self._rows.replace(db, INTENTS, changed(intent, status=PaymentIntentStatus.CANCELED))

        async def ask(gateway: PaymentGateway, intent: PaymentIntent, asking: Asking) -> GatewayPayment:
            external = await self._database.read(lambda db: self._known.payment(db, intent.id))
            return await gateway.void(external, asking=asking)

        return await self._change("payments.void", idempotency_key, {"payment": payment_intent_id}, at, begin, ask)

    async def _change(
        self,
        operation: str,
        key: str,
        body: Mapping[str, object],
        at: datetime,
        begin: Callable[[Connection, Asks], PaymentIntent],
        ask: Callable[[PaymentGateway, PaymentIntent, Asking], Awaitable[GatewayPayment]],
    ) -> PaymentIntent:
        """What is held is taken or let go; when the gateway refuses there is nothing to undo."""
        step = GatewayStep(
            operation=operation,
            key=key,
            body=body,
            answer=_INTENT,
            at=at,
            begin=begin,
            ask=ask,
            keep=self._known.keep_payment,
            undo=lambda *_: None,
        )
        return await take(self._database, self.gateway, step)

    def _is_held_there(self, db: Connection, intent: PaymentIntent) -> bool:
        """Whether the gateway holds the money; asks for its id now, so that an unknown payment is refused early."""
        method = existing(db, PAYMENT_METHODS, intent.payment_method_id)
        if self.gateway is None or method.kind is PaymentMethodKind.GIFT_CARD:
            return False
        self._known.payment(db, intent.id)
        return True

    async def credit_gift_card(
        self, *, customer_id: str, amount: Money, at: datetime, idempotency_key: str
    ) -> PaymentMethod:
        """Let the customer's gift card rise, or make one: the shop's own money, which no gateway hears of."""

        def act(db: Connection) -> PaymentMethod:
            require(db, CUSTOMERS, customer_id)
            if amount.amount <= 0:
                raise InvalidInput(f"{amount} is no credit.", remedy="Give more than nothing.")
            card = rules.card_to_credit(db, customer_id, amount.currency, new_id("gift", idempotency_key))
            risen = rules.move_balance(db, card, amount)
            move_money(db, GOODWILL, gift_card_account(card.id), amount, subject=card.id)
            return risen

        body = {"customer": customer_id, "amount": amount}
        return await once(self._database, "payments.credit_gift_card", idempotency_key, body, _METHOD, act)

    async def refund(
        self,
        *,
        order_id: str,
        payment_intent_id: str | None,
        payment_method_id: str,
        amount: Money,
        reason: RefundReason,
        shares: Sequence[RefundShare] = (),
        at: datetime,
        idempotency_key: str,
    ) -> Refund:
        """Give money back: `succeeded` at once on a gift card (its balance rises), else what the gateway says.

        Without a gateway that is `pending`.

        A refund of nothing is a record too: an even exchange is settled by one. No gateway is asked for it.
        """
        asked = Refund(
            id=new_id("re", idempotency_key),
            order_id=order_id,
            payment_intent_id=payment_intent_id,
            payment_method_id=payment_method_id,
            amount=amount,
            status=RefundStatus.PENDING,
            reason=reason,
            sequence=0,  # its place is known when the order is locked
            created_at=at,
            shares=tuple(shares),
        )
        return await self._give_back(asked, at, idempotency_key)

    async def _give_back(self, asked: Refund, at: datetime, key: str) -> Refund:
        async def ask(gateway: PaymentGateway, refund: Refund, asking: Asking) -> GatewayRefund:
            payment = await self._database.read(lambda db: self._known.payment(db, refund.payment_intent_id or ""))
            return await gateway.refund(refund, payment=payment, asking=asking)

        body = {
            "order": asked.order_id,
            "intent": asked.payment_intent_id,
            "method": asked.payment_method_id,
            "amount": asked.amount,
            "reason": asked.reason,
        }
        step = GatewayStep(
            operation="payments.refund",
            key=key,
            body={**body, "shares": list(asked.shares)} if asked.shares else body,
            answer=_REFUND,
            at=at,
            begin=lambda db, asks: self._begin_refund(db, asks, asked),
            ask=ask,
            keep=self._known.keep_refund,
            undo=lambda db, refund: self._rows.remove(db, REFUNDS, refund.id),
        )
        return await take(self._database, self.gateway, step)

    def _begin_refund(self, db: Connection, asks: Asks, asked: Refund) -> Refund:
        money = rules.order_money(db, asked.order_id)
        method = rules.method_for(db, money.order, asked.payment_method_id, asked.amount)
        rules.check_refundable(money, asked.payment_intent_id, asked.amount)
        shares = rules.shares_of(money, asked.amount, asked.shares)
        refund = changed(asked, sequence=money.next_sequence, shares=shares)
        if method.kind is PaymentMethodKind.GIFT_CARD:
            rules.move_balance(db, method, refund.amount)
            refund = changed(refund, status=RefundStatus.SUCCEEDED)
        elif self.gateway is not None and not refund.amount.is_zero:
            payment = rules.payment_to_refund(money, asked.payment_intent_id, method, refund.amount)
            self._known.payment(db, payment.id)
            refund = changed(refund, payment_intent_id=payment.id)
            asks(refund.id)
        return self._rows.add(db, REFUNDS, refund)


def _begun_since(db: Connection, mapped: Mapped[Record], since: datetime) -> tuple[Record, ...]:
    created = mapped.table.c.created_at
    statement = select(mapped.table).where(created >= to_micros(since)).order_by(created, *mapped.key)
    return every(db, mapped, statement)


def _release(db: Connection, intent: PaymentIntent, amount: Money) -> None:
    """What was held and is not taken goes back to a gift card; there is no balance of anything else."""
    method = existing(db, PAYMENT_METHODS, intent.payment_method_id)
    if method.kind is PaymentMethodKind.GIFT_CARD:
        rules.move_balance(db, method, amount)
