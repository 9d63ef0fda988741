"""A workbook's archive: what kind it is, and a copy of its tables that is known to be small.

The library that understands workbooks unpacks what it is given. So it is given none of the
uploaded archive: the parts that hold tables are unpacked here, counted as they come, looked
through, and written into an archive of our own.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from engine.reading.spreadsheet.counting import (
    PartCheck,
    StringCounter,
    TableCounter,
    WorkbookFacts,
)
from engine.reading.table_format import MAX_UNPACKED_BYTES, DataError

CHUNK = 1024 * 1024
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0"
# An encrypted workbook is a document of the old kind, with a part of this name.
ENCRYPTED_PART = "EncryptedPackage".encode("utf-16-le")
WORKBOOK = "xl/workbook.xml"
STRINGS = "xl/sharedstrings.xml"
TABLES = "xl/worksheets/"
OTHER_KINDS = {"xl/workbook.bin": "xlsb", "content.xml": "ods"}
# What says how the parts belong together; all else (pictures, macros, caches) stays out.
SMALL_PARTS = (
    "[content_types].xml",
    "_rels/.rels",
    WORKBOOK,
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
)
MAX_SMALL_PART = 20 * CHUNK
MAX_PARTS = 2_000
MAX_DIRECTORY = 2 * CHUNK
END = b"PK\x05\x06"
END_OF_LARGE = b"PK\x06\x07"
LONGEST_END = 65_557
IS_ENCRYPTED = 1


def is_workbook(path: Path) -> bool:
    """Whether the file is a workbook that is read here.

    Raises:
        DataError: a spreadsheet of another kind, or one that is locked by a password.
    """
    with path.open("rb") as file:
        beginning = file.read(len(ZIP))
    if beginning == OLE:
        raise DataError("locked_workbook") if _is_locked(path) else _other_kind("xls")
    if beginning != ZIP:
        return False
    try:
        with _opened(path) as archive:
            names = {_plain(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return False
    for name, kind in OTHER_KINDS.items():
        if name in names:
            raise _other_kind(kind)
    return WORKBOOK in names


def copy_tables(path: Path, target: IO[bytes]) -> WorkbookFacts:
    """Write what a workbook's tables need into an archive of its own.

    Returns:
        What was counted on the way.

    Raises:
        DataError: damaged, locked by a password, or it unpacks to too much: in bytes, in
            cells, or in texts that many cells share.
    """
    facts = WorkbookFacts()
    try:
        with _opened(path) as archive, zipfile.ZipFile(target, "w") as copy:
            budget = _Budget()
            # Texts first: the tables are judged by how long those are that they point to.
            for entry in sorted(_needed(archive), key=lambda entry: _plain(entry) != STRINGS):
                with copy.open(entry, "w", force_zip64=True) as part:
                    for chunk in _looked_through(archive, entry, facts, budget):
                        part.write(chunk)
    # NotImplementedError: it is packed in a way that the library does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise DataError("broken_workbook") from error
    return facts


def _other_kind(kind: str) -> DataError:
    return DataError("other_spreadsheet", kind=kind)


def _is_locked(path: Path) -> bool:
    with path.open("rb") as file:
        before = b""
        while chunk := file.read(CHUNK):
            if ENCRYPTED_PART in before + chunk:
                return True
            before = chunk[-len(ENCRYPTED_PART) :]
    return False


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _opened(path: Path) -> zipfile.ZipFile:
    """The archive, once it is sure that its directory is small: it is read as a whole.

    Raises:
        zipfile.BadZipFile: it has no directory, or one for more than fits a workbook.
    """
    with path.open("rb") as file:
        size = path.stat().st_size
        file.seek(max(0, size - LONGEST_END))
        end = file.read()
    place = end.rfind(END)
    if place < 0 or END_OF_LARGE in end:
        raise zipfile.BadZipFile
    parts = int.from_bytes(end[place + 10 : place + 12], "little")
    directory = int.from_bytes(end[place + 12 : place + 16], "little")
    if parts > MAX_PARTS or directory > MAX_DIRECTORY:
        raise zipfile.BadZipFile
    return zipfile.ZipFile(path)


def _needed(archive: zipfile.ZipFile) -> list[str]:
    """Names of the parts to copy, each once.

    Raises:
        DataError: two parts have the same name, and readers would differ in which they take.
    """
    needed = [
        name
        for name in archive.namelist()
        if _plain(name) in (*SMALL_PARTS, STRINGS)
        or (_plain(name).startswith(TABLES) and _plain(name).endswith(".xml"))
    ]
    if len({_plain(name) for name in needed}) < len(needed):
        raise DataError("broken_workbook")
    return needed


class _Budget:
    """The bytes that all parts may unpack to, together."""

    def __init__(self) -> None:
        self._left = MAX_UNPACKED_BYTES

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise DataError("unpacks_without_end", megabytes=MAX_UNPACKED_BYTES // 2**20)


def _looked_through(
    archive: zipfile.ZipFile, name: str, facts: WorkbookFacts, budget: _Budget
) -> Iterator[bytes]:
    """A part's bytes; whatever the directory says of their number, they are counted.

    Raises:
        DataError: as `copy_tables`.
    """
    if archive.getinfo(name).flag_bits & IS_ENCRYPTED:
        raise DataError("locked_workbook")
    plain = _plain(name)
    counter = PartCheck()
    if plain == STRINGS:
        counter = StringCounter(facts)
    elif plain.startswith(TABLES):
        counter = TableCounter(facts, plain)
    read = 0
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            budget.spend(len(chunk))
            read += len(chunk)
            if plain in SMALL_PARTS and read > MAX_SMALL_PART:
                raise DataError("broken_workbook")
            counter.feed(chunk)
            yield chunk
    counter.close()
