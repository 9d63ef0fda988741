"""Formal presentations: slides of their own, and a jury that grades them."""

import re

import pytest
from django.http import HttpResponse

from classrooms.agenda import timeline
from classrooms.models import Seat
from experiments.models import JuryGrade
from tests import factories
from tests.experiments.test_talks import facilitator_of, logged_in

pytestmark = pytest.mark.django_db

GRADES = {"hypotheses": 3, "evidence": 2, "errors": 1, "decisions": 0, "clarity": 3}


@pytest.fixture
def formal():
    dojo = factories.make_dojo(variant="advanced")
    member = factories.join(dojo, "Ada")
    factories.finish(factories.submit(member))
    second = factories.join(dojo, "Second")
    Seat.objects.filter(pk=second.pk).update(role="facilitator")
    return dojo, member, list(dojo.seats.filter(role="facilitator"))


def words_of(page: HttpResponse) -> str:
    """What a page says, without the numbers of its drawings."""
    return re.sub(r"<svg.*?</svg>", "", page.content.decode(), flags=re.DOTALL)


def test_jurors_grade_and_the_presenter_sees_it_once_the_dojo_has_ended(formal) -> None:
    dojo, member, jurors = formal
    path = f"/dojos/{dojo.public_id}/talks/{member.public_id}/grades/"
    logged_in(jurors[0]).post(path, GRADES)
    logged_in(jurors[1]).post(path, GRADES | {"decisions": 3})
    logged_in(jurors[1]).post(path, GRADES | {"decisions": 1})
    assert JuryGrade.objects.count() == 10
    page = logged_in(jurors[0]).get(path).content.decode()
    assert "9.5" in page  # the mean of 9 and 10
    assert "Exemplary" in page
    own = f"/dojos/{dojo.public_id}/talks/{member.public_id}/"
    assert "9.5" not in words_of(logged_in(member).get(own))
    for _phase in dojo.phases.all():
        timeline.advance_dojo(dojo)
    assert "9.5" in words_of(logged_in(member).get(own))
    assert logged_in(member).get(path).status_code == 404


def test_a_grid_that_is_not_full_says_where(formal) -> None:
    dojo, member, jurors = formal
    path = f"/dojos/{dojo.public_id}/talks/{member.public_id}/grades/"
    page = logged_in(jurors[0]).post(path, GRADES | {"errors": 4, "clarity": ""})
    assert page.content.decode().count('class="text-danger" role="alert"') == 2
    assert not JuryGrade.objects.exists()


def test_slides_and_grades_are_for_formal_presentations(formal) -> None:
    dojo, member, _jurors = formal
    slides = f"/dojos/{dojo.public_id}/talks/{member.public_id}/slides/"
    page = logged_in(member).get(slides).content.decode()
    assert page.count('class="talk-slide') == 5
    other = factories.make_dojo()
    informal = factories.join(other)
    base = f"/dojos/{other.public_id}/talks/{informal.public_id}"
    for name in ("slides", "grades"):
        assert logged_in(facilitator_of(other)).get(f"{base}/{name}/").status_code == 404
