"""Numbers as people type them, in French and in English."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from engine.spec.metrics import METRICS
from experiments.submit.expectations import expectation_problem
from posting.numbers import AmountField, NumberField, WholeNumberField, number_text


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0,02", 0.02),
        ("0.02", 0.02),
        (" 1 234,5 ", 1234.5),
        ("1\u202f234\u00a0567,5", 1234567.5),
        ("\u22120,1", -0.1),
        ("\u20130.1", -0.1),
        (",5", 0.5),
        ("5,", 5.0),
        ("1e-4", 0.0001),
    ],
)
def test_comma_and_point_are_the_decimal_sign(typed: str, number: float) -> None:
    assert NumberField().clean(typed) == number


@pytest.mark.parametrize("typed", ["1.234,5", "1,234.5", "1,234,567", "0..1"])
def test_two_signs_are_refused_with_an_example(typed: str) -> None:
    with translation.override("fr"), pytest.raises(forms.ValidationError, match="0,02"):
        NumberField().clean(typed)
    with translation.override("en"), pytest.raises(forms.ValidationError, match=r"0\.02"):
        NumberField().clean(typed)


@pytest.mark.parametrize("typed", ["nan", "inf", "²", "9" * 5000, "٣", "0x1", "1_0"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    for field in (NumberField(), WholeNumberField(), AmountField()):
        with pytest.raises(forms.ValidationError):
            field.clean(typed)


def test_what_a_computer_cannot_hold_is_refused() -> None:
    with pytest.raises(forms.ValidationError):
        NumberField().clean("1e999")


def test_whole_numbers_and_amounts_are_typed_alike() -> None:
    assert WholeNumberField().clean("1\u202f500") == 1500
    assert WholeNumberField().clean("3,0") == 3
    with pytest.raises(forms.ValidationError):
        WholeNumberField().clean("2,5")
    assert AmountField(max_digits=7, decimal_places=2).clean("5,50") == Decimal("5.50")


class OneNumber(forms.Form):
    number = NumberField(min_value=0.5, max_value=10)


def test_a_number_is_shown_back_as_it_was_understood() -> None:
    with translation.override("fr"):
        assert 'value="1234,5"' in str(OneNumber({"number": "1 234.5"})["number"])
        assert 'value="a lot"' in str(OneNumber({"number": "a lot"})["number"])
        assert 'value="0,02"' in str(OneNumber(initial={"number": 0.02})["number"])
        assert OneNumber({"number": "0,1"}).errors["number"] == ["Écrivez 0,5 ou plus."]
    assert 'inputmode="decimal"' in str(OneNumber()["number"])
    assert 'type="number"' not in str(OneNumber()["number"])


@given(st.floats(-1e30, 1e30), st.sampled_from(["fr", "en"]))
def test_what_is_shown_can_be_sent_back(number: float, language: str) -> None:
    with translation.override(language):
        assert NumberField().clean(number_text(number)) == number


class Scored:
    """An experiment, as far as an expectation looks at it."""

    number = 3

    def __init__(self, score: float | None) -> None:
        self.value = score

    @property
    def run(self) -> Scored:
        return self

    def score(self, part: str, metric: str) -> float | None:
        return self.value


@pytest.mark.parametrize(
    ("metric", "reference", "expected", "is_possible"),
    [
        ("roc_auc", Scored(0.84), 2.0, False),
        ("roc_auc", Scored(0.84), 0.16, True),
        ("roc_auc", Scored(0.84), 0.17, False),
        ("roc_auc", Scored(0.84), -0.85, False),
        ("roc_auc", Scored(None), 0.9, True),
        ("roc_auc", Scored(None), 1.1, False),
        ("roc_auc", None, 0.9, True),
        ("roc_auc", None, 1.2, False),
        ("roc_auc", None, -0.1, False),
        ("mcc", None, -0.1, True),
        ("log_loss", Scored(0.4), -0.5, False),
        ("log_loss", Scored(0.4), 5.0, True),
        ("expected_cost", Scored(4.0), -5.0, True),
    ],
)
def test_an_expectation_is_bounded_by_the_metric(
    metric: str, reference: Any, expected: float, is_possible: bool
) -> None:
    problem = expectation_problem(expected, metric=METRICS[metric], compared_to=reference)
    assert (problem is None) == is_possible
