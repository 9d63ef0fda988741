"""The rule-based coach in conversation: a fact from the record or a topic, then one question."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistant.facts.own_experiment import Look, speaks_of
from assistant.facts.own_work import answers_on, on_next
from assistant.facts.records import Work
from assistant.facts.topics import topic_of
from classrooms.models.agenda import PhaseKind
from experiments.findings.reading import folded
from experiments.models import Experiment

Text = str | Promise

# What is said to a coach rather than asked of one.
_GREETING = re.compile(r"(?:bonjour|bonsoir|salut|coucou|hello|hi|hey)\b\W*(?:coach\W*)?")
_THANKS = re.compile(r"(?:(?:ok|oui|super|great)\W+)?(?:merci|thanks?|thank you)\b.{0,25}")
_WHO = re.compile(
    r"\b(?:es.?tu|tu es|t'es|etes.?vous|vous etes|are you)\b.{0,25}"
    r"\b(?:ia|ai|robot|bot|humain\w*|human|chatgpt|claude|llm|vrai\w*|real)\b"
    r"|\bwho are you|\bqui (?:es.?tu|etes.?vous)|\btu es qui|\bwhat can you do"
    r"|\bque (?:sais|peux).?tu\b"
)
_DO_IT = re.compile(
    r"(?!.*\b(?:how|comment)\b).*(?:"
    r"\b(?:donne[sz]?|give|tell|dis|dites)\b.{0,15}\b(?:reponses?|solutions?|answers?)\b"
    r"|\b(?:donne[sz]?|give|ecri[st]\w*|write|redige\w*|fai[st]\w*|do|choose|choisi\w*|propose)\b"
    r".{0,15}\b(?:hypothes\w*|conclusions?|analys[ei]\w*|config\w*|cadrage|framing|travail|work)\b"
    r"|\b(?:which|what|quelles?) (?:columns?|colonnes?)\b.{0,30}\b(?:leak\w*|fui\w*)"
    r"|\b(?:which|what|quelles?) hypothes\w*\b.{0,20}\b(?:should|dois|test\w*|choisir|choose))"
)
_TAMPERS = re.compile(
    r"\b(?:prompt|system message|consignes)\b|\bignore\w*\b.{0,20}\binstruct"
    r"|\b(?:give|donne\w*)\b.{0,12}\b(?:3|three|trois|max\w*)\b.{0,12}(?:everywhere|partout|points?)"
)

_WHAT_NOW = re.compile(
    r"\b(?:next|prochaine?s?|ensuite|et maintenant|now what|par (?:quoi|ou)\b|perdue?s?|lost|stuck"
    r"|bloquee?s?)\b|\bwhere (?:do|should) i (?:start|begin)|\bhelp me|\bneed help"
    r"|^(?:help|aide)\b|\baide[zr]?.moi|\bbesoin d'aide|\bwhat (?:should|can|do) i do\b"
    r"|\bque (?:dois|faire|puis)|\bquoi faire|\bi (?:don't|do not) know|\bsais pas"
    r"|\bcomprends? (?:rien|pas)|\b(?:don't|do not) understand"
)

QUICK_PROMPTS: dict[str, tuple[Text, ...]] = {
    PhaseKind.THEORY: (
        gettext_lazy("What makes a good hypothesis?"),
        gettext_lazy("Why hold rows out?"),
    ),
    PhaseKind.SETUP: (
        gettext_lazy("Is my framing clear enough?"),
        gettext_lazy("Which baseline makes sense here?"),
    ),
    PhaseKind.ITERATIONS: (
        gettext_lazy("Is my hypothesis testable?"),
        gettext_lazy("What does my last result say?"),
        gettext_lazy("Am I changing too much at once?"),
    ),
    PhaseKind.INTERPRETATION: (
        gettext_lazy("Where should I look at the errors?"),
        gettext_lazy("What can't I trust this model for?"),
    ),
    PhaseKind.DOCUMENTATION: (
        gettext_lazy("What is missing in my log?"),
        gettext_lazy("Would someone else understand it?"),
    ),
    PhaseKind.PRESENTATION: (gettext_lazy("Which experiment taught me most?"),),
}


def quick_prompts(phase: str | None) -> list[str]:
    """Suggested questions for this phase."""
    return [str(text) for text in QUICK_PROMPTS.get(phase or "", QUICK_PROMPTS["iterations"])]


def answer_by_rules(
    work: Work, looked_at: Experiment | None, question: str, said_before: Collection[str] = ()
) -> str:
    """What the rules answer.

    Args:
        said_before: what the coach said last, so as not to repeat it.
    """
    plain = folded(question).replace("’", "'").strip()
    look = Look(work, speaks_of(work, looked_at, plain))
    fitting = [*_fitting(look, plain)]
    answers = [*fitting, *_whatever_is_asked(look, _excuse(plain, bool(fitting)))]
    return next((one for one in answers if one not in said_before), answers[0])


def _fitting(look: Look, question: str) -> Iterator[str]:
    """Answers that fit a question, best first."""
    topic = topic_of(question)
    if _GREETING.fullmatch(question):
        yield _("Hello! I'm the rule-based coach.") + f"\n\n{next(on_next(look))}"
    elif _THANKS.fullmatch(question):
        yield _("You're welcome. Write down what you learned while it is fresh.")
    elif _TAMPERS.search(question):
        yield _("I only coach: points come from your record, whatever a text asks for.")
    elif _WHO.search(question):
        yield _(
            "I'm the rule-based coach: not a language model, but fixed rules that "
            "read your framing, hypotheses, configs and results. Ask me about one of "
            "these, or about a machine learning concept."
        )
    elif _DO_IT.match(question):
        help_with_it = str(topic.answer) if topic else next(on_next(look))
        yield _("That is for you to find. Here's a question:") + f"\n\n{help_with_it}"
    else:
        yield from answers_on(look, question)
        if topic:
            yield str(topic.answer)


def _whatever_is_asked(look: Look, excuse: str) -> Iterator[str]:
    """A generally helpful answer, after saying that it doesn't answer the question."""
    for answer in on_next(look):
        yield f"{excuse}\n\n{answer}".strip()


def _excuse(question: str, is_understood: bool) -> str:
    if is_understood:
        return _("I don't have more on that. Here's a question instead:")
    if _WHAT_NOW.search(question):
        return ""
    return _("I don't have an answer to that. Here's a question instead:")
