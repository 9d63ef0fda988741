from experiments.models.alarms import ClosedAlarm
from experiments.models.boosting import BoostingReference
from experiments.models.conclusions import ConclusionVersion
from experiments.models.experiments import Experiment, Framing
from experiments.models.exports import DojoArchive, Export, Picture
from experiments.models.holdout import HoldoutResult
from experiments.models.interpretations import Interpretation, Question, RowNote, Stage
from experiments.models.leaderboard import LeaderboardSnapshot
from experiments.models.runs import Predictions, Run
from experiments.models.sealing import SealedEntry
from experiments.models.talks import Documentation, JuryGrade, Takeaway, Talk

__all__ = [
    "BoostingReference",
    "ClosedAlarm",
    "ConclusionVersion",
    "Documentation",
    "DojoArchive",
    "Experiment",
    "Export",
    "Framing",
    "HoldoutResult",
    "Interpretation",
    "JuryGrade",
    "LeaderboardSnapshot",
    "Picture",
    "Predictions",
    "Question",
    "RowNote",
    "Run",
    "SealedEntry",
    "Stage",
    "Takeaway",
    "Talk",
]
