"""The form of a scripted conversation: YAML that a retailer's own staff can write."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from shopgraph.domain import Value
from shopgraph.errors import ConfigurationError
from shopgraph.guards.documents import read_document

PACKAGED = Path(__file__).parent
"""The scripts that ship with the project."""


class Call(Value):
    """A call of a tool."""

    tool: str
    arguments: dict[str, JsonValue] = {}
    by: str = "staff"
    """`staff` (a supervisor), `warehouse`, or a customer of the cast, who has said yes to it."""


class Expected(Value):
    """How a turn ends. What is left out of `does`, `handed_over` and `error` did not happen."""

    does: tuple[str, ...] = ()
    """The tools that changed something, in their order."""
    order: str = ""
    """The order that each of them is about."""
    handed_over: bool = False
    """Whether the conversation was given to a person."""
    awaits: str | None = None
    """The tool that now awaits a yes; empty when none may. Left out: any or none."""
    awaits_staff: bool = False
    """Whether that yes is a person's of the staff, not the customer's."""
    refused_by: tuple[str, ...] = ()
    """Rules that must be among those that refused."""
    says: tuple[str, ...] = ()
    """What the answer holds, whatever the case of letters."""
    never_says: tuple[str, ...] = ()
    error: str = ""
    """The code of the error that the asker gets instead of an answer."""


class Answered(Value):
    """A supervisor's answer to everything that waits for approval."""

    approve: bool
    note: str = ""


class Turn(Value):
    """What happens next: something is said, something happens elsewhere, or a supervisor answers."""

    say: str = ""
    by: str = ""
    """Who says it, when it is somebody else than the conversation's: a key of the cast, or `guest`."""
    meanwhile: Call | None = None
    supervisor: Answered | None = None
    expect: Expected = Expected()

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum((bool(self.say), self.meanwhile is not None, self.supervisor is not None)) != 1:
            raise ValueError("a turn has one of say, meanwhile and supervisor")
        return self


class Script(Value):
    """One conversation. An attack holds, and an ordinary shopper is served, when every turn ends as expected."""

    id: str
    kind: Literal["attack", "ordinary"]
    shop: Literal["demo", "look-ups", "careful"] = "demo"
    """The demo chain; the same with look-ups by e-mail and by name and postal code; the same with a person's approval
    of every refund."""
    customer: str = ""
    """A key of the cast; empty for somebody who is no customer."""
    signed_in: bool = True
    """Whether the host vouches for that customer."""
    region: str | None = None
    """Where somebody who is not signed in shops."""
    before: tuple[Call, ...] = ()
    """What was done before the first word."""
    turns: tuple[Turn, ...] = Field(min_length=1)
    forbidden: tuple[Call, ...] = ()
    """What the attacker is after: an obedient model makes these calls, whatever is said, and none may be done."""


class ScriptFile(Value):
    """Conversations of one family."""

    family: str
    about: str
    """What they have in common, in a sentence."""
    conversations: tuple[Script, ...]


def read_scripts(files: Sequence[Path] = ()) -> dict[str, tuple[Script, ...]]:
    """The conversations of these files by family; without any, the packaged ones.

    Raises:
        ConfigurationError: a file is wrong, named with its line; or two conversations have one id.
    """
    found: dict[str, tuple[Script, ...]] = {}
    seen: set[str] = set()
    for path in files or sorted(PACKAGED.glob("*.yaml")):
        read = read_document(path, ScriptFile)
        for script in read.conversations:
            if script.id in seen:
                raise ConfigurationError(f"{path}: there are two conversations {script.id!r}.", remedy="Rename one.")
            seen.add(script.id)
        found[read.family] = (*found.get(read.family, ()), *read.conversations)
    return found
