"""Which claims hold on the hidden rows: the forecasts of a difference that people kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy

from classrooms.dojos.settings.margins import margin_of
from classrooms.models import Dojo
from engine.judge.replication import Replication, Tally, replicate, tally
from engine.judge.verdict import Forecast
from engine.spec.metrics import Metric
from experiments.forecasts.belief import is_believed
from experiments.forecasts.outcomes import forecast_of, metric_of
from experiments.models import Experiment
from experiments.models.experiments import ExperimentQuerySet
from experiments.templatetags.experiments import percent, score, whole
from experiments.wording.verdict import forecast_words

# Of forecasts of a difference.
KINDS = ("rises", "falls", "stays")
ANSWERS: dict[str, Promise] = {
    "holds": pgettext_lazy("claim", "Holds"),
    "cannot_tell": pgettext_lazy("claim", "Cannot tell"),
    "contradicted": pgettext_lazy("claim", "Contradicted"),
    "": pgettext_lazy("claim", "Being computed"),
}
COLOURS = {"holds": "green", "cannot_tell": "yellow", "contradicted": "red", "": "secondary"}


@dataclass(frozen=True)
class HoldoutClaim:
    """A forecast difference, and what the hidden rows say of it.

    Attributes:
        replication: None while a worker compares the two runs on them.
        is_own, shows_name: to its reader.
    """

    experiment: Experiment
    metric: Metric
    forecast: Forecast
    replication: Replication | None
    is_own: bool = False
    shows_name: bool = False

    @property
    def name(self) -> str:
        """Whose it is; empty where nobody is to know."""
        return self.experiment.seat.display_name if self.shows_name or self.is_own else ""

    @property
    def answer(self) -> str:
        return self.replication.answer if self.replication else ""

    @property
    def label(self) -> str:
        return str(ANSWERS[self.answer])

    @property
    def colour(self) -> str:
        return COLOURS[self.answer]

    @property
    def words(self) -> str:
        """The claim in one line."""
        label = gettext(self.metric.label)
        return forecast_words(label, self.forecast, with_range=False)

    @property
    def sentence(self) -> str:
        """What became of it, where nobody sees the others; empty while it is not known."""
        if self.replication is None:
            return ""
        words = {
            "holds": gettext("The forecast holds on the holdout rows: %(claim)s."),
            "contradicted": gettext("The holdout rows contradict the forecast: %(claim)s."),
            "cannot_tell": gettext(
                "The holdout rows cannot tell whether the forecast holds: %(claim)s."
            ),
        }[self.answer] % {"claim": self.words}
        chance = gettext("If it is true, these rows show it in %(chance)s of cases.")
        return f"{words} {chance % {'chance': percent(self.replication.if_true)}}"


def claim_of(experiment: Experiment) -> HoldoutClaim | None:
    """What the hidden rows say of an experiment's forecast; None where it forecast no difference,
    or where its number is not to be believed.

    Args:
        experiment: loaded with its results.
    """
    forecast, run = forecast_of(experiment), experiment.run
    if forecast is None or forecast.kind == "score" or not run.has_succeeded:
        return None
    if run.uses_marked_column or not is_believed(experiment):
        return None
    metric = metric_of(experiment)
    found = run.hidden.differences.get(metric.name) if run.hidden else None
    if found is None:
        return HoldoutClaim(experiment, metric, forecast, None)
    margin = margin_of(experiment.seat.dojo, metric.name)
    interval = (found["low"], found["high"])
    return HoldoutClaim(experiment, metric, forecast, replicate(interval, forecast, margin=margin))


@dataclass(frozen=True)
class KeptClaims:
    """The claims of a Dojo that were kept before the hidden rows were told of.

    Attributes:
        claims: those that hold first, then those that nobody can tell.
        shown: of these, those that a reader may see one by one.
        set_aside: how many count for nothing: a leak or a fault stands behind their number.
    """

    claims: Sequence[HoldoutClaim]
    shown: Sequence[HoldoutClaim] = ()
    set_aside: int = 0

    @cached_property
    def tally(self) -> Tally:
        return tally(one.replication for one in self.claims if one.replication)

    @property
    def waiting(self) -> int:
        """How many a worker is still comparing."""
        return len(self.claims) - self.tally.count

    @property
    def headline(self) -> str:
        found = self.tally
        return ngettext(
            "%(holds)s of %(count)s claim holds", "%(holds)s of %(count)s claims hold", found.count
        ) % {"holds": whole(found.holds), "count": whole(found.count)}

    @property
    def expected(self) -> str:
        """How many would, in one sentence."""
        found = self.tally
        return gettext("%(all)s would if all were true, %(none)s if none were.") % {
            "all": _about(found.if_all),
            "none": _about(found.if_none),
        }

    @property
    def power(self) -> str:
        """The mean power of the hidden rows, as a percentage."""
        return percent(self.tally.if_all / self.tally.count) if self.tally.count else "–"

    @property
    def parts(self) -> list[BarPart]:
        """The bar: shares of all that were counted, in percent of its length."""
        found, start, parts = self.tally, 0.0, []
        for answer in ("holds", "cannot_tell", "contradicted"):
            count: int = getattr(found, answer)
            width = 100 * count / (found.count or 1)
            parts.append(BarPart(answer, str(ANSWERS[answer]), count, round(start, 2), width))
            start += width
        return parts

    @property
    def left_out(self) -> int:
        """How many are not among those shown one by one."""
        return len(self.claims) - len(self.shown)

    @property
    def if_all_at(self) -> float:
        return self._at(self.tally.if_all)

    @property
    def if_none_at(self) -> float:
        return self._at(self.tally.if_none)

    def _at(self, count: float) -> float:
        return round(100 * count / (self.tally.count or 1), 2)


@dataclass(frozen=True)
class BarPart:
    """A stretch of the bar, in percent of its length."""

    answer: str
    label: str
    count: int
    x: float
    width: float


def _about(count: float) -> str:
    """A mean number of claims, as whole as claims are."""
    if 0 < count < 0.5:
        return gettext("fewer than 1")
    return score(count, 0)


def kept_claims(dojo: Dojo) -> KeptClaims:
    """Every claim of the Dojo that was kept in time, in a constant number of queries."""
    found, set_aside = [], 0
    for experiment in _kept(dojo).with_results().order_by("seat__display_name", "number"):
        claim = claim_of(experiment)
        if claim is None:
            set_aside += 1
        else:
            found.append(claim)
    order = list(ANSWERS)
    found.sort(key=lambda claim: order.index(claim.answer))
    return KeptClaims(found, set_aside=set_aside)


def has_claims(dojo: Dojo) -> bool:
    """Whether anybody kept one."""
    return _kept(dojo).exists()


def was_kept_in_time(experiment: Experiment) -> bool:
    """Whether it was kept before it was told which claims hold."""
    stage, at = experiment.seat.dojo.stage, experiment.concluded_at
    told_at = stage.claims_revealed_at or stage.holdout_revealed_at
    is_kept = experiment.decision == Experiment.Decision.KEEP
    return is_kept and at is not None and (told_at is None or at <= told_at)


def _kept(dojo: Dojo) -> ExperimentQuerySet:
    """Experiments with a forecast of a difference that were kept before it was told which hold."""
    kept = Experiment.objects.filter(
        seat__dojo=dojo,
        decision=Experiment.Decision.KEEP,
        forecast_kind__in=KINDS,
        compared_to__isnull=False,
    )
    told_at = dojo.stage.claims_revealed_at or dojo.stage.holdout_revealed_at
    return kept.filter(concluded_at__lte=told_at) if told_at else kept
