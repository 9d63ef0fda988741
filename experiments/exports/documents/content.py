"""The content of an experiment log, shared by Markdown, HTML and the notebook.

Texts of people are as they typed them; who writes them out makes them harmless there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from classrooms.datasets.page import division_of
from classrooms.datasets.recipe import recipe_lines
from classrooms.models import Dojo
from experiments.exports.record import Record
from experiments.forecasts.ruler import ruler_words
from experiments.holdout.page import holdout_page
from experiments.models import Experiment
from experiments.pages.conclusion import earlier_versions
from experiments.pages.metric_rows import MetricRow
from experiments.pages.run_page import RunPage, experiment_page, run_page
from experiments.templatetags.experiments import between, clauses, score, seconds
from experiments.wording.claims import claim_sentences


@dataclass(frozen=True)
class Line:
    """A label with its value; `names` are columns of the data."""

    label: str
    text: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricLine:
    """One metric in the table of results; `test` has its interval where there is one."""

    label: str
    train: str
    test: str
    is_primary: bool


@dataclass(frozen=True)
class ExperimentContent:
    """One experiment of the log, in the brief's parts."""

    experiment: Experiment
    result: RunPage
    hypothesis: tuple[str, ...]
    approach: tuple[Line, ...]
    no_result: str
    metrics: tuple[MetricLine, ...]
    result_notes: tuple[str, ...]
    checks: tuple[str, ...]
    verdict: str
    ruler_words: str
    analysis: tuple[str, ...]
    earlier: tuple[str, ...]
    row_notes: tuple[tuple[int, str], ...]
    limits: str
    next_step: str

    @property
    def number(self) -> int:
        return self.experiment.number

    @property
    def heading(self) -> str:
        return _("Experiment #%(number)s") % {"number": self.number}


@dataclass(frozen=True)
class LogContent:
    """The whole log. Made and read in the document's language."""

    heading: str
    byline: str
    introduction: str
    context: tuple[Line, ...]
    experiments: tuple[ExperimentContent, ...]
    left_out: str
    conclusion: str


def log_content(record: Record) -> LogContent:
    """The log of one participant: context, then every experiment, failures too."""
    title = " ".join(record.document.title.split())
    return LogContent(
        heading=_("Experiment Log: %(title)s") % {"title": title} if title else "Experiment Log",
        byline=_byline(record),
        introduction=record.document.introduction.strip(),
        context=context_lines(record),
        experiments=tuple(experiment_content(one) for one in record.shown),
        left_out=_left_out(record),
        conclusion=record.document.conclusion.strip(),
    )


def _byline(record: Record) -> str:
    dojo = record.seat.dojo
    names = [record.seat.display_name, dojo.title]
    began = dojo.phases.first()
    if began and began.started_at:
        names.append(_day(began.started_at, dojo))
    return " · ".join(" ".join(name.split()) for name in names)


def _day(moment: datetime, dojo: Dojo) -> str:
    return date_format(localtime(moment, ZoneInfo(dojo.time_zone)), "DATE_FORMAT")


def _left_out(record: Record) -> str:
    """That something is missing is said: a log without its failures would be another one."""
    numbers = [f"#{one.number}" for one in record.left_out]
    return (
        ngettext(
            "%(numbers)s is left out of this document but stays in your record.",
            "%(numbers)s are left out of this document but stay in your record.",
            len(numbers),
        )
        % {"numbers": ", ".join(numbers)}
        if numbers
        else ""
    )


