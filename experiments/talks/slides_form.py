"""Form of the presentation slides: title, text and visibility of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from experiments.talks.slides import MAX_TEXT, MAX_TITLE, Deck, Slide
from posting.edits import EditForm


class SlidesForm(EditForm, forms.Form):
    """Begins with what is presented now."""

    def __init__(self, *args: Any, deck: Deck, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._slides = deck.slides
        for slide in deck.slides:
            self.fields[f"title-{slide.key}"] = forms.CharField(
                label=_("Title"), max_length=MAX_TITLE, initial=slide.title
            )
            self.fields[f"text-{slide.key}"] = forms.CharField(
                label=_("Text"),
                max_length=MAX_TEXT,
                required=False,
                initial=slide.text,
                widget=forms.Textarea(attrs={"rows": 3}),
            )
            self.fields[f"is_shown-{slide.key}"] = forms.BooleanField(
                label=_("Show this slide"), required=False, initial=slide.is_shown
            )

    @property
    def rows(self) -> list[tuple[Slide, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The slides, each with its fields."""
        return [
            (
                slide,
                self[f"title-{slide.key}"],
                self[f"text-{slide.key}"],
                self[f"is_shown-{slide.key}"],
            )
            for slide in self._slides
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(f"is_shown-{slide.key}") for slide in self._slides):
            raise forms.ValidationError(_("Show at least one slide."))
        return cleaned

    @property
    def told(self) -> dict[str, dict[str, Any]]:
        """The posted edits, by key of the slide."""
        cleaned = self.cleaned_data
        return {
            slide.key: {
                "title": cleaned[f"title-{slide.key}"],
                "text": cleaned[f"text-{slide.key}"].replace("\r\n", "\n"),
                "is_shown": cleaned[f"is_shown-{slide.key}"],
            }
            for slide in self._slides
        }
