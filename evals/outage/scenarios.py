"""Which providers fail how, and when: every fault at every moment of a request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, assert_never

from shopgraph.evals.outage.provider import Fault, Say, Script, rounds_of

ORDER = "#D1000001"
"""The order that a working provider's model looks up."""
ARGUMENTS = (Fault.BROKEN_ARGUMENTS, Fault.WRONG_ARGUMENTS)
"""Faults of a model that is alive: it is told what was wrong, and asked again."""
_WORKING: tuple[Say, Say] = (
    Say(tool="get_order", arguments=json.dumps({"order_id": ORDER})),
    Say(text="Your order is on its way."),
)


class Moment(StrEnum):
    """When a fault strikes, and at which of the two providers."""

    FIRST_CALL = "first_call"
    """The first provider, from the first call on."""
    TOOL_ROUND = "tool_round"
    """The first provider, once it has had a tool called."""
    SECOND_PROVIDER = "second_provider"
    """The second provider, after the first has failed with a 500."""
    EVERYWHERE = "everywhere"
    """Both, from the first call on."""
    EVERYWHERE_IN_TOOL_ROUND = "everywhere_in_tool_round"
    """Both, once they have had a tool called."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One fault at one moment, with answers taken whole or as a stream."""

    fault: Fault
    moment: Moment
    stream: bool

    @property
    def id(self) -> str:
        """Its name in reports."""
        return f"{self.fault}/{self.moment}/{'stream' if self.stream else 'whole'}"

    @property
    def providers(self) -> tuple[Script, Script]:
        """What the two providers do."""
        works, strikes = _script(None, 0), _script(self.fault, 0)
        # A model that errs in its arguments is told so; the other one waits. Everywhere it never learns.
        errs = self.fault in ARGUMENTS
        match self.moment:
            case Moment.FIRST_CALL:
                return _script(self.fault, 0, once=errs), works
            case Moment.TOOL_ROUND:
                return _script(self.fault, 1, once=errs), works
            case Moment.SECOND_PROVIDER:
                return _script(Fault.SERVER_ERROR, 0), _script(self.fault, 0, once=errs)
            case Moment.EVERYWHERE:
                return strikes, strikes
            case Moment.EVERYWHERE_IN_TOOL_ROUND:
                return _script(self.fault, 1), _script(self.fault, 1)
            case _:
                assert_never(self.moment)


def every_scenario() -> Iterator[Scenario]:
    """All of them."""
    for fault in Fault:
        for moment in Moment:
            for stream in (False, True):
                if fault is not Fault.NONE:
                    yield Scenario(fault=fault, moment=moment, stream=stream)


def _script(fault: Fault | None, from_round: int, *, once: bool = False) -> Script:
    """A provider that has a tool called and then answers, until the fault strikes."""

    def script(body: dict[str, Any]) -> Fault | Say:
        rounds = rounds_of(body)
        if fault is not None and (rounds == from_round if once else rounds >= from_round):
            return fault
        return _WORKING[min(rounds, len(_WORKING) - 1)]

    return script
