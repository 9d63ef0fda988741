"""What the test set can tell of a forecast, before the run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classrooms.dojos.settings.margins import margin_of, size_of_test, usual_error_of
from classrooms.models import Dojo
from engine.judge import power
from engine.judge.kinds import kind_of
from engine.judge.power import StandardError
from engine.judge.verdict import Forecast
from engine.spec.changes import describe_changes
from engine.spec.config import ExperimentConfig
from engine.spec.metrics import METRICS
from experiments.forecasts.registering import Typed, forecast_from, registered
from experiments.forecasts.ruler import Ruler, draw_ruler
from experiments.models import Experiment, Run
from experiments.templatetags.experiments import between, percent, score, signed, whole

# So many of the latest comparisons of a Dojo say how uncertain those of a kind are.
LATEST = 200


@dataclass(frozen=True)
class Told:
    """The ruler before the run, and what it means in sentences.

    Attributes:
        chance: 0 to 1, to see what was forecast if it is there; None without a forecast.
        of_no_change: what was forecast is that nothing changes.
    """

    metric: str
    ruler: Ruler
    sentences: tuple[str, ...]
    chance: float | None = None
    of_no_change: bool = False


def past_errors(dojo: Dojo, kind: str, metric: str) -> list[float]:
    """Standard errors of earlier comparisons of this kind in the Dojo."""
    if not kind:
        return []
    stored = (
        Run.objects.results()
        .filter(experiment__seat__dojo=dojo, comparison__kind=kind)
        .order_by("-pk")
        .values_list("comparison__differences__" + metric, flat=True)[:LATEST]
    )
    found = (power.single_error((one["low"], one["high"])) for one in stored if one)
    return [error for error in found if error > 0]


def error_of(dojo: Dojo, kind: str, metric: str, reference: Experiment) -> StandardError | None:
    """The standard error of the difference that a run will have."""
    ends = reference.run.intervals.get(metric)
    single = power.single_error((ends[0], ends[1])) if ends else usual_error_of(dojo, metric)
    if not single:
        return None
    past = past_errors(dojo, kind, metric)
    return power.standard_error(kind, metric, single=single, past=past)


def what_it_can_tell(
    dojo: Dojo,
    typed: Typed,
    reference: Experiment | None,
    config: ExperimentConfig | None,
) -> Told | None:
    """The ruler and its sentences; None where there is nothing to compare with, or to count on.

    Args:
        config: as far as it is filled in; None where it cannot be read.
    """
    name = typed.metric or dojo.primary_metric
    if reference is None or name not in METRICS:
        return None
    kind = ""
    if config is not None:
        kind = kind_of(describe_changes(reference.parsed_config, config, dojo.schema))
    error = error_of(dojo, kind, name, reference)
    if error is None:
        return None
    forecast = forecast_from(registered(typed, dojo, has_reference=True))
    visible = power.smallest_visible(error.value)
    margin = margin_of(dojo, name)
    rows, _positives = size_of_test(dojo)
    sentences = [_visible(error), *_chance(forecast, error, rows), _source(error, kind, rows)]
    return Told(
        metric=_(METRICS[name].label),
        ruler=draw_ruler(forecast, margin=margin, visible=visible),
        sentences=tuple(sentences),
        chance=_chance_of(forecast, error) if forecast else None,
        of_no_change=forecast is not None and forecast.kind == "stays",
    )


def _visible(error: StandardError) -> str:
    low, high = (power.smallest_visible(end) for end in (error.low, error.high))
    return _(
        "The smallest effect that this test shows 4 times in 5 is about %(effect)s %(range)s."
    ) % {
        "effect": score(power.smallest_visible(error.value)),
        "range": between(score(low), score(high)),
    }


def _chance_of(forecast: Forecast, error: StandardError) -> float:
    if forecast.kind == "stays":
        return power.chance_to_show_no_change(forecast.margin, error.value)
    return power.chance_to_see(forecast.size, error.value)


def _chance(forecast: Forecast | None, error: StandardError, rows: int) -> Iterable[str]:
    """The chance to see what was forecast, and the rows that would settle it."""
    if forecast is None:
        return
    if forecast.kind == "stays":
        needed = power.rows_to_show_no_change(forecast.margin, error.value, rows)
        words = _("The chance to show that it stays within ±%(effect)s, if it does: %(chance)s.")
        effect = score(forecast.margin)
    else:
        needed = power.rows_to_see(forecast.size, error.value, rows)
        words = _("The chance to see %(effect)s, if it is there: %(chance)s.")
        effect = signed(forecast.size)
    told = words % {"effect": effect, "chance": percent(_chance_of(forecast, error))}
    if needed > rows:
        more = _("About %(needed)s test rows would settle it; there are %(rows)s.")
        told += " " + more % {"needed": whole(rounded(needed)), "rows": whole(rows)}
    yield told


def rounded(rows: int) -> int:
    """Two digits that count."""
    return int(round(rows, -max(len(str(rows)) - 2, 0)))


def _source(error: StandardError, kind: str, rows: int) -> str:
    if error.source == "past":
        return ngettext(
            "Judged by %(count)s earlier comparison of this kind in this Dojo: %(kind)s.",
            "Judged by %(count)s earlier comparisons of this kind in this Dojo: %(kind)s.",
            error.count,
        ) % {"count": error.count, "kind": kind_words(kind)}
    if error.source == "tables":
        return _(
            "Judged by what such a change (%(kind)s) did on other datasets, scaled to %(rows)s "
            "test rows."
        ) % {"kind": kind_words(kind), "rows": whole(rows)}
    return _("Nothing is changed yet, so this is only known to lie in that range.")


def kind_words(kind: str) -> str:
    """A kind of change, in words."""
    return {
        "settings": _("same model, other settings"),
        "model": _("another model"),
        "removed": _("columns removed"),
        "added": _("columns added or encoded differently"),
        "rows": _("weights, calibration or threshold"),
    }[kind]
