"""Services that change the record. Each is one transaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from classrooms.exceptions import NotNow, NotStarted
from classrooms.models import DojoStage, Seat, User
from classrooms.topics import LEADERBOARD, PARTICIPANTS
from engine.spec.config import ExperimentConfig
from experiments.checks.requests import request_boosting
from experiments.forecasts.registering import Typed, registered
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import Experiment, Framing, Interpretation, RowNote, Run, Stage
from experiments.sealing.services import seal_decision, seal_registration, seal_result
from experiments.signals import conclusion_written
from experiments.submit.correcting import keep_version, may_be_corrected
from experiments.submit.rules import experiments_left, lacks_baseline, refused_models
from jobs.enqueue import wake_workers
from jobs.models import IllegalTransition, JobStatus
from live.models import touch


class NotABaseline(Exception):
    """A baseline has to come first, or nobody confirmed that it should not."""


class NoneLeft(Exception):
    """The participant has submitted as many experiments as one person may."""


class ModelRefused(Exception):
    """The Dojo does not allow a model of the config."""


class TooManyQueued(Exception):
    """The participant has as many unfinished runs as one person may have."""


def job_keys(seat: Seat) -> dict[str, int]:
    """Keys of a job's owner, so that Dojos, and people in each, share the workers' time fairly."""
    return {"share_key": seat.dojo_id, "owner_key": seat.pk}


def announce(seat: Seat) -> None:
    """Update every page that shows this participant's work."""
    touch(seat.dojo_id, seat.topic, PARTICIPANTS, LEADERBOARD)


def announce_page(seat: Seat) -> None:
    """Update this participant's own pages only: no score and no state has changed."""
    touch(seat.dojo_id, seat.topic)


def announce_act(seat: Seat) -> None:
    """Mark the participant active, then update every page that shows their work."""
    _was_active(seat)
    announce(seat)


def announce_note(seat: Seat) -> None:
    """Mark the participant active after a note, which changes no leaderboard."""
    _was_active(seat)
    touch(seat.dojo_id, seat.topic, PARTICIPANTS)


def _was_active(seat: Seat) -> None:
    Seat.objects.filter(pk=seat.pk).update(active_at=timezone.now())


@transaction.atomic
def save_framing(seat: Seat, **fields: str) -> Framing:
    framing, _created = Framing.objects.update_or_create(seat=seat, defaults=fields)
    announce_act(seat)
    return framing


@transaction.atomic
def submit_experiment(
    seat: Seat,
    *,
    claim: str,
    rationale: str,
    expected_effect: float | None = None,
    forecast: Typed | None = None,
    compared_to: Experiment | None,
    config: ExperimentConfig,
    baseline_waived: bool = False,
) -> Experiment:
    """Register a hypothesis with its config, and queue its run.

    Args:
        expected_effect: forecast change of the Dojo's primary metric against
            `compared_to`, in the metric's own unit; short for a forecast of only that.
        forecast: with all that was filled in.
        baseline_waived: the participant confirmed that this first experiment
            is not a baseline. Counts for nothing where the Dojo requires one.

    Raises:
        NotStarted: the Dojo has yet to start.
        NotNow: it has ended.
        NoneLeft: they have used all their experiments.
        ModelRefused: the Dojo does not allow a model of the config.
        NotABaseline: see `baseline_waived`.
        TooManyQueued: too many runs of theirs wait already.
    """
    # The Dojo too, so that its rules stay; not its key, which others refer to as they commit.
    locked = Seat.objects.select_for_update(no_key=True).select_related("dojo").get(pk=seat.pk)
    _keep_to_rules(locked, config, baseline_waived=baseline_waived)
    last_number = locked.experiments.aggregate(Max("number"))["number__max"] or 0
    experiment = Experiment.register(
        seat=locked,
        number=last_number + 1,
        claim=claim,
        rationale=rationale,
        compared_to=compared_to,
        config=config.model_dump(mode="json"),
        **registered(
            forecast or Typed(expected_effect), locked.dojo, has_reference=compared_to is not None
        ),
    )
    Run.objects.create(experiment=experiment, **job_keys(locked))
    announce_act(locked)
    seal_registration(experiment)
    wake_workers(Run)
    if locked.dojo.rules.makes_checks:
        request_boosting(locked.dojo)
    return experiment


def _keep_to_rules(seat: Seat, config: ExperimentConfig, *, baseline_waived: bool) -> None:
    dojo = seat.dojo
    if not dojo.has_started:
        raise NotStarted
    if dojo.has_ended:
        raise NotNow
    if experiments_left(seat) == 0:
        raise NoneLeft
    if refused_models(config, dojo.rules.allowed_models):
        raise ModelRefused
    if lacks_baseline(seat, config, is_waived=baseline_waived):
        raise NotABaseline
    _leave_room_in_queue(seat)


@transaction.atomic
def repeat_run(experiment: Experiment) -> Run:
    """Queue the experiment's run once more, from scratch, to see whether it repeats.

    Raises:
        NotNow: it has no result yet, or is being repeated already.
        TooManyQueued: too many runs of theirs wait already.
    """
    locked = (
        Seat.objects.select_for_update(of=("self",))
        .select_related("dojo__rules")
        .get(pk=experiment.seat_id)
    )
    first = experiment.runs.results().filter(status=JobStatus.SUCCEEDED).last()
    unfinished = Run.objects.unfinished().filter(experiment__seat=experiment.seat_id)
    if first is None or unfinished.filter(experiment=experiment).exists():
        raise NotNow
    if unfinished.count() >= locked.dojo.rules.max_unfinished_runs:
        raise TooManyQueued
    run = Run.objects.create(experiment=experiment, reproduces=first, **job_keys(locked))
    announce_act(experiment.seat)
    wake_workers(Run)
    return run


