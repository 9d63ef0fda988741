"""Why something that was asked is not done."""


class NotNow(Exception):
    """The Dojo, or what is asked of it, is not in the state that this action needs."""


class NameTaken(Exception):
    """Somebody else in the Dojo already has this display name."""
