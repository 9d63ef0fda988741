"""Python source as a person would lay it out.

As `ruff format` would, but for long lists of words: those fill their lines, for a
script of one screen shows more than one of three.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

LINE_LENGTH = 100
INDENT = 4


@dataclass(frozen=True)
class Group:
    """Something in brackets.

    Attributes:
        is_call: may keep all its arguments on one line of their own.
        fills: puts as many items on a line as fit.
    """

    opening: str
    items: tuple[Node, ...]
    closing: str
    is_call: bool = False
    fills: bool = False

    def __str__(self) -> str:
        return f"{self.opening}{', '.join(map(str, self.items))}{self.closing}"


Node = str | Group


def call(name: str, *positional: Node, **keywords: Node) -> Group:
    """`name(positional, keyword=value)`."""
    given = (_keyword(key, value) for key, value in keywords.items())
    return Group(f"{name}(", (*positional, *given), ")", is_call=True)


def _keyword(key: str, value: Node) -> Node:
    if isinstance(value, str):
        return f"{key}={value}"
    return replace(value, opening=f"{key}={value.opening}")


def list_of(items: Iterable[Node]) -> Group:
    """A list; one of words or numbers alone fills its lines."""
    listed = tuple(items)
    return Group("[", listed, "]", fills=all(isinstance(item, str) for item in listed))


def dict_of(items: Iterable[tuple[str, Node]]) -> Group:
    """A dictionary; the keys are source text."""
    entries: list[Node] = []
    for key, value in items:
        if isinstance(value, str):
            entries.append(f"{key}: {value}")
        else:
            entries.append(replace(value, opening=f"{key}: {value.opening}"))
    return Group("{", tuple(entries), "}")


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
    if node.fills or (node.is_call and all(isinstance(item, str) for item in node.items)):
        return f"{node.opening}\n{_filled(node.items, inner)}{outer}{node.closing}"
    # One argument that is itself in brackets takes no comma: it is not one of several.
    comma = "" if node.is_call and len(node.items) == 1 else ","
    lines = (
        f"{inner}{_layout(item, indent=len(inner), beside=len(comma))}{comma}\n"
        for item in node.items
    )
    return f"{node.opening}\n{''.join(lines)}{outer}{node.closing}"


def _filled(items: tuple[Node, ...], indent: str) -> str:
    """The items on as few lines as hold them, none cut."""
    lines = [indent]
    for item in map(str, items):
        together = f"{lines[-1]}{item}," if lines[-1] == indent else f"{lines[-1]} {item},"
        if lines[-1] != indent and len(together) > LINE_LENGTH:
            lines.append(f"{indent}{item},")
        else:
            lines[-1] = together
    return "".join(f"{line}\n" for line in lines)


def literal(value: Any) -> str:
    """A Python literal; a string keeps to its quotes whatever it contains."""
    if isinstance(value, list):
        return str(list_of(literal(item) for item in value))
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if not isinstance(value, str):
        return repr(value)
    quote = "'" if value.count('"') > value.count("'") else '"'
    return quote + "".join(_character(character, quote) for character in value) + quote


def _character(character: str, quote: str) -> str:
    if character == quote:
        return "\\" + character
    return character if character in "'\"" else repr(character)[1:-1]


def comment(text: str) -> list[str]:
    """A sentence as lines of comment. What it quotes from a file can end neither the comment nor
    a fence of Markdown around the code."""
    words = " ".join(text.split()).replace("```", "'''")
    return textwrap.wrap(
        words,
        LINE_LENGTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_on_hyphens=False,
    )
