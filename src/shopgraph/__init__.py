"""shopgraph: the orchestration layer for AI in commerce."""

from pathlib import Path as _Path

__version__ = "0.1.0"

# A checkout on a file system without symbolic links has the root folders but not the links to them.
_root = _Path(__file__).resolve().parents[2]
if not (_Path(__file__).parent / "graphs").is_dir() and (_root / "pyproject.toml").is_file():
    __path__.append(str(_root))
