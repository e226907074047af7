"""HTML and SVG as a tree: whatever is put in as text comes out escaped."""

from __future__ import annotations

from importlib.resources import files
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

_KEPT = ("\n", "\t")
Child = Element | str


def el(tag: str, *children: Child, **attributes: str | float) -> Element:
    """An element; `class_` is its class, and `aria_label` its `aria-label`."""
    made = Element(tag, {_attribute(name): _text(str(value)) for name, value in attributes.items()})
    for child in children:
        if isinstance(child, Element):
            made.append(child)
        elif len(made):
            made[-1].tail = (made[-1].tail or "") + _text(child)
        else:
            made.text = (made.text or "") + _text(child)
    return made


def document(title: str, *body: Child) -> str:
    """A whole page that needs nothing else: no script, no font, no picture from elsewhere."""
    style = Element("style")
    # Trusted, and a part of the package: the serializer leaves it as it is.
    style.text = files("shopgraph.telemetry.report").joinpath("style.css").read_text(encoding="utf-8")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="color-scheme", content="light dark"),
        el("meta", name="referrer", content="no-referrer"),
        el("title", title),
        style,
    )
    page = el("html", head, el("body", *body), lang="en")
    return f"<!doctype html>\n{ElementTree.tostring(page, encoding='unicode', method='html')}\n"


def _attribute(name: str) -> str:
    return "class" if name == "class_" else name.replace("_", "-")


def _text(text: str) -> str:
    """Without what would be obeyed: control characters."""
    return "".join(c if c.isprintable() or c in _KEPT else " " for c in text)
