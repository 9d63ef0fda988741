"""Who was invited by name, each with a link that works once."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_token
from classrooms.models.dojos import Dojo, Membership


class Invitation(models.Model):
    """A seat kept for somebody of the roster."""

    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="invitations")
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    display_name = models.CharField(_("display name"), max_length=60)
    email = models.EmailField(_("e-mail"), blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    # The seat that it became: the link no longer works for anybody else.
    membership = models.OneToOneField(
        Membership, models.CASCADE, null=True, blank=True, related_name="invitation"
    )

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["display_name", "pk"]

    def __str__(self) -> str:
        return self.display_name

    @property
    def is_used(self) -> bool:
        return self.membership_id is not None
