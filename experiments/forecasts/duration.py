"""Tell before a run that it may not fit the time that a run may take."""

from __future__ import annotations

import math
import statistics

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.models import Dojo
from engine.spec.config import ExperimentConfig
from engine.spec.duration import rough_fit_seconds, run_seconds
from experiments.models import Run
from jobs.models import JobStatus

# A rough figure may be wrong by half: below, nothing is said.
TOLD_FROM_SHARE = 0.5
EARLIER_RUNS = 20


def estimate_seconds(dojo: Dojo, config: ExperimentConfig) -> float:
    """Seconds that a run of this config may take: by what fits of its model took on this
    dataset where there were any, else by what they take on other data."""
    rows = dojo.dataset.part_sizes.get("train", 0)
    earlier = Run.objects.filter(
        experiment__seat__dojo__dataset=dojo.dataset_id,
        experiment__config__model__name=config.model.name,
        status=JobStatus.SUCCEEDED,
        reused_from=None,
        fit_seconds__isnull=False,
    ).order_by("-pk")
    found = earlier.values_list("fit_seconds", flat=True)[:EARLIER_RUNS]
    known = [seconds for seconds in found if seconds is not None]
    one_fit = statistics.median(known) if known else rough_fit_seconds(config, dojo.schema, rows)
    return run_seconds(config, one_fit)


def may_take_long(dojo: Dojo, config: ExperimentConfig) -> str:
    """That a run may not fit its time, and what to do; "" where it most likely does."""
    seconds = estimate_seconds(dojo, config)
    limit = settings.RUN_SOFT_TIME_LIMIT_SECONDS
    if seconds < TOLD_FROM_SHARE * limit:
        return ""
    # A minute at least: this is no promise.
    minutes = max(1, math.ceil(seconds / 60))
    sentence = ngettext(
        "This run may take about %(minutes)s minute (%(rows)s training rows, %(folds)s folds). A "
        "run is stopped after %(limit)s seconds: fewer folds, fewer columns or a lighter model?",
        "This run may take about %(minutes)s minutes (%(rows)s training rows, %(folds)s folds). A "
        "run is stopped after %(limit)s seconds: fewer folds, fewer columns or a lighter model?",
        minutes,
    )
    if seconds < limit:
        sentence = _(
            "This run may take a minute or more (%(rows)s training rows, %(folds)s folds). A run "
            "is stopped after %(limit)s seconds."
        )
    return sentence % {
        "minutes": number_format(minutes, force_grouping=True),
        "rows": number_format(dojo.dataset.part_sizes.get("train", 0), force_grouping=True),
        "folds": config.validation.folds,
        "limit": limit,
    }
