"""The manifest of a Dojo export: files with checksums, and the versions that wrote them."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import IO, Any

from django.db.migrations.loader import MigrationLoader

from engine.run.fingerprint import ENGINE_VERSION
from experiments.exports.archives.participant import EPOCH

MANIFEST = "manifest.json"
RECORDS = "records/"
FILES = "files/"
FORMAT = 1
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """The contents and versions of a Dojo export.

    Attributes:
        models: whose records are in it, each after those that it refers to.
        versions: of the engine, and of the tables of each app: its last migration.
        checksums: SHA-256 of every other file, by name.
    """

    format: int
    models: list[str]
    versions: dict[str, str]
    checksums: dict[str, str]

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode()

    def changed_files(self, archive: zipfile.ZipFile) -> list[str]:
        """Names of files that are missing, or whose content is another one."""
        present = set(archive.namelist())
        return [
            name
            for name, checksum in self.checksums.items()
            if name not in present or _checksum(archive, name) != checksum
        ]


def current_versions(models: Iterable[str]) -> dict[str, str]:
    """Of this installation, for records of these models."""
    apps = {label.partition(".")[0] for label in models}
    last = dict(MigrationLoader(None).graph.leaf_nodes())
    return {"engine": str(ENGINE_VERSION)} | {app: last[app] for app in sorted(apps & set(last))}


def _checksum(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]


def read_manifest(archive: zipfile.ZipFile) -> Manifest | None:
    """The manifest of an archive that can be restored; None where it has none."""
    try:
        values: dict[str, Any] = json.loads(archive.read(MANIFEST))
        found = Manifest(**values)
    except (KeyError, TypeError, ValueError):
        return None
    return found if found.format == FORMAT else None


class CheckedArchive:
    """A ZIP that is written file by file and knows the checksum of each. Same content, same
    bytes."""

    def __init__(self, file: IO[bytes]) -> None:
        self.archive = zipfile.ZipFile(file, "w")
        self.checksums: dict[str, str] = {}

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = True) -> None:
        """Write a file piece by piece; no more than a piece is in memory."""
        entry = zipfile.ZipInfo(name, date_time=EPOCH)
        entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        entry.external_attr = 0o644 << 16
        digest = hashlib.sha256()
        with self.archive.open(entry, "w", force_zip64=True) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        self.checksums[name] = digest.hexdigest()

    def close(self, models: list[str]) -> None:
        """Write the manifest, and end."""
        content = Manifest(FORMAT, models, current_versions(models), dict(self.checksums)).as_json()
        self.add(MANIFEST, [content])
        self.archive.close()
