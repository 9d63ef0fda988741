"""The API reference for people, generated from the OpenAPI description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from connections.http.api import api


@dataclass(frozen=True)
class Field:
    """One field of a body or an answer."""

    name: str
    type: str
    description: str
    is_required: bool


@dataclass(frozen=True)
class Call:
    """One thing that a script may ask for."""

    method: str
    path: str
    summary: str
    headers: list[Field]
    takes: list[Field]
    gives: list[Field]
    gives_list: bool


@dataclass(frozen=True)
class Reference:
    calls: list[Call]
    problem: list[Field]


def reference() -> Reference:
    """Every call, in the order of the description."""
    described: dict[str, Any] = api.get_openapi_schema()
    schemas = described["components"]["schemas"]
    calls = [
        _call(method, path, operation, schemas)
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    ]
    return Reference(calls, _fields(schemas["Problem"], schemas))


def _call(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> Call:
    body = operation.get("requestBody")
    answers = operation["responses"]
    answer = _json_schema(answers[201] if 201 in answers else answers[200])
    is_list = answer.get("type") == "array"
    summary: str = operation["summary"]
    return Call(
        method=method.upper(),
        path=path,
        summary=_(summary),
        headers=_headers(operation, schemas),
        takes=_fields(_resolved(_json_schema(body), schemas), schemas) if body else [],
        gives=_fields(_resolved(answer["items"] if is_list else answer, schemas), schemas),
        gives_list=is_list,
    )


def _headers(operation: dict[str, Any], schemas: dict[str, Any]) -> list[Field]:
    """Those that a call takes beside the token."""
    return [
        Field(
            one["name"],
            _type(one["schema"], schemas),
            _(one["schema"].get("description", "")),
            one.get("required", False),
        )
        for one in operation.get("parameters", [])
        if one["in"] == "header"
    ]


def _json_schema(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = content["content"]["application/json"]["schema"]
    return found


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[_name(schema)] if "$ref" in schema else schema
    return found


def _name(schema: dict[str, Any]) -> str:
    return str(schema["$ref"]).rsplit("/", 1)[-1]


def _fields(schema: dict[str, Any], schemas: dict[str, Any]) -> list[Field]:
    required = schema.get("required", [])
    found = []
    for name, field in schema["properties"].items():
        told = field.get("description", "")
        words = _(told) if told else ""
        found.append(Field(name, _type(field, schemas), words, name in required))
    return found


def _type(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_type(member, schemas) for member in schema["anyOf"])
    if "$ref" in schema:
        inner = schemas[_name(schema)]["properties"]
        return "{" + ", ".join(inner) + "}"
    if schema.get("type") == "array":
        return f"[{_type(schema['items'], schemas)}, …]"
    return str(schema.get("type", ""))
