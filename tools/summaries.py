"""What a call would do, in the sentence that the customer says yes to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shopgraph.domain import Money, Order, OrderLineItem, PaymentMethod, Refund
from shopgraph.tools.amounts import PaymentPart, destination, parts_to_refund
from shopgraph.tools.checkout import Checkout
from shopgraph.tools.phrases import count_of, join_words, one_line
from shopgraph.tools.plans import ReturnPlan, SwapPart, SwapPlan
from shopgraph.tools.showing import Showing


def cancel_summary(showing: Showing, order: Order, held: Sequence[PaymentPart]) -> str:
    """Of a cancellation."""
    paid = [part for part in held if not part.amount.is_zero]
    money = f"refund {refunds_text(showing, paid)}" if paid else "refund nothing, as nothing is paid"
    return f"Cancel order {order.id} ({_lines(order.lines)}) and {money}"


def place_summary(showing: Showing, checkout: Checkout, payment_method_id: str) -> str:
    """Of a purchase."""
    goods = [count_of(line.quantity, with_options(line.variant.title, line.variant.options)) for line in checkout.lines]
    parts = [] if checkout.discount.is_zero else [f"{showing.text(checkout.discount)} off"]
    tax, held = checkout.terms.tax, "included" if checkout.terms.tax.inclusive else "added"
    parts += [] if checkout.tax.is_zero else [f"{showing.text(checkout.tax)} {tax.name} {held}"]
    way = checkout.shipping.name if checkout.shipping else "no way of shipping"
    parts.append(f"{way} {showing.text(checkout.shipping_price)}")
    idle = f"; {join_words(checkout.idle_codes)} takes nothing off" if checkout.idle_codes else ""
    return (
        f"Buy {join_words(goods)} for {showing.text(checkout.total)} in all ({', '.join(parts)}{idle}), paid with your"
        f" {showing.label(payment_method_id)} and sent to {one_line(checkout.address.address)}"
    )


def refunds_text(showing: Showing, parts: Sequence[PaymentPart] | Sequence[Refund]) -> str:
    """Which amount goes to which method: "$20.00 to your Visa ending in 4242"."""
    amounts = dict[str, Money]()
    for part in parts:
        before = amounts.get(part.payment_method_id)
        amounts[part.payment_method_id] = part.amount if before is None else before + part.amount
    return join_words([f"{showing.text(amount)} to your {showing.label(method)}" for method, amount in amounts.items()])


def back_text(
    showing: Showing, held: Sequence[PaymentPart], amount: Money, payment_method_id: str, method: PaymentMethod | None
) -> str:
    """Where an amount goes that shall go to that method: what was paid in another way may go back that way."""
    parts = parts_to_refund(held, amount, payment_method_id)
    return refunds_text(showing, [replace(part, payment_method_id=destination(part, method)) for part in parts])


def return_summary(
    showing: Showing, order: Order, plan: ReturnPlan, payment_method_id: str, method: PaymentMethod | None
) -> str:
    """Of a return."""
    items = join_words([count_of(e.part.quantity, item_name(e.part.line)) for e in plan.parts])
    fee = "" if plan.fee.is_zero else f" (after a fee of {showing.text(plan.fee)})"
    return (
        f"Return {items} from order {order.id} and refund"
        f" {back_text(showing, plan.held, plan.refund, payment_method_id, method)}{fee} when the goods are back"
    )


def exchange_summary(showing: Showing, order: Order, plan: SwapPlan, payment_method_id: str) -> str:
    """Of an exchange of delivered goods."""
    money = difference_text(showing, plan.difference, payment_method_id)
    when = "" if plan.difference.is_zero else " when the goods are back"
    return f"Exchange {_swaps(plan)} in order {order.id}; {money}{when}"


def change_summary(showing: Showing, order: Order, plan: SwapPlan, payment_method_id: str) -> str:
    """Of a change of a pending order's variants."""
    money = difference_text(showing, plan.difference, payment_method_id)
    now = "" if plan.difference.is_zero else " now"
    return f"Change {_swaps(plan)} in order {order.id}; {money}{now}. This can be done once per order"


def difference_text(showing: Showing, difference: Money, payment_method_id: str) -> str:
    """Who pays the difference in price."""
    if difference.is_zero:
        return "the price stays the same"
    if difference.amount > 0:
        return f"{showing.text(difference)} is charged to your {showing.label(payment_method_id)}"
    return f"{showing.text(-difference)} is refunded to your {showing.label(payment_method_id)}"


def payment_summary(showing: Showing, order: Order, held: Sequence[PaymentPart], total: Money, to: str) -> str:
    """Of a change of payment method."""
    back = refunds_text(showing, [part for part in held if not part.amount.is_zero])
    return (
        f"Pay order {order.id} with your {showing.label(to)}: charge {showing.text(total)} to it and refund {back}"
        if back
        else f"Pay order {order.id} with your {showing.label(to)}"
    )


def address_summary(order: Order, text: str) -> str:
    """Of a change of an order's address."""
    return f"Send order {order.id} to {text} instead of {one_line(order.shipping_address)}"


def item_name(line: OrderLineItem) -> str:
    """A line's title with its options: "Blue Wrap Dress (M, blue)"."""
    return with_options(line.title, line.options)


def with_options(title: str, options: dict[str, str]) -> str:
    """A product's title with a variant's options."""
    return f"{title} ({', '.join(options.values())})" if options else title


def _lines(lines: Iterable[OrderLineItem]) -> str:
    return join_words([count_of(line.current_quantity, item_name(line)) for line in lines if line.current_quantity])


def _swaps(plan: SwapPlan) -> str:
    return join_words([_swap(swap) for swap in plan.parts])


def _swap(swap: SwapPart) -> str:
    new = with_options(swap.part.line.title, swap.to.options) if swap.to else swap.to_sku
    return f"{count_of(swap.part.quantity, item_name(swap.part.line))} for {new}"
