"""Nothing of who was forgotten stays in what a process keeps, nor in the shop's file: both are searched."""

from __future__ import annotations

import ast
import asyncio
import gc
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import shopgraph
from shopgraph import kept
from shopgraph.connectors.demo.cast import CAST
from shopgraph.domain import Principal
from shopgraph.errors import Conflict
from shopgraph.graphs import Score, build_orchestrator
from shopgraph.graphs.desk import HandoffDesk, Resolution
from shopgraph.graphs.forgetting import Forgotten, forget_customer
from shopgraph.kept import Kept
from shopgraph.models.scripted import ScriptedChatModel
from shopgraph.shop import Shop

ANNE = Principal.staff("sta_anne")
MARK = "".join(reversed("krabiznaz"))
"""What the customer types and the staff write; made here, so that no source line holds it."""
HOME = "".join(reversed("kramxuuq"))
"""Where the customer lives: in rows of the shop's records, which stay."""
WHO = CAST["tracker"]


async def _talk(shop: Shop) -> str:
    """A customer comes by, is handed to a person, says what they think; returns the handoff's id."""
    orchestrator, principal = build_orchestrator(shop), Principal.customer(WHO.customer_id)
    await _move(shop)
    for text in (
        f"do you have a {MARK} wallpaper? the blue wrap dress?",
        f"change the address of my profile to 9 {MARK} street, Springfield 62704",
    ):
        await orchestrator.ask(text, principal=principal)
    first = await orchestrator.ask("where is my order?", principal=principal)
    talk = first.conversation_id
    await orchestrator.ask(f"my {MARK} is broken, let me talk to a person", principal=principal, conversation_id=talk)
    await orchestrator.feedback(first.request_id, Score.UP, comment=f"thanks from {MARK}", principal=principal)
    desk = HandoffDesk(shop)
    (view,) = await desk.list()
    await desk.take(view.id, staff=ANNE)
    note, answer = f"{MARK} called", f"Dear {MARK}, it comes on Tuesday."
    await desk.resolve(view.id, staff=ANNE, resolution=Resolution.SOLVED, note=note, answer=answer)
    return view.id


async def _move(shop: Shop) -> None:
    customer = await shop.connectors.crm.customer(WHO.customer_id)
    assert customer is not None
    address = customer.address.model_copy(update={"line1": f"7 {HOME} lane"})
    await shop.connectors.crm.change_address(customer_id=customer.id, address=address, idempotency_key="moved")


def _holding(mark: str) -> list[str]:
    """The kinds of objects of this process that hold a text or bytes with a mark."""
    gc.collect()
    found = []
    for each in gc.get_objects():
        held = gc.get_referents(each)
        while held:
            one = held.pop()
            if isinstance(one, tuple | dict) and not gc.is_tracked(one):  # the collector lists no container of atoms
                held += gc.get_referents(one)
            elif one is not mark and (
                (isinstance(one, str) and mark in one) or (isinstance(one, bytes) and mark.encode() in one)
            ):
                found.append(type(each).__name__)
    return found


@pytest.fixture
def known(shop: Shop) -> Shop:
    """The shop, with a model that is not asked, and nothing kept of what other tests said."""
    kept.empty()
    shop.chat_model = ScriptedChatModel(script=["I do not know."] * 4)
    return shop


def test_a_forgotten_customer_is_nowhere_in_the_process(known: Shop) -> None:
    asyncio.run(_talk(known))
    assert len(_holding(MARK)) > 10
    assert _holding(HOME), "a row of the customer's is kept as a value"
    asyncio.run(forget_customer(known, WHO.customer_id))
    assert _holding(MARK) == []
    assert _holding(HOME) == []


