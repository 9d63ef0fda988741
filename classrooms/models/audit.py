"""The audit log of a Dojo; it goes with the Dojo."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from classrooms.models.dojos import Dojo


class AuditEntry(models.Model):
    """Something that a facilitator or staff did, to be looked up later."""

    class Action(models.TextChoices):
        REVEALED = "revealed", _("revealed hidden scores")
        REMOVED = "removed", _("removed a person, with their work")
        LEFT = "left", _("left the Dojo; their work in it is erased")
        RENAMED = "renamed", _("renamed a person")
        OPENED = "opened", _("opened a person's record")
        TOOK_DATA = "took_data", _("downloaded a person's data")
        TOOK_DOJO = "took_dojo", _("downloaded the Dojo's export")
        CODE = "code", _("changed the join code")
        JOINING = "joining", _("opened or closed joining")
        RULES = "rules", _("changed the rules")
        CLOCK = "clock", pgettext_lazy("audit log", "moved the clock")
        OFFERED = "offered", _("asked somebody to facilitate")
        WITHDREW = "withdrew", _("withdrew an offer to facilitate")
        FACILITATES = "facilitates", _("accepted to facilitate")
        ARCHIVED = "archived", _("archived or unarchived the Dojo")
        BOARD = "board", _("froze the leaderboard, or let it move again")
        ALARM = "alarm", _("closed or reopened a leak alarm")
        MARKED = "marked", _("marked or unmarked columns")
        ADDED = "added", _("added a record in the admin")
        EDITED = "edited", _("changed a record in the admin")
        DELETED = "deleted", _("deleted a record in the admin")

    dojo = models.ForeignKey(Dojo, models.CASCADE, related_name="audit")
    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    action = models.CharField(_("action"), max_length=12, choices=Action.choices)
    # The public identifier of the seat that it was about: the name of who is gone is gone, too.
    subject = models.CharField(_("about"), max_length=12, blank=True)
    # A code or a number: of the clock what it was told, of a reveal how many rows.
    detail = models.CharField(_("detail"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.get_action_display()}"
