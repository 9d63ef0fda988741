"""The bytes of a file: detect the type and decompress while reading, within limits."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from engine.reading import table_format
from engine.reading.files.encodings import one_byte_encoding, words_beyond_ascii
from engine.reading.spreadsheet.archive import is_workbook
from engine.reading.table_format import DataError, Encoding

CHUNK = 1024 * 1024
SAMPLE = 256 * 1024

SIGNATURES = {
    # Four bytes, because a header may well begin with a column called PK.
    b"PK\x03\x04": "zip",
    b"\xd0\xcf\x11\xe0": "xls",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"%PDF": "pdf",
    b"BZh9": "bzip2",
    b"\xfd7zXZ": "xz",
    b"7z\xbc\xaf": "7z",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"SQLite format 3": "sqlite",
    b"\x89HDF": "hdf5",
}
MARKUP = {b"<!doctype": "html", b"<html": "html", b"<?xml": "xml", b"{": "json", b"[{": "json"}
GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"

Progress = Callable[[float], None]


class Source:
    """A file that is read as bytes, unpacked when it is gzip.

    Attributes:
        is_workbook: it is an Excel workbook, whose sheets are read in a way of their own.

    Raises:
        DataError: from the constructor, when the file is too large, empty, or of a kind
            that holds no table; from reading, when it unpacks to too much or is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = path.stat().st_size
        if self.bytes > table_format.MAX_BYTES:
            raise DataError("too_many_bytes", megabytes=table_format.MAX_BYTES // 2**20)
        if not self.bytes:
            raise DataError("empty_file")
        with path.open("rb") as file:
            self.compressed = file.read(2) == GZIP
        self.is_workbook = is_workbook(path)
        self.beginning = b""
        with self.open() as unpacked:
            self.beginning = unpacked.read(SAMPLE)
        self._refuse_what_is_no_table()

    @property
    def is_parquet(self) -> bool:
        return self.beginning.startswith(PARQUET)

    def open(self, progress: Progress = lambda fraction: None) -> io.BufferedReader:
        """The unpacked bytes from the beginning; `progress` hears the share read, 0 to 1."""
        return io.BufferedReader(_Bounded(self, progress), CHUNK)

    def encoding(self) -> Encoding:
        """The encoding in which all of the bytes make sense, the strictest first.

        What is not Unicode has one byte per letter, and in more than one encoding every byte
        means something: the one that gives words is taken, Windows-1252 where it is as good
        (what programs that say Latin-1 really write).
        """
        if self.beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        # Without a mark, UTF-16 of Latin letters has a NUL in every other place.
        pairs = self.beginning[: len(self.beginning) // 2 * 2]
        if pairs and pairs[1::2].count(0) > 0.7 * len(pairs) / 2 and not pairs[::2].count(0):
            return "utf-16-le"
        if pairs and pairs[::2].count(0) > 0.7 * len(pairs) / 2 and not pairs[1::2].count(0):
            return "utf-16-be"
        if self._decodes("utf-8"):
            return "utf-8"
        found = one_byte_encoding(self.words_beyond_ascii())
        return found if self._decodes(found) else "latin-1"

    def words_beyond_ascii(self) -> Counter[bytes]:
        """The first words with bytes beyond ASCII."""
        with self.open() as file:
            return words_beyond_ascii(iter(lambda: file.read(CHUNK), b""))

    def text(self, encoding: Encoding, progress: Progress = lambda fraction: None) -> Iterator[str]:
        """The lines of the text, line ends kept; its byte order mark is left out.

        Raises:
            DataError: the bytes are not of this encoding, or a NUL is among them.
        """
        file = io.TextIOWrapper(self.open(progress), encoding=encoding, newline="")
        line = 0
        try:
            for line, content in enumerate(file, start=1):
                if "\0" in content:
                    raise DataError("nul_byte", line=line)
                # Written twice by some tools; left in, it would be part of a column's name.
                yield content.lstrip("\ufeff") if line == 1 else content
        except UnicodeError as error:
            raise DataError("not_this_encoding", encoding=encoding, line=line + 1) from error
        finally:
            file.close()

    def _decodes(self, encoding: Encoding) -> bool:
        decoder = codecs.getincrementaldecoder(encoding)()
        with self.open() as file:
            try:
                while chunk := file.read(CHUNK):
                    decoder.decode(chunk)
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                return False
        return True

    def _refuse_what_is_no_table(self) -> None:
        if not self.beginning.strip():
            raise DataError("empty_file")
        for signature, kind in SIGNATURES.items():
            if self.beginning.startswith(signature) and not self.is_workbook:
                raise DataError("binary_file", kind=kind)
        if self.beginning.startswith(GZIP):
            raise DataError("packed_twice")
        text = self.beginning.lstrip(b"\xef\xbb\xbf \t\r\n")[:16].lower()
        for signature, kind in MARKUP.items():
            if text.startswith(signature):
                raise DataError("not_a_table", kind=kind)


class _Bounded(io.RawIOBase):
    """Reads a source's file, counts, and stops what would unpack without end."""

    def __init__(self, source: Source, progress: Progress) -> None:
        self._source = source
        self._packed = source.path.open("rb")
        self._file: Any = gzip.GzipFile(fileobj=self._packed) if source.compressed else self._packed
        self._progress = progress
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count = self._file.readinto(buffer) or 0
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError("broken_gzip") from error
        self._read += count
        limit = table_format.MAX_UNPACKED_BYTES
        if self._read > limit:
            raise DataError("unpacks_without_end", megabytes=limit // 2**20)
        self._progress(self._packed.tell() / self._source.bytes)
        return count

    def close(self) -> None:
        self._file.close()
        self._packed.close()
        super().close()
