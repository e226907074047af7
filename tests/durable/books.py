"""A shop under whatever happens in whatever order, crashes included, that counts at every moment.

It is counted between the steps of every action, from the books of the bank and of the dock and from the shop's records;
then the ledger has to agree with both.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from pydantic import JsonValue

from shopgraph.clock import FixedClock
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import open_shop
from shopgraph.connectors.embedded.ledger import balances
from shopgraph.connectors.gateway import GatewayNews
from shopgraph.domain import (
    ExchangeStatus,
    Money,
    OrderLineItem,
    PaymentIntentStatus,
    Principal,
    ReturnStatus,
    RunStatus,
)
from shopgraph.domain.ledger import GOODWILL, gateway_account, pending_account
from shopgraph.domain.transitions import REFUND
from shopgraph.guards.policy import load_bundle
from shopgraph.tools.durable.points import POINTS
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall, ToolContext
from tests.durable.drawing import CRASH, GONE, PAYER, PLACE, STAFF, WHO, bought, planned
from tests.durable.ledger_shop import AT, MARKETS, SKUS
from tests.durable.ledger_world import BANK, Bank, Crash, Dock, Hand, fill, records


class Books(RuleBasedStateMachine):
    """A shop in three currencies under random calls, crashes and news."""

    template: Path
    seen: Counter[str]
    """What happened in all runs."""
    policy = load_bundle("default")
    tools = default_tools()

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        path = shutil.copy(self.template, Path(self._folder.name) / "shop.db")
        self.bank = Bank()
        self.shop = open_shop(f"sqlite:///{path}", gateway=lambda _: self.bank)
        self.dock = Dock(self.shop.database)
        everything = frozenset({"orders", "inventory", "warehouse", "payments"})
        self.services = Services(
            connectors=replace(self.shop.connectors, inventory=self.dock, outside=everything),
            clock=FixedClock(AT),
            policy=self.policy,
            engine=Hand(),
        )
        self.gate = Gate(self.tools)
        self.calls = 0
        self.looks = 0
        self.crash_in = 0
        self.open = False
        """Whether goods may be on their way back."""
        POINTS.harness = self._pass

    def teardown(self) -> None:
        POINTS.harness = None
        self.shop.close()
        self._folder.cleanup()

    @initialize(data=st.data(), free=st.integers(0, 6))
    def begin(self, data: st.DataObject, free: int) -> None:
        orders = [data.draw(bought(who, delivered)) for who in MARKETS for delivered in (False, True)]
        fill(self.shop, self.bank, orders, {who: data.draw(st.integers(0, 60000)) for who in MARKETS}, free)
        dumped = self._dump()
        self.start_money = {currency: self._money(dumped, currency) for _, currency, *_ in MARKETS.values()}
        self.start_taken = {currency: self.bank.taken(currency) for currency in self.start_money}
        self.start_stock = self._stock(dumped)

    @rule(who=WHO, crash_in=CRASH)
    def cancel(self, who: str, crash_in: int) -> None:
        self.crash_in = crash_in
        self._ask(who, "cancel_order", order_id=self._order(who, delivered=False), reason="no_longer_needed")

    @rule(who=WHO, payer=PAYER, crash_in=CRASH, refused=st.booleans())
    def change_payment(self, who: str, payer: str, crash_in: int, refused: bool) -> None:
        """The new method is charged first; when the bank refuses to refund the old one, the charge is taken back."""
        self.crash_in = crash_in
        order_id = self._order(who, delivered=False)
        paid_by = {each.payment_method_id for each in self._dump().intents if each.order_id == order_id}
        self.bank.refuses = refused and paid_by == {f"{who}-card"}
        self._ask(who, "change_payment_method", order_id=order_id, payment_method_id=f"{who}-{payer}")

    @rule(who=WHO, payer=PAYER, place=PLACE, other=PLACE, fewer=PLACE, crash_in=CRASH)
    def change_items(self, who: str, payer: str, place: int, other: int, fewer: int, crash_in: int) -> None:
        self.crash_in = crash_in
        self._swap(who, payer, "change_items", delivered=False, place=place, other=other, fewer=fewer)

    @rule(who=WHO, payer=PAYER, place=PLACE, other=PLACE, fewer=PLACE)
    def exchange(self, who: str, payer: str, place: int, other: int, fewer: int) -> None:
        self._swap(who, payer, "exchange_items", delivered=True, place=place, other=other, fewer=fewer)

    @rule(who=WHO, payer=PAYER, place=PLACE, fewer=PLACE)
    def give_back(self, who: str, payer: str, place: int, fewer: int) -> None:
        order_id = self._order(who, delivered=True)
        line = self._line(order_id, place)
        items: list[JsonValue] = [{"sku": line.sku, "quantity": max(line.current_quantity - fewer, 1)}]
        self._ask(who, "return_items", order_id=order_id, items=items, payment_method_id=f"{who}-{payer}")

    @precondition(lambda self: self.open)
    @rule(who=st.none() | WHO, condition=st.sampled_from(["new", "damaged"]), crash_in=CRASH)
    def receive(self, who: str | None, condition: str, crash_in: int) -> None:
        """The goods of one customer's open returns and exchanges arrive, or everybody's."""
        self.crash_in = crash_in
        dumped = self._dump()
        for back in dumped.returns:
            if who in (None, back.customer_id) and back.status is ReturnStatus.REQUESTED:
                self._ask(STAFF, "receive_return", return_id=back.id, condition=condition)
        for swap in dumped.exchanges:
            if who in (None, swap.customer_id) and swap.status is not ExchangeStatus.COMPLETED:
                self._ask(STAFF, "receive_exchange", exchange_id=swap.id, condition=condition)

    @rule(
        who=WHO,
        delivered=st.booleans(),
        minor=st.none() | st.integers(1, 9999),
        place=st.none() | PLACE,
        payer=st.sampled_from(["card", "gift", ""]),
        crash_in=CRASH,
    )
    def refund(
        self, who: str, delivered: bool, minor: int | None, place: int | None, payer: str, crash_in: int
    ) -> None:
        """An amount, what a line's unit cost, an amount for it, or all that is left."""
        self.crash_in = crash_in
        order_id = self._order(who, delivered=delivered)
        more: dict[str, JsonValue] = {"payment_method_id": f"{who}-{payer}"} if payer else {}
        if minor is not None:
            more["amount"] = str(Money(amount=minor, currency=MARKETS[who][1]).decimal)
        if place is not None:
            more["items"] = [{"sku": self._line(order_id, place).sku}]
        outcome = self._ask(STAFF, "refund_order", order_id=order_id, reason="damaged", **more)
        if outcome.outcome is Outcome.DONE:
            self.seen[f"refund {'by amount' if minor else ''} {'by line' if place is not None else ''}"] += 1

    @rule(who=WHO, minor=st.integers(1, 999))
    def goodwill(self, who: str, minor: int) -> None:
        amount = Money(amount=minor, currency=MARKETS[who][1])
        self._ask(STAFF, "credit_goodwill", amount=str(amount.decimal), reason="late_delivery", customer_id=who)

    @precondition(lambda self: self.bank.refunds)
    @rule(data=st.data(), told=st.booleans())
    def refund_ends(self, data: st.DataObject, told: bool) -> None:
        """A refund succeeds or fails at the bank; its news come at once or much later."""
        found = self.bank.refunds[data.draw(st.sampled_from(sorted(self.bank.refunds)))]
        after = sorted(REFUND.next(found.status))
        if after:
            status = data.draw(st.sampled_from(after))
            self.bank.refunds[found.external_id] = found.model_copy(update={"status": status})
        if told or after:
            self._hear()

    @rule(data=st.data(), share=st.integers(1, 100))
    def refund_by_hand(self, data: st.DataObject, share: int) -> None:
        """Somebody refunds at the bank itself, no more than the order has left."""
        external = data.draw(st.sampled_from(sorted(self.bank.payments) or [""]))
        if not external:
            return
        payment = self.bank.payments[external]
        left = payment.captured.amount - sum(each.amount.amount for each in self.bank.going_back(external))
        order_id = next(each.order_id for each in self._dump().intents if each.id == payment.id)
        captured, refunded = self._flows(self._dump())[order_id]
        amount = min(left, captured - refunded) * share // 100
        if amount > 0:
            moved = Money(amount=amount, currency=payment.amount.currency)
            self.bank.give_back(f"hand-{len(self.bank.refunds)}", external, moved)
            self._hear()

    @rule()
    def hear(self) -> None:
        """News of everything, again."""
        self._hear()

    @invariant()
    def settled(self) -> None:
        if hasattr(self, "start_money"):
            self._check()

    def _swap(self, who: str, payer: str, tool: str, *, delivered: bool, place: int, other: int, fewer: int) -> None:
        order_id = self._order(who, delivered=delivered)
        line = self._line(order_id, place)
        to = [sku for sku in SKUS if sku != line.sku][other]
        units = max(line.current_quantity - fewer, 1)
        items: list[JsonValue] = [{"sku": line.sku, "to_sku": to, "quantity": units}]
        self._ask(who, tool, order_id=order_id, items=items, payment_method_id=f"{who}-{payer}")

    def _ask(self, who: str | Principal, tool: str, **arguments: JsonValue) -> GateOutcome:
        self.calls += 1
        principal = who if isinstance(who, Principal) else Principal.customer(who)
        context = ToolContext(services=self.services, principal=principal, region_id="us-northeast")
        call = ToolCall(tool=tool, arguments=arguments, call_id=f"call-{self.calls}")

        async def insist() -> GateOutcome:
            outcome = await self.gate.call(context, call)
            if outcome.proposal is not None:
                digest = outcome.proposal.digest
                yes = replace(context, request_confirmed=digest, approvals={digest: "boss"})
                outcome = await self.gate.call(yes, call)
            return outcome

        before = self._flows(self._dump())
        outcome = asyncio.run(insist())
        self.crash_in, self.bank.refuses = 0, False
        self._moved_once(before, f"action:{call.call_id}")
        assert outcome.outcome in (Outcome.DONE, Outcome.REFUSED), outcome
        self.seen[f"{tool} {outcome.outcome}"] += 1
        self.open |= tool in ("return_items", "exchange_items") and outcome.outcome is Outcome.DONE
        return outcome

    def _moved_once(self, before: dict[str, tuple[int, int]], action_id: str) -> None:
        """What an action that is done has moved is what it had planned, once; one that is undone has moved nothing."""
        run = asyncio.run(self.shop.connectors.runs.run(action_id))
        if run is None or run.order_id is None:
            return
        was, now = before[run.order_id], self._flows(self._dump())[run.order_id]
        captured, refunded = now[0] - was[0], now[1] - was[1]
        if run.status is RunStatus.DONE:
            assert (captured, refunded) == planned(run.plan), "each planned payment and refund is made once"
        else:
            assert captured == refunded, "what is taken back leaves as much as there was"

    def _hear(self) -> None:
        news = GatewayNews(payments=tuple(self.bank.payments.values()), refunds=tuple(self.bank.refunds.values()))
        self.calls += 1
        asyncio.run(self.shop.payments.keep_news(f"news-{self.calls}", news))

    def _pass(self, point: str) -> None:
        """Between two steps: everything must add up here too; and here the process may die."""
        self._check()
        if self.crash_in and not point.endswith((":admitted", "tell:after")):
            self.crash_in -= 1
            if self.crash_in == 0:
                self.seen["crash"] += 1
                raise Crash

    def _dump(self) -> Dataset:
        return self.shop.database.read_now(records)

    def _order(self, who: str, *, delivered: bool) -> str:
        return f"#{who}-{2 * list(MARKETS).index(who) + delivered}"

    def _line(self, order_id: str, place: int) -> OrderLineItem:
        lines = next(each.lines for each in self._dump().orders if each.id == order_id)
        return lines[place % len(lines)]

    def _check(self) -> None:
        self.looks += 1
        dumped = self._dump()
        differences, on = self.shop.database.read_now(
            lambda db: (self.shop.payments.check_ledger(db), {(b.account, b.unit): b.amount for b in balances(db)})
        )
        assert differences == ()
        for currency, start in self.start_money.items():
            given = -on.get((GOODWILL, currency), 0)
            assert self._money(dumped, currency) == start + given, "money in is money out plus money kept"
            with_bank = on.get((gateway_account(BANK), currency), 0) + on.get((pending_account(BANK), currency), 0)
            assert with_bank == self.start_taken[currency] - self.bank.taken(currency), "the bank's books agree"
        assert self._stock(dumped) == self.start_stock, "stock in is stock out plus stock on hand"
        for captured, refunded in self._flows(dumped).values():
            assert 0 <= refunded <= captured
        self._check_lines(dumped)
        self._check_promises(dumped)

    def _money(self, dumped: Dataset, currency: str) -> int:
        """What the shop holds for orders and owes on gift cards, less what the bank took."""
        kept = sum(
            captured - refunded
            for order_id, (captured, refunded) in self._flows(dumped).items()
            if MARKETS[order_id[1:4]][1] == currency
        )
        held = sum(
            each.amount.amount
            for each in dumped.intents
            if each.status is PaymentIntentStatus.REQUIRES_CAPTURE
            and each.payment_method_id.endswith("-gift")
            and each.amount.currency == currency
        )
        cards = [each.balance for each in dumped.payment_methods if each.balance and each.balance.currency == currency]
        assert all(balance.amount >= 0 for balance in cards)
        return kept + held + sum(balance.amount for balance in cards) - self.bank.taken(currency)

    def _flows(self, dumped: Dataset) -> dict[str, tuple[int, int]]:
        captured = Counter[str]()
        refunded = Counter[str]()
        for intent in dumped.intents:
            captured[intent.order_id] += intent.captured.amount
        for refund in dumped.refunds:
            if refund.status not in GONE:
                refunded[refund.order_id] += refund.amount.amount
        return {each.id: (captured[each.id], refunded[each.id]) for each in dumped.orders}

    def _stock(self, dumped: Dataset) -> dict[str, int]:
        on_hand = Counter[str]()
        for level in dumped.stock_levels:
            on_hand[level.sku] += level.on_hand
        return {sku: on_hand[sku] + self.dock.gone[sku] for sku in SKUS}

    def _check_lines(self, dumped: Dataset) -> None:
        given = Counter[tuple[str, str]]()
        for refund in dumped.refunds:
            assert sum(share.amount.amount for share in refund.shares) == refund.amount.amount, "no unit is lost"
            for share in refund.shares:
                assert share.amount.amount > 0
                if refund.status not in GONE:
                    given[refund.order_id, share.line_id.split("+")[0]] += share.amount.amount
        for order in dumped.orders:
            cost = Counter({"": order.shipping.amount})
            for line in order.lines:
                cost[line.id.split("+")[0]] += (
                    line.subtotal + (line.tax if order.currency == "USD" else line.tax * 0)
                ).amount
            for line_id, paid in cost.items():
                assert given[order.id, line_id] <= paid, "no line and no shipping is refunded beyond what it cost"

    def _check_promises(self, dumped: Dataset) -> None:
        allocated = Counter[tuple[str, str]]()
        for each in dumped.allocations:
            allocated[each.sku, each.location_id] += each.quantity
        assert {(each.sku, each.location_id): each.allocated for each in dumped.stock_levels if each.allocated} == dict(
            allocated
        )
        coming, promised = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for back in dumped.returns:
            if back.status in (ReturnStatus.REQUESTED, ReturnStatus.RECEIVED, ReturnStatus.REFUNDED):
                for item in back.items:
                    coming[back.order_id, item.line_id] += item.quantity
                (line_id,) = {item.line_id for item in back.items}
                promised[back.order_id, line_id] += back.refund.amount
        for order in dumped.orders:
            for line in order.lines:
                assert coming[order.id, line.id] <= line.ordered_quantity, "no unit comes back twice"
                paid = line.subtotal + line.tax if order.currency == "USD" else line.subtotal
                assert promised[order.id, line.id] <= paid.amount, "no line is refunded beyond what it cost"
