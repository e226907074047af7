"""YAML that a person wrote, as plain values."""

from __future__ import annotations

from typing import Any

import yaml


def read_yaml(text: str) -> Any:
    """The values of a document, as `yaml.safe_load` has them.

    By libyaml, which PyYAML's wheels carry: ten times faster than Python's reader.

    Raises:
        yaml.YAMLError: it is no YAML.
    """
    return yaml.load(text, Loader=yaml.CSafeLoader)
