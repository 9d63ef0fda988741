"""Write a config as YAML that a person would write, and parse it. Bounded and safe."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import Any, get_args

import yaml
from pydantic import BaseModel

from engine.spec.config import ConfigInvalid, ExperimentConfig, FieldError

MAX_CHARACTERS = 100_000


class _StrictLoader(yaml.SafeLoader):
    """Plain YAML: no anchors or aliases (they can grow without end), no key given twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise yaml.composer.ComposerError(None, None, "anchor or alias", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen = set()
        for key_node, _value in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, str) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, "duplicate key", key_node.start_mark
                )
            if isinstance(key, str):
                seen.add(key)
        return super().construct_mapping(node, deep)


class _Dumper(yaml.SafeDumper):
    """Writes only what the loader gives back: numeric text quoted, odd characters escaped."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        # Other styles turn line ends such as U+0085 into plain ones.
        style = None if data.isprintable() else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Dumper.add_representer(str, _Dumper.represent_str)


# YAML 1.1 takes 1e-3 for text; whoever writes it as a learning rate means the number.
for _side in (_StrictLoader, _Dumper):
    _side.add_implicit_resolver(
        "tag:yaml.org,2002:float",
        re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+$"),
        list("-+0123456789"),
    )


def parse_yaml(text: str) -> dict[str, Any]:
    """The mapping that the text says, not yet validated.

    Raises:
        ConfigInvalid: too long, not YAML (with its line), or not a mapping.
    """
    if len(text) > MAX_CHARACTERS:
        raise ConfigInvalid([FieldError((), "yaml_too_long", {"limit": MAX_CHARACTERS})])
    try:
        # The loader is a SafeLoader.
        data = yaml.load(text, _StrictLoader)  # noqa: S506  # nosec B506
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        context = {"line": mark.line + 1 if mark else 1}
        raise ConfigInvalid([FieldError((), "yaml_syntax", context)]) from error
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise ConfigInvalid([FieldError((), "yaml_not_a_mapping")])
    return data


def dump_yaml(config: ExperimentConfig) -> str:
    """The config with its fields in order; lists that are empty by default are left out."""
    return _text(_written(config, config.model_dump(mode="json")))


def dump_short_yaml(config: ExperimentConfig) -> str:
    """The config as a person would write it: only what differs from the defaults."""
    return _text({"version": config.version} | _differing(config))


def _text(data: dict[str, Any]) -> str:
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
    return text


def _written(declared: BaseModel, values: dict[str, Any]) -> dict[str, Any]:
    written = {}
    for name, info in type(declared).model_fields.items():
        value, part = values[name], getattr(declared, name)
        if value in ([], {}) and info.get_default(call_default_factory=True) in ([], {}):
            continue
        written[name] = _written(part, value) if isinstance(part, BaseModel) else value
    return written


def _differing(declared: BaseModel) -> dict[str, Any]:
    found = {}
    for name, info in type(declared).model_fields.items():
        part = getattr(declared, name)
        # By a literal of one value a part is told from others of its kind.
        names_its_kind = len(get_args(info.annotation)) == 1 and isinstance(part, str)
        is_default = not info.is_required() and part == info.get_default(call_default_factory=True)
        if names_its_kind or not is_default:
            found[name] = _plain(part)
    return found


def _plain(part: Any) -> Any:
    if isinstance(part, BaseModel):
        return _differing(part)
    if isinstance(part, list | tuple):
        return [_plain(one) for one in part]
    if isinstance(part, dict):
        return {key: _plain(one) for key, one in part.items()}
    return part.value if isinstance(part, Enum) else part


def line_of(text: str, path: Sequence[str]) -> int:
    """The line, from 1, of what a path of a config is about: that of its last part that is there.

    Args:
        text: YAML that can be parsed.
        path: keys, and places within lists.
    """
    node = yaml.compose(text, _StrictLoader)
    line = 1
    for step in path:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == step), None)
        elif isinstance(node, yaml.SequenceNode) and step.isdecimal():
            items = node.value[int(step) : int(step) + 1]
            found = (items[0], items[0]) if items else None
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line
