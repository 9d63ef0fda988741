"""Names of the live topics that a Dojo's screens listen to; the channel is the Dojo's key."""

from collections.abc import Callable

CLOCK = "clock"
PARTICIPANTS = "participants"
LEADERBOARD = "leaderboard"
# The slide that is shown, and answers to its question.
SLIDES = "slides"
# Announcements to everyone; one to a single person touches that person's own topic.
NEWS = "news"
# The queue of presentations, and what is on them.
TALKS = "talks"
# The sealed record has grown.
RECORD = "record"
# A person's own topic (`Seat.topic`) begins so, and goes on with their identifier.
PERSONAL = "member-"


def concerns(own_topic: str, *, sees_everyone: bool) -> Callable[[str], bool]:
    """Topics that a person may receive: everyone's, and their own.

    Args:
        sees_everyone: a facilitator looks at everyone's pages.
    """
    if sees_everyone:
        return lambda topic: True
    return lambda topic: topic == own_topic or not topic.startswith(PERSONAL)
