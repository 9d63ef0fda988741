"""Simulated participants, for the demo and for rehearsals.

They go the way that people go: answer what a slide asks, frame, state a hypothesis,
submit, wait for the worker, read the numbers, conclude, go on. What they write quotes
the numbers of their own runs; nothing of it is prepared.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classrooms.dojos.settings.rules import BASELINE_MODELS
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, QuizAnswer, Seat
from classrooms.models.seats import SeatQuerySet
from classrooms.theory.deck import DECK
from classrooms.theory.questions import BY_KEY, Question
from classrooms.theory.services import answer_question
from engine.spec.config import ExperimentConfig
from experiments.leaderboard.entries import objection_to
from experiments.models import Experiment, Framing
from experiments.pages.reads import experiments_of
from experiments.pages.run_page import run_page
from experiments.submit.rules import (
    allowed_model,
    baseline_model,
    experiments_left,
    starting_config,
)
from experiments.submit.services import (
    record_analysis,
    record_limits,
    save_framing,
    submit_experiment,
)
from experiments.templatetags.experiments import score, signed

logger = logging.getLogger(__name__)

Text = str | Promise


@dataclass(frozen=True)
class Step:
    """One experiment that a simulated participant will try.

    The config is that of the experiment before, with `model` in place of its model
    and, where `drops_leak`, without the columns that the facilitator knows to leak.
    """

    claim: Text
    rationale: Text
    expected_effect: float
    model: dict[str, Any] | None = None
    drops_leak: bool = False


@dataclass(frozen=True)
class Script:
    """The behaviour of a simulated participant.

    Attributes:
        falls_for: the questions of the slides in which they take the first choice, which
            tempts and is wrong.
    """

    steps: tuple[Step, ...]
    falls_for: tuple[str, ...] = ()
    framing: bool = True
    concludes: bool = True


BASELINE = Step(
    gettext_lazy("A logistic regression on every column gives a score to beat."),
    gettext_lazy("It is simple, quick and readable; later models are compared with it."),
    0.8,
    model={"name": "logistic_regression"},
)
DUMMY = Step(
    gettext_lazy("A model that uses no feature shows what a score is worth."),
    gettext_lazy("If a real model does not beat it, there is nothing to learn from the columns."),
    0.5,
    model={"name": "dummy"},
)
WITHOUT_SUSPECT = Step(
    gettext_lazy("Without the column that leaks the target, the score falls to one to believe."),
    gettext_lazy("It is recorded after the outcome, so it will not exist in production."),
    -0.1,
    drops_leak=True,
)
BOOSTING = Step(
    gettext_lazy("Gradient boosting finds interactions that a linear model cannot."),
    gettext_lazy("Some columns probably act together, not one by one."),
    0.02,
    model={"name": "hist_gradient_boosting"},
)
FOREST = Step(
    gettext_lazy("A random forest improves on the baseline."),
    gettext_lazy("Averaging many trees captures effects that are not straight lines."),
    0.02,
    model={"name": "random_forest"},
)
DEEP_TREE = Step(
    gettext_lazy("A deep decision tree fits the data better."),
    gettext_lazy("With more leaves it can follow every detail of the rows."),
    0.05,
    model={"name": "decision_tree"},
)

SCRIPTS: dict[str, Script] = {
    "careful": Script((BASELINE, WITHOUT_SUSPECT, BOOSTING)),
    "methodical": Script((DUMMY, BASELINE, FOREST), ("interval",)),
    "hurried": Script((BASELINE, DEEP_TREE), tuple(BY_KEY), framing=False, concludes=False),
    "curious": Script((BASELINE, BOOSTING, WITHOUT_SUSPECT), ("baseline",)),
}


def simulated_seats() -> SeatQuerySet:
    """The simulated participants of Dojos under way."""
    return Seat.objects.filter(dojo__state=Dojo.State.RUNNING, simulated_as__in=SCRIPTS)


def advance_all() -> None:
    """Let every simulated participant of a running Dojo take one step. The sweeper calls it.

    Two sweeps may overlap: each step is taken under a lock on the seat, by whoever has it.
    """
    for pk in simulated_seats().values_list("pk", flat=True):
        try:
            with transaction.atomic():
                free = simulated_seats().select_for_update(of=("self",), skip_locked=True)
                seat = free.with_dojo().filter(pk=pk).first()
                if seat is not None:
                    with translation.override(seat.dojo.language):
                        advance(seat)
        except Exception:
            logger.exception("The simulated participant %s cannot go on", pk)


def advance(seat: Seat) -> None:
    """One step: answer, frame, conclude what is finished, or submit what is next."""
    script = SCRIPTS[seat.simulated_as]
    if question := _unanswered_question(seat):
        choice = 0 if question.key in script.falls_for else question.right
        with suppress(NotNow):  # the answers were shown since
            answer_question(seat, question.key, choice)
        return
    if script.framing and not Framing.objects.filter(seat=seat).exists():
        save_framing(seat, **_framing(seat))
        return
    experiments = experiments_of(seat)
    if experiments and experiments[-1].run.is_unfinished:
        return
    if script.concludes and experiments and not experiments[-1].is_closed:
        record_analysis(experiments[-1], **_conclusion(experiments[-1]))
        record_limits(experiments[-1], _limits(experiments[-1]))
        return
    if len(experiments) < len(script.steps) and experiments_left(seat) != 0:
        _submit(seat, script.steps[len(experiments)], experiments)


def _unanswered_question(seat: Seat) -> Question | None:
    """The question on the current slide, unless they have answered it."""
    slide = DECK[seat.dojo.stage.slide]
    if slide.question is None or slide.is_answer:
        return None
    answered = QuizAnswer.objects.filter(seat=seat, question=slide.key)
    return None if answered.exists() else slide.question


def _framing(seat: Seat) -> dict[str, str]:
    dataset = seat.dojo.dataset
    return {
        "problem": _("Find in time the rows where %(target)s is %(value)s, to act on them.")
        % {"target": dataset.target, "value": dataset.positive_class},
        "data": _("%(title)s: %(rows)s rows, one per case, %(columns)s columns.")
        % {
            "title": dataset.title,
            "rows": dataset.row_count,
            "columns": len(dataset.table_columns),
        },
        "metric": _("%(metric)s: it does not depend on a threshold chosen too early.")
        % {"metric": seat.dojo.get_primary_metric_display()},
        "baseline": _("A model without features, then a logistic regression."),
    }


def _submit(seat: Seat, step: Step, experiments: list[Experiment]) -> None:
    previous = experiments[-1] if experiments else None
    submit_experiment(
        seat,
        claim=str(step.claim),
        rationale=str(step.rationale),
        expected_effect=step.expected_effect,
        compared_to=previous,
        config=_config(seat, step, previous),
    )


def _config(seat: Seat, step: Step, previous: Experiment | None) -> ExperimentConfig:
    schema = seat.dojo.schema
    config = starting_config(seat.dojo, previous)
    values = config.model_dump(mode="json")
    if step.model:
        values["model"] = _allowed(step.model, seat.dojo)
    bundled = seat.dojo.dataset.bundled
    leaks = {
        column
        for trap in (bundled.traps if bundled else ())
        if step.drops_leak and trap.key == "leak"
        for column in trap.columns
    }
    chosen = [name for name in config.columns.chosen(schema) if name not in leaks]
    values["columns"] = {"include": chosen}
    return ExperimentConfig.model_validate(values)


def _allowed(model: Mapping[str, Any], dojo: Dojo) -> Mapping[str, Any]:
    """The script's model, or one of its kind that its Dojo offers."""
    allowed = dojo.rules.allowed_models
    if not allowed or model["name"] in allowed:
        return model
    is_baseline = model["name"] in BASELINE_MODELS
    name = baseline_model(allowed) if is_baseline else allowed_model("decision_tree", allowed)
    return {"name": name}


