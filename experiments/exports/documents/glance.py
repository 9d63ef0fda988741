"""The page with which a log begins: what was asked, what came out, what was learned."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from experiments.exports.record import Record
from experiments.models import Experiment
from experiments.pages.run_page import RunPage
from experiments.talks.learnings import results_of, submitted_of
from experiments.templatetags.experiments import between, score


def summary_of(record: Record) -> list[tuple[str, str]]:
    """A label and a sentence for each part that there is something to say of."""
    results = results_of(record.experiments)
    submitted, _entry = submitted_of(results)
    first = next((one for one in results if one.run.has_succeeded), None)
    told = [
        (_("Question"), record.framing.problem if record.framing else ""),
        (_("Experiments"), _counted(record.experiments)),
        (_("Baseline"), _result(first) if first and first.experiment.is_baseline else ""),
        (_("Submitted"), _result(submitted) if submitted else ""),
        (_("What I learned"), record.talk.learned),
        (_("What I would do next"), record.talk.next_step),
    ]
    return [(label, text.strip()) for label, text in told if text.strip()]


def _counted(experiments: Sequence[Experiment]) -> str:
    if not experiments:
        return ""
    kept = sum(one.decision == Experiment.Decision.KEEP for one in experiments)
    words = ngettext(
        "%(count)s experiment, of which kept: %(kept)s.",
        "%(count)s experiments, of which kept: %(kept)s.",
        len(experiments),
    )
    return words % {"count": len(experiments), "kept": kept}


def _result(result: RunPage) -> str:
    """Of which experiment and model, and its score with its interval."""
    row, number = result.primary_row, result.experiment.number
    if row is None:
        return ""
    found = score(row.test)
    if row.interval:
        found = f"{found} {between(*map(score, row.interval))}"
    words = _("#%(number)s, %(model)s: %(metric)s %(score)s on the test set.")
    model = result.experiment.model_label
    return words % {"number": number, "model": model, "metric": row.label, "score": found}
