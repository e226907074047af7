"""The live view: what the log tells, looked at again and again."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.live import Live

from shopgraph.cli.output import console
from shopgraph.cli.report_tables import tables
from shopgraph.telemetry.report.collect import Collector
from shopgraph.telemetry.report.reading import follow
from shopgraph.telemetry.report.summary import summed

if TYPE_CHECKING:
    from shopgraph.audit.log import AuditLog

_LEAVE = (b"q", b"Q", b"\x1b", b"\x04", b"")
"""What is typed to leave: q, Escape, Ctrl-D; or nobody is there any more."""
_MOST = 8
"""Lines of a table: a frame has to fit a screen."""


class Top:
    """What a log has told so far, and what comes to it."""

    def __init__(self, log: AuditLog, shop: str, since: datetime | None) -> None:
        self._log = log
        self._shop = shop
        self._since = since
        self._collector = Collector()

    def frame(self) -> RenderableType:
        """Read what is new, and show all of it."""
        follow(self._log, self._collector, self._since)
        return tables(summed(self._collector, shop=self._shop, since=self._since), most=_MOST)


def watch(top: Top, every: float) -> None:
    """Show it until somebody types q or Ctrl-C."""
    with (
        contextlib.suppress(KeyboardInterrupt),
        _keys(),
        Live(console=console(), screen=True, auto_refresh=False) as live,
    ):
        while True:
            live.update(top.frame(), refresh=True)
            if _left(every):
                return


def _left(seconds: float) -> bool:
    """Wait so long, or until somebody wants to leave."""
    until = time.monotonic() + seconds
    while (wait := until - time.monotonic()) > 0:
        if not sys.stdin.isatty():
            time.sleep(wait)
        elif select.select([sys.stdin], [], [], wait)[0] and os.read(sys.stdin.fileno(), 32) in _LEAVE:
            return True
    return False


@contextlib.contextmanager
def _keys() -> Iterator[None]:
    """Have keys come as they are typed, where that can be had."""
    try:
        import termios
        import tty
    except ImportError:
        yield
        return
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    tty.setcbreak(sys.stdin, termios.TCSANOW)  # a key typed before is not lost
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
