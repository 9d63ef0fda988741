"""The agenda as a form: one row for each phase, moved and changed before it is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.forms.formsets import BaseFormSet, formset_factory
from django.http import QueryDict
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from classrooms.agenda.services import AgendaEntry, has_begun, settled_phases, shown_minutes
from classrooms.agenda.variants import (
    LEAST_MINUTES,
    MOST_MINUTES,
    MOST_PHASES,
    PhaseDraft,
    agenda_from_json,
    agenda_of,
)
from classrooms.intake.values import number_so_far
from classrooms.models import AgendaTemplate, Phase, User
from classrooms.models.agenda import PhaseKind
from classrooms.models.dojos import Variant
from posting.numbers import WholeNumberField

PREFIX = "phases"
Row = dict[str, Any]


class PhaseForm(forms.Form):
    """A phase. Of one that began, only the title changes, and its time becomes longer."""

    was = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Title"), max_length=80)
    kind = forms.ChoiceField(label=pgettext_lazy("phase", "Kind"), choices=PhaseKind.choices)
    planned_minutes = WholeNumberField(
        label=_("Minutes"), min_value=LEAST_MINUTES, max_value=MOST_MINUTES
    )
    content = forms.CharField(
        label=_("Content"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    deliverable = forms.CharField(label=_("Deliverable"), max_length=120, required=False)

    def __init__(self, *args: Any, phases: Mapping[int, Phase], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.phase = phases.get(_whole(self["was"].value()))
        self.has_begun = self.phase is not None and has_begun(self.phase)
        if self.phase and self.has_begun:
            self._settle(self.phase)

    def _settle(self, phase: Phase) -> None:
        for name in ("kind", "content", "deliverable"):
            self.fields[name].disabled = True
            self.initial[name] = getattr(phase, name)
        least = shown_minutes(phase)
        self.fields["planned_minutes"] = WholeNumberField(
            label=_("Minutes"),
            min_value=least,
            max_value=max(least, MOST_MINUTES),
            error_messages={
                "min_value": _(
                    "This phase has started. You can only lengthen it, to %s min or more."
                )
                % least
            },
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("was") is not None and self.phase is None:
            raise forms.ValidationError(gettext("This phase no longer exists. Reload the page."))
        return cleaned

    @property
    def entry(self) -> AgendaEntry:
        """The phase that a valid form describes."""
        values = dict(self.cleaned_data)
        return AgendaEntry(was=values.pop("was"), draft=PhaseDraft(**values))


class BaseAgendaForm(BaseFormSet):
    """All phases, in order.

    Attributes:
        phases: of the Dojo whose agenda is edited; none where it is not open yet.
    """

    phases: Sequence[Phase] = ()

    @property
    def settled(self) -> int:
        """Number of leading rows that keep their place."""
        return settled_phases(self.phases)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        by_position = {phase.position: phase for phase in self.phases}
        return {**super().get_form_kwargs(index), "phases": by_position}

    def _construct_form(self, i: int, **kwargs: Any) -> PhaseForm:
        form: PhaseForm = super()._construct_form(i, **kwargs)  # type: ignore[misc]
        form.empty_permitted = False  # a row is a phase, however little is written in it
        return form

    def clean(self) -> None:
        known = [form.phase.position for form in self.forms if form.phase]
        if len(known) != len(set(known)):
            raise forms.ValidationError(gettext("A phase appears twice. Reload the page."))

    @property
    def entries(self) -> list[AgendaEntry]:
        return [form.entry for form in self.forms]

    @property
    def drafts(self) -> list[PhaseDraft]:
        return [entry.draft for entry in self.entries]

    @property
    def lengths(self) -> list[tuple[Phase | None, int]]:
        """The phase of each row, if it has one already, and its minutes as far as they are
        numbers."""
        return [(form.phase, _whole(form["planned_minutes"].value())) for form in self.forms]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each phase's form, with what can be done to its place."""
        last = len(self.forms) - 1
        return [
            {
                "form": form,
                "number": place + 1,
                "key": form["was"].value() or f"new{place}",
                "can_rise": place > self.settled,
                "can_sink": self.settled <= place < last,
                "can_go": place >= self.settled and last > 0,
            }
            for place, form in enumerate(self.forms)
        ]

    @property
    def has_room(self) -> bool:
        return len(self.forms) < MOST_PHASES


