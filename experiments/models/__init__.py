from experiments.models.experiments import Experiment, Framing
from experiments.models.runs import Interpretation, Predictions, Run

__all__ = ["Experiment", "Framing", "Interpretation", "Predictions", "Run"]
