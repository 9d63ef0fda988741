"""Add, move and remove rows of an agenda that has not been saved yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from classrooms.agenda.forms import (
    TemplateTitleForm,
    agenda_form,
    agenda_sources,
    moved_rows,
    sourced_rows,
    typed_rows,
)
from classrooms.agenda.services import keep_template
from classrooms.exceptions import TitleTaken
from classrooms.models import Phase, User


class AgendaEdit:
    """One change of the rows of an agenda that is not saved yet."""

    def __init__(
        self, user: User, post: QueryDict, form: Any, phases: Sequence[Phase] = ()
    ) -> None:
        self.user, self.post, self.form, self.phases = user, post, form, phases
        typed = post.get("template_title", "")
        self.title_form = TemplateTitleForm(initial={"template_title": typed})
        self.said = ""

    def do(self, action: str, language: str) -> None:
        """Move, add, remove, begin with another agenda, or keep this one as a template."""
        if action == "keep":
            self._keep()
            return
        rows = typed_rows(self.form)
        settled = self.form.settled
        if action == "use":
            source = self.post.get("source", "")
            found = sourced_rows(self.user, source, language)
            rows = rows if found is None else [*rows[:settled], *found]
        else:
            rows = moved_rows(rows, action, settled)
        self.form = agenda_form(rows, self.phases)

    def _keep(self) -> None:
        self.title_form = TemplateTitleForm(self.post)
        # Both are asked, so that all that is to mend shows at once.
        if not all([self.title_form.is_valid(), self.form.is_valid()]):
            return
        title = self.title_form.cleaned_data["template_title"]
        try:
            keep_template(self.user, title, self.form.drafts)
        except TitleTaken:
            self.title_form.add_error("template_title", title_taken_message())
        else:
            self.title_form = TemplateTitleForm()
            self.said = _("“%(title)s” is now one of your templates.") % {"title": title}

    @property
    def context(self) -> dict[str, Any]:
        return {
            "form": self.form,
            "title_form": self.title_form,
            "sources": agenda_sources(self.user),
            "said": self.said,
        }


def title_taken_message() -> str:
    return _("You already have a template with this title.")
