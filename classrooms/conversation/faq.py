"""Frequently asked questions with their answers, tips and tools."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Answer:
    key: str
    question: Promise
    answer: Promise


@dataclass(frozen=True)
class Tool:
    """Something that people use beside this product, and for what."""

    name: str
    use: Promise
    address: str


QUESTIONS = (
    Answer(
        "which_model",
        _("Which model should I choose?"),
        _(
            "Start simple: a logistic regression. It takes a minute, you can read "
            "it, and it gives every later model a score to beat."
        ),
    ),
    Answer(
        "not_good_enough",
        _("It's not good enough"),
        _(
            "Analyse the errors before trying anything more complex: where is it "
            "wrong, for whom, and what information would have helped? A pattern in "
            "the errors is your next hypothesis."
        ),
    ),
    Answer(
        "what_to_log",
        _("What do I log?"),
        _(
            "Hyperparameters, metrics, time, code version. Every run records these "
            "for you; the rest is yours: the hypothesis, the analysis, the decision."
        ),
    ),
)

TIPS = (
    _("One hypothesis = one experiment."),
    _("Always start with a simple baseline."),
    _("Log everything, failures too."),
)

TOOLS = (
    Tool("MLflow", _("Tracking experiments"), "https://mlflow.org/"),
    Tool("Weights & Biases", _("Visualising runs"), "https://wandb.ai/"),
    Tool("Jupyter", _("Prototyping"), "https://jupyter.org/"),
    Tool("scikit-learn", _("Classical models"), "https://scikit-learn.org/"),
    Tool("XGBoost", _("Gradient boosting"), "https://xgboost.readthedocs.io/"),
    Tool("LightGBM", _("Gradient boosting"), "https://lightgbm.readthedocs.io/"),
    Tool("Made With ML", _("Further reading"), "https://madewithml.com/"),
)
