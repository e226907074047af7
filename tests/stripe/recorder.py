"""Holds every request and reply against Stripe's published specification."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from jsonschema import Draft202012Validator, ValidationError

from shopgraph.connectors.stripe.transport import Transport

Json = dict[str, Any]


class Specification:
    """Stripe's OpenAPI file."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text(encoding="utf-8"))
        self.paths: Json = document["paths"]
        self.root: Json = {"components": _with_nulls(document["components"])}
        self._patterns = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$"), path) for path in self.paths]

    def operation(self, method: str, path: str) -> Json | None:
        """What the specification says of a request."""
        # The literal path before those with a placeholder that fit too.
        for pattern, name in sorted(self._patterns, key=lambda entry: entry[1].count("{")):
            if pattern.match(path):
                found: Json | None = self.paths[name].get(method.lower())
                return found
        return None

    def request_findings(self, operation: Json, form: Json, query: Json) -> list[str]:
        """What a request has that it may not have."""
        content = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
        schema = _with_nulls(content.get("schema", {}))
        findings = [f"unknown parameter {name}" for name in form if name not in schema.get("properties", {})]
        findings += self._findings(schema, self._coerced(schema, form))
        known = {each["name"]: _with_nulls(each["schema"]) for each in operation.get("parameters", [])}
        for name, value in query.items():
            if name not in known:
                findings.append(f"unknown parameter {name}")
            else:
                findings += self._findings(known[name], self._coerced(known[name], value))
        return findings

    def reply_findings(self, operation: Json, status: int, reply: Json) -> list[str]:
        """What a reply has that it may not have, or lacks."""
        responses = operation["responses"]
        schema = responses["200" if status == 200 else "default"]["content"]["application/json"]["schema"]
        return self._findings(_with_nulls(schema), reply)

    def _findings(self, schema: Json, content: Any) -> list[str]:
        validator = Draft202012Validator(self.root | {"allOf": [schema]})
        return [f"{error.json_path} {_said(error)}" for error in validator.iter_errors(content)]

    def _coerced(self, schema: Json, content: Any) -> Any:
        """Form text as the type that the schema wants."""
        if "$ref" in schema:
            schema = self.root["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        for choice in schema.get("anyOf", []):
            coerced = self._coerced(choice, content)
            if not self._findings(choice, coerced):
                return coerced
        if isinstance(content, dict):
            if schema.get("type") == "array":
                return [self._coerced(schema.get("items", {}), each) for each in content.values()]
            properties = schema.get("properties", {})
            return {name: self._coerced(properties.get(name, {}), each) for name, each in content.items()}
        if schema.get("type") == "integer" and re.fullmatch(r"-?\d+", content):
            return int(content)
        if schema.get("type") == "boolean" and content in ("true", "false"):
            return content == "true"
        return content


def _said(error: ValidationError) -> str:
    """The finding without the content, which is another in each run, where that is long."""
    return "has none of its forms" if error.validator == "anyOf" else error.message[:160]


@dataclass
class Record:
    """What was found."""

    requests: list[str] = field(default_factory=list)
    """Findings in our requests."""
    replies: list[str] = field(default_factory=list)
    """Findings in the counterpart's replies."""
    calls: list[str] = field(default_factory=list)
    """Every request, as method and path."""


class RecordingTransport(Transport):
    """Our transport, with every request and reply held against the specification. It does not wait between attempts."""

    def __init__(self, specification: Specification | None, record: Record, *, timeout_seconds: float = 5) -> None:
        super().__init__(timeout_seconds=timeout_seconds)
        self._specification = specification
        self._record = record

    def _sleep_time_seconds(self, num_retries: int) -> float:
        return 0

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        where = urlsplit(url)
        self._record.calls.append(f"{method.upper()} {where.path}")
        operation = self._specification.operation(method, where.path) if self._specification else None
        if self._specification is not None:
            if operation is None:
                self._record.requests.append(f"{method} {where.path} is not in the specification")
            else:
                form, query = nested(str(post_data or "")), nested(where.query)
                found = self._specification.request_findings(operation, form, query)
                self._record.requests += [f"{method} {where.path}: {each}" for each in found]
        content, status, reply_headers = await super().request_async(method, url, headers, post_data)
        if self._specification is not None and operation is not None:
            reply = json.loads(content)
            name = reply.get("object", "error")
            found = self._specification.reply_findings(operation, status, reply)
            self._record.replies += [f"{name}: {each}" for each in found]
        return content, status, reply_headers


def nested(form: str) -> Json:
    """`a[b]=1&c[0]=2` as nested dictionaries of texts."""
    result: Json = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        *folders, last = re.findall(r"[^\[\]]+", name)
        here = result
        for folder in folders:
            here = here.setdefault(folder, {})
        here[last] = value
    return result


def _with_nulls(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(schema, list):
        return [_with_nulls(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _with_nulls(each) for name, each in schema.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if schema.get("nullable") is True else plain


def load_specification() -> Specification:
    """The file that STRIPE_SPECIFICATION names."""
    path = Path(os.environ.get("STRIPE_SPECIFICATION", ""))
    if not path.is_file():
        pytest.skip("stripe: STRIPE_SPECIFICATION names no file with Stripe's OpenAPI specification")
    return Specification(path)
