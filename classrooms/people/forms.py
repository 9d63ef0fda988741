"""Forms for invitations, facilitators and names."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from classrooms.intake.names import NameField
from classrooms.people.roster import MAX_PEOPLE, Line, decoded, read_roster

MAX_FILE = 200_000


class RosterForm(forms.Form):
    """Names pasted, or a file of them; a first look before they are invited."""

    names = forms.CharField(
        label=_("Names"),
        required=False,
        max_length=MAX_FILE,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "Amina Diallo; amina@example.org"}),
        help_text=_("One person per line. You can add an email after a comma or a semicolon."),
    )
    file = forms.FileField(label=_("Or a CSV file"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file and file.size > MAX_FILE:
            self.add_error("file", gettext("This file is too large for a list of names."))
            return cleaned
        content = file.read() if file else b""
        if b"\0" in content:
            self.add_error("file", gettext("This file isn't text. Save the list as CSV (UTF-8)."))
            return cleaned
        text = decoded(content) if file else cleaned.get("names", "")
        lines = read_roster(text)
        if not lines:
            self.add_error("names", gettext("Enter at least one name."))
        if len(lines) > MAX_PEOPLE:
            self.add_error(
                "names",
                gettext("Too many people at once: %(most)s at most.") % {"most": MAX_PEOPLE},
            )
        wrong = [line for line in lines if line.problem]
        for line in wrong[:10]:
            self.add_error("names", f"{_where(line)} {line.problem}")
        if len(wrong) > 10:
            more = len(wrong) - 10
            self.add_error(
                "names",
                ngettext("And %(more)s more line.", "And %(more)s more lines.", more)
                % {"more": more},
            )
        # What came from a file stays in sight, to be mended.
        shown: Any = self.data
        self.data = shown.copy()
        self.data["names"] = text  # type: ignore[index]
        cleaned["lines"] = lines
        return cleaned


def _where(line: Line) -> str:
    return gettext("Line %(number)s, “%(name)s”:") % {"number": line.number, "name": line.name}


class FacilitatorForm(forms.Form):
    email = forms.EmailField(
        label=_("Email"),
        help_text=_(
            "Once they have accepted, with an account of this address, they can do everything that "
            "you can do in this Dojo."
        ),
    )


class RenameForm(forms.Form):
    display_name = NameField(label=_("Display name"))
