"""Another process that changes a shop's records: it reads what to change from standard input, a line each.

It knows nothing of this project: whatever it does is seen without its reporting it.
"""

from __future__ import annotations

import sys

from sqlalchemy import create_engine, text

STATEMENTS = {
    "stock": "UPDATE stock_levels SET on_hand = on_hand - 1 WHERE sku = :id AND on_hand > 0",
    "price": "UPDATE offers SET price_minor = price_minor + 100 WHERE sku = :id",
    "code": "UPDATE codes SET used = used + 1 WHERE code = :id",
    "campaign": "UPDATE campaigns SET headline = headline || '!' WHERE id = :id",
}


def main(url: str) -> None:
    """Change and say so, until the input ends."""
    engine = create_engine(url)
    for line in sys.stdin:
        what, name = line.split()
        with engine.begin() as connection:
            rows = connection.execute(text(STATEMENTS[what]), {"id": name}).rowcount
        sys.stdout.write(f"{rows}\n")
        sys.stdout.flush()
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
