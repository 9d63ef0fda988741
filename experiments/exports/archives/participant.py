"""A participant's take-home ZIP. Same content, same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import slugify

from classrooms.models import Dataset, Seat
from classrooms.storage import files
from experiments.exports.documents.deck import html_deck
from experiments.exports.documents.html_log import html_log
from experiments.exports.documents.log import experiment_log
from experiments.exports.documents.pictures import pictures_of
from experiments.exports.notebooks.notebook import build_notebook
from experiments.exports.notebooks.requirements import python_version, requirements
from experiments.exports.record import Record
from experiments.exports.requests import is_current
from experiments.models import Export
from experiments.sealing.record_file import record_files
from experiments.signals import archive_asked_for
from experiments.talks.slides import Deck

# ZIP knows no earlier date; a fixed one makes the bytes depend on the content only.
EPOCH = (1980, 1, 1, 0, 0, 0)

NAME_BYTES = 100

# Between two words: "l'été" is no "lété".
APOSTROPHES = re.compile(r"(?<=\w)['’](?=\w)")

# Names that Windows keeps for itself, whatever follows the dot.
RESERVED = frozenset(
    {"con", "prn", "aux", "nul"} | {f"{port}{n}" for port in ("com", "lpt") for n in range(10)}
)


def safe_name(text: str, otherwise: str) -> str:
    """A text as a file name that works on every system; accents stay.

    Args:
        otherwise: for a text of which nothing stays.
    """
    slug = slugify(APOSTROPHES.sub("-", text), allow_unicode=True)
    # Systems count bytes: two such names and an ending fit into one of 255.
    short = slug.encode()[:NAME_BYTES].decode(errors="ignore").rstrip("-_")
    name = short or otherwise
    return f"{name}_" if name in RESERVED else name


def archive_name(seat: Seat) -> str:
    title = safe_name(seat.dojo.title, "dojo")
    return f"{title}-{safe_name(seat.display_name, 'participant')}.zip"


def document_name(record: Record, extension: str) -> str:
    """The name of one file of a participant's."""
    name = safe_name(record.seat.display_name, "participant")
    title = safe_name(record.document.title, "experiment-log")
    return f"{title}-{name}.{extension}"


def write_entry(
    archive: zipfile.ZipFile, name: str, content: bytes, *, packed: bool = True
) -> None:
    """Add a file whose bytes in the archive depend on its content only."""
    entry = zipfile.ZipInfo(name, date_time=EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def data_archive(dataset: Dataset) -> bytes:
    """A ZIP of the data alone, with which every participant's begins: it is packed once.

    Raises:
        Damaged: the file is not what was stored.
    """
    data = files.read(dataset.participant_csv_path)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        write_entry(archive, "data.csv", data)
    return buffer.getvalue()


def _readme(record: Record, names: Iterable[str]) -> str:
    """The README: how to use the files, and whether the notebook was executed on the server.

    Args:
        names: of what is in the ZIP, too.
    """
    execution = record.exports.get(Export.Kind.EXECUTION)
    verified = execution if is_current(execution, record) else None
    tops = {name.partition("/")[0] for name in names}
    context = {
        "seat": record.seat,
        "verified": verified,
        "names": tops,
        "python": python_version(record.experiments),
    }
    with translation.override(record.language):
        return render_to_string("experiments/take_home.txt", context)


def build_archive(record: Record, data: bytes | None = None) -> io.BytesIO:
    """Log, notebook, data, requirements and a note on how to use them.

    Args:
        data: the Dojo's `data_archive`, where it is at hand.
    """
    seat = record.seat
    pictures = pictures_of(record)
    pdf = record.exports.get(Export.Kind.PDF)
    files = {
        "experiment-log.md": experiment_log(record).encode(),
        "experiment-log.html": html_log(record, pictures).encode(),
        "notebook.ipynb": build_notebook(record, pictures).encode(),
        "requirements.txt": requirements(record.experiments).encode(),
    }
    if seat.dojo.has_jury:
        files["slides.html"] = html_deck(Deck(record)).encode()
    if pdf and is_current(pdf, record):
        files["experiment-log.pdf"] = bytes(pdf.file)
    shown = [seat] if record.has_names else []
    files |= record_files(seat.dojo, record.language, shown)
    files |= _files_of_others(record)
    files = {"README.txt": _readme(record, files).encode()} | files
    buffer = io.BytesIO(data_archive(seat.dojo.dataset) if data is None else data)
    with zipfile.ZipFile(buffer, "a") as archive:
        for name, content in files.items():
            write_entry(archive, name, content)
    buffer.seek(0)
    return buffer


def _files_of_others(record: Record) -> dict[str, bytes]:
    """Files added by apps above this one: a folder of another tool's is a ZIP of its own, so that
    hundreds of files stand in nobody's way."""
    answers: Any = archive_asked_for.send(sender=Record, record=record)
    found = sorted(entry for _receiver, files in answers for entry in files.items())
    packed: dict[str, bytes] = {}
    for top, entries in groupby(found, key=lambda entry: entry[0].partition("/")[0]):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in entries:
                write_entry(archive, name, content)
        packed[f"{top}.zip"] = buffer.getvalue()
    return packed
