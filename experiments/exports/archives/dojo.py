"""The Dojo export: everything of a Dojo in one ZIP. Same content, same bytes."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import IO, Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from classrooms.datasets.files import stored_files
from classrooms.models import Dojo, Seat
from classrooms.storage import files
from experiments.exports.archives.aliases import Aliases, RealNames
from experiments.exports.archives.dump import Dump
from experiments.exports.archives.manifest import FILES, RECORDS, CheckedArchive
from experiments.exports.archives.participant import build_archive, data_archive, safe_name
from experiments.exports.archives.tables import (
    agenda_csv,
    dataset_card,
    findings_csv,
    leaderboard_csv,
    rigour_csv,
)
from experiments.exports.record import record_of
from experiments.participants.table import participant_rows
from experiments.sealing.record_file import record_files
from experiments.signals import stored_files_asked_for
from experiments.summary.page import summary_of

logger = logging.getLogger(__name__)


def dojo_archive_name(dojo: Dojo, *, anonymous: bool) -> str:
    """The file's name; without the title where names are to be left out."""
    if anonymous:
        return f"dojo-{dojo.public_id}.zip"
    return f"{safe_name(dojo.title, 'dojo')}.zip"


def write_dojo_archive(
    file: IO[bytes],
    viewer: Seat,
    *,
    anonymous: bool = False,
    report: Callable[[float], None] = lambda fraction: None,
) -> None:
    """Write participants' ZIPs, leaderboards, agenda, summary and the data card; with names, also
    every record and file from which the Dojo can be restored (`restore.py`).

    One participant's ZIP is in memory at a time, whatever their number.

    Args:
        viewer: the facilitator who asks for it.
        anonymous: call people P01, P02…, in what they wrote too.
        report: told how much is done, 0 to 1.
    """
    dojo = viewer.dojo
    names = Aliases(dojo) if anonymous else RealNames()
    archive = CheckedArchive(file)
    with translation.override(dojo.language):
        summary = summary_of(dojo, viewer, names)
        text = render_to_string("experiments/summary/summary.txt", {"summary": summary})
        archive.add("summary.md", [text.encode()])
        archive.add("leaderboard.csv", [leaderboard_csv(summary)])
        archive.add("agenda.csv", [agenda_csv(summary)])
        rows = participant_rows(dojo)
        archive.add("rigour.csv", [rigour_csv(rows, names)])
        archive.add("findings.csv", [findings_csv(rows, names)])
        card = render_to_string("experiments/summary/dataset.txt", dataset_card(dojo.dataset))
        archive.add("dataset.md", [card.encode()])
        people = dojo.seats.participants().with_dojo()
        shown = [] if anonymous else list(dojo.seats.order_by("pk"))
        sealed = record_files(dojo, dojo.language, shown, sees_everyone=not anonymous)
        for name, content in sealed.items():
            archive.add(name, [content])
        data = data_archive(dojo.dataset)
        called = [names.of(seat) for seat in people]
        if not anonymous:
            called = distinct_names(called)
        for place, (seat, name) in enumerate(zip(people, called, strict=True), start=1):
            record = names.record(record_of(seat))
            own = build_archive(record, data).getvalue()
            archive.add(f"{_('participants')}/{name}.zip", [own], packed=False)
            report(place / (len(called) + 1))
    archive.close([] if anonymous else _add_records(archive, dojo))


def _add_records(archive: CheckedArchive, dojo: Dojo) -> list[str]:
    """Add the records from which the Dojo can be restored; returns the names of the models."""
    dump = Dump(dojo)
    models = dump.models()
    for model in models:
        lines = (line.encode() for line in dump.lines(model))
        archive.add(f"{RECORDS}{model._meta.label_lower}.jsonl", lines)
    for path in _stored_files(dojo):
        if not files.is_whole(path):
            logger.error("%s is damaged and is left out of the export of %s", path, dojo)
            continue
        with files.open_sized(path) as stored:
            archive.add(f"{FILES}{path}", stored.chunks())
    return [model._meta.label_lower for model in models]


def _stored_files(dojo: Dojo) -> list[str]:
    """Paths in the storage of the dataset's files, and of those that apps above this one keep."""
    answers: Any = stored_files_asked_for.send(sender=Dojo, dojo=dojo)
    return stored_files(dojo.dataset) + sorted(path for _receiver, kept in answers for path in kept)


def distinct_names(names: Sequence[str]) -> list[str]:
    """Names of files that differ on every system, in the order of the people."""
    taken: set[str] = set()
    found = []
    for name in names:
        wanted = safe_name(name, "participant")
        free, number = wanted, 2
        while free in taken:
            free, number = f"{wanted}-{number}", number + 1
        taken.add(free)
        found.append(free)
    return found
