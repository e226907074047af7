"""What a database is called in a message, and its errors as the project's own."""

from __future__ import annotations

from types import TracebackType

from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from shopgraph.errors import (
    Conflict,
    ConnectorFault,
    ConnectorTimeout,
    ConnectorUnavailable,
    DamagedShop,
    InvalidInput,
)


def place_of(url: URL) -> str:
    """What an error message calls the database: the file, or the URL without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.render_as_string(hide_password=True)


class _Translated:
    """A context manager for any number of uses at once."""

    __slots__ = ("_url",)

    def __init__(self, url: URL) -> None:
        self._url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        if error is not None and (own := _own(self._url, error)) is not None:
            raise own from error


def translated(url: URL) -> _Translated:
    """The database's errors as the project's own."""
    return _Translated(url)


def _own(url: URL, error: BaseException) -> Exception | None:
    match error:
        case IntegrityError():
            return Conflict(f"The records of {place_of(url)} do not allow it: {error.orig}.")
        case DataError() | OverflowError() | UnicodeEncodeError():
            return InvalidInput(f"{place_of(url)} cannot hold that value: {error}.")
        case DBAPIError():
            return _fault(url, error)
        case SQLAlchemyError():
            return ConnectorFault(f"{place_of(url)}: {error}.")
        case _:
            return None


def _fault(url: URL, error: DBAPIError) -> Exception:
    text = str(error.orig)
    if "not a database" in text or "malformed" in text:
        return DamagedShop(f"{place_of(url)} cannot be read as a shop: {text}.", remedy="Restore it from a backup.")
    if "locked" in text or "busy" in text:
        return ConnectorUnavailable(f"{place_of(url)} is busy: another process is writing.", remedy="Try again.")
    if "unable to open" in text or "connection failed" in text or "connection to server" in text:
        return ConnectorUnavailable(f"{place_of(url)} cannot be reached: {text}.")
    if error.connection_invalidated:
        return ConnectorTimeout(f"{place_of(url)} went away: {text}.")
    return ConnectorFault(f"{place_of(url)}: {text}.")
