"""A vector index in a folder, on Chroma. The catalog is the truth: the index can be made again at any time."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

Vectors = list[list[float]]
Embed = Callable[[Sequence[str]], Vectors]
"""Texts to vectors of one length."""

_FILE = "chroma.sqlite3"
_BATCH = 500
_CHECKED = 200
"""Documents of a fresh index that are looked for by their own vectors."""
EXACT = 50_000
_SAME = 1e-3
"""Cosine distance below which a vector counts as found."""


@dataclass(frozen=True)
class Neighbor:
    """A document and its cosine similarity to the query."""

    id: str
    likeness: float


class IndexDamaged(Exception):
    """A freshly made index does not find its own documents."""


class DenseIndex:
    """One generation of vectors: a Chroma collection, and the same vectors in memory.

    The copy (1 KB a product with the default embedding) says how like the documents are that words have found, and is
    what the check compares Chroma with. It finds the nearest, too, and exactly, up to `EXACT` documents: so many are
    multiplied sooner than Chroma answers. Beyond, Chroma finds them.
    """

    def __init__(self, collection: Collection, embed: Embed) -> None:
        self._collection = collection
        self._embed = embed
        found = collection.get(include=["embeddings"])
        self._ids = found["ids"]
        self._places = {key: place for place, key in enumerate(found["ids"])}
        self._vectors: Matrix = np.asarray(found["embeddings"], dtype=np.float32).reshape(len(self._places), -1)

    def __len__(self) -> int:
        return len(self._places)

    def ids(self) -> frozenset[str]:
        """All of them."""
        return frozenset(self._places)

    def vector(self, query: str) -> Matrix:
        """The query's own vector."""
        return cast("Matrix", _unit(self._embed([query]))[0])

    def nearest(self, vector: Matrix, limit: int) -> list[Neighbor]:
        """The documents nearest in meaning, best first."""
        if not self._places or limit < 1:
            return []
        if len(self._places) <= EXACT:
            likes = self._vectors @ vector
            best = np.argpartition(-likes, min(limit, len(likes)) - 1)[:limit]
            best = best[np.argsort(-likes[best], kind="stable")]
            return [Neighbor(self._ids[place], float(likes[place])) for place in best]
        found = self._collection.query(
            query_embeddings=cast("list[Sequence[float]]", [vector]),
            n_results=min(limit, len(self._places)),
            include=["distances"],
        )
        distances = (found["distances"] or [[]])[0]
        return [Neighbor(key, 1 - distance) for key, distance in zip(found["ids"][0], distances, strict=True)]

    def likeness(self, vector: Matrix, ids: Iterable[str]) -> dict[str, float]:
        """How like these documents are to the query; those without a vector are left out."""
        known = [key for key in ids if key in self._places]
        if not known:
            return {}
        likes = self._vectors[[self._places[key] for key in known]] @ vector
        return dict(zip(known, map(float, likes), strict=True))

    def unreachable(self, most: int | None = None) -> tuple[str, ...]:
        """Documents that Chroma does not find by their own vectors, of `most` evenly spread ones or of all."""
        ids = list(self._places)
        chosen = ids if most is None else ids[:: max(1, len(ids) // most)]
        lost = []
        for start in range(0, len(chosen), _BATCH):
            batch = chosen[start : start + _BATCH]
            vectors = self._vectors[[self._places[key] for key in batch]]
            found = self._collection.query(query_embeddings=vectors, n_results=1, include=["distances"])
            distances = found["distances"] or []
            lost += [key for key, near in zip(batch, distances, strict=True) if not near or near[0] > _SAME]
        return tuple(lost)


class Collections:
    """The generations of vectors in one folder. One process writes at a time (`HybridSearch` sees to it)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client: ClientAPI | None = None

    def open(self, name: str, embed: Embed) -> DenseIndex | None:
        """The generation of that name, if there is one."""
        if name not in self.names():
            return None
        return DenseIndex(self._chroma().get_collection(name, embedding_function=None), embed)

    def make(self, name: str, documents: Mapping[str, str], embed: Embed) -> DenseIndex:
        """Fill a new generation beside the others and check it.

        Raises:
            IndexDamaged: it does not hold or find what was put in; it is dropped again.
        """
        client = self._chroma()
        self.drop([name])
        fresh = client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
        try:
            ids = list(documents)
            for start in range(0, len(ids), _BATCH):
                batch = ids[start : start + _BATCH]
                vectors = _unit(embed([documents[key] for key in batch]))
                fresh.add(ids=batch, embeddings=cast("list[Sequence[float]]", list(vectors)))
            index = DenseIndex(fresh, embed)
            self._check(index, documents)
        except BaseException:
            self.drop([name])
            raise
        return index

    def names(self) -> list[str]:
        """Every generation that there is."""
        return [item.name for item in self._chroma().list_collections()]

    def drop(self, names: Iterable[str]) -> None:
        """Delete these generations, where they are."""
        there = set(self.names())
        for name in names:
            if name in there:
                self._chroma().delete_collection(name)

    def damaged(self) -> bool:
        """Whether Chroma's file is no database, or a broken one. One that is only busy is not."""
        file = self._folder / _FILE
        if not file.is_file():
            return False
        try:
            with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
                return bool(database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
        except sqlite3.OperationalError:
            return False
        except sqlite3.DatabaseError:
            return True

    def discard(self) -> None:
        """Delete every generation together with Chroma's file."""
        self._forget()
        for file in self._folder.glob(f"{_FILE}*"):
            file.unlink(missing_ok=True)
        for segment in self._folder.glob("*-*-*-*-*/"):
            shutil.rmtree(segment, ignore_errors=True)

    def let_go(self) -> None:
        """Open Chroma's file anew when it is needed next. Generations that were opened before go on as they are."""
        if self._client is not None:
            self._forget()

    def _forget(self) -> None:
        from chromadb.api.shared_system_client import SharedSystemClient

        self._client = None
        SharedSystemClient.clear_system_cache()  # a new client of this process would go on in a deleted file

    def _check(self, index: DenseIndex, documents: Mapping[str, str]) -> None:
        if index.ids() != frozenset(documents):
            raise IndexDamaged(f"The index in {self._folder} holds {len(index)} of {len(documents)} documents.")
        if lost := index.unreachable(_CHECKED):
            raise IndexDamaged(f"The index in {self._folder} does not find {lost[0]!r} by its own text.")

    def _chroma(self) -> ClientAPI:
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            self._folder.mkdir(parents=True, exist_ok=True)
            settings = Settings(anonymized_telemetry=False)
            self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
        return self._client


def _unit(vectors: Vectors) -> Matrix:
    """Vectors of length one; one without any direction stays as it is."""
    matrix = np.asarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(matrix, axis=1, keepdims=True)
    return cast("Matrix", matrix / np.where(norms > 0, norms, 1))


def wordllama_embed() -> Embed:
    """The default embedding: weights come with the package, nothing is downloaded."""
    wordllama: Any = import_module("wordllama")  # it ships no types
    # Without both arguments it looks for its tokenizer in the wrong folder and then on the network.
    folder = Path(wordllama.__file__).parent
    model = wordllama.WordLlama.load(cache_dir=folder, disable_download=True)

    def embed(texts: Sequence[str]) -> Vectors:
        vectors: Vectors = model.embed(list(texts), norm=True).tolist()
        return vectors

    return embed
