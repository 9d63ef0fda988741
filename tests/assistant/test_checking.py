"""What a language model says is checked against the record, sentence by sentence."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.checking.check import faults_of
from assistant.checking.known import Known, Run
from assistant.checking.sentences import Sentences, split

FILE = Path(__file__).parent / "answers.yaml"
TEXTS = (
    "Customers leave where an upgrade meets falling use, and only trees find interactions.",
    "Les mensuels partent plus vite que les autres.",
    "Eight years a customer, and still left.",
    "Huit ans d'ancienneté, et parti quand même.",
)
RUNS = (
    Run(1, gap_is_notable=False, decision="keep"),
    Run(
        2,
        directions=frozenset({"better"}),
        gap_is_notable=True,
        verdict="as_forecast",
        decision="keep",
        changes=1,
        confusion={"tp": 231, "fp": 89, "fn": 133, "tn": 1147},
    ),
    Run(
        3,
        directions=frozenset({"unclear"}),
        gap_is_notable=False,
        verdict="cannot_tell",
        decision="reject",
        changes=1,
    ),
)


@cache
def known(language: str) -> Known:
    """A baseline, a better run that overfits, and one that nobody can tell from it."""
    return Known(
        language=language,
        numbers=frozenset(
            {0.7731, 0.7902, 0.8104, 0.8672, 0.8112, 0.0373, 0.0163, 0.0583, 0.0008, 0.0041}
            | {0.0057, 4800.0, 1600.0, 8000.0, 0.8, 0.03, 89.0, 133.0, 231.0, 1147.0}
        ),
        reference_numbers=frozenset({0.05, 4.0, 0.3, 90.0}),
        scores={
            "train": (0.7902, 0.8672),
            "test": (0.7731, 0.8104, 0.8112),
            "of 1": (0.7902, 0.7731),
            "of 2": (0.8672, 0.8104),
            "goal": (0.8104, 0.8),
            "interval of the difference": (0.0163, 0.0583),
        },
        texts=TEXTS,
        words=frozenset({"balanced", "contract"}),
        runs={run.number: run for run in RUNS},
        numbers_taken=frozenset({1, 2, 3}),
        looked_at=2,
        hidden_columns=frozenset({"retention_credit_eur"}),
        settings={"learning rate": frozenset({0.1}), "profondeur maximale": frozenset({8.0})},
        counted={
            "changes": frozenset({0, 1}),
            "experiments": frozenset(range(4)),
            "errors": frozenset({89, 133, 222}),
        },
    )


@cache
def told() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


@pytest.mark.parametrize("wrong", told()["wrong"], ids=lambda one: one["text"][:40])
def test_what_the_record_contradicts_is_found(wrong: dict[str, str]) -> None:
    first = split(wrong["text"])[0]
    codes = {fault.code for fault in faults_of(first, known(wrong["language"]))}
    assert wrong["fault"] in codes


def test_what_is_right_is_shown_and_every_question_of_it() -> None:
    dropped, sentences = [], 0
    for group in told()["right"]:
        assert len(group["texts"]) == 30
        for text in group["texts"]:
            for sentence in split(text):
                sentences += 1
                if faults := faults_of(sentence, known(group["language"])):
                    dropped.append((sentence, faults))
    assert not [one for one, _faults in dropped if one.rstrip().endswith("?")], dropped
    assert sentences > 100
    assert len(dropped) <= 0.02 * sentences, dropped


@pytest.mark.parametrize(
    "text",
    [
        "It rose by 0.8 points. Why? ",
        "Cela vaut 0,82 (p. ex. « Oui. Non. »). Pourquoi ?",
        "One\n\n- two\n- three. Four",
        "Try this:\n```hypothesis\nA rise. Of 0.03!\n```\nWhat do you think?",
        "“Is it? Yes.” you wrote. Good!",
    ],
)
def test_sentences_are_cut_the_same_whole_or_word_by_word(text: str) -> None:
    cutter = Sentences()
    by_letter = [piece for letter in text for piece in cutter.feed(letter)] + cutter.finish()
    assert "".join(by_letter) == text
    assert [one.strip() for one in by_letter if one.strip()] == [
        one.strip() for one in split(text) if one.strip()
    ]


def test_a_decimal_a_quotation_and_a_draft_stay_whole() -> None:
    assert split("It is 0.8. So?") == ["It is 0.8. ", "So?"]
    assert split("« Oui. Non. » dit-il. Bon.")[0] == "« Oui. Non. » dit-il. "
    draft = "```config\nmodel: x. y\n```\n"
    assert split(f"Try.\n{draft}Well?") == ["Try.\n", draft, "Well?"]


@pytest.mark.parametrize("digits", ["5,100,20", "0,812,5", "1 234,567.8"])
def test_digits_that_are_no_number_stop_nothing(digits: str) -> None:
    faults_of(f"The training score is {digits} here.", known("en"))


def test_a_score_of_the_other_part_is_a_wrong_number() -> None:
    assert faults_of("On the test set #2 scores 0.867.", known("en"))
    assert faults_of("Sur le test, #2 obtient 0,867.", known("fr"))
    assert not faults_of("#2 is at 0.867 on train against 0.810 on test.", known("en"))
