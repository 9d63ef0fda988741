"""Access tokens end with the password: who changes it may have lost more than that."""

from __future__ import annotations

from connections.models import AccessToken


class TokensEnd:
    """Django tells its password validators of every new password, wherever it is set: by a page,
    by the admin, by a command. (A hash that is only computed anew is none.)"""

    def validate(self, password: str, user: object = None) -> None:
        """Any password will do."""

    def get_help_text(self) -> str:
        return ""

    def password_changed(self, password: str, user: object = None) -> None:
        """Revoke every token of this person."""
        pk = getattr(user, "pk", None)
        if pk is not None:
            AccessToken.objects.filter(user=pk).delete()
