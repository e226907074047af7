"""Models as folders: their files are written together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shopgraph.errors import InvalidInput


def write_folder(out: Path, contents: Mapping[str, bytes]) -> None:
    """Write files by name, and make the folder first where it is not there.

    Raises:
        InvalidInput: the folder cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            (out / name).write_bytes(content)
    except OSError as error:
        raise InvalidInput(f"{out} cannot be written: {error.strerror}.", remedy="Name a folder of your own.") from None
