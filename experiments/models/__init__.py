from experiments.models.experiments import Experiment, Framing
from experiments.models.runs import Interpretation, Run

__all__ = ["Experiment", "Framing", "Interpretation", "Run"]
