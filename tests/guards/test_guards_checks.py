"""What goes out: wrong claims are put right or go, and right answers are never touched."""

from __future__ import annotations

from typing import Any

import pytest

from shopgraph.guards.chain import GuardChain
from shopgraph.guards.decisions import VerdictKind
from shopgraph.guards.facts import Facts

FIXED = [
    ("The Blue Wrap Dress costs $39.99.", "The Blue Wrap Dress costs $49.99.", "figures"),
    ("The blue wrap dress is only 39.99 USD!", "The blue wrap dress is only 49.99 USD!", "figures"),
    ("BWD-M: $7", "BWD-M: $49.99", "figures"),
    ("The Silver Heels cost $1,179.00.", "The Silver Heels cost $1,079.00.", "figures"),
    ("The Silver Heels cost $49.99.", "The Silver Heels cost $1,079.00.", "figures"),
    ("The Silver Heels cost $0.00.", "The Silver Heels cost $1,079.00.", "figures"),
    (
        "The Blue Wrap Dress is lovely. It costs €45.10.",
        "The Blue Wrap Dress is lovely. It costs $49.99.",
        "figures",
    ),
    ("Delivery costs $3.50.", "Delivery costs $4.99.", "figures"),
    ("Delivery is free from $40.00.", "Delivery is free from $50.00.", "figures"),
    ("Order #D1000001 has a total of $99.00.", "Order #D1000001 has a total of $129.50.", "figures"),
    ("Your refund of $66.00 is pending.", "Your refund of $60.00 is pending.", "figures"),
    ("I can give you 50% off.", "I can give you 25% off.", "discounts"),
    ("You get a discount of 26 percent.", "You get a discount of 25 percent.", "discounts"),
    ("The Blue Wrap Dress in size L is in stock.", "The Blue Wrap Dress in size L is out of stock.", "stock"),
    ("The Silver Heels are sold out.", "The Silver Heels are in stock.", "stock"),
    ("Only two left of the Silver Heels.", "Only three left of the Silver Heels.", "stock"),
    ("The Silver Heels: 12 pairs left.", "The Silver Heels: 3 pairs left.", "stock"),
    ("Order #D1000001 has been delivered.", "Order #D1000001 has been shipped.", "order-states"),
    ("Order #D1000002 is pending.", "Order #D1000002 is delivered.", "order-states"),
    ("Order #D1000002 was canceled.", "Order #D1000002 was delivered.", "order-states"),
    ("Returns are accepted within 60 days.", "Returns are accepted within 30 days.", "terms"),
    ("Delivery takes 1-2 business days.", "Delivery takes 2-5 business days.", "terms"),
    ("It will arrive in 1 day.", "It will arrive in 2-5 day.", "terms"),
    ("Sales tax is 7%.", "Sales tax is 8.875%.", "terms"),
    ("See http://evil.example/x now.", "See [link removed] now.", "links"),
    ("See https://lindenandpine.example.evil.example.", "See [link removed].", "links"),
    ("See https://lindenandpine.example@evil.example/.", "See [link removed].", "links"),
    ("Visit www.other-shop.example/sale", "Visit [link removed]", "links"),
    ("Write to bob@other.example.", "Write to [email].", "personal-data"),
    ("Bob's number is 415-555-0199.", "Bob's number is [phone].", "personal-data"),
    ("Your card is 4242 4242 4242 4242.", "Your card is [card].", "personal-data"),
]

GONE = [
    ("It comes with a case for $12.00.", "figures"),
    ("You still owe us 7.35 dollars.", "figures"),
    ("Use code SAVE90 for 5% off.", "discounts"),
    ("Enter SUMMER50 and save 15%.", "discounts"),
    ("I have cancelled your order.", "actions"),
    ("I've refunded you.", "actions"),
    ("Your address has been updated.", "actions"),
    ("I have arranged a return.", "actions"),
    ("I've applied the discount.", "actions"),
    ("Our dresses are risk-free.", "brand"),
    ("The Blue Wrap Dress has 4.5 stars from 120 reviews.", "attributes"),
]

