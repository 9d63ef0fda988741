"""Answers about the Dojo: its data and goal, which phase it is, and what each is for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assistant.facts.own_experiment import Look, asked
from classrooms.agenda.readers import agenda_words
from classrooms.models import Phase
from classrooms.models.agenda import PhaseKind
from experiments.templatetags.experiments import percent, score, whole

ADVICE: dict[str, Promise] = {
    PhaseKind.PRESENTATION.value: gettext_lazy(
        "Present one experiment from the question to the decision, a failed one if it taught "
        "more. **Which sentence should people remember tomorrow?**"
    ),
}


def on_data(look: Look) -> Iterator[str]:
    """Rows, target and metric, as everyone in the Dojo may know them."""
    setting = look.work.record.setting
    dojo, dataset = setting.dojo, setting.dojo.dataset
    sizes = dataset.part_sizes
    told = _(
        "%(title)s: %(train)s rows to learn from, %(test)s test rows, %(columns)s columns. The "
        "target is %(target)s; “%(positive)s” in %(share)s of the rows. The metric is %(metric)s, "
        "a success from %(threshold)s."
    ) % {
        "title": dataset.title,
        "train": whole(sizes.get("train", 0)),
        "test": whole(sizes.get("test", 0)),
        "columns": len(setting.schema.features),
        "target": f"`{dataset.target}`",
        "positive": dataset.positive_class,
        "share": percent(dataset.positive_rate),
        "metric": str(_(setting.metric.label)),
        "threshold": score(dojo.success_threshold),
    }
    yield asked(told, _("Which decision will the model help with?"))


def on_now(look: Look) -> Iterator[str]:
    """The current phase with its time, and the next."""
    setting = look.work.record.setting
    current = next((phase for phase in setting.phases if phase.is_current), None)
    if current is None:
        yield _("No phase is under way.")
        return
    left = max(0, round(current.remaining(setting.now).total_seconds() / 60))
    told = ngettext(
        "The phase is “%(phase)s”; %(minutes)s minute is left.",
        "The phase is “%(phase)s”; %(minutes)s minutes are left.",
        left,
    ) % {"phase": agenda_words(current.title), "minutes": left}
    later = [phase for phase in setting.phases if phase.is_to_come]
    parts = [told, _due(current)]
    if later:
        minutes = left
        lines = []
        for phase in later:
            lines.append(
                _("- in %(minutes)s min: %(phase)s")
                % {"minutes": minutes, "phase": agenda_words(phase.title)}
            )
            minutes += phase.minutes
        parts.append("\n".join(lines))
    yield "\n\n".join(filter(None, parts))


def on_phase(kind: str) -> Callable[[Look], Iterator[str]]:
    """What a kind of phase is for, in this Dojo's own words."""

    def answers(look: Look) -> Iterator[str]:
        for phase in look.work.record.setting.phases:
            if phase.kind == kind:
                minutes = _("%(phase)s: %(content)s (%(minutes)s min).") % {
                    "phase": agenda_words(phase.title),
                    "content": agenda_words(phase.content).rstrip("."),
                    "minutes": phase.minutes,
                }
                advice = str(ADVICE.get(kind, ""))
                yield "\n\n".join(filter(None, (minutes, _due(phase), advice)))
        yield from on_now(look)

    return answers


def _due(phase: Phase) -> str:
    if not phase.deliverable:
        return ""
    return _("What you have at its end: %(deliverable)s.") % {
        "deliverable": agenda_words(phase.deliverable).rstrip(".")
    }
