"""The form of a rehearsal."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from experiments.demo.rehearsal import MOST_SIMULATED
from posting.numbers import WholeNumberField


class RehearsalForm(forms.Form):
    people = WholeNumberField(
        label=_("Simulated participants"),
        min_value=1,
        max_value=MOST_SIMULATED,
        initial=4,
        error_messages={
            name: _("Write how many people are simulated, from 1 to %(most)s.")
            % {"most": MOST_SIMULATED}
            for name in ("required", "invalid", "min_value", "max_value")
        },
    )
