"""Plays random calls on random shops through the gate, and compares every outcome with the oracle's verdict."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from shopgraph.clock import FixedClock
from shopgraph.connectors.canonical import canonical_export_hash
from shopgraph.connectors.dataset import Dataset
from shopgraph.connectors.embedded import EmbeddedShop, create_shop, open_shop
from shopgraph.domain import PrincipalKind, ShopMeta
from shopgraph.guards.policy import PolicyBundle
from shopgraph.tools.gate import Gate
from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import GateOutcome, Outcome, Services, ToolCall, ToolContext
from tests.oracle.calls import Call, well_formed
from tests.oracle.chances import AT, WEST
from tests.oracle.shop_judge import judge
from tests.oracle.shop_records import WRITES, Asker, Done, Shop, Terms, Verdict
from tests.oracle.worlds import World

AGENT, TALK = "chat", "talk"
META = ShopMeta(id="oracle", name="Oracle's shop", bundle="default", default_region_id=WEST, created_at=AT)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A call, how it ended, and how that differs from the oracle's verdict."""

    call: Call
    outcome: GateOutcome
    verdict: Verdict
    complaint: str
    """Empty where gate and oracle agree."""


def template(folder: Path) -> Path:
    """An empty shop's database, to be copied: a migration takes a while."""
    path = folder / "template.db"
    with create_shop(f"sqlite:///{path}", META):
        return path


async def play(empty: Path, policy: PolicyBundle, terms: Terms, world: World, calls: Sequence[Call]) -> list[Judged]:
    """Play the calls one after the other on the world."""
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(empty, Path(folder) / "shop.db")
        with open_shop(f"sqlite:///{path}") as shop, closing(sqlite3.connect(path)) as observer:
            shop.load(world.records)
            table = Table(shop, observer, policy, terms, world.now)
            return [await table.play(place, call) for place, call in enumerate(calls)]


class Table:
    """One shop at one instant, where calls are made and judged."""

    def __init__(
        self, shop: EmbeddedShop, observer: sqlite3.Connection, policy: PolicyBundle, terms: Terms, now: datetime
    ) -> None:
        self._shop, self._observer, self._terms, self._now = shop, observer, terms, now
        self._gate = Gate(default_tools())
        self._policy = policy
        self._done: list[Done] = []
        self._version = -1
        self._records, self._hash = Dataset(), ""

    async def play(self, place: int, call: Call) -> Judged:
        """Make the call with its yes and its approval, and again; what is wrong with any of it is the complaint."""
        self._now += call.later
        verdict = self._verdict(call)
        clock = FixedClock(self._now)
        context = ToolContext(
            services=Services(connectors=self._shop.connectors, clock=clock, policy=self._policy),
            principal=call.principal,
            region_id=WEST,
            conversation_id=TALK,
            agent=AGENT,
        )
        asked = ToolCall(tool=call.tool, arguments=call.arguments, call_id=f"call-{place}")
        before = self._export()
        judged = await self._gate.judge(context, asked)
        complaint = "" if self._export() == before else "a judgment changed a record"
        digest = judged.proposal.digest if judged.proposal else "none"
        words = {"exact": digest, "other": "0" * 64, "none": None}
        context = replace(context, request_confirmed=words[call.yes])
        if approved := words[call.approval]:
            context = replace(context, approvals={approved: "sue"})
        outcome = await self._gate.call(context, asked)
        after = self._export()
        complaint = complaint or self._complaint(call, verdict, outcome, changed=after != before)
        if outcome.outcome is Outcome.DONE and verdict.done and call.tool in WRITES:
            self._done.append(verdict.done)
        complaint = complaint or await self._again(context, asked, call, outcome, after)
        return Judged(call=call, outcome=outcome, verdict=verdict, complaint=complaint)

    def _export(self) -> str:
        """The hash of every business table; made anew only where something was committed since."""
        (version,) = self._observer.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version, self._records = version, self._shop.dump()
            self._hash = canonical_export_hash(self._records)
        return self._hash

    def _verdict(self, call: Call) -> Verdict:
        if not well_formed(call):
            return Verdict(forbidden=["malformed"])
        self._export()
        asker = Asker(principal=call.principal, region_id=WEST, agent=AGENT, conversation=TALK)
        return judge(Shop(self._records, self._terms, self._now, self._done), asker, call.tool, call.arguments)

    def _complaint(self, call: Call, verdict: Verdict, outcome: GateOutcome, *, changed: bool) -> str:
        wanted = _wanted(call, verdict)
        told = "; ".join(decision.rule for decision in outcome.decisions) or outcome.error
        if outcome.outcome not in wanted:
            return f"{call.tool}: {outcome.outcome} ({told}), not {'/'.join(wanted)} ({verdict})"
        named = {decision.rule for decision in outcome.decisions}
        if outcome.outcome is Outcome.REFUSED and not named & {*verdict.forbidden}:
            return f"{call.tool}: refused by {told}, which is not broken ({verdict})"
        if changed and (outcome.outcome is not Outcome.DONE or call.tool not in WRITES):
            return f"{call.tool}: {outcome.outcome}, but a business record changed"
        if not changed and outcome.outcome is Outcome.DONE and call.tool in WRITES and call.tool != "handoff":
            return f"{call.tool}: done, but no business record changed"
        return ""

    async def _again(self, context: ToolContext, asked: ToolCall, call: Call, first: GateOutcome, after: str) -> str:
        """The same request acts once; another under its id is a conflict."""
        if first.outcome is not Outcome.DONE or call.tool not in WRITES or not call.again:
            return ""
        if call.again == "other":
            asked = asked.model_copy(update={"tool": "add_note", "arguments": {"body": "Something else."}})
        again = await self._gate.call(context, asked)
        if self._export() != after:
            return f"{call.tool}: done a second time"
        if call.again == "same" and (again.outcome, again.result) != (Outcome.REPLAYED, first.result):
            return f"{call.tool}: the same request again was {again.outcome}: {again.result or again.error}"
        if call.again == "other" and again.outcome not in (Outcome.REFUSED, Outcome.INVALID):
            return f"{call.tool}: another request under its id was {again.outcome}"
        return ""


def _wanted(call: Call, verdict: Verdict) -> tuple[Outcome, ...]:
    if verdict.forbidden == ["malformed"]:
        return (Outcome.INVALID,)
    if verdict.forbidden:
        if call.principal.kind is PrincipalKind.SYSTEM:
            return (Outcome.REFUSED, Outcome.INVALID)
        unknown = {"no-such-record", "of-a-customer", "own-records-only"} & {*verdict.forbidden}
        told = unknown and (call.principal.kind is not PrincipalKind.CUSTOMER or "no-such-record" in unknown)
        return (Outcome.INVALID,) if told else (Outcome.REFUSED,)
    if verdict.needs_yes and call.yes != "exact":
        return (Outcome.NEEDS_CONFIRMATION,)
    if verdict.needs_approval and call.approval != "exact":
        return (Outcome.NEEDS_APPROVAL,)
    return (Outcome.DONE,)
