"""Words by which something is said not to be so, and where they must stand for it."""

from __future__ import annotations

import re

DENIED_AHEAD = re.compile(
    r"(?:\b(?:no|not|never|neither|nor|none|without|cannot|kein\w*|nicht|nie|weder|noch kein\w*|ohne|pas|non"
    r"|aucun\w*|ni"
    r"|jamais|sans|sin|nunca|ningun[oa]?|ningún|tampoco)\b|n['’]t\b)[^,;:.]{0,30}$"
)
"""Ends where what is denied begins."""
