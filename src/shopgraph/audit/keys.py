"""The keys of one log: what seals its originals and signs its heads."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

from shopgraph.audit.keyring import Keyring
from shopgraph.audit.secrets import Secrets


class AuditKeys:
    """What seals and signs for one log: a folder's secrets, and the ring of customers' keys, opened when needed."""

    def __init__(self, folder: Path, ring_url: str) -> None:
        """`ring_url` is the database of the wrapped keys: not the log's own, where that can be had."""
        self.secrets = Secrets(folder)
        self._url = ring_url
        self._lock = threading.Lock()
        self._ring: Keyring | None = None

    @property
    def ring(self) -> Keyring:
        """The customers' keys.

        Raises:
            ConfigurationError: the secrets cannot be read, or are not those of this ring.
        """
        with self._lock:  # the writer's thread and a reader's may come first
            if self._ring is None:
                _ = self.secrets.master  # makes the folder that the ring lies in
                self._ring = Keyring(self._url, self.secrets)
            return self._ring

    def at_hand(self, subject: str, at: datetime) -> bool:
        """Whether the ring is open and has that key in memory; this looks at no disk."""
        return self._ring is not None and self._ring.knows(subject, at)

    def close(self) -> None:
        """Close the ring."""
        if self._ring is not None:
            self._ring.close()
