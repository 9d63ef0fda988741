"""A config as YAML that a person would write, and back. Bounded and safe."""

from __future__ import annotations

from typing import Any

import yaml

from experiments.engine.config import ConfigInvalid, ExperimentConfig, FieldError

MAX_CHARACTERS = 20_000


class _StrictLoader(yaml.SafeLoader):
    """Plain YAML: no aliases (they can grow without end), no key given twice."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()
            raise yaml.composer.ComposerError(None, None, "alias", event.start_mark)
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


def parse_yaml(text: str) -> dict[str, Any]:
    """The mapping that the text says, not yet validated.

    Raises:
        ConfigInvalid: too long, not YAML (with its line), or not a mapping.
    """
    if len(text) > MAX_CHARACTERS:
        raise ConfigInvalid([FieldError((), "yaml_too_long", {"limit": MAX_CHARACTERS})])
    try:
        data = yaml.load(text, _StrictLoader)  # noqa: S506 (a SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        context = {"line": mark.line + 1 if mark else 1}
        raise ConfigInvalid([FieldError((), "yaml_syntax", context)]) from error
    if not isinstance(data, dict) or not all(isinstance(key, str) for key in data):
        raise ConfigInvalid([FieldError((), "yaml_not_a_mapping")])
    return data


def dump_yaml(config: ExperimentConfig) -> str:
    """The config with its fields in order, one feature a line."""
    text: str = yaml.safe_dump(
        config.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=1000
    )
    return text