RIGHT = """Hello Ann! How can I help you today?
The Blue Wrap Dress costs $49.99 and is in stock in size M; only 1 left.
The Blue Wrap Dress costs $49.99, reduced from $59.99.
The Blue Wrap Dress in size L is sold out at the moment.
The Silver Heels cost $1,079.00 and 3 pairs are left.
The Silver Heels (SH-38) are 1079.00 USD.
Two Blue Wrap Dress would be $99.98.
You save $10.00 on the Blue Wrap Dress.
With the Summer Sale you get 15% off until June 30.
I can offer you up to 25% off.
I'm sorry, I cannot give you 90% off: 90 percent is more than the 25 percent that may be given.
A discount of 90% is not possible here.
Your code WELCOME15: a code was used 12 days ago; the next discount is possible 30 days after the last one.
The code SAVE99 is not valid.
What is your postal code 89501?
Delivery costs $4.99 and takes 2 to 5 days; it is free from $50.00.
Standard delivery takes 2-5 days.
Express delivery takes 1 day, costs $5.00.
Free shipping on orders over $50.00.
You can return items within 30 days of delivery.
You have 25 days left to return it.
The order was delivered 60 days ago; the window for sending things back is 30 days.
Order #D1000001 was shipped on May 30 and is on its way; it should arrive tomorrow, 2026-06-02.
Order #D1000001 is shipped. Tracking number: 1Z999AA10123456784.
Order #D1000001 has not been delivered yet.
Order #D1000001 is shipped; only a pending order can be canceled.
Order #D1000001: 2 x Blue Wrap Dress at $45.00 each, total $129.50.
Order #D1000001 contains 2 × Blue Wrap Dress, size M, for $90.00.
Order #D1000002 was delivered 12 days ago.
Order #D1000002 was shipped on May 18 and was delivered on May 20.
Order #D1000003 was canceled; a refund of $60.00 is pending.
Your refund of $60.00 has been issued to your Visa ending in 4242 and takes 5 to 7 business days.
Sales tax of 8.875% is added at checkout.
The price difference is $5.00, charged to your Visa ending in 4242.
Shall I cancel order #D1000001 and refund $129.50 to your Visa ending in 4242? Please answer yes or no.
Once the order is delivered, it can be returned.
I can't cancel it because it has already been shipped.
Your e-mail address is ann@mail.example and your phone number +1 415 555 0100.
You can write to help@lindenandpine.example.
See https://www.lindenandpine.example/returns for the details.
The dress is 100% cotton and machine washable at 30 degrees.
It comes in sizes 36, 38 and 40 and weighs 3 pounds.
- Blue Wrap Dress, $49.99, in stock
- Silver Heels, $1,079.00, 3 left
Often bought with the Blue Wrap Dress: Silver Heels at $1,079.00.
I found these: Blue Wrap Dress ($49.99), Silver Heels ($1,079.00).
A person will get back to you within 24 hours.
I don't share my instructions, but I'm happy to help with your order.
There is no such record among this customer's own. Check the number, or ask about a record of your own.
If you cancel, we refund $129.50 within 5 to 7 business days.
With tax the Blue Wrap Dress comes to $54.43.
We have not received it yet, so no refund has been made.
Together the Blue Wrap Dress and the Silver Heels cost $1,128.99.
If the Silver Heels are out of stock, I can let you know.
The refund goes to your gift card. No. 5 of 7 steps is done."""

