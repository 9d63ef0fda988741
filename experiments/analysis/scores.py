"""Views of scores: checks, train and test, thresholds, ranking and calibration."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from engine.spec.metrics import METRICS
from experiments.analysis.page import AnalysisPage, Context
from experiments.checks.page import rows_of
from experiments.models import Stage
from experiments.templatetags.experiments import percent, score
from experiments.wording.interpretation import size_left_out_in_words

# Between the two largest sizes of a learning curve: less is no visible gain.
VISIBLE_GAIN = 0.005
# The same of a metric that is no share.
VISIBLE_PART = 0.02
# The test loss may rise a little by chance after its lowest point.
RISING_LOSS = 1.02


# --- What a careful colleague would ask ----------------------------------------------------
def checks_context(page: AnalysisPage) -> Context:
    return {"rows": rows_of(page.content(Stage.CHECKS)["checks"])}


# --- Train against test ----------------------------------------------------------------------
def fit_context(page: AnalysisPage) -> Context:
    found = page.content(Stage.LEARNING)
    if not found:  # the gaps are known with the metrics
        return {}
    return {
        "charts": found["charts"],
        "learning": found["learning"],
        "reading": _reading_of_curve(found["learning"]),
        "left_out": [
            size | {"reason": size_left_out_in_words(size["reason"])}
            for size in found["learning"]["left_out"]
        ],
        "loss": found["loss"],
        "loss_reading": _reading_of_loss(found["loss"]) if found["loss"] else "",
    }


def _reading_of_curve(curve: dict[str, Any]) -> str:
    """One sentence: would more rows help?"""
    points, metric = curve["points"], METRICS[curve["metric"]]
    if len(points) < 2:
        return _("The model could be trained on too few sizes to draw a curve.")
    before, last = points[-2], points[-1]
    gain = last["check"] - before["check"]
    gain = gain if metric.higher_is_better else -gain
    words = {
        "metric": _(metric.label),
        "gain": score(gain),
        "loss": score(-gain),
        "before": number_format(before["rows"], force_grouping=True),
        "rows": number_format(last["rows"], force_grouping=True),
        "gap": score(abs(last["train"] - last["check"])),
    }
    visible = VISIBLE_GAIN if metric.is_share else VISIBLE_PART * abs(before["check"])
    moves = max(visible, last["check_std"] / 2)
    if curve["folds"] < 2:
        once = _("Each size was trained on once, so the curve may bend by chance.")
        return f"{_trend(gain, moves, words)} {once}"
    return _trend(gain, moves, words)


def _trend(gain: float, moves: float, words: dict[str, Any]) -> str:
    """The meaning of the last step of a learning curve.

    Args:
        gain: how much better the largest size is than the one before.
        moves: how much is more than chance.
    """
    if gain > moves:
        return (
            _(
                "From %(before)s to %(rows)s rows, the score (%(metric)s) on new "
                "rows still improves by %(gain)s: more rows would probably help."
            )
            % words
        )
    if gain < -moves:
        return (
            _(
                "From %(before)s to %(rows)s rows, the score (%(metric)s) on new "
                "rows gets worse, by %(loss)s: check whether the added rows differ, "
                "or whether the model only suits few rows."
            )
            % words
        )
    return (
        _(
            "From %(before)s to %(rows)s rows, the score (%(metric)s) on new rows "
            "hardly moves (%(gain)s): more rows of the same kind will hardly help; "
            "other columns or another model might. The gap between training rows and "
            "new rows is %(gap)s."
        )
        % words
    )


def _reading_of_loss(loss: dict[str, Any]) -> str:
    """One sentence: from which iteration training stopped helping."""
    if not loss["test"]:
        return _("Training loss by iteration; the library records no other.")
    lowest = min(loss["test"])
    best = loss["iterations"][loss["test"].index(lowest)]
    words = {"best": best, "last": loss["iterations"][-1]}
    if loss["test"][-1] > RISING_LOSS * lowest:
        return (
            ngettext(
                "The test loss is lowest after %(best)s iteration, then rises until "
                "the last, %(last)s: from there on, the model memorises rows. Early "
                "stopping decides this on training rows.",
                "The test loss is lowest after %(best)s iterations, then rises until "
                "the last, %(last)s: from there on, the model memorises rows. Early "
                "stopping decides this on training rows.",
                best,
            )
            % words
        )
    return _("The test loss is still not rising at the last iteration, %(last)s.") % words


# --- Threshold ---------------------------------------------------------------------------------
def threshold_context(page: AnalysisPage) -> Context:
    found = page.content(Stage.EVIDENCE)
    best = found["best_thresholds"]["by_metric"]
    curve = found["threshold_curve"]
    return {
        "charts": found["charts"],
        "curve": curve,
        "threshold": page.experiment.run.threshold,
        "best": best["expected_cost" if "expected_cost" in best else "f1"],
        "best_rows": [
            {
                "label": _(METRICS[name].label),
                "threshold": threshold,
                "score": _at(curve, name, threshold),
            }
            for name, threshold in best.items()
        ],
        "negative_class": page.result.negative_class,
        "positive_class": page.result.positive_class,
        "has_costs": curve["expected_cost"] is not None,
    }


def _at(curve: dict[str, Any], metric: str, threshold: float) -> float:
    """A metric on test at the curve's threshold that is nearest."""
    places = range(len(curve["threshold"]))
    nearest = min(places, key=lambda place: abs(curve["threshold"][place] - threshold))
    value: float = curve[metric][nearest]
    return value


