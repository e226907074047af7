"""Every error class survives a checkpoint and has a code of its own."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest

from shopgraph import errors
from shopgraph.errors import ConnectorFault, ShopgraphError, UserError


def tree(base: type[ShopgraphError] = ShopgraphError) -> Iterator[type[ShopgraphError]]:
    """The class and everything under it that errors.py defines."""
    yield base
    for child in base.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


CLASSES = list(tree())


@pytest.mark.parametrize("kind", CLASSES)
def test_errors_pickle_with_their_fields(kind: type[ShopgraphError]) -> None:
    error = kind("It went wrong.", remedy="Do it right.", order_id="#D1", refundable=1230)
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is kind
    assert (copy.message, copy.remedy, copy.fields) == (error.message, error.remedy, error.fields)
    assert copy.fields == {"order_id": "#D1", "refundable": 1230}
    assert str(copy) == "It went wrong. Do it right."


def test_codes_are_unique() -> None:
    assert len(CLASSES) > 15
    codes = [kind.code for kind in CLASSES]
    assert len(set(codes)) == len(codes)
    assert all("code" in vars(kind) for kind in CLASSES)


def test_the_tree_in_the_docstring_is_the_tree() -> None:
    drawn = errors.__doc__ or ""
    assert [kind.__name__ for kind in CLASSES if kind.__name__ not in drawn] == []


def test_only_faults_of_other_systems_are_worth_a_retry() -> None:
    assert {kind for kind in CLASSES if kind.retryable} == set(tree(ConnectorFault))


def test_mistakes_of_the_caller_are_one_family() -> None:
    assert {kind.__name__ for kind in tree(UserError)} == {
        "UserError",
        "InvalidInput",
        "NotFound",
        "Erased",
        "ConfigurationError",
        "MissingDependency",
        "DamagedShop",
        "ShopTooNew",
    }
