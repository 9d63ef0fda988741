"""Store what a reader thinks, and tell the person whose experiment it is."""

from __future__ import annotations

from django.db import transaction

from assistant.models import Reading
from assistant.readings.forms import ReadingForm
from classrooms.models import Seat
from experiments.models import Experiment
from experiments.submit.services import announce_page


def reading_of(experiment: Experiment, reader: Seat) -> Reading:
    """What this reader said of it; a new one, not stored, before they have."""
    found = Reading.objects.filter(experiment=experiment, reader=reader).first()
    return found or Reading(experiment=experiment, reader=reader)


@transaction.atomic
def save_reading(form: ReadingForm) -> Reading:
    """Store a valid form; a reader has one reading of an experiment, which they may change."""
    reading: Reading = form.save(commit=False)
    told = {name: getattr(reading, name) for name in (*Reading.CRITERIA, "note")}
    # Two clicks at once are one reading.
    reading, _is_new = Reading.objects.update_or_create(
        experiment=reading.experiment, reader=reading.reader, defaults=told
    )
    announce_page(reading.experiment.seat)
    return reading
