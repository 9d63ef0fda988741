from classrooms.models.agendas import AgendaTemplate
from classrooms.models.conversation import Announcement, QuizAnswer, RaisedHand
from classrooms.models.datasets import Dataset, HealthReport
from classrooms.models.dojos import Dojo, Membership
from classrooms.models.invitations import Invitation
from classrooms.models.jobs import Job, WorkerSighting
from classrooms.models.live import LiveVersion, Topic
from classrooms.models.phases import Phase

__all__ = [
    "AgendaTemplate",
    "Announcement",
    "Dataset",
    "Dojo",
    "HealthReport",
    "Invitation",
    "Job",
    "LiveVersion",
    "Membership",
    "Phase",
    "QuizAnswer",
    "RaisedHand",
    "Topic",
    "WorkerSighting",
]
