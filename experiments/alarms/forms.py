"""The facilitator's answer to a leak alarm."""

from __future__ import annotations

from django import forms

from experiments.models import ClosedAlarm


class ClosingForm(forms.ModelForm):
    """Why a column may be used, although it seems to know the outcome."""

    class Meta:
        model = ClosedAlarm
        fields = ("reason",)