@transaction.atomic
def restart_run(experiment: Experiment) -> None:
    """Queue a run again that failed through no fault of its participant.

    It is the same run: the experiment has one result in the end, and counts once.

    Raises:
        NotNow: it has not failed like this, or is concluded; or the Dojo takes no experiments.
        NoneLeft: meanwhile they have used all their experiments.
        TooManyQueued: too many runs of theirs wait already.
    """
    seat = (
        Seat.objects.select_for_update(of=("self",))
        .select_related("dojo__rules")
        .get(pk=experiment.seat_id)
    )
    if not seat.dojo.takes_experiments:
        raise NotNow
    lost = Run.objects.results().lost()
    lost = lost.filter(experiment=experiment, experiment__concluded_at=None)
    if not lost.exists():
        raise NotNow
    if experiments_left(seat) == 0:
        raise NoneLeft
    _leave_room_in_queue(seat)
    Run.objects.filter(pk__in=lost).requeue()
    announce_act(seat)
    wake_workers(Run)


def _leave_room_in_queue(seat: Seat) -> None:
    unfinished = Run.objects.unfinished().filter(experiment__seat=seat)
    if unfinished.count() >= seat.dojo.rules.max_unfinished_runs:
        raise TooManyQueued


@transaction.atomic
def cancel_run(experiment: Experiment) -> bool:
    """Stop a run that is not finished; False when it just finished by itself."""
    run = experiment.run
    try:
        run.transition(JobStatus.CANCELLED, failure_code="cancelled")
    except IllegalTransition:
        return False
    announce_act(experiment.seat)
    seal_result(run)
    return True


@transaction.atomic
def note_row(experiment: Experiment, row: int, text: str) -> None:
    """Write down what was noticed about a test row; an empty text takes the note away."""
    if text:
        RowNote.objects.update_or_create(experiment=experiment, row=row, defaults={"text": text})
    else:
        RowNote.objects.filter(experiment=experiment, row=row).delete()
    announce_note(experiment.seat)


@transaction.atomic
def record_limits(experiment: Experiment, limits: str) -> None:
    """Write down what the model cannot be trusted for, in the participant's words."""
    experiment.limits = limits
    experiment.save(update_fields=["limits"])
    announce_note(experiment.seat)
    seal_decision(experiment)


@transaction.atomic
def renew_subgroups(run: Run) -> None:
    """Queue the subgroups' stage again where its facilitator marked other columns since."""
    sensitive = run.experiment.seat.dojo.dataset.sensitive_columns
    found = run.interpretations.filter(stage=Stage.SUBGROUPS, status=JobStatus.SUCCEEDED).first()
    if found is None or set(found.content["groups"]) == set(sensitive):
        return
    run.interpretations.filter(pk=found.pk).requeue(content={})
    wake_workers(Interpretation)


@transaction.atomic
def record_analysis(
    experiment: Experiment,
    *,
    analysis: str,
    decision: str,
    next_step: str,
    author: User | None = None,
    **claims: str,
) -> Experiment:
    """Write down what the results mean; a decision closes the experiment, whose conclusion can be
    corrected until the phase ends. Each version is kept.

    Args:
        author: who of the seat's people saved it.
        claims: of `Experiment.CLAIMS`, those to set.

    Raises:
        NotNow: its run has not finished, it can't be corrected any more, or the correction would
            take the decision back.
    """
    experiment = (
        Experiment.objects.with_results().select_for_update(of=("self",)).get(pk=experiment.pk)
    )
    if experiment.is_closed:
        # A reveal that begins meanwhile waits, or is seen.
        stage = DojoStage.objects.select_for_update().get(dojo_id=experiment.seat.dojo_id)
        experiment.seat.dojo.stage = stage
        if not (decision and may_be_corrected(experiment)):
            raise NotNow
    if experiment.run.is_unfinished:
        raise NotNow
    fields: dict[str, Any] = {"analysis": analysis, "decision": decision, "next_step": next_step}
    fields |= claims
    if all(getattr(experiment, name) == value for name, value in fields.items()):
        return experiment
    # To mend a word submits nothing anew: the board asks when the decision was taken.
    if decision and decision != experiment.decision:
        fields["concluded_at"] = timezone.now()
    for name, value in fields.items():
        setattr(experiment, name, value)
    experiment.save(update_fields=list(fields))
    if decision:
        keep_version(experiment, author)
        # As a run that ends: the leaderboard's row is locked before the channel.
        request_leaderboard(experiment.seat.dojo)
    announce_act(experiment.seat)
    seal_decision(experiment)
    conclusion_written.send(sender=Experiment, experiment=experiment)
    return experiment


@transaction.atomic
def choose_experiment(experiment: Experiment) -> None:
    """Submit this one of those that were kept: the leaderboard ranks it from now on.

    Raises:
        NotNow: it was not kept, or hidden scores are being told.
    """
    stage = DojoStage.objects.select_for_update().get(dojo=experiment.seat.dojo_id)
    if stage.reveal_has_begun or experiment.decision != Experiment.Decision.KEEP:
        raise NotNow
    Experiment.objects.filter(pk=experiment.pk).update(chosen_at=timezone.now())
    request_leaderboard(experiment.seat.dojo)
    announce_act(experiment.seat)
    seal_decision(experiment)
