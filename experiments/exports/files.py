"""The state of the documents that a worker creates, for the page."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.exports.record import Record
from experiments.exports.requests import is_current
from experiments.models import Export
from experiments.wording.messages import describe_failure


@dataclass(frozen=True)
class FileState:
    """A document that a worker makes: not asked for, being made, there, out of date, failed."""

    kind: str
    export: Export | None
    is_current: bool

    @property
    def is_being_made(self) -> bool:
        return self.export is not None and self.export.is_unfinished

    @property
    def is_outdated(self) -> bool:
        return self.export is not None and self.export.has_succeeded and not self.is_current

    @property
    def failure(self) -> str:
        """Why there is none, where making it failed."""
        if self.export is None or not self.export.has_failed:
            return ""
        return describe_failure(self.export.failure_code, self.export.failure_context)

    @property
    def versions(self) -> str:
        """With which libraries a notebook was executed."""
        found = self.export.content.get("versions", {}) if self.export else {}
        return ", ".join(f"{name} {version}" for name, version in sorted(found.items()))


def file_states(record: Record) -> dict[str, FileState]:
    """The state of each document, by kind."""
    return {
        kind: FileState(
            kind, record.exports.get(kind), is_current(record.exports.get(kind), record)
        )
        for kind in Export.Kind.values
    }
