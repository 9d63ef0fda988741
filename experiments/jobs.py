"""The job kinds of experiments, with what runs them, for whom and how urgently."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Case, Expression, When

from classrooms.models.dojos import whole_dojo
from classrooms.topics import LEADERBOARD
from experiments.demo.simulation import advance_all
from experiments.holdout.requests import announce_result
from experiments.models import (
    BoostingReference,
    DojoArchive,
    Export,
    HoldoutResult,
    Interpretation,
    LeaderboardSnapshot,
    Question,
    Run,
    Stage,
)
from experiments.sealing.services import seal_result
from experiments.submit.services import announce, announce_page
from jobs.kinds import JobKind, Queue, Urgency, call_at_each_sweep, register
from jobs.models import JobQuerySet
from live.models import touch

DOJO_OF_RUN = "run__experiment__seat__dojo"


def by_stage(evidence: Urgency, later: Urgency) -> Expression:
    """The first stage of an interpretation is what people look at first."""
    return Case(When(stage=Stage.EVIDENCE, then=int(evidence)), default=int(later))


def one_notebook_at_a_time(
    exports: JobQuerySet[Export], worker: str, now: datetime
) -> JobQuerySet[Export]:
    """A notebook takes minutes: the other processes go on with runs."""
    executions = Export.objects.filter(kind=Export.Kind.EXECUTION)
    if executions.running().exists():
        return exports.exclude(kind=Export.Kind.EXECUTION)
    return exports


register(
    JobKind(
        model=Run,
        queue=Queue.COMPUTE,
        work="experiments.compute.execution.execute",
        urgency=Urgency.RESULT,
        announce=lambda run: announce(run.experiment.seat),
        on_end=seal_result,
        announces_start=True,
        claimable=lambda runs, worker, now: runs.for_worker(worker, now),
        related=[*whole_dojo("experiment__seat__dojo"), "experiment__compared_to", "reproduces"],
        warm_up="engine.build.instantiate.import_all",
    ),
    JobKind(
        model=Interpretation,
        queue=Queue.COMPUTE,
        work="experiments.compute.interpreting.interpret",
        warm_up="engine.explain.reasons.sampling.warm_up",
        urgency=by_stage(evidence=Urgency.REQUESTED, later=Urgency.DETAIL),
        at_hand="experiments.compute.interpreting.at_hand",
        urgency_at_hand=by_stage(evidence=Urgency.BLOCKING, later=Urgency.NEXT),
        announce=lambda interpretation: announce_page(interpretation.run.experiment.seat),
        related=whole_dojo(DOJO_OF_RUN),
        deferred=("content",),
    ),
    JobKind(
        model=Question,
        queue=Queue.COMPUTE,
        work="experiments.compute.answering.answer",
        urgency=Urgency.REQUESTED,
        at_hand="experiments.compute.answering.at_hand",
        urgency_at_hand=Urgency.INSTANT,
        announce=lambda question: announce_page(question.run.experiment.seat),
        related=whole_dojo(DOJO_OF_RUN),
        deferred=("content",),
    ),
    JobKind(
        model=LeaderboardSnapshot,
        queue=Queue.COMPUTE,
        work="experiments.compute.leaderboard.compute",
        urgency=Urgency.SHARED,
        announce=lambda snapshot: touch(snapshot.dojo_id, LEADERBOARD),
        related=whole_dojo("dojo"),
    ),
    JobKind(
        model=BoostingReference,
        queue=Queue.COMPUTE,
        work="experiments.compute.checking.fit_boosting",
        urgency=Urgency.SPARE,
        related=("dataset",),
    ),
    JobKind(
        model=HoldoutResult,
        queue=Queue.COMPUTE,
        work="experiments.compute.holdout.compute",
        urgency=Urgency.DETAIL,
        announce=announce_result,
        related=[*whole_dojo(DOJO_OF_RUN), "run__experiment__compared_to"],
        deferred=("predictions",),
    ),
    JobKind(
        model=Export,
        queue=Queue.COMPUTE,
        work="experiments.exports.compute.make.make",
        urgency=Urgency.REQUESTED,
        announce=lambda export: announce_page(export.seat),
        claimable=one_notebook_at_a_time,
        related=whole_dojo("seat__dojo"),
        deferred=("file",),
        time_limit=settings.EXPORT_TIME_LIMIT_SECONDS,
    ),
    JobKind(
        model=DojoArchive,
        queue=Queue.COMPUTE,
        work="experiments.exports.compute.pack.pack",
        urgency=Urgency.REQUESTED,
        related=("dojo",),
        time_limit=settings.EXPORT_TIME_LIMIT_SECONDS,
    ),
)
call_at_each_sweep(advance_all)
