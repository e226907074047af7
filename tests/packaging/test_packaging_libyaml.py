"""PyYAML without libyaml, as it is built where the library is missing: slower, and the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_WITHOUT = "import sys; sys.modules['yaml._yaml'] = None"
_READ = """
import sys
from importlib.resources import files
from pathlib import Path

import yaml

from shopgraph.errors import ConfigurationError
from shopgraph.guards.documents import open_document
from shopgraph.guards.policy import Manifest, load_bundle
from shopgraph.yaml_text import read_yaml

bundle = load_bundle("default")
print(read_yaml((files("shopgraph.models") / "bitext_map.yaml").read_text(encoding="utf-8")))
print(bundle.version, bundle.brand, bundle.limits, bundle.calendars.promotions)
for broken in sys.argv[1:]:
    try:
        open_document(Path(broken), Manifest)
    except ConfigurationError as fault:
        print(fault.fields["line"])
print(yaml.__with_libyaml__)
"""


def _read(before: str, *broken: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{before}\n{_READ}", *broken],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    return done.stdout.splitlines()


def test_without_libyaml_the_same_is_read(tmp_path: Path) -> None:
    doubled, unknown, torn = (tmp_path / name for name in ("doubled.yaml", "unknown.yaml", "torn.yaml"))
    doubled.write_text("version: 1.10\nlimits: {}\nversion: 2\n", encoding="utf-8")
    unknown.write_text("version: '1'\n\nlimitz: {}\n", encoding="utf-8")
    torn.write_text("version: '1'\nlimits: [\n", encoding="utf-8")
    *usual, with_it = _read("", doubled, unknown, torn)
    *slower, without_it = _read(_WITHOUT, doubled, unknown, torn)
    assert without_it == "False"
    assert slower == usual
    assert len(usual) == 5
    assert with_it in ("True", "False"), "True with the wheels"
