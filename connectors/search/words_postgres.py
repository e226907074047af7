"""The index of words in PostgreSQL's full text search, for shops whose records are there and whose hosts are many."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from shopgraph.connectors.search.documents import CatalogFacts, SearchDocument, facts_of
from shopgraph.connectors.search.words_index import IndexGone, Phrase, WordIndex, WordQuery, WordRow, spaced

# Statements hold the name of a table, which no parameter can be: `_name` lets nothing but a hash into it.
_PREFIX = "shopgraph_search_"
_COLUMNS = "id, title, body, rest, marks"
_GAP = 2
"""Positions left free between two fields, so that no phrase crosses them."""
_MOST_POSITION = 16_383
"""PostgreSQL's own limit; words beyond it are found, as phrases no more."""


class PostgresStore:
    """`WordStore` of one table for each generation, made in one transaction: others see it whole or not at all."""

    def __init__(self, url: str) -> None:
        """`url` is SQLAlchemy's, with the psycopg driver."""
        self._engine = create_engine(url, pool_size=4, pool_pre_ping=True)

    def open(self, key: str) -> WordIndex | None:
        """The table of that key."""
        with self.reading() as connection:
            if _name(key) not in _tables(connection):
                return None
            content = connection.execute(text(f"SELECT content FROM {_name(key)}_facts")).scalar_one()  # noqa: S608
        return PostgresWords(self, _name(key), CatalogFacts.load(content))

    def make(self, key: str, documents: Sequence[SearchDocument]) -> WordIndex:
        """Make the table."""
        name, facts = _name(key), facts_of(documents)
        with self._engine.begin() as connection:
            _drop(connection, name)
            connection.execute(
                text(
                    f"CREATE TABLE {name} (place integer PRIMARY KEY, id text UNIQUE NOT NULL, title text NOT NULL,"
                    " body text NOT NULL, rest text NOT NULL, marks text NOT NULL, words tsvector NOT NULL)"
                )
            )
            if documents:
                connection.execute(
                    text(
                        f"INSERT INTO {name} VALUES"  # noqa: S608
                        " (:place, :id, :title, :body, :rest, :marks, CAST(:words AS tsvector))"
                    ),
                    [_values(place, each) for place, each in enumerate(documents, 1)],
                )
            connection.execute(text(f"CREATE INDEX ON {name} USING gin (words)"))
            connection.execute(text(f"CREATE TABLE {name}_facts (content text NOT NULL)"))
            connection.execute(text(f"INSERT INTO {name}_facts VALUES (:content)"), {"content": facts.dump()})  # noqa: S608
        return PostgresWords(self, name, facts)

    def keep_only(self, keys: Collection[str]) -> None:
        """Drop the tables of other keys."""
        kept = {_name(key) for key in keys if key}
        with self._engine.begin() as connection:
            for name in _tables(connection) - kept:
                _drop(connection, name)

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading.

        Raises:
            IndexGone: the database does not answer, or the table is not there.
        """
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise IndexGone(str(error)) from error


class PostgresWords:
    """`WordIndex` on a `tsvector` column; ranked by `ts_rank`."""

    def __init__(self, store: PostgresStore, table: str, facts: CatalogFacts) -> None:
        self._store = store
        self._table = table
        self.facts = facts

    def matching(self, query: WordQuery) -> list[WordRow]:
        """Those that fit, best first by `ts_rank`, titles counting most."""
        wanted = _tsquery(query)
        if not wanted:
            return []
        statement = text(
            f"SELECT {_COLUMNS} FROM {self._table}, CAST(:wanted AS tsquery) AS wanted WHERE words @@ wanted"  # noqa: S608
            " ORDER BY ts_rank(words, wanted) DESC, place LIMIT :most"
        )
        with self._store.reading() as connection:
            return [
                WordRow(**row._mapping)
                for row in connection.execute(statement, {"wanted": wanted, "most": query.limit})
            ]

    def rows(self, ids: Sequence[str]) -> list[WordRow]:
        """The documents of these ids that there are."""
        statement = text(f"SELECT {_COLUMNS} FROM {self._table} WHERE id = ANY(:ids)")  # noqa: S608
        with self._store.reading() as connection:
            return [WordRow(**row._mapping) for row in connection.execute(statement, {"ids": list(ids)})]

    def ids(self) -> frozenset[str]:
        """All of them."""
        with self._store.reading() as connection:
            return frozenset(connection.execute(text(f"SELECT id FROM {self._table}")).scalars())  # noqa: S608

    def close(self) -> None:
        """Nothing is held open for one index; the store is."""


def _name(key: str) -> str:
    """The table of a key.

    Raises:
        ValueError: the key is none of ours.
    """
    if not re.fullmatch(r"[0-9a-f]{1,40}", key):
        raise ValueError(f"{key!r} is no key of an index.")
    return _PREFIX + key


def _tables(connection: Connection) -> set[str]:
    found = connection.execute(
        text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE :like"),
        {"like": _PREFIX.replace("_", r"\_") + "%"},
    ).scalars()
    return {name for name in found if not name.endswith("_facts")}


def _drop(connection: Connection, name: str) -> None:
    connection.execute(text(f"DROP TABLE IF EXISTS {name}"))
    connection.execute(text(f"DROP TABLE IF EXISTS {name}_facts"))


def _values(place: int, each: SearchDocument) -> dict[str, str | int]:
    return {
        "place": place,
        "id": each.id,
        "title": spaced(each.title),
        "body": spaced(each.body),
        "rest": spaced(each.rest),
        "marks": spaced(each.marks),
        "words": _tsvector(each),
    }


def _tsvector(each: SearchDocument) -> str:
    """In PostgreSQL's own form, past its parser: our words stay as they are."""
    said = []
    place = 1
    for part, weight in ((each.title, "A"), (each.body, "D"), (each.rest, "D"), (each.marks, "D")):
        for word in part:
            said.append(f"{_quoted(word)}:{min(place, _MOST_POSITION)}{weight}")
            place += 1
        place += _GAP
    return " ".join(said)


def _tsquery(query: WordQuery) -> str:
    wanted = [" | ".join(_phrase(phrase) for phrase in phrases) for phrases in query.wanted if phrases]
    found = (" & " if query.every else " | ").join(f"({each})" for each in wanted)
    if found and query.unwanted:
        return f"({found}) & !({' | '.join(_quoted(word) for word in query.unwanted)})"
    return found


def _phrase(phrase: Phrase) -> str:
    return "(" + " <-> ".join(_quoted(word) for word in phrase) + ")"


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
