"""Percentiles of any number of values in bounded memory."""

from __future__ import annotations

import math
from collections import Counter

ACCURACY = 0.01
"""A percentile is off by at most this part of itself."""
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_LOG_GAMMA = math.log(_GAMMA)
_LEAST = 1e-6
"""Below it a value counts as zero. From there to a day in milliseconds there are 1,600 buckets."""


class Sketch:
    """Counts of values by buckets that grow by a constant factor.

    It is the DDSketch of Masson, Rim and Lee, "DDSketch: a fast and fully-mergeable quantile sketch with
    relative-error guarantees", VLDB 2019, without its limit of buckets: times are bounded by themselves.
    """

    __slots__ = ("_buckets", "_zeros", "count", "most", "total")

    def __init__(self) -> None:
        self._buckets: Counter[int] = Counter()
        self._zeros = 0
        self.count = 0
        self.total = 0.0
        self.most = 0.0
        """The largest value, exactly."""

    def add(self, value: float) -> None:
        """Count a value; a negative one is zero."""
        self.count += 1
        if value <= _LEAST:
            self._zeros += 1
            return
        self.total += value
        self.most = max(self.most, value)
        self._buckets[math.ceil(math.log(value) / _LOG_GAMMA)] += 1

    def merge(self, other: Sketch) -> None:
        """Count another's values as well."""
        self._buckets.update(other._buckets)
        self._zeros += other._zeros
        self.count += other.count
        self.total += other.total
        self.most = max(self.most, other.most)

    def percentile(self, percent: float) -> float:
        """The value that so many percent are not above, within `ACCURACY`; 0 of none."""
        rank = math.ceil(percent / 100 * self.count)
        seen = self._zeros
        if rank <= seen:
            return 0.0
        for bucket in sorted(self._buckets):
            seen += self._buckets[bucket]
            if seen >= rank:
                return min(self.most, 2 * _GAMMA**bucket / (_GAMMA + 1))
        return self.most

    @property
    def mean(self) -> float:
        """Of all values, exactly; 0 of none."""
        return self.total / self.count if self.count else 0.0
