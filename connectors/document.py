"""Reading a JSON document by others without trusting it: every complaint names the file and the place in it."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from shopgraph.domain import Money
from shopgraph.errors import DamagedShop

_GZIP_MAGIC = b"\x1f\x8b"
_NOISE = Decimal("0.000001")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What no database stores as text: NUL and halves of surrogate pairs."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Node:
    """A value in a document and where it stands. It copies nothing."""

    file: Path
    place: str
    """Dotted, as in `orders.#W1.items[2]`; empty for the document itself."""
    value: Any

    def damaged(self, complaint: str, remedy: str = "") -> NoReturn:
        """Complain about this value.

        Raises:
            DamagedShop: always; names the file and the place.
        """
        subject = self.place or "the document"
        raise DamagedShop(f"{self.file}: {subject} {complaint}.", remedy=remedy, file=str(self.file), place=self.place)

    def _is(self, kind: type[T], called: str) -> T:
        if not isinstance(self.value, kind):
            self.damaged(f"is not {called}")
        return self.value

    def get(self, key: str) -> Node:
        """The child of that name, which must be there."""
        table = self._is(dict, "an object")
        if key not in table:
            self.damaged(f"has no {key!r}")
        return self._child(key, table[key])

    def optional(self, key: str) -> Node | None:
        """The child of that name, or None when it is absent or null."""
        value = self._is(dict, "an object").get(key)
        return None if value is None else self._child(key, value)

    def only(self, *keys: str) -> Node:
        """This object, once it holds no other keys than these: what is not understood would be lost."""
        unknown = sorted(set(self._is(dict, "an object")) - set(keys))
        if unknown:
            self.damaged(f"has a field {unknown[0]!r} that is not known", f"Known are {', '.join(keys)}.")
        return self

    def entries(self) -> Iterator[tuple[str, Node]]:
        """Keys and children of an object."""
        for key, value in self._is(dict, "an object").items():
            if _UNSTORABLE.search(key):
                self.damaged(f"has a key that is no text: {key!r}")
            yield key, self._child(key, value)

    def elements(self) -> list[Node]:
        """The children of a list."""
        values = self._is(list, "a list")
        return [Node(file=self.file, place=f"{self.place}[{i}]", value=value) for i, value in enumerate(values)]

    def text(self) -> str:
        """A string that can be stored."""
        value = self._is(str, "a text")
        if _UNSTORABLE.search(value):
            self.damaged("holds a character that is no text")
        return value

    def texts(self) -> tuple[str, ...]:
        """A list of strings."""
        return tuple(element.text() for element in self.elements())

    def options(self) -> dict[str, str]:
        """An object of strings."""
        return {key: child.text() for key, child in self.entries()}

    def truth(self) -> bool:
        """True or false."""
        return self._is(bool, "true or false")

    def amount(self, currency: str, *, negative: bool = False) -> Money:
        """An amount in major units; the noise that binary fractions leave behind is rounded away."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | Decimal):
            self.damaged("is not a number")
        value = Decimal(self.value)
        if not value.is_finite() or abs(value) >= Decimal(10) ** 12:
            self.damaged(f"is no amount: {value}")
        money = Money.rounded(value, currency)
        if abs(money.decimal - value) > _NOISE:
            self.damaged(f"has more digits than {currency} has: {value}")
        if money.amount < 0 and not negative:
            self.damaged(f"is negative: {value}")
        return money

    def _child(self, key: str, value: Any) -> Node:
        return Node(file=self.file, place=f"{self.place}.{key}" if self.place else key, value=value)


def read_document(path: Path) -> Node:
    """Parse a JSON file, plain or gzip-compressed; fractions become exact `Decimal`s.

    Raises:
        DamagedShop: it cannot be read, or is no JSON; says in which line.
    """
    try:
        raw = path.read_bytes()
        if raw.startswith(_GZIP_MAGIC):
            raw = gzip.decompress(raw)
        value = json.loads(
            raw.decode("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
    except OSError as error:
        raise _unreadable(path, f"cannot be read ({error.strerror or error})") from error
    except (EOFError, zlib.error) as error:
        raise _unreadable(path, f"is a damaged gzip file ({error})") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"is no UTF-8 text (byte {error.start})") from error
    except RecursionError as error:
        raise _unreadable(path, "is nested too deeply") from error
    except (ValueError, ArithmeticError) as error:
        raise _unreadable(path, f"is no valid JSON ({error})") from error
    return Node(file=path, place="", value=value)


def _unreadable(path: Path, complaint: str) -> DamagedShop:
    return DamagedShop(f"{path} {complaint}.", remedy="Give a whole JSON file, plain or gzip.", file=str(path))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return table
