"""Asking a worker something about finished runs. The same question is answered once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from classrooms.jobs import ring
from classrooms.models.jobs import JobStatus
from experiments.models import Question, Run

# Of one participant's runs: who clicks through rows waits for few of them.
MAX_UNANSWERED = 8
# Failures that asking again cannot mend.
FINAL = {"not_a_test_row", "column_not_used"}


class TooManyQuestions(Exception):
    """So many questions about a participant's runs wait that another would only wait, too."""


def ask_about_row(run: Run, row: int, changes: Mapping[str, float | str | None]) -> Question:
    """Why the prediction of a test row is what it is, perhaps with other values.

    Raises:
        TooManyQuestions: see there.
    """
    return _ask(run, Question.Kind.ROW, {"row": row, "changes": dict(changes)})


def ask_to_compare(runs: Sequence[Run], every: Sequence[Run]) -> Question:
    """Two to six runs side by side, among all runs of a participant.

    Raises:
        TooManyQuestions: see there.
    """
    subject = {"runs": [run.pk for run in runs], "every": [run.pk for run in every]}
    return _ask(runs[0], Question.Kind.COMPARISON, subject)


@transaction.atomic
def _ask(run: Run, kind: Question.Kind, subject: dict[str, Any]) -> Question:
    from experiments.tasks import work_next  # noqa: PLC0415 (tasks call services)

    digest = hashlib.sha256(json.dumps([kind, subject], sort_keys=True).encode()).hexdigest()
    known = Question.objects.filter(run=run, digest=digest).first()
    if known is not None and not (known.has_failed and known.failure_code not in FINAL):
        return known
    waiting = Question.objects.unfinished().filter(
        run__experiment__membership=run.experiment.membership_id
    )
    if waiting.count() >= MAX_UNANSWERED:
        raise TooManyQuestions
    if known is not None:
        known.status, known.attempt, known.queued_at = JobStatus.QUEUED, 0, timezone.now()
        known.save(update_fields=["status", "attempt", "queued_at"])
        ring(work_next)
        return known
    question, is_new = Question.objects.get_or_create(
        run=run, digest=digest, defaults={"kind": kind, "subject": subject}
    )
    if is_new:
        ring(work_next)
    return question
