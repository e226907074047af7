"""Embeddings of any provider that LiteLLM knows, for the search index."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from shopgraph.errors import ModelFault
from shopgraph.models.deployments import litellm

Vectors = list[list[float]]
_BATCH = 100
"""Texts of one request; providers take at least so many."""


def litellm_embedding(
    model: str, *, api_base: str | None = None, timeout_s: float = 30.0
) -> Callable[[Sequence[str]], Vectors]:
    """A function from texts to their vectors by that model, in LiteLLM's name (`openai/text-embedding-3-small`).

    Keys come from the environment, as LiteLLM reads them. The function raises `ModelFault` when the provider fails or
    gives back another number of vectors.
    """

    def embed(texts: Sequence[str]) -> Vectors:
        vectors: Vectors = []
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            try:
                reply = litellm().embedding(
                    model=model, input=batch, api_base=api_base, timeout=timeout_s, num_retries=2
                )
                rows = sorted(reply.data, key=lambda row: int(row["index"]))
                found: Vectors = [[float(value) for value in row["embedding"]] for row in rows]
            except Exception as error:
                raise ModelFault(
                    f"{model} gave no embeddings: {error}.",
                    remedy='Look at the key and the name, or set embedding = "wordllama".',
                ) from error
            if len(found) != len(batch):
                raise ModelFault(f"{model} gave {len(found)} embeddings for {len(batch)} texts.")
            vectors += found
        return vectors

    return embed
