"""What a process keeps so as not to make it twice, in one list: forgetting a customer empties it.

Rows read as values, answers of policy, words and texts that were read: any of them may be a customer's, and none says
whose. So all of it goes at once, which costs a little time and no answer. Other processes do not hear of it; in each of
them everything goes that is older than `KEPT_S`.
"""

from __future__ import annotations

import re
import threading
import weakref
from collections.abc import Callable
from typing import Protocol, TypeVar

KEPT_S = 600.0
"""Seconds after which a process with an open shop empties what it keeps, whether or not somebody was forgotten."""


class Cached(Protocol):
    """What can be emptied: a function under `functools.lru_cache`, or a `Kept`."""

    def cache_clear(self) -> None: ...


C = TypeVar("C", bound=Cached)
K = TypeVar("K")
V = TypeVar("V")

_CACHES: dict[int, weakref.ref[Cached]] = {}
"""By identity: some are equal to others. None is kept alive by being listed."""


def kept(cached: C) -> C:
    """List a cache that may hold what is a customer's; for a function, a decorator above its `lru_cache`."""
    me = id(cached)
    _CACHES[me] = weakref.ref(cached, lambda _: _CACHES.pop(me, None))
    return cached


class Kept(dict[K, V]):
    """A dict that is listed."""

    def __init__(self) -> None:
        super().__init__()
        kept(self)

    def cache_clear(self) -> None:
        """Let go of everything."""
        self.clear()


def empty() -> None:
    """Let go of everything that is listed in this process. What is being read at this moment may be kept anew."""
    for reference in list(_CACHES.values()):
        if (cached := reference()) is not None:
            cached.cache_clear()
    re.purge()  # it keeps patterns, some of which are made of what was typed


class _Emptying:
    """One thread that empties from time to time; after a fork, the child's first shop begins its own."""

    def __init__(self, wait: Callable[[float], bool]) -> None:
        """`wait` sleeps so many seconds, and says whether it is over."""
        self._wait = wait
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Begin, unless it has begun."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self.run, name="shopgraph-kept", daemon=True)
                self._thread.start()

    def run(self) -> None:
        """Empty every `KEPT_S` seconds until it is over."""
        while not self._wait(KEPT_S):
            empty()


_emptying = _Emptying(threading.Event().wait)


def empty_regularly() -> None:
    """Empty everything every `KEPT_S` seconds from now on, in a thread of the background; once for a process."""
    _emptying.begin()
