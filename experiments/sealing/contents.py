"""What is sealed of an experiment: as registered, its result, its decision.

The same functions say what the platform shows, beside the sealed contents in a record's file: if
the two differ, something was changed without an entry. Scores on the hidden rows are in none.
"""

from __future__ import annotations

import hashlib
from typing import Any

from experiments.models import Experiment, Predictions, Run
from experiments.sealing.chain import moment

Content = dict[str, Any]
# Large, or hidden, and in no content.
NOT_SEALED = ("search", "holdout_metrics", "warnings", "alarms", "comparison", "failure_context")


def _about(experiment: Experiment) -> Content:
    return {
        "experiment": experiment.public_id,
        "number": experiment.number,
        "participant": experiment.seat.public_id,
    }


def registered_of(experiment: Experiment) -> Content:
    """Hypothesis, forecast and config, as submitted.

    Args:
        experiment: with its seat and its reference.
    """
    reference = experiment.compared_to
    return {
        **_about(experiment),
        "claim": experiment.claim,
        "rationale": experiment.rationale,
        "forecast": experiment.forecast_fields,
        "compared_to": reference.public_id if reference else None,
        "config": experiment.config,
        "submitted_at": moment(experiment.submitted_at),
    }


def result_of(run: Run, predictions: Predictions | None) -> Content:
    """How a run ended, with its scores on the rows that participants have.

    Args:
        run: finished, with its experiment and seat.
    """
    return {
        **_about(run.experiment),
        "status": run.status,
        "failure": run.failure_code,
        "metrics": run.metrics,
        "intervals": run.intervals,
        "confusion": run.confusion,
        "threshold": run.threshold,
        "fingerprint": run.fingerprint,
        "versions": run.versions,
        "finished_at": moment(run.finished_at) if run.finished_at else None,
        "predictions": _digest(predictions) if predictions else None,
    }


def _digest(predictions: Predictions) -> str:
    """Of every single prediction, for comparisons with later runs."""
    parts = (predictions.test, predictions.out_of_fold)
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def decision_of(experiment: Experiment) -> Content:
    """What was concluded, claimed and chosen.

    Args:
        experiment: closed, with its seat.
    """
    concluded, chosen = experiment.concluded_at, experiment.chosen_at
    return {
        **_about(experiment),
        "analysis": experiment.analysis,
        "claims": experiment.claims,
        "decision": experiment.decision,
        "next_step": experiment.next_step,
        "limits": experiment.limits,
        "concluded_at": moment(concluded) if concluded else None,
        "chosen_at": moment(chosen) if chosen else None,
    }
