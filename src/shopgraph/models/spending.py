"""What models cost: priced in billionths of a US dollar, reserved before a call, kept by the day."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import BigInteger, Column, MetaData, String, Table, create_engine, insert, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from shopgraph.errors import ConfigurationError

NANOS = Decimal(10) ** 9
_BYTES_PER_TOKEN = 3
"""A low guess for English, so that a reservation is rather too high."""


def nanousd(dollars: Decimal) -> int:
    """Billionths of a US dollar, rounded up."""
    return int((dollars * NANOS).to_integral_value(ROUND_CEILING))


def dollars_text(nanos: int) -> str:
    """An amount as a decimal string in US dollars."""
    return f"{Decimal(nanos) / NANOS:.9f}"


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a token costs, in US dollars."""

    input_token: Decimal
    cached_token: Decimal
    output_token: Decimal

    @classmethod
    def of(cls, params: Mapping[str, Any], known: Mapping[str, Any]) -> Price | None:
        """The price that the models file gives, else the one that LiteLLM knows; None without either.

        LiteLLM has prices as floats; their shortest decimal form is what its authors wrote.
        """
        source = params if params.get("input_cost_per_token") is not None else known
        given, made = source.get("input_cost_per_token"), source.get("output_cost_per_token")
        if given is None or made is None:
            return None
        cached = source.get("cache_read_input_token_cost")
        return cls(
            input_token=Decimal(str(given)),
            cached_token=Decimal(str(given if cached is None else cached)),
            output_token=Decimal(str(made)),
        )

    def cost(self, *, input_tokens: int, output_tokens: int, cached_tokens: int = 0) -> int:
        """Billionths of a US dollar."""
        fresh = max(0, input_tokens - cached_tokens)
        return nanousd(fresh * self.input_token + cached_tokens * self.cached_token + output_tokens * self.output_token)

    def at_most(self, request: str, max_output_tokens: int) -> int:
        """What a request may cost, from its size: an estimate on the high side."""
        tokens = len(request.encode()) // _BYTES_PER_TOKEN + 1
        return self.cost(input_tokens=tokens, output_tokens=max_output_tokens)


class SpendLedger(Protocol):
    """What has been spent, by day."""

    def reserve(self, nanos: int, limit: int) -> bool:
        """Add to today's spending, unless it would pass the limit."""
        ...

    def correct(self, nanos: int) -> None:
        """Add the difference between what a call cost and what was reserved; it may be negative."""
        ...

    def today(self) -> int:
        """Billionths of a US dollar spent today, reservations of calls under way included."""
        ...


_SPENDING = Table(
    "model_spending",
    MetaData(),
    Column("day", String(10), primary_key=True),
    Column("nanousd", BigInteger, nullable=False),
)


def utc_day() -> str:
    """Today. Money is spent by the world's clock, whatever a shop's says."""
    return datetime.now(UTC).date().isoformat()


class DatabaseLedger:
    """Spending in a database, shared by every process that names it. What a killed process reserved stays spent."""

    def __init__(self, where: str, *, day: Any = utc_day) -> None:
        """`where` is a file or a database URL.

        Raises:
            ConfigurationError: it cannot be opened or written.
        """
        self._day = day
        self._engine = create_engine(where if "://" in where else f"sqlite:///{Path(where).resolve()}")
        try:
            _SPENDING.metadata.create_all(self._engine)
            self.correct(0)
        except SQLAlchemyError as error:
            shown = self._engine.url.render_as_string(hide_password=True)
            raise ConfigurationError(
                f"The ledger of what models cost, {shown}, cannot be written: {type(error).__name__}.",
                remedy="Set budget.ledger in the models file to a file or a database URL that can be.",
            ) from None

    def reserve(self, nanos: int, limit: int) -> bool:
        """Add to today's spending, unless it would pass the limit. One statement, so no two processes pass it."""
        day = self._begun()
        grown = _SPENDING.c.nanousd + nanos
        change = update(_SPENDING).where(_SPENDING.c.day == day, grown <= limit).values(nanousd=grown)
        with self._engine.begin() as db:
            return db.execute(change).rowcount == 1

    def correct(self, nanos: int) -> None:
        """Add a difference to today's spending."""
        day = self._begun()
        with self._engine.begin() as db:
            db.execute(update(_SPENDING).where(_SPENDING.c.day == day).values(nanousd=_SPENDING.c.nanousd + nanos))

    def today(self) -> int:
        """Billionths of a US dollar spent today."""
        with self._engine.connect() as db:
            return int(db.scalar(select(_SPENDING.c.nanousd).where(_SPENDING.c.day == self._day())) or 0)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _begun(self) -> str:
        """Today, with a row of its own."""
        day = str(self._day())
        with self._engine.connect() as db:
            if db.scalar(select(_SPENDING.c.day).where(_SPENDING.c.day == day)) is not None:
                return day
        try:
            with self._engine.begin() as db:
                db.execute(insert(_SPENDING).values(day=day, nanousd=0))
        except IntegrityError:
            pass  # another process was faster
        return day


class MemoryLedger:
    """Spending of this process alone."""

    def __init__(self, *, day: Any = utc_day) -> None:
        self._day = day
        self._spent: dict[str, int] = {}
        self._lock = threading.Lock()

    def reserve(self, nanos: int, limit: int) -> bool:
        """Add to today's spending, unless it would pass the limit."""
        with self._lock:
            spent = self._spent.get(self._day(), 0)
            if spent + nanos > limit:
                return False
            self._spent[self._day()] = spent + nanos
            return True

    def correct(self, nanos: int) -> None:
        """Add a difference to today's spending."""
        with self._lock:
            self._spent[self._day()] = self._spent.get(self._day(), 0) + nanos

    def today(self) -> int:
        """Billionths of a US dollar spent today."""
        return self._spent.get(self._day(), 0)
