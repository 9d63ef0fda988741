from assistant.models.calls import Call
from assistant.models.conversation import Message
from assistant.models.readings import Reading
from assistant.models.reviews import Review
from assistant.models.settings import CoachChoice, CoachSettings

__all__ = ["Call", "CoachChoice", "CoachSettings", "Message", "Reading", "Review"]
