"""The person's desk: the whole context, one person per handoff, and how it ended on the record and in training rows."""

from __future__ import annotations

import asyncio

import pytest

from shopgraph.audit.training import Purpose, training_rows
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import Conflict, NotFound, Refused
from shopgraph.graphs.desk import Case, HandoffDesk, HandoffStatus, Resolution
from shopgraph.graphs.forgetting import forget_customer
from shopgraph.shop import Shop
from tests.graphs.conftest import Talk

ANNE, BERT = Principal.staff("sta_anne"), Principal.staff("sta_bert")


@pytest.fixture
async def handed(talk: Talk, shop: Shop) -> str:
    """The id of a conversation's handoff."""
    await talk("tracker", "where is my order?", "this is no help, let me talk to a person")
    (view,) = await HandoffDesk(shop).list()
    return view.id


async def kinds(shop: Shop) -> list[str]:
    return [each.kind for each in shop.audit.records() if each.node == "desk"]


async def test_it_arrives_with_its_whole_context(handed: str, shop: Shop) -> None:
    case = await HandoffDesk(shop).take(handed, staff=ANNE)
    assert [turn.text for turn in case.turns] == ["where is my order?", "this is no help, let me talk to a person"]
    assert [turn.intent for turn in case.turns] == ["order_status", "person"]
    assert CAST["tracker"].order_ids["in_transit"] in case.turns[0].answer
    assert case.turns[1].actions == ("handoff: A colleague takes over this conversation.",)
    assert any(line.startswith("own-records:") for line in case.turns[0].decisions)
    customer = case.facts["customer"]
    assert isinstance(customer, dict)
    assert customer["id"] == case.handoff.customer_id == CAST["tracker"].customer_id
    assert (case.handoff.status, case.handoff.staff) == (HandoffStatus.TAKEN, "sta_anne")


async def test_of_two_who_take_it_at_once_one_has_it(handed: str, shop: Shop) -> None:
    desks = [HandoffDesk(shop).take(handed, staff=each) for each in (ANNE, BERT)]
    found = await asyncio.gather(*desks, return_exceptions=True)
    assert {type(each) for each in found} == {Case, Conflict}
    assert await kinds(shop) == ["handoff_taken"]


async def test_taking_and_resolving_twice_is_once(handed: str, shop: Shop) -> None:
    desk = HandoffDesk(shop)
    for _ in range(2):
        await desk.take(handed, staff=ANNE)
    answer = "It comes on Tuesday."
    await desk.resolve(handed, staff=ANNE, resolution=Resolution.SOLVED, answer=answer)
    view = await desk.resolve(handed, staff=ANNE, resolution=Resolution.SOLVED, answer=answer)
    assert (view.status, view.resolution) == (HandoffStatus.RESOLVED, "solved")
    assert await kinds(shop) == ["handoff_taken", "handoff_resolved"]
    with pytest.raises(Conflict, match="was first"):
        await desk.resolve(handed, staff=ANNE, resolution=Resolution.DECLINED)
    assert await desk.list() == ()
    assert [each.id for each in await desk.list(every=True)] == [handed]
    assert (await shop.audit.verify()).intact


async def test_nobody_resolves_what_somebody_else_has(handed: str, shop: Shop) -> None:
    desk = HandoffDesk(shop)
    with pytest.raises(Conflict, match="nobody has taken it"):
        await desk.resolve(handed, staff=BERT, resolution=Resolution.SOLVED)
    await desk.take(handed, staff=ANNE)
    with pytest.raises(Conflict, match="sta_anne has it"):
        await desk.resolve(handed, staff=BERT, resolution=Resolution.SOLVED)
    assert await kinds(shop) == ["handoff_taken"]


async def test_the_desk_is_the_staffs_alone(handed: str, shop: Shop) -> None:
    desk = HandoffDesk(shop)
    for who in (Principal.guest(), Principal.customer(CAST["tracker"].customer_id), Principal.system("cron")):
        with pytest.raises(Refused):
            await desk.case(handed, staff=who)
        with pytest.raises(Refused):
            await desk.take(handed, staff=who)
    assert await kinds(shop) == []
    with pytest.raises(NotFound):
        await desk.take("handoff:nothing", staff=ANNE)


async def test_who_looked_is_on_the_record(handed: str, shop: Shop) -> None:
    await HandoffDesk(shop).case(handed, staff=BERT)
    (record,) = [each for each in shop.audit.records() if each.node == "desk"]
    assert (record.kind, record.payload["staff"]) == ("handoff_shown", "sta_bert")


async def test_of_a_forgotten_customer_it_shows_what_stands_in_clear(handed: str, shop: Shop) -> None:
    await shop.audit.forget(f"customer:{CAST['tracker'].customer_id}", at=shop.clock.now(), by="dpo")
    case = await HandoffDesk(shop).take(handed, staff=ANNE)
    assert case.erased
    assert case.facts == {}
    assert case.turns[0].text == "where is my order?"


async def test_how_it_was_resolved_becomes_training_rows(handed: str, shop: Shop) -> None:
    desk = HandoffDesk(shop)
    await desk.take(handed, staff=ANNE)
    told = "Dear Zyxana, your parcel comes on Tuesday."
    await desk.resolve(handed, staff=ANNE, resolution=Resolution.SOLVED, answer=told, intent="order_status")
    records = [*shop.audit.records()]
    router = {str(row["text"]): row for row in training_rows(records, Purpose.ROUTER)}
    row = router["this is no help, let me talk to a person"]
    assert row["intent"] == "order_status"
    assert isinstance(row["provenance"], dict)
    assert row["provenance"]["label"] == "person"
    (preference,) = training_rows(records, Purpose.PREFERENCE)
    assert "parcel comes on Tuesday" in str(preference["chosen"])
    chats = [str(row["messages"]) for row in training_rows(records, Purpose.CHAT)]
    assert any("parcel comes on Tuesday" in chat for chat in chats)
    assert "Zyxana" not in str([*router.values(), preference, *chats])


@pytest.mark.parametrize("purpose", Purpose)
async def test_who_was_forgotten_is_in_no_training_row(handed: str, talk: Talk, shop: Shop, purpose: Purpose) -> None:
    desk, who = HandoffDesk(shop), CAST["tracker"].customer_id
    await desk.take(handed, staff=ANNE)
    told = "Your parcel comes on Tuesday."
    await desk.resolve(handed, staff=ANNE, resolution=Resolution.SOLVED, answer=told, intent="order_status")
    mine = {str(row) for row in training_rows(shop.audit.records(), purpose)}
    await talk("dresser", "when does my parcel come?")
    await forget_customer(shop, who)
    others = {str(row) for row in training_rows(shop.audit.records(), purpose)}
    assert bool(mine) is (purpose is not Purpose.TIERS)
    assert not mine & others
    assert bool(others) is (purpose in (Purpose.ROUTER, Purpose.CHAT))
    # Who comes back begins anew.
    await talk("tracker", "what is your return policy?")
    again = {str(row) for row in training_rows(shop.audit.records(), purpose)}
    assert others <= again
    assert bool(again - others) is (purpose in (Purpose.ROUTER, Purpose.CHAT))
