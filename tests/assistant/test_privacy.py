"""What is sent is said before anybody joins, and nothing said outlives its Dojo."""

import pytest
from django.apps import apps
from django.test import Client

from assistant.models import Call, CoachChoice, CoachSettings, Message, Reading, Review
from classrooms.models import Dojo
from tests import factories

pytestmark = pytest.mark.django_db

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def dojo() -> Dojo:
    return factories.make_dojo()


def notice(dojo: Dojo, **headers: str) -> str:
    path = f"/dojos/{dojo.public_id}/coach/notice/"
    return Client().get(path, headers=ENGLISH | headers).content.decode()


def test_the_join_page_brings_the_notice_and_links_to_it_without_scripts(dojo: Dojo) -> None:
    page = Client().get(f"/join/{dojo.join_code}/", headers=ENGLISH).content.decode()
    path = f"/dojos/{dojo.public_id}/coach/notice/"
    assert f'hx-get="{path}"' in page
    assert f'href="{path}"' in page
    assert "<html" in notice(dojo)
    assert "<html" not in notice(dojo, **{"hx-request": "true"})


def test_without_a_model_it_says_that_nothing_is_sent(dojo: Dojo, settings) -> None:
    assert "nothing you write is sent" in notice(dojo)
    settings.ANTHROPIC_API_KEY = "key"
    assert "nothing you write is sent" not in notice(dojo)
    CoachSettings.objects.create(dojo=dojo, is_enabled=False)
    assert "nothing you write is sent" in notice(dojo)


@pytest.mark.parametrize(
    ("provider", "address", "name"),
    [
        ("anthropic", "", "Anthropic"),
        ("anthropic", "https://models.example.org/v1", "models.example.org"),
        ("bedrock", "", "Amazon Bedrock"),
        ("vertex", "", "Google Vertex AI"),
    ],
)
def test_with_a_model_it_says_what_is_sent_to_whom(
    dojo: Dojo, settings, provider: str, address: str, name: str
) -> None:
    settings.ASSISTANT_PROVIDER, settings.ANTHROPIC_BASE_URL = provider, address
    settings.ANTHROPIC_API_KEY = "key"
    said = notice(dojo)
    assert f"a language model run by {name}." in said
    assert "People's names are replaced." in said
    assert "No row of the data is sent." in said
    CoachSettings.objects.create(dojo=dojo, shares_rows=True)
    assert "Single rows of the data may also be sent" in notice(dojo)


def test_everything_of_the_coach_is_deleted_with_the_dojo(dojo: Dojo) -> None:
    member = factories.join(dojo)
    experiment = factories.submit(member)
    factories.coach_message(member)
    Call.objects.create(dojo=dojo, seat=member, purpose="chat", model="m", cost="0.1")
    Review.objects.create(experiment=experiment, occasion=Review.Occasion.RESULTS)
    CoachSettings.objects.create(dojo=dojo)
    CoachChoice.objects.create(seat=member)
    Reading.objects.create(experiment=experiment, reader=member, note="Which row?")
    kept = factories.coach_message(factories.join(factories.make_dojo(title="Other")))
    models = list(apps.get_app_config("assistant").get_models())
    assert all(model._default_manager.exists() for model in models)
    dojo.delete()
    left = [one for model in models for one in model._default_manager.all()]
    assert left == [kept]
    assert Message.objects.get() == kept
