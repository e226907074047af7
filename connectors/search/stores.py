"""Where the words of a kept index live: files in a folder, or tables of a PostgreSQL. One name for each generation."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from shopgraph.connectors.search.documents import SearchDocument
from shopgraph.connectors.search.words_index import IndexGone, WordIndex
from shopgraph.connectors.search.words_sqlite import SqliteWords

_WAIT_SECONDS = 600
"""How long a process waits for another one that rebuilds the same index."""

_MARK = "rebuilt"


class WordStore(Protocol):
    """Keeps indexes of words, by key."""

    def open(self, key: str) -> WordIndex | None:
        """The index of that key; None when there is none that can be read."""
        ...

    def make(self, key: str, documents: Sequence[SearchDocument]) -> WordIndex:
        """Make it, whole or not at all."""
        ...

    def keep_only(self, keys: Collection[str]) -> None:
        """Delete all others."""
        ...

    def close(self) -> None:
        """Let go of what is held open for all of them."""
        ...


class SqliteStore:
    """`WordStore` of one FTS5 file for each generation."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, key: str) -> WordIndex | None:
        """Open the file of that key."""
        try:
            return SqliteWords.open(self._file(key)) if self._file(key).is_file() else None
        except IndexGone:
            return None

    def make(self, key: str, documents: Sequence[SearchDocument]) -> WordIndex:
        """Make the file; until it is whole it has another name."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return SqliteWords.make(self._file(key), documents)

    def keep_only(self, keys: Collection[str]) -> None:
        """Delete the files of other keys; whoever has one open keeps it."""
        kept = {self._file(key) for key in keys}
        for file in (*self._folder.glob("words-*.db"), *self._folder.glob("words-*.unfinished")):
            if file not in kept:
                file.unlink(missing_ok=True)

    def close(self) -> None:
        """Each index holds its own file."""

    def _file(self, key: str) -> Path:
        return self._folder / f"words-{key}.db"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process at a time through; one that dies is no obstacle."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "lock.db", timeout=_WAIT_SECONDS, isolation_level=None)) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            lock.execute("ROLLBACK")


def mark_rebuild(folder: Path) -> None:
    """Leave a sign, for processes that hold an index of their own, that the one in this folder was rebuilt."""
    (folder / _MARK).touch()


def last_rebuild(folder: Path) -> int:
    """When the index in this folder was rebuilt last, to be compared with what it was; 0 where it never was."""
    try:
        return (folder / _MARK).stat().st_mtime_ns
    except OSError:
        return 0


def write_whole(file: Path, content: str) -> None:
    """Put a small file in place at once."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    temporary.write_text(content, encoding="utf-8")
    os.replace(temporary, file)
