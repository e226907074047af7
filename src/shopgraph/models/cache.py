"""Answers kept for the same customer's same question, in memory, for a while. Never for another customer."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from langchain_core.messages import AIMessage

from shopgraph.kept import kept
from shopgraph.models.calling import CachePolicy


class AnswerCache:
    """Keyed by whose request it is and by all of it, so that nothing that could change the answer is left out."""

    def __init__(self, policy: CachePolicy, now: Callable[[], float] = time.monotonic) -> None:
        self._policy = policy
        self._now = now
        self._kept: OrderedDict[str, tuple[float, AIMessage]] = OrderedDict()
        self._lock = threading.Lock()
        kept(self)

    def key(self, owner: str, request: dict[str, Any]) -> str | None:
        """The key of a request; None when it is nobody's in particular, or nothing is kept."""
        if not owner or not self._policy.ttl_s:
            return None
        text = json.dumps([owner, request], sort_keys=True, ensure_ascii=False, default=repr)
        return _prefix(owner) + hashlib.sha256(text.encode()).hexdigest()

    def forget(self, owner: str) -> None:
        """Let go of everything that was answered for an owner."""
        self._drop(lambda key, _: key.startswith(_prefix(owner)))

    def cache_clear(self) -> None:
        """Let go of what has expired, which nobody may ask for again; whose answers are forgotten `forget` is told."""
        now = self._now()
        self._drop(lambda _, until: until <= now)

    def get(self, key: str | None) -> AIMessage | None:
        """What was answered."""
        if key is None or (known := self._kept.get(key)) is None:
            return None
        until, message = known
        return message if self._now() < until else None

    def put(self, key: str | None, message: AIMessage) -> None:
        """Keep an answer; a call of a tool is none."""
        if key is None or message.tool_calls or message.invalid_tool_calls or not message.text.strip():
            return
        with self._lock:
            self._kept[key] = (self._now() + self._policy.ttl_s, message)
            self._kept.move_to_end(key)
            while len(self._kept) > self._policy.entries:
                self._kept.popitem(last=False)

    def _drop(self, which: Callable[[str, float], bool]) -> None:
        with self._lock:  # the thread that empties regularly comes at any time
            for key in [key for key, (until, _) in self._kept.items() if which(key, until)]:
                del self._kept[key]


def _prefix(owner: str) -> str:
    return f"{hashlib.sha256(owner.encode()).hexdigest()}:"
