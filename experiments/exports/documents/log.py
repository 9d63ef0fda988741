"""The experiment log in the standard format, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from classrooms.datasets.recipe import recipe_lines
from classrooms.models import Dataset
from experiments.exports.documents.code import log_code
from experiments.exports.documents.content import ExperimentContent, Line, LogContent, log_content
from experiments.exports.documents.glance import summary_of
from experiments.exports.record import Record
from experiments.sealing.page import root_lines

# What would begin a heading, a list, a quote, a rule, a fence or a table in Markdown. Of a
# number it is the mark behind it that can be taken for a list's, and be escaped.
BLOCK_START = re.compile(r"^(\s*(?:\d+(?=[.)](?:\s|$)))?)([#>|+\-=*_~`.)])", re.MULTILINE)
# What would begin a link, an image or a formula.
INLINE = re.compile(r"[\[$]")
# A line that ends within its paragraph: Markdown would run it into the next one.
LINE_END = re.compile(r"(?<!\n)\n(?!\n)")


def plain(text: str) -> str:
    """A participant's text as Markdown that shows it and structures nothing."""
    text = text.strip().replace("\r\n", "\n").replace("<", "&lt;")
    text = BLOCK_START.sub(lambda found: f"{found[1]}\\{found[2]}", text)
    text = INLINE.sub(lambda found: f"\\{found[0]}", text)
    return LINE_END.sub("  \n", text)


def plain_line(text: str) -> str:
    return plain(" ".join(text.split()))


def cleaning_list(dataset: Dataset) -> str:
    """What was cleaned in the data, as a list below a paragraph; empty if nothing was."""
    bullets = [f"- {plain_line(line)}" for line in recipe_lines(dataset)]
    return "\n\n".join(["", _("It was cleaned before:"), "\n".join(bullets)]) if bullets else ""


def experiment_log(record: Record) -> str:
    """The whole log of one participant: context, then every experiment, failures too."""
    with translation.override(record.language):
        content = log_content(record)
        written = log_code(record, content)
        sections = [opening(content, summary_of(record))]
        for one, own in zip(content.experiments, written.own, strict=True):
            code = "### " + _("Code") + f"\n```python\n{own}\n```"
            parts = [before_code(one), code, results(one), *_checks(one), after_results(one)]
            sections.append("\n\n".join(parts) + "\n")
        if end := closing(content):
            sections.append(end + "\n")
        if written.shared:
            sections.append(_shared(written.shared))
        if lines := root_lines(record.seat.dojo):
            sections.append(_roots(lines))
    return "\n---\n\n".join(sections)


def opening(content: LogContent, summary: Sequence[tuple[str, str]] = ()) -> str:
    """Title, the log in short, introduction and context."""
    parts = [f"# {plain_line(content.heading)}", f"*{_emphasised(content.byline)}*"]
    if summary:
        parts.append(_summary(summary))
    if content.introduction:
        parts.append("## " + _("Introduction") + "\n" + plain(content.introduction))
    context = "\n".join(_bullet(line) for line in content.context)
    return "\n\n".join([*parts, "## " + _("Context") + "\n" + context]) + "\n"


def closing(content: LogContent) -> str:
    """Experiments left out, and the conclusion; empty if there is neither."""
    parts = [f"*{content.left_out}*"] if content.left_out else []
    if content.conclusion:
        parts.append("## " + _("Conclusion") + "\n" + plain(content.conclusion))
    return "\n\n".join(parts)


def _summary(told: Sequence[tuple[str, str]]) -> str:
    """What whoever has a minute reads."""
    title = "**" + _("In short") + "**"
    bullets = [_bullet(Line(label, text)) for label, text in told]
    return "\n\n".join([title, "\n".join(bullets)])


def _shared(code: str) -> str:
    """The code that every experiment's follows, once."""
    words = _(
        "An experiment's code follows this code in one file next to data.csv; it then gives the "
        "numbers above."
    )
    return f"## {_('Shared code')}\n{words}\n\n```python\n{code}\n```\n"


def _roots(lines: list[str]) -> str:
    """The roots of the sealed record, and what they are for."""
    purpose = render_to_string("experiments/sealing/in_log.txt")
    bullets = "\n".join(f"- {plain_line(line)}" for line in lines)
    return "\n\n".join(["## " + _("Sealed record"), purpose, bullets]) + "\n"


def _emphasised(text: str) -> str:
    return plain_line(text).replace("*", "\\*")


def _bullet(line: Line) -> str:
    value = ", ".join(map(_as_code, line.names)) or plain_line(line.text)
    return _("- **%(label)s**: %(value)s") % {"label": line.label, "value": value}


def _as_code(name: str) -> str:
    """A column's name as it is, even where it has a backtick itself."""
    return f"`` {name} ``" if "`" in name else f"`{name}`"


def before_code(content: ExperimentContent) -> str:
    """Hypothesis and approach."""
    hypothesis = "\n\n".join(plain(line) for line in content.hypothesis)
    return "\n\n".join(
        [
            "## " + content.heading,
            "### " + _("Hypothesis") + "\n" + hypothesis,
            "### " + _("Approach") + "\n" + "\n".join(_bullet(line) for line in content.approach),
        ]
    )


def results(content: ExperimentContent) -> str:
    """The table Metric | Train | Test with what it does not say, or why there is none."""
    parts = [content.no_result] if content.no_result else [_table(content)]
    if content.result_notes:
        parts.append("\n".join(f"- {note}" for note in content.result_notes))
    if content.verdict:
        parts.append(f"**{content.verdict}**")
    if content.ruler_words:
        parts.append(content.ruler_words)
    return "### " + _("Results") + "\n" + "\n\n".join(parts)


def _checks(content: ExperimentContent) -> list[str]:
    """What a careful colleague would look at, as a part of the results."""
    return ["\n".join(f"- {plain_line(line)}" for line in content.checks)] if content.checks else []


def _table(content: ExperimentContent) -> str:
    header = f"| {_('Metric')} | Train | Test |\n|----------|-------|------|\n"
    return header + "\n".join(
        f"| {line.label} | {line.train} | {line.test} |" for line in content.metrics
    )


def after_results(content: ExperimentContent) -> str:
    """Analysis with notes on errors, limits, and what comes next."""
    analysis = [plain(line) for line in content.analysis]
    if content.earlier:
        analysis.append("\n".join(f"- {plain_line(line)}" for line in content.earlier))
    if content.row_notes:
        notes = [
            _("- Row %(row)s: %(note)s") % {"row": row, "note": plain_line(note)}
            for row, note in content.row_notes
        ]
        analysis.append("\n".join([_("Notes on errors:"), "", *notes]))
    parts = ["### " + _("Analysis") + "\n" + "\n\n".join(analysis)]
    if content.limits:
        parts.append("### " + _("Limitations") + "\n" + plain(content.limits))
    parts.append("### " + pgettext("log", "Next") + "\n" + plain(content.next_step))
    return "\n\n".join(parts)
