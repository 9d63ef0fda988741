"""Names of the live topics that a Dojo's screens listen to (see models/live.py).

A person's own topic is `Membership.topic`.
"""

CLOCK = "clock"
ROOM = "room"
LEADERBOARD = "leaderboard"
# The slide that is shown, and answers to its question.
SLIDES = "slides"
# Announcements to everyone; one to a single person touches that person's own topic.
NEWS = "news"
# The queue of presentations, and what is on them.
TALKS = "talks"
