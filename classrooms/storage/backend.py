"""A folder of files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

PARTIAL = ".partial"
# What a killed process left behind.
LEFT_BEHIND_AFTER = 24 * 3600


@deconstructible(path="classrooms.storage.backend.WholeFiles")
class WholeFiles(FileSystemStorage):
    """Writes a file aside, in the same folder, and renames it when it is on the disk.

    A full disk or a kill leaves what was there before; a file of the same name is replaced in
    one step, and whoever reads the old one goes on reading it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"allow_overwrite": True} | options))

    def _save(self, name: str, content: File) -> str:
        path = Path(self.path(name))
        path.parent.mkdir(parents=True, exist_ok=True)
        _clear(path.parent)
        descriptor, aside = tempfile.mkstemp(prefix=".", suffix=PARTIAL, dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                size = sum(file.write(chunk) for chunk in content.chunks())
                file.flush()
                os.fsync(file.fileno())
                if os.fstat(file.fileno()).st_size != size:
                    raise OSError(f"{name} was not written whole")
            Path(aside).chmod(self.file_permissions_mode or 0o644)
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        _sync(path.parent)
        return name


def _sync(folder: Path) -> None:
    """Have the new name on the disk, too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _clear(folder: Path) -> None:
    """Remove what processes that were killed have left aside."""
    for aside in folder.glob(f".*{PARTIAL}"):
        with suppress(OSError):
            if time.time() - aside.stat().st_mtime > LEFT_BEHIND_AFTER:
                aside.unlink()
