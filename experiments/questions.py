"""Asking a worker something about finished runs. The same question is answered once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from classrooms.jobs import ring
from experiments.models import Question, Run

# Of one run: a person who clicks through rows waits for few of them.
MAX_UNANSWERED = 8


class TooManyQuestions(Exception):
    """So many questions about a run wait already that another would only wait, too."""


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
    if known is not None:
        return known
    if Question.objects.unfinished().filter(run=run).count() >= MAX_UNANSWERED:
        raise TooManyQuestions
    question, is_new = Question.objects.get_or_create(
        run=run, digest=digest, defaults={"kind": kind, "subject": subject}
    )
    if is_new:
        ring(work_next)
    return question
