"""Verbs that change the record. Each is one transaction."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from classrooms.exceptions import NotNow
from classrooms.jobs import ring
from classrooms.models import Membership
from classrooms.models.jobs import IllegalTransition, JobStatus
from classrooms.models.live import touch
from classrooms.topics import LEADERBOARD, ROOM
from experiments.engine.config import ExperimentConfig
from experiments.models import Experiment, Framing, RowNote, Run, Stage
from experiments.rules import experiments_left, lacks_baseline, refused_models
from experiments.signals import conclusion_written
from experiments.tasks import work_next


class NotABaseline(Exception):
    """A baseline has to come first, or nobody confirmed that it should not."""


class NoneLeft(Exception):
    """The participant has submitted as many experiments as one person may."""


class ModelRefused(Exception):
    """The Dojo does not allow a model of the config."""


class TooManyQueued(Exception):
    """The participant has as many unfinished runs as one person may have."""


def announce(membership: Membership) -> None:
    """Tell the screens that show this participant's work."""
    touch(membership.dojo_id, membership.topic, ROOM, LEADERBOARD)


def announce_page(membership: Membership) -> None:
    """Tell only who looks at this participant's pages: no score and no state has changed."""
    touch(membership.dojo_id, membership.topic)


def announce_act(membership: Membership) -> None:
    """The same for what they have just done themselves: it tells that they are active."""
    _was_active(membership)
    announce(membership)


def announce_note(membership: Membership) -> None:
    """What they have just written about a run: it tells that they are active, and no board
    changes."""
    _was_active(membership)
    touch(membership.dojo_id, membership.topic, ROOM)


def _was_active(membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk).update(active_at=timezone.now())


@transaction.atomic
def save_framing(membership: Membership, **fields: str) -> Framing:
    framing, _created = Framing.objects.update_or_create(membership=membership, defaults=fields)
    announce_act(membership)
    return framing


@transaction.atomic
def submit_experiment(
    membership: Membership,
    *,
    claim: str,
    rationale: str,
    expected_effect: float | None,
    compared_to: Experiment | None,
    config: ExperimentConfig,
    baseline_waived: bool = False,
) -> Experiment:
    """Register a hypothesis with its config, and queue its run.

    Args:
        expected_effect: predicted change of the Dojo's primary metric against
            `compared_to`, in the metric's own unit.
        baseline_waived: the participant confirmed that this first experiment
            is not a baseline. Counts for nothing where the Dojo requires one.

    Raises:
        NotNow: the Dojo has ended.
        NoneLeft: they have used all their experiments.
        ModelRefused: the Dojo does not allow a model of the config.
        NotABaseline: see `baseline_waived`.
        TooManyQueued: too many runs of theirs wait already.
    """
    locked = Membership.objects.select_for_update().select_related("dojo").get(pk=membership.pk)
    _keep_to_rules(locked, config, baseline_waived=baseline_waived)
    last_number = locked.experiments.aggregate(Max("number"))["number__max"] or 0
    experiment = Experiment(
        membership=locked,
        number=last_number + 1,
        claim=claim,
        rationale=rationale,
        expected_effect=expected_effect,
        compared_to=compared_to,
        config=config.model_dump(mode="json"),
    )
    experiment.save()
    Run.objects.create(experiment=experiment)
    announce_act(locked)
    ring(work_next)
    return experiment


def _keep_to_rules(
    membership: Membership, config: ExperimentConfig, *, baseline_waived: bool
) -> None:
    dojo = membership.dojo
    if dojo.has_ended:
        raise NotNow
    if experiments_left(membership) == 0:
        raise NoneLeft
    if refused_models(config, dojo.allowed_models):
        raise ModelRefused
    if lacks_baseline(membership, config, is_waived=baseline_waived):
        raise NotABaseline
    unfinished = Run.objects.unfinished().filter(experiment__membership=membership)
    if unfinished.count() >= dojo.max_unfinished_runs:
        raise TooManyQueued


@transaction.atomic
def repeat_run(experiment: Experiment) -> Run:
    """Queue the experiment's run once more, from scratch, to see whether it repeats.

    Raises:
        NotNow: it has no result yet, or is being repeated already.
        TooManyQueued: too many runs of theirs wait already.
    """
    locked = (
        Membership.objects.select_for_update()
        .select_related("dojo")
        .get(pk=experiment.membership_id)
    )
    first = experiment.runs.results().filter(status=JobStatus.SUCCEEDED).last()
    unfinished = Run.objects.unfinished().filter(experiment__membership=experiment.membership_id)
    if first is None or unfinished.filter(experiment=experiment).exists():
        raise NotNow
    if unfinished.count() >= locked.dojo.max_unfinished_runs:
        raise TooManyQueued
    run = Run.objects.create(experiment=experiment, reproduces=first)
    announce_act(experiment.membership)
    ring(work_next)
    return run


@transaction.atomic
def cancel_run(experiment: Experiment) -> bool:
    """Stop a run that is not finished; False when it just finished by itself."""
    run = experiment.run
    try:
        run.transition(JobStatus.CANCELLED, failure_code="cancelled")
    except IllegalTransition:
        return False
    announce_act(experiment.membership)
    return True


@transaction.atomic
def note_row(experiment: Experiment, row: int, text: str) -> None:
    """Write down what was noticed about a test row; an empty text takes the note away."""
    if text:
        RowNote.objects.update_or_create(experiment=experiment, row=row, defaults={"text": text})
    else:
        RowNote.objects.filter(experiment=experiment, row=row).delete()
    announce_note(experiment.membership)


@transaction.atomic
def record_limits(experiment: Experiment, limits: str) -> None:
    """Write down what the model cannot be trusted for, in the participant's words."""
    experiment.limits = limits
    experiment.save(update_fields=["limits"])
    announce_note(experiment.membership)


@transaction.atomic
def renew_subgroups(run: Run) -> None:
    """Queue the subgroups' stage again where its facilitator marked other columns since."""
    sensitive = run.experiment.membership.dojo.dataset.sensitive_columns
    found = run.interpretations.filter(stage=Stage.SUBGROUPS, status=JobStatus.SUCCEEDED).first()
    if found is None or set(found.content["groups"]) == set(sensitive):
        return
    run.interpretations.filter(pk=found.pk).queue_again(content={})
    ring(work_next)


@transaction.atomic
def record_analysis(
    experiment: Experiment, *, analysis: str, decision: str, next_step: str
) -> Experiment:
    """Write down what the results mean; a decision closes the experiment.

    Raises:
        NotNow: the experiment is closed, or its run has not finished.
    """
    experiment = (
        Experiment.objects.with_results().select_for_update(of=("self",)).get(pk=experiment.pk)
    )
    if not experiment.awaits_decision:
        raise NotNow
    fields: dict[str, Any] = {"analysis": analysis, "decision": decision, "next_step": next_step}
    if decision:
        fields["closed_at"] = timezone.now()
    for name, value in fields.items():
        setattr(experiment, name, value)
    experiment.save(update_fields=list(fields))
    announce_act(experiment.membership)
    conclusion_written.send(sender=Experiment, experiment=experiment)
    return experiment
