"""Reasons why a request is refused."""


class NotNow(Exception):
    """The Dojo, or what is asked of it, is not in the state that this action needs."""


class NotStarted(NotNow):
    """The Dojo has yet to be started by its facilitator."""


class DataNotReady(NotNow):
    """The data is not split yet, or no longer."""


class NameTaken(Exception):
    """Another person in the Dojo already has this display name."""


class AgendaMoved(Exception):
    """The agenda changed, or one of its phases started, while it was being edited."""


class TitleTaken(Exception):
    """The person has another agenda template of this title."""


class OverQuota(Exception):
    """A person has as many of something as one person may have.

    Attributes:
        code: of `classrooms.messages.QUOTAS`.
        most: how many.
    """

    def __init__(self, code: str, most: int) -> None:
        super().__init__(code)
        self.code = code
        self.most = most