async def test_nothing_of_what_was_typed_or_noted_is_left_in_the_shops_file(known: Shop) -> None:
    handoff_id = await _talk(known)
    assert known.folder is not None
    files = [known.folder / "shop.db", known.folder / "shop.db-wal"]

    def holding() -> list[str]:
        return [each.name for each in files if each.exists() and MARK.encode() in each.read_bytes()]

    assert holding()
    # The address that was asked for was never agreed to, so it is in no record of the shop's.
    assert (await forget_customer(known, WHO.customer_id)).handoffs == 1
    assert holding() == []
    (stored,) = await known.connectors.records.handoffs()
    assert (stored.id, stored.summary, stored.reason) == (handoff_id, "", "person")
    (view,) = await HandoffDesk(known).list(every=True)
    assert (view.status, view.resolution, view.staff) == ("resolved", "solved", "sta_anne")
    with pytest.raises(Conflict):
        await HandoffDesk(known).resolve(handoff_id, staff=ANNE, resolution=Resolution.DECLINED)


async def test_others_keep_their_handoffs(known: Shop) -> None:
    orchestrator = build_orchestrator(known)
    for name in ("tracker", "dresser"):
        principal = Principal.customer(CAST[name].customer_id)
        await orchestrator.ask("let me talk to a person", principal=principal)
    await forget_customer(known, WHO.customer_id)
    summaries = {each.customer_id: each.summary for each in await known.connectors.records.handoffs()}
    assert summaries == {WHO.customer_id: "", CAST["dresser"].customer_id: "let me talk to a person"}


async def test_who_was_forgotten_twice_or_is_unknown_to_the_crm_is_forgotten(known: Shop) -> None:
    await _talk(known)
    first, again = [await forget_customer(known, WHO.customer_id) for _ in range(2)]
    assert (first.facts > 0, again.facts) == (True, 0)
    nobody = await forget_customer(known, "cus_deleted_long_ago")
    assert nobody == Forgotten(facts=0, conversations=0, handoffs=0)
    told = [each.payload for each in known.audit.records() if each.kind == "forgotten"]
    assert [each["handoffs"] for each in told] == [1, 1, 0]
    assert WHO.customer_id not in str(told)
    assert (await known.audit.verify()).intact


def test_other_processes_empty_what_they_keep_after_a_while() -> None:
    words: Kept[str, int] = Kept()
    words["typed"] = 1
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) > 1

    kept._Emptying(wait).run()
    assert words == {}
    assert waited == [kept.KEPT_S, kept.KEPT_S]


def test_a_shop_begins_one_thread_that_empties(known: Shop) -> None:
    before = kept._emptying._thread
    assert before is not None
    assert before.daemon
    assert before.is_alive()
    kept.empty_regularly()
    assert kept._emptying._thread is before


def test_a_list_keeps_nothing_alive() -> None:
    listed = len(kept._CACHES)
    one: Kept[str, str] = Kept()
    other = kept.kept(lru_cache(maxsize=2)(str.upper))
    assert len(kept._CACHES) == listed + 2
    del one, other
    assert len(kept._CACHES) == listed


# Functions whose answers are kept and that read nothing of a customer's.
NOBODYS = {
    "_text",  # statements as SQLite takes them, without their contents
    "_value",  # values of products' attributes
    "_known_line",  # lines of facts that are the same for everybody
    "_known_tokens",  # the same
    "_vector",  # words of headlines, for training
    "_plural",
    "_number",
    "_written",  # an amount of money in a locale
    "_stemmer",
    "shipped_synonyms",
}


def test_every_cache_is_listed_or_nobodys() -> None:
    """`functools.cache` has no bound: it is for what is named in the code. A bounded one is asked with what comes."""
    root = Path(shopgraph.__file__).parent
    unlisted, seen = set[str](), 0
    for path in {each.resolve() for folder in [root, *root.iterdir()] for each in folder.rglob("*.py")}:
        if "evals" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            marks = [_named(mark) for mark in node.decorator_list]
            seen += "lru_cache" in marks
            if "lru_cache" in marks and marks[0] != "kept" and node.name not in NOBODYS:
                unlisted.add(f"{path.name}: {node.name}")
    assert seen > 20
    assert unlisted == set()


def _named(mark: Any) -> str:
    return _named(mark.func) if isinstance(mark, ast.Call) else getattr(mark, "id", "")
