"""What the reveal tells of one experiment: on its page, and in the log."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from classrooms.knowledge import knows_claims, knows_hidden_scores
from engine.spec.metrics import METRICS
from experiments.holdout.claims import HoldoutClaim, claim_of, was_kept_in_time
from experiments.holdout.scores import (
    HiddenScore,
    hidden_score_of,
    reason_of,
    reason_words,
    span_of,
)
from experiments.models import Experiment
from experiments.templatetags.experiments import score


@dataclass(frozen=True)
class HoldoutPage:
    """An experiment on the hidden rows, as far as it is told.

    Attributes:
        hidden: on the Dojo's primary metric; None before the reveal.
        claim: None before claims are told, and where nothing was claimed.
    """

    experiment: Experiment
    hidden: HiddenScore | None = None
    claim: HoldoutClaim | None = None

    @property
    def metric_label(self) -> str:
        return _(METRICS[self.experiment.seat.dojo.primary_metric].label)

    @property
    def reason(self) -> str:
        """What the hidden score says of the test score."""
        if self.hidden is None:
            return ""
        name = self.experiment.seat.dojo.primary_metric
        run, tries = self.experiment.run, self.experiment.number
        interval = run.intervals.get(name)
        reason = reason_of(run, self.hidden, name, interval=interval, tries=tries)
        return reason_words(reason, tries=tries)

    @property
    def span(self) -> tuple[float, float]:
        """Ends of the scale on which its scores are drawn."""
        test = self.experiment.run.score("test", self.experiment.seat.dojo.primary_metric)
        return span_of([test, self.hidden.holdout, self.hidden.production] if self.hidden else [])

    @property
    def notes(self) -> list[str]:
        """All of it in sentences."""
        found = []
        if self.claim and self.claim.sentence:
            found.append(self.claim.sentence)
        if self.hidden is not None:
            found.append(
                _("%(metric)s on the holdout rows: %(score)s. %(reason)s")
                % {
                    "metric": self.metric_label,
                    "score": score(self.hidden.holdout),
                    "reason": self.reason,
                }
            )
            if self.hidden.falls:
                found.append(
                    _("On the same rows as they would arrive in production: %(score)s.")
                    % {"score": score(self.hidden.production)}
                )
        return found


def _tells_claim(experiment: Experiment) -> bool:
    """Between claims and scores only of those that were kept before: nobody asks the hidden rows
    by submitting claims anew."""
    dojo = experiment.seat.dojo
    is_told = knows_hidden_scores(dojo) or was_kept_in_time(experiment)
    return is_told and knows_claims(dojo)


def holdout_page(experiment: Experiment) -> HoldoutPage | None:
    """What is told of an experiment's run on the hidden rows; None where nothing is.

    Args:
        experiment: loaded with its results.
    """
    dojo, run = experiment.seat.dojo, experiment.run
    if not run.has_succeeded:
        return None
    metric = dojo.primary_metric
    hidden = hidden_score_of(run, metric) if knows_hidden_scores(dojo) else None
    claim = claim_of(experiment) if _tells_claim(experiment) else None
    return HoldoutPage(experiment, hidden, claim) if hidden or claim else None
