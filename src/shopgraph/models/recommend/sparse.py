"""Rows of a sparse matrix, added up: all that a learned recommender needs of linear algebra when it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class SparseRows:
    """A matrix by rows, as compressed sparse rows. Learning uses scipy; using what was learned does not."""

    starts: Ints
    """(rows + 1,): where each row begins in `columns`."""
    columns: NDArray[np.int32]
    values: NDArray[np.float32]
    width: int
    """How many columns there are."""

    @classmethod
    def of(cls, matrix: Any) -> SparseRows:
        """From a scipy matrix; columns ascending in each row."""
        ready = matrix.tocsr()
        ready.sort_indices()
        return cls(
            starts=ready.indptr.astype(np.int64),
            columns=ready.indices.astype(np.int32),
            values=ready.data.astype(np.float32),
            width=int(ready.shape[1]),
        )

    @property
    def height(self) -> int:
        """How many rows there are."""
        return len(self.starts) - 1

    def add_up(self, rows: Ints, weights: Floats) -> Floats:
        """The sum of these rows, each times its weight; (width,)."""
        lengths = self.starts[rows + 1] - self.starts[rows]
        at = _ranges(self.starts[rows], lengths)
        values = self.values[at].astype(np.float64) * np.repeat(weights, lengths)
        total: Floats = np.bincount(self.columns[at], weights=values, minlength=self.width).astype(np.float64)
        return total

    def transposed(self) -> SparseRows:
        """Columns as rows."""
        order = np.argsort(self.columns, kind="stable")
        rows = np.repeat(np.arange(self.height, dtype=np.int32), np.diff(self.starts))
        starts = np.concatenate([[0], np.cumsum(np.bincount(self.columns, minlength=self.width))]).astype(np.int64)
        return SparseRows(starts=starts, columns=rows[order], values=self.values[order], width=self.height)

    def tensors(self, name: str) -> dict[str, NDArray[Any]]:
        """What is written to a file."""
        return {
            f"{name}.starts": self.starts,
            f"{name}.columns": self.columns,
            f"{name}.values": self.values,
            f"{name}.width": np.array([self.width], dtype=np.int64),
        }

    @classmethod
    def from_tensors(cls, name: str, tensors: Mapping[str, NDArray[Any]]) -> SparseRows:
        """What was read from a file.

        Raises:
            KeyError: it is not there.
        """
        return cls(
            starts=tensors[f"{name}.starts"],
            columns=tensors[f"{name}.columns"],
            values=tensors[f"{name}.values"],
            width=int(tensors[f"{name}.width"][0]),
        )


def _ranges(starts: Ints, lengths: Ints) -> Ints:
    """`start, start + 1, ...` of each, one after the other."""
    if not len(lengths) or not lengths.sum():
        return np.zeros(0, np.int64)
    before = np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.repeat(starts, lengths) + np.arange(int(lengths.sum())) - before


def largest(scores: Floats, count: int) -> Ints:
    """Places of the largest, best first; ties by place."""
    positive = np.flatnonzero(scores > 0)
    # Most scores are 0, and partitioning an array of equal values is slow.
    among = positive if len(positive) >= count else np.arange(len(scores))
    chosen = scores[among]
    if count < len(among):
        edge = np.partition(chosen, len(chosen) - count)[len(chosen) - count]
        among = among[chosen >= edge]
        chosen = scores[among]
    found: Ints = among[np.argsort(-chosen, kind="stable")][:count]
    return found