def _conclusion(experiment: Experiment) -> dict[str, Any]:
    """An analysis that quotes this run, and the decision that follows from it."""
    page = run_page(experiment)
    if experiment.run.has_failed:
        return {"analysis": page.failure, "decision": "reject", "next_step": ""}
    row, comparison = page.primary_row, page.comparison
    sentences = []
    if row:
        sentences.append(
            _("%(metric)s on the test set is %(score)s, with a train-test gap of %(gap)s.")
            % {"metric": row.label, "score": score(row.test), "gap": signed(row.gap)}
        )
        if row.gap_is_notable:
            sentences.append(_("The gap says that it memorises rows."))
    if comparison:
        sentences.append(
            _("Compared with #%(number)s that is %(difference)s; I had expected %(expected)s.")
            % {
                "number": comparison.experiment.number,
                "difference": signed(comparison.difference),
                "expected": signed(experiment.expected_effect),
            }
        )
    if experiment.run.confusion:
        sentences.append(
            _(
                "On the test set: %(false_positives)s false positives, "
                "%(false_negatives)s false negatives."
            )
            % experiment.run.confusion
        )
    if doubtful := bool(objection_to(experiment)):
        sentences.append(_("I don't believe it: one of its columns seems to know the outcome."))
    had_leak = comparison is not None and bool(objection_to(comparison.experiment))
    keeps = not doubtful and (comparison is None or comparison.is_better or had_leak)
    return {
        "analysis": " ".join(sentences),
        "decision": "keep" if keeps else "iterate",
        "next_step": _("Look at the most confident errors, then change one thing."),
    }


def _limits(experiment: Experiment) -> str:
    """What they would not trust the model for; empty where it has no result, or misses nothing."""
    missed = experiment.run.confusion.get("false_negatives", 0)
    if not missed:
        return ""
    return _("Not where each missed case counts: on the test set it misses %(count)s.") % {
        "count": missed
    }
