"""Send questions about finished runs to a worker. The same question is answered once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from experiments.models import Interpretation, Question, Run
from experiments.models.interpretations import FINAL
from experiments.submit.services import announce_page
from jobs.enqueue import wake_workers
from jobs.models import FINISHED, JobStatus

# Of one participant's runs: who clicks through rows waits for few of them.
MAX_UNANSWERED = 8
# Units of contributions, as the engine names them.
PROBABILITY, LOG_ODDS = "probability", "log_odds"


class TooManyQuestions(Exception):
    """So many questions about a participant's runs wait that another would only wait, too."""


def ask_about_row(
    run: Run, row: int, changes: Mapping[str, float | str | None], unit: str = PROBABILITY
) -> Question:
    """Why the prediction of a test row is what it is, perhaps with other values.

    Args:
        unit: of the contributions, `PROBABILITY` or `LOG_ODDS`.

    Raises:
        TooManyQuestions: see there.
    """
    return _ask(run, Question.Kind.ROW, {"row": row, "changes": dict(changes), "unit": unit})


def ask_about_contributions(run: Run, unit: str) -> Question:
    """How far every column moves predictions, in a unit that the stage did not compute.

    Raises:
        TooManyQuestions: see there.
    """
    return _ask(run, Question.Kind.IMPORTANCE, {"unit": unit})


def ask_to_compare(runs: Sequence[Run]) -> Question:
    """Two to six runs side by side.

    Raises:
        TooManyQuestions: see there.
    """
    return _ask(runs[0], Question.Kind.COMPARISON, {"runs": [run.pk for run in runs]})


def ask_for_overview(runs: Sequence[Run]) -> Question:
    """All runs of a participant by hyperparameter. Asked again with every run that ends.

    Raises:
        TooManyQuestions: see there.
    """
    return _ask(runs[0], Question.Kind.OVERVIEW, {"runs": [run.pk for run in runs]})


@transaction.atomic
def _ask(run: Run, kind: Question.Kind, subject: dict[str, Any]) -> Question:
    digest = hashlib.sha256(json.dumps([kind, subject], sort_keys=True).encode()).hexdigest()
    known = Question.objects.filter(run=run, digest=digest).first()
    if known is not None:
        return known
    waiting = Question.objects.unfinished().filter(run__experiment__seat=run.experiment.seat_id)
    if waiting.count() >= MAX_UNANSWERED:
        raise TooManyQuestions
    question, is_new = Question.objects.get_or_create(
        run=run, digest=digest, defaults={"kind": kind, "subject": subject, **run.keys}
    )
    if is_new:
        wake_workers(Question)
    return question


@transaction.atomic
def try_again(job: Interpretation | Question) -> bool:
    """Queue once more what ended without a result; False where it did not, or never will."""
    ended = type(job)._default_manager.filter(
        pk=job.pk, status__in=FINISHED - {JobStatus.SUCCEEDED}
    )
    requeued = ended.exclude(failure_code__in=FINAL).requeue()
    if requeued:
        announce_page(job.run.experiment.seat)
        wake_workers(type(job))
    return bool(requeued)
