"""`shopgraph eval audit-replay`: recorded conversations run again, under the same policy and with a rule changed.

The packaged conversations are played, attacks and obedient models among them, and every request that came on the record
is replayed: under the same policy, where nothing may differ; under one in which a rule is worded otherwise, and under
one in which it is switched off. Which requests a rule touched is read off the log, not asked of the replayer: those
whose records name it; and for the rule that is off, those with a recorded question that both policies, asked directly,
answer differently.
"""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue

from shopgraph.errors import ConfigurationError
from shopgraph.evals.conversations.play import obedient_parts, play, play_obedient
from shopgraph.evals.conversations.script import Script, read_scripts
from shopgraph.evals.conversations.stage import Stage
from shopgraph.evals.report import CaseResult, EvalReport
from shopgraph.graphs import build_orchestrator
from shopgraph.graphs.notes import ORIGINAL
from shopgraph.graphs.parts import Parts
from shopgraph.graphs.replay.recorded import RecordedRequest, recorded
from shopgraph.graphs.replay.replayer import Replayed, Replayer
from shopgraph.guards.policy import PolicyBundle, load_bundle
from shopgraph.shop import Shop

REWORDED = "cancel-only-pending"
OFF = "final-sale"


@dataclass
class Counts:
    """What one way of replaying came to."""

    replayed: int = 0
    differing: int = 0
    touched: int = 0
    wrong: list[str] = field(default_factory=list)
    """Requests that differ and were not touched, or the other way round."""

    def add(self, found: Replayed, touched: bool) -> None:
        """Count one."""
        self.replayed += 1
        self.differing += not found.same
        self.touched += touched
        if found.same == touched:
            what = "; ".join(f"{each.what}: {each.recorded} -> {each.replayed}" for each in found.differences)
            self.wrong.append(f"{found.request_id}: {what[:400] or 'the rule touched it, and nothing differs'}")

    def figures(self) -> dict[str, JsonValue]:
        """As `--json` writes them."""
        shown: list[JsonValue] = [*self.wrong[:20]]
        return {
            "replayed": self.replayed,
            "differing": self.differing,
            "touched": self.touched,
            "wrong": len(self.wrong),
            "examples": shown,
        }


def evaluate(
    requests: Annotated[int, typer.Option(min=1, help="Recorded requests to replay, at least.")] = 1_000,
    reworded: Annotated[str, typer.Option(metavar="RULE", help="The rule that is worded otherwise.")] = REWORDED,
    off: Annotated[str, typer.Option(metavar="RULE", help="The rule that is switched off.")] = OFF,
) -> EvalReport:
    """Replay recorded conversations: nothing differs under the same policy, exactly what a changed rule touched."""
    return asyncio.run(_evaluated(requests, reworded, off))


async def _evaluated(requests: int, reworded: str, off: str) -> EvalReport:
    done: set[str] = set()
    policies: dict[str, _Policies] = {}
    ways = {"same": Counts(), "reworded": Counts(), "off": Counts()}
    scripts = [script for family in read_scripts(()).values() for script in family]
    with ExitStack() as stack:
        stages: dict[str, Stage] = {}
        changed = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="shopgraph-replay-")))
        while ways["same"].replayed < requests:
            before = ways["same"].replayed
            for script in scripts:
                if ways["same"].replayed >= requests:
                    break
                if script.shop not in stages:
                    stages[script.shop] = stack.enter_context(Stage(script.shop))
                    own = stages[script.shop].shop.policy
                    policies[script.shop] = _Policies(own, changed / script.shop, reworded, off)
                await _round(stages[script.shop], script, policies[script.shop], ways, done)
            if ways["same"].replayed == before:
                raise ConfigurationError("The conversations put nothing on the record.")
    figures: dict[str, JsonValue] = {name: counts.figures() for name, counts in ways.items()}
    figures["rules"] = {"reworded": reworded, "off": off}
    figures["held"] = sum(not counts.wrong for counts in ways.values()) / len(ways)
    cases = tuple(
        CaseResult(id=name, passed=not counts.wrong, detail="; ".join(counts.wrong[:3]))
        for name, counts in ways.items()
    )
    return EvalReport(name="audit-replay", figures=figures, cases=cases)


