"""The index of words in SQLite's FTS5: in memory, or in a file that is made whole and then put in place."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from shopgraph.connectors.search.documents import CatalogFacts, SearchDocument, facts_of
from shopgraph.connectors.search.words_index import IndexGone, Phrase, WordQuery, WordRow, spaced

# Our words are letters, digits and `_`: the ascii tokenizer takes every other script's letters as they are.
_SCHEMA = """
CREATE VIRTUAL TABLE documents USING fts5(title, body, rest, marks, id UNINDEXED, tokenize = "ascii tokenchars '_'");
CREATE TABLE places (id TEXT PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (content TEXT NOT NULL);
"""
_COLUMNS = "documents.id, title, body, rest, marks"


class SqliteWords:
    """`WordIndex` on FTS5; ranked by its own bm25."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._turn = threading.Lock()
        (content,) = self._rows("SELECT content FROM facts", ())[0]
        self.facts = CatalogFacts.load(content)

    @classmethod
    def in_memory(cls, documents: Sequence[SearchDocument]) -> SqliteWords:
        """An index that is gone with its process."""
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        _fill(connection, documents)
        return cls(connection)

    @classmethod
    def make(cls, file: Path, documents: Sequence[SearchDocument]) -> SqliteWords:
        """Make the file; until it is whole it has another name."""
        unfinished = file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        connection = sqlite3.connect(unfinished)
        try:
            connection.execute("PRAGMA synchronous = OFF")  # a crash leaves a file of the other name
            _fill(connection, documents)
        finally:
            connection.close()
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(unfinished, file)
        return cls.open(file)

    @classmethod
    def open(cls, file: Path) -> SqliteWords:
        """Open a file that `make` made.

        Raises:
            IndexGone: there is none, or it cannot be read.
        """
        try:
            connection = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False)
            return cls(connection)
        except (sqlite3.Error, IndexError) as error:
            raise IndexGone(f"{file}: {error}") from None

    def matching(self, query: WordQuery) -> list[WordRow]:
        """Those that fit, best first by FTS5's bm25, titles counting double."""
        text = _match(query)
        if not text:
            return []
        order = "ORDER BY bm25(documents, 2.0, 1.0, 1.0, 1.0), rowid LIMIT ?"
        found = self._rows(f"SELECT {_COLUMNS} FROM documents WHERE documents MATCH ? {order}", (text, query.limit))  # noqa: S608
        return [_row(row) for row in found]

    def rows(self, ids: Sequence[str]) -> list[WordRow]:
        """The documents of these ids that there are."""
        marks = ",".join("?" * len(ids))
        found = self._rows(
            f"SELECT {_COLUMNS} FROM places JOIN documents ON documents.rowid = place WHERE places.id IN ({marks})",  # noqa: S608
            tuple(ids),
        )
        return [_row(row) for row in found]

    def ids(self) -> frozenset[str]:
        """All of them."""
        return frozenset(id_ for (id_,) in self._rows("SELECT id FROM places", ()))

    def close(self) -> None:
        """Close the file."""
        with self._turn:
            self._connection.close()

    def __del__(self) -> None:
        # A generation is let go of, not closed: a search may be under way in it.
        if hasattr(self, "_connection"):
            self._connection.close()

    def _rows(self, statement: str, arguments: tuple[str | int, ...]) -> list[tuple[str, ...]]:
        try:
            with self._turn:
                return self._connection.execute(statement, arguments).fetchall()
        except sqlite3.Error as error:
            raise IndexGone(str(error)) from error


def _fill(connection: sqlite3.Connection, documents: Sequence[SearchDocument]) -> None:
    connection.executescript(_SCHEMA)
    with connection:
        connection.executemany(
            "INSERT INTO documents (rowid, title, body, rest, marks, id) VALUES (?, ?, ?, ?, ?, ?)",
            (
                (place, *(spaced(part) for part in (each.title, each.body, each.rest, each.marks)), each.id)
                for place, each in enumerate(documents, 1)
            ),
        )
        connection.executemany(
            "INSERT INTO places VALUES (?, ?)", ((each.id, place) for place, each in enumerate(documents, 1))
        )
        connection.execute("INSERT INTO facts VALUES (?)", (facts_of(documents).dump(),))
        connection.execute("INSERT INTO documents (documents) VALUES ('optimize')")


def _match(query: WordQuery) -> str:
    wanted = [" OR ".join(_phrase(phrase) for phrase in phrases) for phrases in query.wanted if phrases]
    text = (" AND " if query.every else " OR ").join(f"({each})" for each in wanted)
    if text and query.unwanted:
        return f"({text}) NOT ({' OR '.join(_phrase((word,)) for word in query.unwanted)})"
    return text


def _phrase(phrase: Phrase) -> str:
    return '"' + " ".join(word.replace('"', "") for word in phrase) + '"'


def _row(row: tuple[str, ...]) -> WordRow:
    return WordRow._make(row)