# --- Context --------------------------------------------------------------------------------
def context_lines(record: Record) -> tuple[Line, ...]:
    """Problem, data, metric with its threshold, baseline."""
    dojo, framing = record.seat.dojo, record.framing
    unknown = _("(not written)")
    threshold = _("%(metric)s on the test set, success threshold %(threshold)s") % {
        "metric": dojo.get_primary_metric_display(),
        "threshold": number_format(dojo.success_threshold),
    }
    sizes = {
        part: number_format(size, use_l10n=True, force_grouping=True)
        for part, size in dojo.dataset.part_sizes.items()
    }
    data = _(
        "%(dataset)s: %(train)s training rows, %(test)s test rows, %(holdout)s holdout rows"
    ) % (sizes | {"dataset": dojo.dataset.title})
    if division := division_of(dojo.dataset):
        data = f"{data}; {division}"
    recipe = recipe_lines(dojo.dataset)
    return (
        Line(_("Problem"), framing.problem if framing else unknown),
        Line(_("Data"), f"{framing.data} ({data})" if framing else data),
        *([Line(_("Cleaning"), " ".join(recipe))] if recipe else []),
        Line(_("Metric"), f"{framing.metric} ({threshold})" if framing else threshold),
        Line(_("Baseline"), framing.baseline if framing else unknown),
    )


# --- An experiment ----------------------------------------------------------------------------
def experiment_content(experiment: Experiment) -> ExperimentContent:
    """One experiment: what was asked and tried, what came out, what was made of it."""
    result = run_page(experiment)
    return ExperimentContent(
        experiment=experiment,
        result=result,
        hypothesis=_hypothesis(experiment),
        approach=_approach(experiment, result),
        no_result=_no_result(result),
        metrics=tuple(_metric_line(row) for row in result.rows),
        result_notes=_result_notes(result),
        checks=tuple(
            f"{row.explanation.title} ({row.explanation.code}): {row.sentence}"
            for row in result.checks
            if row.sentence
        ),
        verdict=_verdict(result),
        ruler_words=(
            ruler_words(result.ruler, result.forecast_metric_label) if result.ruler else ""
        ),
        analysis=_analysis(experiment),
        earlier=_earlier(experiment),
        row_notes=tuple((note.row, note.text) for note in experiment.row_notes.all()),
        limits=experiment.limits.strip(),
        next_step=experiment.next_step.strip() or _("(not written)"),
    )


def _hypothesis(experiment: Experiment) -> tuple[str, ...]:
    lines = [experiment.claim, experiment.rationale]
    page = run_page(experiment)
    if experiment.compared_to and page.forecast:
        words = _("Forecast: %(forecast)s, vs experiment #%(number)s.")
        lines.append(words % {"forecast": page.forecast, "number": experiment.compared_to.number})
    elif page.forecast:
        lines.append(_("Forecast: %(forecast)s.") % {"forecast": page.forecast})
    if page.guardrail_label:
        lines.append(
            _("Guardrail: %(metric)s gets worse by no more than %(allowed)s.")
            % {"metric": page.guardrail_label, "allowed": score(experiment.guardrail_allowed)}
        )
    return tuple(lines)


def _approach(experiment: Experiment, result: RunPage) -> tuple[Line, ...]:
    page = experiment_page(experiment)
    values = ", ".join(f"{label} = {value}" for label, value in page.hyperparameters)
    lines = [
        Line(_("Model"), experiment.model_label),
        Line(pgettext("log", "Features"), names=tuple(page.features)),
        Line(_("New features"), clauses(page.new_features)),
        Line(pgettext("log", "Hyperparams"), values or _("none")),
        Line(_("Found by the search"), result.found_hyperparameters),
    ]
    if page.changes and experiment.compared_to:
        label = _("Changed since #%(number)s") % {"number": experiment.compared_to.number}
        lines.append(Line(label, clauses(page.changes)))
    return tuple(line for line in lines if line.text or line.names)


def _no_result(result: RunPage) -> str:
    if result.run.is_unfinished:
        return _("The run has not finished.")
    if result.run.has_failed:
        return _("The run has no result: %(reason)s") % {"reason": result.failure}
    return ""


def _metric_line(row: MetricRow) -> MetricLine:
    test = _score(row, row.test)
    if row.interval:
        low, high = row.interval
        test = f"{test} {between(_score(row, low), _score(row, high))}"
    return MetricLine(row.label, _score(row, row.train), test, row.is_primary)


