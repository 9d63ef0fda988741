"""Admin actions on several Dojos at once, by the same rules as the cockpit."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classrooms.access import may_open_dojos
from classrooms.agenda import timeline
from classrooms.audit.notes import Action, note
from classrooms.dojos import cloning
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, User
from classrooms.people import services as people


def do_to_each(
    request: HttpRequest,
    dojos: Iterable[Dojo],
    verb: Callable[[Dojo], object],
    refusal: str | Promise,
) -> None:
    """Do it to each Dojo, and say for how many, and for which not.

    Args:
        verb: raises NotNow where the Dojo is not in the state for it.
        refusal: why it was not done to the Dojos that are then named.
    """
    refused, done = [], 0
    for dojo in dojos:
        try:
            verb(dojo)
        except NotNow:
            refused.append(dojo.title)
        else:
            done += 1
    if done:
        words = ngettext("Done for %(count)s Dojo.", "Done for %(count)s Dojos.", done)
        messages.success(request, words % {"count": done})
    if refused:
        messages.warning(request, f"{refusal} {get_text_list(refused, _('and'))}")


Found = QuerySet[Dojo]


@admin.action(description=gettext_lazy("Start"), permissions=["change"])
def start(model_admin: admin.ModelAdmin[Dojo], request: HttpRequest, dojos: Found) -> None:
    refusal = gettext_lazy("Already started, or without phases:")

    def start_one(dojo: Dojo) -> None:
        timeline.start_dojo(dojo)
        note(dojo, cast(User, request.user), Action.CLOCK, detail="start")

    do_to_each(request, dojos, start_one, refusal)


@admin.action(description=gettext_lazy("New join code"), permissions=["change"])
def rotate_code(model_admin: admin.ModelAdmin[Dojo], request: HttpRequest, dojos: Found) -> None:
    def rotate(dojo: Dojo) -> None:
        if dojo.has_ended or dojo.is_solo:
            raise NotNow
        people.rotate_code(dojo)
        note(dojo, cast(User, request.user), Action.CODE)

    do_to_each(request, dojos, rotate, gettext_lazy("Joining is closed in these Dojos:"))


@admin.action(description=gettext_lazy("Clone"), permissions=["change"])
def clone(model_admin: admin.ModelAdmin[Dojo], request: HttpRequest, dojos: Found) -> None:
    def clone_one(dojo: Dojo) -> None:
        # The admin lets in nobody who is not logged in.
        user = cast(User, request.user)
        if not dojo.seats.facilitators().held_by(user).exists() or not may_open_dojos(user):
            raise NotNow
        title = _("%(title)s (copy)") % {"title": dojo.title}
        cloning.clone_dojo(dojo, facilitator=user, title=title)

    refusal = gettext_lazy(
        "To clone a Dojo, you must facilitate it and be allowed to create Dojos; "
        "solo sessions can't be cloned:"
    )
    do_to_each(request, dojos, clone_one, refusal)
