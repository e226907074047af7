"""A vector index in a folder, on Chroma. The catalog is the truth: the index can be made again at any time."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

Vectors = list[list[float]]
Embed = Callable[[Sequence[str]], Vectors]
"""Texts to vectors of one length, normalised."""

_POINTER = "current.json"
_BATCH = 500
_CHECKED = 20


@dataclass(frozen=True)
class Neighbor:
    """A document and its cosine similarity to the query."""

    id: str
    likeness: float


class IndexDamaged(Exception):
    """A freshly made index does not find its own documents."""


class DenseIndex:
    """One collection at a time. A rebuild fills a new one, checks it, swaps it in and drops the old one.

    Not for two processes writing to one folder: a reader does not see what another process has written.
    """

    def __init__(self, folder: Path, embed: Embed, *, model: str) -> None:
        """`model` names the embedding: vectors of another one are not reused."""
        self._folder = folder
        self._embed = embed
        self._model = model
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None

    def ensure(self, documents: Mapping[str, str]) -> bool:
        """Make the index hold exactly these documents; returns whether it had to be rebuilt."""
        name = self._name_for(documents)
        if self._pointed() == name and name in {item.name for item in self._chroma().list_collections()}:
            kept = self._chroma().get_collection(name, embedding_function=None)
            if kept.count() == len(documents):
                self._collection = kept
                return False
        self._rebuild(name, documents)
        return True

    def nearest(self, query: str, limit: int) -> list[Neighbor]:
        """The documents nearest in meaning, best first."""
        if self._collection is None or not (count := self._collection.count()):
            return []
        found = self._collection.query(
            query_embeddings=cast("list[Sequence[float]]", self._embed([query])),
            n_results=min(limit, count),
            include=["distances"],
        )
        distances = (found["distances"] or [[]])[0]
        return [Neighbor(key, 1 - distance) for key, distance in zip(found["ids"][0], distances, strict=True)]

    def _rebuild(self, name: str, documents: Mapping[str, str]) -> None:
        client = self._chroma()
        if name in {item.name for item in client.list_collections()}:
            client.delete_collection(name)
        fresh = client.create_collection(name, embedding_function=None, configuration={"hnsw": {"space": "cosine"}})
        ids = list(documents)
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            vectors = self._embed([documents[key] for key in batch])
            fresh.add(ids=batch, embeddings=cast("list[Sequence[float]]", vectors))
        self._check(fresh, documents)
        self._collection = fresh
        self._point_to(name)
        for old in client.list_collections():
            if old.name != name:
                client.delete_collection(old.name)

    def _check(self, fresh: Collection, documents: Mapping[str, str]) -> None:
        """Evenly spread documents are looked for by their own text: Chroma has lost reachable records before."""
        ids = list(documents)
        for key in ids[:: max(1, len(ids) // _CHECKED)]:
            vectors = cast("list[Sequence[float]]", self._embed([documents[key]]))
            found = fresh.query(query_embeddings=vectors, n_results=1, include=["distances"])
            distances = found["distances"] or [[]]
            if not found["ids"][0] or distances[0][0] > 1e-3:
                raise IndexDamaged(f"The index in {self._folder} does not find {key!r} by its own text.")

    def _chroma(self) -> ClientAPI:
        if self._client is None:
            import chromadb
            from chromadb.config import Settings

            self._folder.mkdir(parents=True, exist_ok=True)
            settings = Settings(anonymized_telemetry=False)
            self._client = chromadb.PersistentClient(path=str(self._folder), settings=settings)
        return self._client

    def _name_for(self, documents: Mapping[str, str]) -> str:
        """A collection's name says what is in it, so that an unchanged catalog is not indexed twice."""
        content = json.dumps([self._model, sorted(documents.items())], ensure_ascii=False)
        return f"products-{hashlib.sha256(content.encode()).hexdigest()[:24]}"

    def _pointed(self) -> str:
        try:
            name = json.loads((self._folder / _POINTER).read_text(encoding="utf-8"))["collection"]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return str(name)

    def _point_to(self, name: str) -> None:
        temporary = self._folder / f"{_POINTER}.new"
        temporary.write_text(json.dumps({"collection": name}), encoding="utf-8")
        os.replace(temporary, self._folder / _POINTER)


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
