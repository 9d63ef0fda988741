"""What a run is busy with, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from engine.spec.config import ExperimentConfig
from engine.spec.progress import step_at


def progress_words(config: ExperimentConfig, share: float) -> str:
    """What a run of this config does when this share of its work, 0 to 1, is done."""
    step = step_at(config, share)
    if step.kind == "fold":
        return _("Cross-validation: fold %(number)s of %(of)s") % step._asdict()
    return {
        "search": _("Trying hyperparameters on the training rows"),
        "fit": _("Learning from the training rows"),
        "score": _("Scoring the test rows"),
    }[step.kind]
