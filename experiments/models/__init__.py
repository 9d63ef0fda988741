from experiments.models.experiments import Experiment, Framing
from experiments.models.interpretations import Interpretation, Question, RowNote, Stage
from experiments.models.runs import Predictions, Run

__all__ = [
    "Experiment",
    "Framing",
    "Interpretation",
    "Predictions",
    "Question",
    "RowNote",
    "Run",
    "Stage",
]
