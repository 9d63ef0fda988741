"""Slides as one HTML file: arrow keys turn them, printing gives one page for each."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from experiments.pages.progress_chart import ProgressChart
from experiments.talks.slides import Deck


@cache
def deck_script() -> str:
    """The script that turns the slides."""
    path = settings.BASE_DIR / "static" / "js" / "talk_slides.js"
    return path.read_text(encoding="utf-8")


@cache
def deck_script_source() -> str:
    """The script as a policy names it: no other may run in a deck."""
    digest = hashlib.sha256(deck_script().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def html_deck(deck: Deck) -> str:
    """The slides that are shown, in the document's language."""
    with translation.override(deck.record.language):
        chart: ProgressChart | None = deck.learnings.chart
        context = {
            "slides": deck.shown,
            "learnings": deck.learnings,
            "chart": chart,
            "seat": deck.record.seat,
            "script": deck_script(),
        }
        return render_to_string("experiments/exports/deck.html", context)
