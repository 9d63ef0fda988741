"""Forms of what is said in the room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import Announcement, Dojo, Membership, RaisedHand


class AnnouncementForm(forms.ModelForm):
    """Something to say to everyone or to one person."""

    recipient = forms.ModelChoiceField(
        label=_("To"),
        queryset=Membership.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Everyone"),
    )

    class Meta:
        model = Announcement
        fields = ("recipient", "text")
        labels = {"text": _("Message")}
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}
        error_messages = {"text": {"required": _("Write what you want to say.")}}

    def __init__(self, *args: Any, dojo: Dojo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = dojo.memberships.participants().order_by("display_name")
        self.fields["recipient"].queryset = people  # type: ignore[attr-defined]


class RaiseHandForm(forms.ModelForm):
    """What help is needed with, where the person wants to say it."""

    class Meta:
        model = RaisedHand
        fields = ("reason",)
        labels = {"reason": _("What is it about? (optional)")}


class NoteForm(forms.ModelForm):
    """What the facilitators note about a participant, for themselves."""

    class Meta:
        model = Membership
        fields = ("facilitator_note",)
        labels = {"facilitator_note": _("Private note")}
        help_texts = {"facilitator_note": _("Facilitators alone see it. It saves itself.")}
        widgets = {"facilitator_note": forms.Textarea(attrs={"rows": 4})}
