"""A draft of a new Dojo, filled in step by step.

It stays in the person's session until the Dojo is open, as it was typed: what is not
valid yet is kept too.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict

from classrooms.agenda.forms import PREFIX, Row, agenda_form, posted_agenda, rows_of, typed_rows
from classrooms.agenda.variants import agenda_of
from classrooms.dojos.forms import OpeningForm, RulesForm, VariantForm
from classrooms.dojos.schedule import Schedule
from classrooms.dojos.services import create_dojo
from classrooms.dojos.settings.rules import proposed_rules
from classrooms.models import Dataset, Dojo, User
from classrooms.models.dojos import Variant
from engine.spec.models import MODELS
from posting.numbers import number_text
from posting.once import FIELD as ONE_TIME_KEY

STEPS = ("dataset", "variant", "agenda", "rules")
SESSION_KEY = "opening"


class Opening:
    """Draft of a new Dojo."""

    def __init__(self, session: SessionBase, user: User, language: str) -> None:
        self.session, self.user, self.page_language = session, user, language
        self.kept: dict[str, str] = session.get(SESSION_KEY, {})

    # --- What was typed -----------------------------------------------------------
    def typed(self, step: str) -> QueryDict | None:
        return QueryDict(self.kept[step]) if step in self.kept else None

    def keep(self, step: str, post: QueryDict) -> None:
        """Remember a step as it was typed; what was merely proposed follows it."""
        proposed_before = self._proposed_rows(), self._proposed_models(), self._proposed_measure()
        data = post.copy()
        for name in ("csrfmiddlewaretoken", ONE_TIME_KEY, "action"):
            data.pop(name, None)
        self._store(step, data)
        if step in ("dataset", "variant"):
            self._follow(*proposed_before)

    def _store(self, step: str, data: QueryDict) -> None:
        self.kept[step] = data.urlencode()
        self.session[SESSION_KEY] = self.kept

    def _follow(self, rows: list[Row], models: list[str], measure: dict[str, Any]) -> None:
        """Update proposals that the person has not changed."""
        agenda = self.typed("agenda")
        if agenda and _drafts(posted_agenda(agenda)) == _drafts(agenda_form(rows)):
            self.kept.pop("agenda")
        if typed := self.typed("rules"):
            data = typed.copy()
            if typed.getlist("allowed_models") == models:
                data.setlist("allowed_models", self._proposed_models())
            for name, value in self._proposed_measure().items():
                if typed.get(name) in (str(measure[name]), _as_shown(measure[name])):
                    data[name] = _as_shown(value)
            self._store("rules", data)

    def keep_rows(self, rows: list[Row]) -> None:
        """Remember the agenda's rows."""
        data = QueryDict(mutable=True)
        data[f"{PREFIX}-TOTAL_FORMS"] = str(len(rows))
        data[f"{PREFIX}-INITIAL_FORMS"] = "0"
        for place, row in enumerate(rows):
            for name, value in row.items():
                data[f"{PREFIX}-{place}-{name}"] = "" if value is None else str(value)
        self._store("agenda", data)

    def forget(self) -> None:
        """Start over."""
        self.kept = {}
        self.session.pop(SESSION_KEY, None)

    def begin_with(self, dataset_id: str) -> None:
        """Start over with this dataset."""
        self.forget()
        data = QueryDict(mutable=True)
        data.update(self._opening_initial() | {"dataset": dataset_id})
        self._store("dataset", data)

    # --- What follows from it -----------------------------------------------------
    @property
    def variant(self) -> str:
        typed = self.typed("variant")
        chosen = typed.get("variant", "") if typed else ""
        return chosen if chosen in Variant.values else Variant.STANDARD.value

    @property
    def language(self) -> str:
        typed = self.typed("dataset")
        chosen = typed.get("language", "") if typed else ""
        return chosen if chosen in dict(settings.LANGUAGES) else self.page_language

    @property
    def schedule(self) -> Schedule | None:
        """The planned start; None where it is not right yet."""
        form = self.form("variant")
        return form.cleaned_data["schedule"] if form.is_valid() else None

    # --- Forms --------------------------------------------------------------------
    def form(self, step: str) -> Any:
        """The step's form: with what was typed, or untouched."""
        typed = self.typed(step)
        match step:
            case "dataset":
                return OpeningForm(typed, user=self.user, initial=self._opening_initial())
            case "variant":
                zone = Dojo._meta.get_field("time_zone").default
                initial = {"variant": Variant.STANDARD, "time_zone": zone}
                return VariantForm(typed, initial=initial)
            case "agenda":
                return posted_agenda(typed) if typed else agenda_form(self._proposed_rows())
            case _:
                rules = proposed_rules(self.variant)
                return RulesForm(
                    typed,
                    instance=rules,
                    dataset=self._dataset or Dataset(),
                    measure=self._proposed_measure(),
                )

    def sound_form(self, step: str) -> Any:
        """The step's form, ready to be validated: what was not typed is as it is proposed."""
        form = self.form(step)
        if form.is_bound:
            return form
        if step == "agenda":
            self.keep_rows(self._proposed_rows())
        else:
            self._store(step, _posted(form))
        return self.form(step)

    def _opening_initial(self) -> dict[str, Any]:
        newest = Dataset.objects.visible_to(self.user).ready().first()
        return {
            "dataset": newest.public_id if newest else "",
            "language": self.page_language,
            "display_name": self.user.proposed_name,
        }

    def _proposed_rows(self) -> list[Row]:
        return rows_of(agenda_of(self.variant, self.language))

    def _proposed_models(self) -> list[str]:
        return proposed_rules(self.variant).allowed_models or list(MODELS)

    def _proposed_measure(self) -> dict[str, Any]:
        return (self._dataset or Dataset()).proposed_measure

    @property
    def _dataset(self) -> Dataset | None:
        """The dataset chosen so far."""
        typed = self.typed("dataset")
        chosen = typed.get("dataset", "") if typed else self._opening_initial()["dataset"]
        return Dataset.objects.visible_to(self.user).filter(public_id=chosen).first()

    # --- Opening --------------------------------------------------------------------
    def first_to_mend(self) -> str | None:
        """The first step that is not right yet, if any."""
        return next((step for step in STEPS if not self.sound_form(step).is_valid()), None)

    def open(self) -> Dojo:
        """Open the Dojo, all steps being right, and forget what was typed."""
        filled = {step: self.sound_form(step) for step in STEPS}
        for form in filled.values():
            form.is_valid()
        about, how = filled["dataset"].cleaned_data, filled["variant"].cleaned_data
        dojo = create_dojo(
            facilitator=self.user,
            variant=how["variant"],
            schedule=how["schedule"],
            agenda=filled["agenda"].drafts,
            **about,
            **filled["rules"].chosen,
        )
        self.forget()
        return dojo


def _as_shown(value: str | float) -> str:
    return value if isinstance(value, str) else number_text(value)


def _posted(form: forms.Form) -> QueryDict:
    """The data that a browser posts for an untouched form."""
    data = QueryDict(mutable=True)
    for field in form:
        value = field.value()
        if isinstance(value, list | tuple):
            data.setlist(field.name, [str(item) for item in value])
        elif value not in (None, "", False):
            data[field.name] = "on" if value is True else str(value)
    return data


def _drafts(form: Any) -> list[dict[str, str]]:
    """The rows of an agenda as text, to be compared."""
    return [
        {name: str(value or "") for name, value in row.items() if name != "was"}
        for row in typed_rows(form)
    ]
