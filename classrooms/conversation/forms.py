"""Forms of announcements, raised hands and private notes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from classrooms.models import Announcement, Dojo, RaisedHand, Seat
from posting.edits import EditForm


class AnnouncementForm(forms.ModelForm):
    """Something to say to everyone or to one person."""

    recipient = forms.ModelChoiceField(
        label=_("To"),
        queryset=Seat.objects.none(),
        to_field_name="public_id",
        required=False,
        empty_label=_("Everyone"),
    )

    class Meta:
        model = Announcement
        fields = ("recipient", "text")
        labels = {"text": _("Message")}
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}
        error_messages = {"text": {"required": _("Enter a message.")}}

    def __init__(self, *args: Any, dojo: Dojo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = dojo.seats.participants().order_by("display_name")
        self.fields["recipient"].queryset = people  # type: ignore[attr-defined]


class RaiseHandForm(forms.ModelForm):
    """The optional reason for raising a hand."""

    class Meta:
        model = RaisedHand
        fields = ("reason",)
        labels = {"reason": _("What is it about? (optional)")}


class NoteForm(EditForm, forms.ModelForm):
    """The facilitators' private note about a participant."""

    class Meta:
        model = Seat
        fields = ("facilitator_note",)
        labels = {"facilitator_note": _("Private note")}
        help_texts = {"facilitator_note": _("Visible to facilitators only. Saved automatically.")}
        widgets = {"facilitator_note": forms.Textarea(attrs={"rows": 4})}