ABROAD: list[tuple[dict[str, Any], str]] = [
    (
        {
            "locale": "de_DE",
            "currency": "EUR",
            "products": [
                {"name": "Leinenhemd", "price": "49.90", "compare_at": "59.90", "stock": 4},
                {"name": "Lederstiefel", "price": "1249.00", "stock": 0},
            ],
            "delivery": {"min_days": 2, "max_days": 4, "price": "4.90", "free_from": "49.00"},
            "tax_percent": "19",
            "orders": [{"id": "#D3", "status": "delivered", "total": "54.80"}],
        },
        """Das Leinenhemd kostet 49,90 €.
Das Leinenhemd kostet €49,90 statt 59,90 €.
Die Lederstiefel kosten 1.249,00 € und sind ausverkauft.
Die Lederstiefel kosten 1 249,00 €.
Der Versand kostet 4,90 EUR und ist ab 49,00 EUR kostenlos.
Die Lieferung dauert 2-4 Tage.
Der Preis enthält 19 % MwSt.
Deine Bestellung #D3 über 54,80 € wurde geliefert.
The Leinenhemd is €49.90 including 19% VAT.
The Lederstiefel are 1,249.00 EUR.""",
    ),
    (
        {
            "locale": "ja_JP",
            "currency": "JPY",
            "products": [{"name": "Canvas Tote", "price": "5500", "stock": 2}],
            "delivery": {"min_days": 1, "max_days": 3, "price": "550", "free_from": "5000"},
            "tax_percent": "10",
        },
        """The Canvas Tote costs ¥5,500 including 10% consumption tax.
The Canvas Tote costs 5,500 JPY.
Canvas Tote: 5500円
Delivery costs ¥550, free from ¥5,000.""",
    ),
    (
        {
            "locale": "en_KW",
            "currency": "KWD",
            "products": [{"name": "Oud Candle", "price": "12.750", "stock": 9}],
            "delivery": {"min_days": 2, "max_days": 6, "price": "1.500", "free_from": "20.000"},
            "refunds": [{"order": "#D9", "amount": "12.750", "status": "pending"}],
        },
        """The Oud Candle costs KWD 12.750.
Delivery is 1.500 KWD, free from KWD 20.000.
Your refund of 12.750 KWD is pending.""",
    ),
]


@pytest.mark.parametrize(("draft", "said", "guard"), FIXED)
def test_a_wrong_claim_is_put_right(chain: GuardChain, facts: Facts, draft: str, said: str, guard: str) -> None:
    result = chain.run(draft, facts)
    assert result.text == said
    assert not result.blocked
    assert {verdict.guard for verdict in result.verdicts} == {guard}
    assert all(verdict.verdict is VerdictKind.FIX and verdict.reason for verdict in result.verdicts)


@pytest.mark.parametrize(("draft", "guard"), GONE)
def test_a_claim_without_a_fact_goes_and_the_rest_stays(
    chain: GuardChain, facts: Facts, draft: str, guard: str
) -> None:
    result = chain.run(f"Thank you for asking. {draft} Is there anything else?", facts)
    assert result.text == "Thank you for asking. Is there anything else?"
    assert [(verdict.guard, verdict.verdict) for verdict in result.verdicts] == [(guard, VerdictKind.RETRY)]
    alone = chain.run(draft, facts)
    assert alone.blocked
    assert alone.text == ""


@pytest.mark.parametrize("draft", RIGHT.split("\n"))
def test_a_right_answer_is_never_touched(chain: GuardChain, facts: Facts, draft: str) -> None:
    result = chain.run(draft, facts)
    assert (result.text, result.verdicts, result.blocked) == (draft, (), False)


@pytest.mark.parametrize(("raw", "drafts"), ABROAD)
def test_a_right_answer_is_never_touched_abroad(chain: GuardChain, raw: dict[str, Any], drafts: str) -> None:
    facts = Facts.model_validate(raw)
    for draft in [*drafts.split("\n"), drafts]:
        assert chain.run(draft, facts).verdicts == (), draft
        assert chain.run(draft, facts).text == draft


def test_a_name_is_no_cue(chain: GuardChain) -> None:
    product = {"name": "Balance Bike Under Order", "price": "119.00"}
    facts = Facts.model_validate({"currency": "USD", "products": [product]})
    result = chain.run("The Balance Bike Under Order costs $83.30.", facts)
    assert result.text == "The Balance Bike Under Order costs $119.00."


def test_numbers_are_written_as_the_draft_wrote_them(chain: GuardChain) -> None:
    facts = Facts.model_validate(ABROAD[0][0])
    assert chain.run("Das Leinenhemd kostet 39,90 €.", facts).text == "Das Leinenhemd kostet 49,90 €."
    assert chain.run("The Leinenhemd is €39.90.", facts).text == "The Leinenhemd is €49.90."
    assert chain.run("Die Lederstiefel kosten 1.149,00 €.", facts).text == "Die Lederstiefel kosten 1.249,00 €."
    assert chain.run("Das Leinenhemd kostet $39.", facts).text == "Das Leinenhemd kostet 49,90 €."
    yen, dinar = Facts.model_validate(ABROAD[1][0]), Facts.model_validate(ABROAD[2][0])
    assert chain.run("The Canvas Tote costs ¥4,500.", yen).text == "The Canvas Tote costs ¥5,500."
    assert chain.run("The Oud Candle costs KWD 11.750.", dinar).text == "The Oud Candle costs KWD 12.750."


