"""YAML that a person wrote, as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING or yaml.__with_libyaml__:
    from yaml import CSafeLoader as FastLoader
else:  # PyYAML was built where libyaml was not
    from yaml import SafeLoader as FastLoader

__all__ = ["FastLoader", "read_yaml"]


def read_yaml(text: str) -> Any:
    """The values of a document, as `yaml.safe_load` has them.

    By libyaml, which PyYAML's wheels carry: ten times faster than Python's reader.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    return yaml.load(text, Loader=FastLoader)