class _Policies:
    """A bundle, the same with one rule worded otherwise, and with one switched off."""

    def __init__(self, own: PolicyBundle, folder: Path, reworded: str, off: str) -> None:
        self.own = own
        self.reworded_rule = reworded
        shutil.copytree(own.folder, folder / "reworded")
        shutil.copytree(own.folder, folder / "off")
        _reword(folder / "reworded" / "policy.cedar", reworded)
        _switch_off(folder / "off" / "bundle.yaml", off)
        self.reworded = load_bundle(folder / "reworded")
        self.off = load_bundle(folder / "off")


def _reword(file: Path, rule: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next((number for number, line in enumerate(lines) if line.startswith(f'@id("{rule}")')), None)
    if at is None:
        raise ConfigurationError(f"{file} has no rule {rule!r}.")
    lines[at + 1] = lines[at + 1].replace('@reason("', '@reason("As a rule: ')
    file.write_text("".join(lines), encoding="utf-8")


def _switch_off(file: Path, rule: str) -> None:
    text = file.read_text(encoding="utf-8")
    line = f"  {rule}: tried without it\n"
    # As text: YAML 1.1, which the library reads, takes the key for a boolean.
    found = re.search(r'(?m)^"?off"?:.*\n', text)
    if found is None:
        text = f'{text.rstrip()}\n"off":\n{line}'
    else:
        text = f'{text[: found.start()]}"off":\n{line}{text[found.end() :]}'
    file.write_text(text, encoding="utf-8")


async def _round(stage: Stage, script: Script, policies: _Policies, ways: dict[str, Counts], done: set[str]) -> None:
    """Play one conversation, both ways where it is an attack, and replay what it put on the record."""
    await play(stage, script)
    parts = build_orchestrator(stage.shop).parts
    await _replay(stage.shop, parts, policies, ways, done)
    if script.forbidden:
        await play_obedient(stage, script)
        await _replay(stage.shop, obedient_parts(stage.shop), policies, ways, done)


async def _replay(shop: Shop, parts: Parts, policies: _Policies, ways: dict[str, Counts], done: set[str]) -> None:
    if shop.policy.version != policies.own.version:
        raise ConfigurationError("The shop was opened with another policy meanwhile.")
    replayers = {
        "same": Replayer(shop, parts),
        "reworded": Replayer(shop, parts, policy=policies.reworded),
        "off": Replayer(shop, parts, policy=policies.off),
    }
    for request_id in [*dict.fromkeys(each.request_id for each in shop.audit.records() if each.kind == ORIGINAL)]:
        if request_id in done or not request_id:
            continue
        done.add(request_id)
        request = await recorded(shop.audit, request_id)
        touched = {
            "same": False,
            "reworded": await _names(shop, request_id, policies.reworded_rule),
            "off": any(_answers_differ(request, policies.own, policies.off)),
        }
        for name, replayer in replayers.items():
            ways[name].add(await replayer.run(request), touched[name])


async def _names(shop: Shop, request_id: str, rule: str) -> bool:
    """Whether a request's records in clear name a rule."""
    return any(json.dumps(rule) in json.dumps(record.payload) for record in await shop.audit.events(request_id))


def _answers_differ(request: RecordedRequest, old: PolicyBundle, new: PolicyBundle) -> Iterator[bool]:
    for each in request.gate:
        if each.outcome.question is not None:
            before, after = old.decide(each.outcome.question), new.decide(each.outcome.question)
            yield (before.rule, before.effect, before.reason) != (after.rule, after.effect, after.reason)
