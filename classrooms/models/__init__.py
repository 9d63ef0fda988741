from classrooms.models.agenda import AgendaTemplate, Phase
from classrooms.models.audit import AuditEntry
from classrooms.models.conversation import Announcement, QuizAnswer, RaisedHand
from classrooms.models.datasets import Dataset, HealthReport, TrainRows
from classrooms.models.dojos import Dojo
from classrooms.models.invitations import Invitation, SeatOffer
from classrooms.models.leaks import LeakCheck
from classrooms.models.rules import DojoRules
from classrooms.models.seats import Membership, Seat
from classrooms.models.stage import DojoStage
from classrooms.models.stored_files import StoredFile
from classrooms.models.users import User

__all__ = [
    "AgendaTemplate",
    "Announcement",
    "AuditEntry",
    "Dataset",
    "Dojo",
    "DojoRules",
    "DojoStage",
    "HealthReport",
    "Invitation",
    "LeakCheck",
    "Membership",
    "Phase",
    "QuizAnswer",
    "RaisedHand",
    "Seat",
    "SeatOffer",
    "StoredFile",
    "TrainRows",
    "User",
]