AgendaForm = formset_factory(
    PhaseForm,
    formset=BaseAgendaForm,
    extra=0,
    min_num=1,
    validate_min=True,
    max_num=MOST_PHASES,
    validate_max=True,
    absolute_max=MOST_PHASES,
)


def _whole(value: Any) -> int:
    """A whole number as far as it is typed; 0 for anything else."""
    return number_so_far(value, most=99_999) or 0


def rows_of(drafts: Sequence[PhaseDraft]) -> list[Row]:
    """Rows of phases that no Dojo has yet."""
    return [draft.as_json() for draft in drafts]


def rows_of_phases(phases: Sequence[Phase]) -> list[Row]:
    """Rows of a Dojo's phases, with the minutes that they have now."""
    return [
        PhaseDraft.of(phase).as_json()
        | {"was": phase.position, "planned_minutes": shown_minutes(phase)}
        for phase in phases
    ]


def agenda_form(rows: Sequence[Row], phases: Sequence[Phase] = ()) -> Any:
    """An untouched form that shows these rows."""
    form: Any = AgendaForm(initial=list(rows), prefix=PREFIX)
    form.phases = phases
    return form


def posted_agenda(post: QueryDict, phases: Sequence[Phase] = ()) -> Any:
    """The posted agenda, to be validated."""
    form: Any = AgendaForm(post, prefix=PREFIX)
    form.phases = phases
    return form


def typed_rows(form: Any) -> list[Row]:
    """The posted rows, unchanged."""
    return [{name: phase[name].value() for name in phase.fields} for phase in form.forms]


def moved_rows(rows: list[Row], action: str, settled: int) -> list[Row]:
    """The rows after "up:2", "down:2", "remove:2" or "add"; what is not possible changes nothing.

    Args:
        settled: how many rows, from the first, keep their place.
    """
    verb, _colon, number = action.partition(":")
    place = _whole(number) if number else -1
    rows = list(rows)
    if verb == "add" and len(rows) < MOST_PHASES:
        return [*rows, {"kind": PhaseKind.ITERATIONS.value, "planned_minutes": 30}]
    if not settled <= place < len(rows):
        return rows
    if verb == "remove" and len(rows) > 1:
        del rows[place]
    other = {"up": place - 1, "down": place + 1}.get(verb, -1)
    if settled <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    return rows


def agenda_sources(user: User) -> list[tuple[str, list[tuple[str, str]]]]:
    """Agendas to start from: the standard ones, and the person's own templates."""
    own = AgendaTemplate.objects.visible_to(user)
    groups = [(gettext("Standard"), [(f"variant:{v}", str(n)) for v, n in Variant.choices])]
    if kept := [(f"template:{template.public_id}", template.title) for template in own]:
        groups.append((gettext("Your templates"), kept))
    return groups


def sourced_rows(user: User, source: str, language: str) -> list[Row] | None:
    """The rows of one of `agenda_sources`; None where there is none of this name."""
    kind, _colon, name = source.partition(":")
    if kind == "variant" and name in Variant.values:
        return rows_of(agenda_of(name, language))
    template = AgendaTemplate.objects.visible_to(user).filter(public_id=name).first()
    if kind != "template" or template is None:
        return None
    return rows_of(agenda_from_json(template.phases))


class TemplateTitleForm(forms.Form):
    """The title of an agenda template."""

    template_title = forms.CharField(label=_("Title of the template"), max_length=80)
