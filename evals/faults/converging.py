"""When every call is at its end, the messages that nobody heard arrive late; then the two sides' books are compared."""

from __future__ import annotations

from datetime import timedelta

from shopgraph.connectors.embedded.reconciling import reconcile
from shopgraph.evals.faults.news import hear_all
from shopgraph.evals.faults.orders import AT
from shopgraph.evals.faults.remote import RemoteGateway, Wire
from shopgraph.evals.faults.worker import Setup, remote_shop
from shopgraph.shop import clock_of

_BEFORE_EVERYTHING = AT - timedelta(days=30)


async def differences(setup: Setup) -> tuple[str, ...]:
    """What the shop's ledger, its payment records and the other side still disagree about, in words."""
    wire = Wire(setup.port)
    with remote_shop(setup.url, wire) as records:
        now = clock_of(records.meta).now()
        late = await wire.ask("payments.news", {"customer": None, "at": now.timestamp()})
        refused = await hear_all(late, secret=setup.secret, at=now, gateway=RemoteGateway(wire), store=records.payments)
        found = await reconcile(records.connectors, records.payments, since=_BEFORE_EVERYTHING)
    return (
        *refused,
        *(
            f"{each.subject} does not converge ({each.kind}): here {each.ours}, there {each.theirs}"
            for each in found.differences
        ),
    )


async def gifts(setup: Setup) -> dict[str, int]:
    """Cents on gift cards by customer: the shop's own money, which stands in no other books."""
    given = dict[str, int]()
    with remote_shop(setup.url, Wire(setup.port)) as records:
        for method in records.dump().payment_methods:
            if method.balance is not None:
                given[method.customer_id] = given.get(method.customer_id, 0) + method.balance.amount
    return given
