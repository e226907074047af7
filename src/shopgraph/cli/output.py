"""How the command line speaks: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING

from shopgraph.errors import ShopgraphError

if TYPE_CHECKING:
    from pydantic import BaseModel
    from rich.console import Console
    from rich.progress import Progress


def print_error(error: ShopgraphError) -> None:
    """One line on stderr: what was wrong, where, and what would be right."""
    sys.stderr.write(f"error: {' '.join(visible(str(error)).split())}\n")


def print_notice(text: str) -> None:
    """One line on stderr that is no result."""
    sys.stderr.write(f"{visible(text)}\n")


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_model(value: BaseModel) -> None:
    """One Pydantic value as a JSON document on stdout."""
    print_json(value.model_dump(mode="json"))


def visible(text: str) -> str:
    """Text in which control characters are shown, not obeyed by the terminal."""
    return "".join(c if c in "\n\t" or not _obeyed(c) else f"\\x{ord(c):02x}" for c in text)


def _obeyed(character: str) -> bool:
    # Cc and the rest of C (control, format, surrogate, private), and the line and paragraph separators.
    kind = unicodedata.category(character)
    return kind.startswith("C") or kind in ("Zl", "Zp")


def console(*, stderr: bool = False) -> Console:
    """A rich console that colors only on a terminal."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def progress() -> Progress:
    """A progress bar on stderr: work done, of how much, time left."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