# --- Ranking and calibration -------------------------------------------------------------------
def ranking_context(page: AnalysisPage) -> Context:
    found = page.content(Stage.EVIDENCE)
    ranking, reliability = found["ranking"], found["reliability"]
    missed = [
        one for one in reliability["bins"] if not one["low"] <= one["probability"] <= one["high"]
    ]
    return {
        "charts": found["charts"],
        "ranking": ranking,
        "base_rate": percent(ranking["base_rate"], 1),
        "reliability": reliability,
        "calibration_error": percent(reliability["expected_calibration_error"], 1),
        "calibration_reading": _reading_of_calibration(
            len(reliability["bins"]),
            len(missed),
            sum(_is_too_sure(one, reliability["base_rate"]) for one in missed),
        ),
    }


def _reading_of_calibration(bins: int, missed: int, too_sure: int) -> str:
    """In how many groups of rows probabilities are not what happens, and which way they err."""
    words = {"bins": bins, "missed": missed}
    if not missed:
        return (
            ngettext(
                "In the only group of rows (%(bins)s), outcomes differ from "
                "predicted probabilities by no more than chance explains.",
                "In all %(bins)s groups of rows, outcomes differ from predicted "
                "probabilities by no more than chance explains.",
                bins,
            )
            % words
        )
    parts = [
        _(
            "In %(missed)s of %(bins)s groups of rows, outcomes differ from "
            "predicted probabilities by more than chance explains."
        )
        % words
        if bins > 1
        else _(
            "In the only group of rows, outcomes differ from predicted probabilities "
            "by more than chance explains."
        )
    ]
    if too_sure == missed:
        parts.append(_("The model is too confident there."))
    elif too_sure:
        too_often = ngettext(
            "The model is too confident in %(count)s of these groups.",
            "The model is too confident in %(count)s of these groups.",
            too_sure,
        )
        parts.append(too_often % {"count": too_sure})
    return " ".join([*parts, _("Chance alone would explain one in twenty.")])


def _is_too_sure(one: dict[str, float], base_rate: float) -> bool:
    """Return whether a bin's probabilities are further from the base rate than its outcomes."""
    return abs(one["probability"] - base_rate) > abs(one["share"] - base_rate)
