"""Rows of JSON Lines files, plain or gzip."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from shopgraph.errors import InvalidInput


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Each line's object.

    Raises:
        InvalidInput: the file cannot be read, or a line is no JSON object; names file and line.
    """
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise InvalidInput(f"{path}:{number} is no JSON object.", remedy="One object per line.")
                yield row
    except (OSError, EOFError, ValueError) as error:
        raise InvalidInput(f"{path}:{number + 1}: {error}", remedy="A JSON Lines file, plain or .gz.") from None


def field(row: dict[str, Any], key: str, path: Path) -> Any:
    """A row's value.

    Raises:
        InvalidInput: it has none of that name.
    """
    if key not in row:
        raise InvalidInput(f"A row of {path} has no {key!r}.", remedy=f"Its keys are {', '.join(sorted(row))}.")
    return row[key]


def text_of(row: dict[str, Any], path: Path) -> str:
    """The row's `text`, or its `context` where it has none."""
    return str(row["text"] if "text" in row else field(row, "context", path))
