"""What every domain value is: frozen, keyword-only, closed to unknown fields."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Instant = AwareDatetime
"""An aware datetime; the project keeps all of them in UTC."""

Quantity = Annotated[int, Field(ge=0)]
"""A count of units."""


class Value(BaseModel):
    """A frozen value. It does no I/O and knows no adapter."""

    model_config = ConfigDict(frozen=True, extra="forbid")
