"""Create a Dojo export in a worker, because it takes a while with many people."""

from __future__ import annotations

import tempfile

from django.core.files.base import File

from classrooms.storage import files
from experiments.compute.process_memory import participant_csv
from experiments.exports.archives.dojo import write_dojo_archive
from experiments.models import DojoArchive
from jobs.perform import Report, Result

IN_MEMORY = 4 * 1024 * 1024


def pack(archive: DojoArchive, report: Report) -> Result:
    """Write the ZIP of a Dojo to the storage."""
    participant_csv(archive.dojo.dataset)  # a damaged one is made again
    viewer = archive.dojo.seats.facilitators().with_dojo().order_by("pk")[0]
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
        write_dojo_archive(file, viewer, anonymous=archive.is_anonymous, report=report)
        file.seek(0)
        # Who is reading the file of before goes on reading it.
        files.store(archive.path, File(file))
    return Result({})
