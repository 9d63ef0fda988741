"""A tracking server couldn't be reached."""


class Unreachable(Exception):
    """The tool did not answer, or rejected the request.

    Attributes:
        code: "unreachable", "refused" (it wants other credentials), "gone" (somebody
            deleted the run there) or "not_installed".
        reason: for the log.
    """

    def __init__(self, code: str, reason: object) -> None:
        super().__init__(code)
        self.code, self.reason = code, reason
