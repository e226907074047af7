"""The tools as a page to read: what each is, and what it touches. `python -m shopgraph.tools.reference` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shopgraph.tools.registry import default_tools
from shopgraph.tools.spec import System, ToolSpec

_HEAD = """| tool | whose records | changes | yes first | cost of being wrong | arguments |
|---|---|---|---|---|---|"""


def reference(tools: Mapping[str, ToolSpec]) -> str:
    """A Markdown section for each system with a table of its tools; docs/tools.md holds it for the default tools."""
    sections = []
    for system in System:
        rows = [_row(spec) for spec in tools.values() if spec.system is system]
        if rows:
            title = "CRM" if system is System.CRM else system.value.title()
            sections.append("\n".join([f"### {title}", "", _HEAD, *rows]))
    return "\n\n".join(sections) + "\n"


def _row(spec: ToolSpec) -> str:
    about = spec.description.partition("\n")[0]
    schema = spec.arguments.model_json_schema()
    arguments = "<br>".join(_argument(name, schema) for name in schema.get("properties", {}))
    cells = [
        f"`{spec.name}`<br>{about}",
        str(spec.scope),
        "yes" if spec.mutates else "no",
        "yes" if spec.needs_confirmation else "no",
        str(spec.cost),
        arguments or "none",
    ]
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _argument(name: str, schema: Mapping[str, Any]) -> str:
    optional = "" if name in schema.get("required", ()) else "?"
    return f"`{name}{optional}` {_kind(schema['properties'][name], schema.get('$defs', {}))}"


def _kind(shape: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """A JSON schema in a few words."""
    if "$ref" in shape:
        return _kind(definitions[shape["$ref"].rpartition("/")[2]], definitions)
    if "enum" in shape:
        return "one of " + ", ".join(map(str, shape["enum"]))
    if "anyOf" in shape:
        return " or ".join(_kind(each, definitions) for each in shape["anyOf"] if each.get("type") != "null")
    if shape.get("type") == "array":
        return f"list of {_kind(shape['items'], definitions)}"
    if shape.get("type") == "object":
        required = shape.get("required", ())
        fields = [name if name in required else f"{name}?" for name in shape.get("properties", {})]
        return "{" + ", ".join(fields) + "}"
    return str(shape.get("type", "anything"))


if __name__ == "__main__":
    print(reference(default_tools()), end="")  # noqa: T201 - that is what it is for