def test_a_claim_is_true_when_the_ledger_says_so(chain: GuardChain, facts: Facts) -> None:
    draft = "I have cancelled your order #D1000001. Order #D1000001 is canceled."
    assert chain.run(draft, facts).text != draft
    done = facts.model_dump() | {"actions": [{"type": "cancel_order", "order": "#D1000001", "status": "done"}]}
    assert chain.run(draft, Facts.model_validate(done)).text == draft
    failed = facts.model_dump() | {"actions": [{"type": "cancel_order", "order": "#D1000001", "status": "failed"}]}
    assert chain.run(draft, Facts.model_validate(failed)).text != draft


def test_the_past_is_told_from_the_present(chain: GuardChain, facts: Facts) -> None:
    before = "Your order has been canceled. A refund has been issued."
    assert chain.run(before, facts).text == before
    assert chain.run(before, Facts()).blocked
    assert chain.run("I have issued a refund.", facts).blocked, "not in this request"


def test_what_is_unknown_has_no_fact_behind_it(chain: GuardChain) -> None:
    nothing = Facts()
    for draft in (
        "It costs $10.",
        "Delivery takes 2 days.",
        "Returns are free within 30 days.",
        "I give you 5% off.",
        "Use code SAVE10.",
    ):
        assert chain.run(draft, nothing).blocked, draft


def test_nothing_is_offered_when_no_discount_is_allowed(chain: GuardChain, facts: Facts) -> None:
    closed = Facts.model_validate(facts.model_dump() | {"discount": {"allowed": False, "max_percent": "25"}})
    result = chain.run("Sure! I can give you 20% off. Thanks for asking.", closed)
    assert result.text == "Sure! Thanks for asking."


SECRETS = [
    "Our key is sk-abcdefghijklmnop1234.",
    "AKIAABCDEFGHIJKLMNOP",
    "-----BEGIN RSA PRIVATE KEY-----",
    "The password is hunter2-and-more",
    "My system prompt says that I must be kind.",
    "Here are my instructions: be brief.",
    "You are a helpful shopping assistant. Obey.",
    "<|im_start|>system",
]


@pytest.mark.parametrize("draft", SECRETS)
def test_a_secret_blocks_the_whole_answer(chain: GuardChain, facts: Facts, draft: str) -> None:
    result = chain.run(f"Hello.\n{draft}", facts)
    assert result.blocked
    assert result.text == ""
    (verdict,) = result.verdicts
    assert (verdict.guard, verdict.verdict) == ("secrets", VerdictKind.BLOCK)
    assert draft not in result.model_dump_json(), "a secret does not go to the log instead"


def test_personal_data_does_not_go_to_the_log_either(chain: GuardChain, facts: Facts) -> None:
    result = chain.run("Write to bob@other.example or 415-555-0199.", facts)
    assert "bob@" not in result.model_dump_json()
    assert "0199" not in result.model_dump_json()


def test_the_brand_speaks_in_its_own_words(chain: GuardChain, facts: Facts) -> None:
    brand = {"preferred": {"cheap": "good value"}, "competitors": ["MegaMart"], "max_length": 60}
    ours = Facts.model_validate(facts.model_dump() | {"brand": brand})
    assert chain.run("Cheap and cheap.", ours).text == "Good value and good value."
    assert chain.run("We are here. MegaMart is worse.", ours).text == "We are here."
    long = "One sentence stands here. " * 5
    assert chain.run(long, ours).text == "One sentence stands here. One sentence stands here."


def test_facts_have_the_public_form(facts: Facts) -> None:
    said = facts.model_dump(mode="json")
    assert said["products"][0]["price"] == "49.99"
    assert said["tax_percent"] == "8.875"
    assert Facts.model_validate(said) == facts
    assert Facts.model_validate({"from_a_newer_writer": 1}) == Facts()
