"""Handing actions back: what this process does not serve, or can no longer carry out, waits for one that does."""

from __future__ import annotations

from dbos import DBOSClient

from shopgraph.errors import ConfigurationError


class NotServed(Exception):
    """The action was handed back; nothing that this process still does with it is recorded."""


class Leaving:
    """This process's way to give actions up.

    One that was handed back is *canceled* in DBOS's word: its workflow ends here without an outcome, and `Caring`
    resumes it where the shop is served. (Put on a queue it would keep a thread of this process waiting for its end,
    and the interpreter could not end before.)
    """

    def __init__(self) -> None:
        self._client: DBOSClient | None = None

    def open(self, url: str) -> None:
        """The engine is at `url`."""
        self._client = DBOSClient(system_database_url=url)

    def hand_back(self, name: str) -> NotServed:
        """Give up the action of that name at the engine; returns what its workflow has to raise."""
        if self._client is None:
            raise ConfigurationError("This process has no engine.")
        # Not DBOS's own call, which would become a step of the workflow.
        self._client.cancel_workflow(name)
        return NotServed(name)

    def hand_back_all(self, executor: str) -> None:
        """Give up whatever the process of that id has under way."""
        if self._client is not None:
            for found in self._client.list_workflows(executor_id=executor, status="PENDING", load_input=False):
                self._client.cancel_workflow(found.workflow_id)

    def close(self) -> None:
        """The engine is closed."""
        if self._client is not None:
            self._client.destroy()
            self._client = None


LEAVING = Leaving()
"""That of this process."""
