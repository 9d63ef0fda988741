"""The pages on which a facilitator prepares a Dojo, for tests."""

from django.test import Client

from classrooms.models import Dojo


def client_of(dojo: Dojo) -> Client:
    """The browser of its facilitator, in English."""
    client = Client(headers={"accept-language": "en"})
    client.force_login(dojo.seats.get(role="facilitator").people.get())
    return client


def path(dojo: Dojo, part: str = "") -> str:
    return f"/dojos/{dojo.public_id}/prepare/{part}"
