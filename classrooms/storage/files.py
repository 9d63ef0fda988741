"""Store, read and delete files: whatever the product keeps beside the database goes through here.

Size and digest are noted as a file is stored, and compared as it is read, whatever storage is
configured.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage

from classrooms.models.stored_files import StoredFile


class Damaged(Exception):
    """A stored file is gone, or is not what was stored."""


def store(name: str, content: File[Any]) -> None:
    """Store a file, in place of one of the same name.

    Raises:
        OSError: there is no room for it; then what was there before still is.
    """
    digest, size = hashlib.sha256(), 0
    for chunk in content.chunks():
        data = chunk.encode() if isinstance(chunk, str) else chunk
        digest.update(data)
        size += len(data)
    stored = default_storage.save(name, content)
    if stored != name:
        default_storage.delete(stored)
        raise OSError(f"{name} cannot be replaced: the storage made {stored} of it")
    StoredFile.objects.update_or_create(
        name=name, defaults={"size": size, "sha256": digest.hexdigest()}
    )


def read(name: str) -> bytes:
    """The file's content.

    Raises:
        Damaged: it is not what was stored.
    """
    expected = _expected(name)
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except OSError as error:
        raise Damaged(name) from error
    if len(content) != expected.size or hashlib.sha256(content).hexdigest() != expected.sha256:
        raise Damaged(name)
    return content


def check(name: str) -> None:
    """Compare the whole file with what was stored, piece by piece.

    Raises:
        Damaged: it is not that.
    """
    expected, digest = _expected(name), hashlib.sha256()
    try:
        with default_storage.open(name) as file:
            for chunk in file.chunks():
                digest.update(chunk)
    except OSError as error:
        raise Damaged(name) from error
    if digest.hexdigest() != expected.sha256:
        raise Damaged(name)


def is_whole(name: str) -> bool:
    """Whether the file is what was stored, every byte of it."""
    try:
        check(name)
    except Damaged:
        return False
    return True


def holds(name: str, path: Path) -> bool:
    """Whether what is stored under this name is whole, and is this very file."""
    with path.open("rb") as own:
        digest = hashlib.file_digest(own, "sha256").hexdigest()
    return StoredFile.objects.filter(name=name, sha256=digest).exists() and is_whole(name)


def has_its_size(name: str) -> bool:
    """Whether the file is as long as what was stored: quick, and tells one that was cut."""
    expected = StoredFile.objects.filter(name=name).first()
    try:
        return expected is not None and default_storage.size(name) == expected.size
    except OSError:
        return False


def open_sized(name: str) -> File[Any]:
    """A large file, to be handed on piece by piece.

    Raises:
        Damaged: it is not as long as what was stored.
    """
    if not has_its_size(name):
        raise Damaged(name)
    try:
        return default_storage.open(name)
    except OSError as error:
        raise Damaged(name) from error


def delete(name: str) -> None:
    """Delete a file, if there is one."""
    default_storage.delete(name)
    StoredFile.objects.filter(name=name).delete()


def _expected(name: str) -> StoredFile:
    found = StoredFile.objects.filter(name=name).first()
    if found is None:
        raise Damaged(name)
    return found
