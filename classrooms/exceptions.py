"""Why something that was asked is not done."""


class NotNow(Exception):
    """The Dojo, or what is asked of it, is not in the state that this action needs."""


class NameTaken(Exception):
    """Somebody else in the Dojo already has this display name."""


class AgendaMoved(Exception):
    """The agenda changed, or a phase of it began, while somebody was editing it."""


class TitleTaken(Exception):
    """The person has another agenda template of this title."""
