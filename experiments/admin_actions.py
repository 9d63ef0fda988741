"""Admin actions on the experiments of several Dojos at once."""

from __future__ import annotations

import tempfile
import zipfile
from typing import cast

from django.contrib import admin
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classrooms.admin import DojoAdmin
from classrooms.administration.actions import Found, do_to_each
from classrooms.audit.notes import Action, note
from classrooms.models import Dojo, User
from experiments.exports.archives.dojo import dojo_archive_name, write_dojo_archive
from experiments.exports.archives.participant import write_entry
from experiments.leaderboard import reveal

IN_MEMORY = 4 * 1024 * 1024


@admin.action(description=_("Freeze the leaderboard"), permissions=["change"])
def freeze(model_admin: admin.ModelAdmin[Dojo], request: HttpRequest, dojos: Found) -> None:
    def freeze_one(dojo: Dojo) -> None:
        if reveal.freeze(dojo):
            note(dojo, cast(User, request.user), Action.BOARD, detail="freeze")

    do_to_each(request, dojos, freeze_one, "")


@admin.action(description=_("Export everything as a ZIP"), permissions=["view"])
def export(model_admin: admin.ModelAdmin[Dojo], request: HttpRequest, dojos: Found) -> FileResponse:
    """Of each Dojo what its facilitator's summary page gives, in one file."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 (closed once it is sent)
    with zipfile.ZipFile(file, "w") as archive:
        for dojo in dojos:
            viewer = dojo.seats.facilitators().with_dojo()
            note(dojo, cast(User, request.user), Action.TOOK_DOJO)
            with tempfile.SpooledTemporaryFile(IN_MEMORY) as own:
                write_dojo_archive(own, viewer[0])
                own.seek(0)
                name = dojo_archive_name(dojo, anonymous=False).removesuffix(".zip")
                write_entry(archive, f"{name}-{dojo.public_id}.zip", own.read(), packed=False)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"dojos-{timezone.localdate()}.zip")


DojoAdmin.actions = (*DojoAdmin.actions, freeze, export)
