"""What is said of stock where the opposite was said, in the language of the text."""

from __future__ import annotations

import re

_OPPOSITE = {
    "auf lager": "ausverkauft",
    "vorrätig": "ausverkauft",
    "lieferbar": "ausverkauft",
    "verfügbar": "ausverkauft",
}
_FRENCH = re.compile(r"\b(?:est|sont|le|la|les|en|épuisée?s?)\b")
_GERMAN = re.compile(r"\b(?:ist|sind|der|die|das|ausverkauft|vergriffen|nicht|auf Lager)\b")


def said_there(text: str) -> str:
    """That there is some."""
    return "auf Lager" if _GERMAN.search(text) else "en stock" if _FRENCH.search(text) else "in stock"


def said_gone(phrase: str, text: str) -> str:
    """That there is none, instead of a phrase."""
    if phrase.lower() in _OPPOSITE:
        return _OPPOSITE[phrase.lower()]
    return "épuisé" if phrase.lower() in ("en stock", "disponible", "disponibles") else "out of stock"


def quite(text: str, phrase: str) -> str:
    """The phrase alone of "almost sold out", with the capital that the text begins with."""
    said = text[-len(phrase) :]
    return said[:1].upper() + said[1:] if text[:1].isupper() else said
