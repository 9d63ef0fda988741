"""Agendas that a facilitator keeps, to open other Dojos with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from classrooms.identifiers import new_public_id

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser, User


class AgendaTemplateQuerySet(models.QuerySet["AgendaTemplate"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self.filter(owner_id=user.pk)


class AgendaTemplate(models.Model):
    """An agenda by name, apart from any Dojo."""

    public_id = models.CharField(max_length=12, unique=True, default=new_public_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="agenda_templates",
        verbose_name=_("owner"),
    )
    title = models.CharField(_("title"), max_length=80)
    # [{"kind", "title", "content", "deliverable", "planned_minutes"}, ...], in order.
    phases = models.JSONField(_("phases"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = AgendaTemplateQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda template")
        verbose_name_plural = _("agenda templates")
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "title"], name="one_template_per_title")
        ]

    def __str__(self) -> str:
        return self.title
