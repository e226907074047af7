"""The ports' contract as tests: an adapter that passes them can stand in for any other.

One line in a test module runs them all, each against a fresh system that holds `seed()`:

    test_my_adapter = conformance_tests(open_my_adapter)

`open_my_adapter(dataset)` is an async context manager that gives `Connectors` over a system filled with the dataset.
Where it needs pytest's fixtures, parametrize over `CHECKS` and call `check.run(open_my_adapter)` instead.
"""

import pytest

# Before the checks are imported: their plain asserts then explain themselves as those of a test module do.
pytest.register_assert_rewrite(
    *(
        f"shopgraph.connectors.conformance.{each}"
        for each in (
            "kit",
            "ledger",
            "mutations",
            "offers",
            "payments",
            "reads",
            "records",
            "rules",
            "runs",
            "transactions",
        )
    )
)

from shopgraph.connectors.conformance import (  # noqa: E402
    ledger,  # noqa: F401
    mutations,  # noqa: F401
    offers,  # noqa: F401
    payments,  # noqa: F401
    reads,  # noqa: F401
    records,  # noqa: F401
    rules,  # noqa: F401
    runs,  # noqa: F401
    transactions,  # noqa: F401
)
from shopgraph.connectors.conformance.kit import CHECKS, Check, Factory, conformance_tests  # noqa: E402
from shopgraph.connectors.conformance.seed import seed  # noqa: E402

__all__ = ["CHECKS", "Check", "Factory", "conformance_tests", "seed"]