def _score(row: MetricRow, value: float | None) -> str:
    """Accuracy in percent, as the brief writes it; the others as they are."""
    if value is not None and row.metric.name == "accuracy":
        return _("%(percent)s%%") % {"percent": score(100 * value, 1)}
    return score(value)


def _result_notes(result: RunPage) -> tuple[str, ...]:
    """Details that are not in the table: intervals, validation, threshold, time, versions."""
    run, row = result.run, result.primary_row
    if not run.has_succeeded:
        return ()
    notes = []
    if any(line.interval for line in result.rows):
        notes.append(_("In brackets: 95% interval of the test score."))
    if row and row.cv_mean is not None:
        notes.append(
            _("Cross-validation on the training set: %(metric)s %(mean)s ± %(std)s.")
            % {"metric": row.label, "mean": score(row.cv_mean), "std": score(row.cv_std)}
        )
    if run.confusion:
        notes.append(
            _(
                "On the test set, with the threshold %(threshold)s: "
                "%(false_positives)s false positives, %(false_negatives)s false "
                "negatives."
            )
            % (run.confusion | {"threshold": score(run.threshold, 2)})
        )
    notes += result.warnings
    if holdout := holdout_page(result.experiment):
        notes += holdout.notes
    notes.append(_provenance(result))
    if result.is_reproduced:
        notes.append(_("Re-run in a new process: the same numbers, to the last digit."))
    return tuple(notes)


def _provenance(result: RunPage) -> str:
    run, experiment = result.run, result.experiment
    libraries = ("scikit-learn", "xgboost-cpu", "lightgbm")
    known = [f"{name} {run.versions[name]}" for name in libraries if name in run.versions]
    words = {
        "day": _day(run.finished_at, experiment.seat.dojo) if run.finished_at else "–",
        "time": seconds(run.fit_seconds),
        "seed": experiment.parsed_config.seed,
        "versions": ", ".join([f"engine {run.versions.get('engine', '–')}", *known]),
        "fingerprint": run.fingerprint[:12] or "–",
    }
    return (
        _(
            "Run on %(day)s, fit time %(time)s; seed %(seed)s; %(versions)s; "
            "fingerprint %(fingerprint)s."
        )
        % words
    )


def _verdict(result: RunPage) -> str:
    """The word on the hypothesis and why, then what happened."""
    found, happened = result.verdict, result.sentence
    if found is None:
        return happened
    told = _("Verdict: %(verdict)s. %(reason)s") % {
        "verdict": found.label.lower(),
        "reason": " ".join(filter(None, (result.scarcity, found.reason))),
    }
    return f"{told} {_capital(happened)}" if happened else told


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _analysis(experiment: Experiment) -> tuple[str, ...]:
    lines = [experiment.analysis.strip() or _("(not written)"), *claim_sentences(experiment)]
    if experiment.decision:
        decision = experiment.get_decision_display().lower()
        lines.append(_("Decision: %(decision)s.") % {"decision": decision})
    return tuple(lines)


def _earlier(experiment: Experiment) -> tuple[str, ...]:
    """What a corrected conclusion said before, each with when and by whom."""
    zone = ZoneInfo(experiment.seat.dojo.time_zone)
    words = _("Before, %(when)s, %(author)s: %(text)s")
    found = []
    for version in earlier_versions(experiment, list(experiment.versions.all())):
        parts = [version.analysis.strip(), *version.claims]
        parts.append(_("Decision: %(decision)s.") % {"decision": version.decision.lower()})
        if version.next_step:
            parts.append(_("Next: %(text)s") % {"text": version.next_step.strip()})
        when = date_format(localtime(version.saved_at, zone), "SHORT_DATETIME_FORMAT")
        told = {"when": when, "author": version.author, "text": " ".join(parts)}
        found.append(words % told)
    return tuple(found)
