"""The faults that wait for actions at their points, in files: whichever process comes by first takes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shopgraph.evals.faults.kinds import Fault

_REFUSED = "refused"


@dataclass(frozen=True)
class Planned:
    """A folder for each action, and in it a file for each point. Safe to use from every process."""

    folder: Path

    def put(self, action_id: str, faults: Mapping[str, Fault], refused: str = "") -> None:
        """Plan faults by point, and the point at which the action is refused for certain."""
        own = self.folder / action_id
        own.mkdir(parents=True)
        if refused:
            (own / _REFUSED).write_text(refused, encoding="utf-8")
        for point, fault in faults.items():
            (own / point).write_text(fault, encoding="utf-8")

    def take(self, action_id: str, point: str) -> Fault | None:
        """The fault that waits there; it waits no longer."""
        waiting = self.folder / action_id / point
        try:
            fault = Fault(waiting.read_text(encoding="utf-8"))
            waiting.unlink()
        except FileNotFoundError:
            return None
        return fault

    def refuses(self, action_id: str, point: str) -> bool:
        """Whether the action is refused there, as often as it comes."""
        try:
            return (self.folder / action_id / _REFUSED).read_text(encoding="utf-8") == point
        except FileNotFoundError:
            return False

    def drop(self, action_id: str) -> None:
        """The call is at its end: what has not struck does not strike any more."""
        for waiting in (self.folder / action_id).iterdir():
            if waiting.name != _REFUSED:
                waiting.unlink(missing_ok=True)
