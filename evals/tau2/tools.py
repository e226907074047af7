"""Two tools that the benchmark's agent has and ours does not: they go through the same gate as all others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Annotated, NoReturn

from pydantic import Field

from shopgraph.domain import Value
from shopgraph.errors import InvalidInput
from shopgraph.tools.registry import tool
from shopgraph.tools.spec import Scope, System, ToolContext

_TOKEN = re.compile(r"\s*(?:(?P<number>[0-9]+\.?[0-9]*|\.[0-9]+)|(?P<sign>[-+*/()]))")
_DEEPEST = 50
"""Parentheses and signs within each other."""


class ProductNames(Value):
    """Ids of the products by name."""

    products: dict[str, str]


class Calculated(Value):
    """A number, rounded to two decimals."""

    value: str


@tool(system=System.CATALOG, scope=Scope.PUBLIC)
async def list_products(context: ToolContext) -> ProductNames:
    """List every product by name."""
    products = await context.services.connectors.catalog.all_products()
    return ProductNames(products={product.title: product.id for product in sorted(products, key=lambda p: p.title)})


@tool(system=System.CATALOG, scope=Scope.PUBLIC)
async def calculate(
    context: ToolContext, expression: Annotated[str, Field(min_length=1, max_length=1000, description="2 * (3 + 4)")]
) -> Calculated:
    """Work out plain arithmetic: numbers, + - * / and parentheses."""
    return Calculated(value=evaluate(expression))


def evaluate(expression: str) -> str:
    """The value of plain arithmetic, rounded to two decimals.

    Raises:
        InvalidInput: it is none, or divides by zero.
    """
    try:
        value = _Arithmetic(expression).value().quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
    except (InvalidOperation, ArithmeticError) as fault:
        raise InvalidInput(f"{expression!r} has no value: {type(fault).__name__}.") from None
    return str(value)


class _Arithmetic:
    """Reads sums of products of signed factors, from left to right."""

    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = list(self._split(expression))
        self._place = 0
        self._depth = 0

    def value(self) -> Decimal:
        """The whole expression's value."""
        found = self._sum()
        if self._place < len(self._tokens):
            self._wrong()
        return found

    def _sum(self) -> Decimal:
        found = self._product()
        while self._next() in ("+", "-"):
            found = found + self._product() if self._take() == "+" else found - self._product()
        return found

    def _product(self) -> Decimal:
        found = self._factor()
        while self._next() in ("*", "/"):
            found = found * self._factor() if self._take() == "*" else found / self._factor()
        return found

    def _factor(self) -> Decimal:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._wrong()
        symbol = self._take()
        if symbol == "(":
            found = self._sum()
            if self._take() != ")":
                self._wrong()
        elif symbol in ("+", "-"):
            found = self._factor() if symbol == "+" else -self._factor()
        elif symbol in ("", ")", "*", "/"):
            self._wrong()
        else:
            found = Decimal(symbol)
        self._depth -= 1
        return found

    def _next(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._next()
        self._place += 1
        return token

    def _split(self, expression: str) -> Iterator[str]:
        place, text = 0, expression.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                self._wrong()
            yield found["number"] or found["sign"]
            place = found.end()

    def _wrong(self) -> NoReturn:
        raise InvalidInput(f"{self._expression!r} is no arithmetic.", remedy="Use numbers, + - * / and parentheses.")


TOOLS = (list_products, calculate)
