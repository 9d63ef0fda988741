"""Why a run does not rank, in words; no column is named."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OBJECTIONS: dict[str, Promise] = {
    "marked": _("Doesn't rank: it uses a column recorded after the outcome."),
    "alarm": _("Doesn't rank: open leak alarm."),
}
