"""Python source as a person would lay it out: the lines that `ruff format` would write."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

LINE_LENGTH = 88
INDENT = 4


@dataclass(frozen=True)
class Group:
    """Something in brackets. A call may keep all its arguments on one line of their own."""

    opening: str
    items: tuple[Node, ...]
    closing: str
    is_call: bool = False

    def __str__(self) -> str:
        return f"{self.opening}{', '.join(map(str, self.items))}{self.closing}"


Node = str | Group


def call(name: str, *positional: Node, **keywords: Any) -> Group:
    """`name(positional, keyword=value)`; keyword values are written as literals."""
    given = (f"{key}={literal(value)}" for key, value in keywords.items())
    return Group(f"{name}(", (*positional, *given), ")", is_call=True)


def list_of(items: Iterable[Node]) -> Group:
    return Group("[", tuple(items), "]")


def tuple_of(*items: Node) -> Group:
    """A tuple of two items or more."""
    return Group("(", items, ")")


def assignment(name: str, value: Node) -> str:
    """`name = value`, over several lines where one is too short."""
    return f"{name} = {_layout(value, indent=0, beside=len(name) + 3)}"


def _layout(node: Node, *, indent: int, beside: int) -> str:
    """The node's source.

    Args:
        indent: of the line on which the node stands.
        beside: characters before and after the node on that line.
    """
    flat = str(node)
    if isinstance(node, str) or indent + beside + len(flat) <= LINE_LENGTH:
        return flat
    inner, outer = " " * (indent + INDENT), " " * indent
    body = ", ".join(map(str, node.items))
    if node.is_call and len(inner) + len(body) <= LINE_LENGTH:
        return f"{node.opening}\n{inner}{body}\n{outer}{node.closing}"
    # One argument that is itself in brackets takes no comma: it is not one of several.
    comma = "" if node.is_call and len(node.items) == 1 else ","
    lines = (
        f"{inner}{_layout(item, indent=len(inner), beside=len(comma))}{comma}\n"
        for item in node.items
    )
    return f"{node.opening}\n{''.join(lines)}{outer}{node.closing}"


def literal(value: Any) -> str:
    """A Python literal; a string keeps to its quotes whatever it contains."""
    if isinstance(value, list):
        return str(list_of(literal(item) for item in value))
    if not isinstance(value, str):
        return repr(value)
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_character(character, quote) for character in value) + quote


def _character(character: str, quote: str) -> str:
    if character == quote:
        return "\\" + character
    return character if character in "'\"" else repr(character)[1:-1]
