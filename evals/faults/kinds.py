"""What can go wrong, and how long it takes."""

from __future__ import annotations

from enum import StrEnum

TIMEOUT_SECONDS = 0.6
"""How long our side waits for an answer of the other side."""
STALL_SECONDS = 0.9
"""How long an answer takes that comes too late."""
SLOW_SECONDS = 0.2
"""How long a slow one takes."""


class Fault(StrEnum):
    """What goes wrong at a point."""

    CRASH = "crash"
    """kill -9 of the process that is there."""
    TIMEOUT = "timeout"
    """The other side acts and its answer does not come in time."""
    ERROR = "error"
    """The other side acts and answers that it went wrong; where nothing was asked of it yet, it has not acted."""
    SLOW = "slow"
    DUPLICATE = "duplicate"
    """The request arrives twice: that to the other side, or the customer's own at another process."""
    REORDERED_WEBHOOK = "reordered_webhook"
    """The other side's messages about the customer's money arrive at another process: the newest first and twice."""
    DATABASE_LOST = "database_lost"
    """The connection to the shop's database, or the engine's, is closed under the next statement."""
    DISK_FULL = "disk_full"
    """The next write to one of them finds no room."""
