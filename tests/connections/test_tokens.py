"""The page of the tokens, and the script that it shows."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

import pytest
from django.test import Client

from connections.access_tokens.services import MOST_PER_PERSON, make_token
from connections.models import AccessToken
from experiments.models import Experiment, Run
from tests import factories
from tests.conftest import Cast
from tests.connections.conftest import Caller


def secret_on(page: Any) -> str:
    return str(page.context["secret"])


def test_a_token_is_shown_once_and_can_be_revoked(cast: Cast) -> None:
    client = cast.clients["participant"]
    page = client.post("/tokens/", {"name": "laptop", "days": 7})
    secret = secret_on(page)
    assert secret in page.content.decode()
    assert page["Cache-Control"].count("no-store")
    assert Caller(secret).get("/dojos").status_code == 200
    assert secret not in client.get("/tokens/").content.decode()

    token = AccessToken.objects.get(user=cast.participant.people.get())
    cast.clients["neighbour"].post(f"/tokens/{token.public_id}/revoke/")
    assert Caller(secret).get("/dojos").status_code == 200
    client.post(f"/tokens/{token.public_id}/revoke/")
    assert Caller(secret).get("/dojos").status_code == 401


def test_one_person_has_so_many_tokens_at_most(cast: Cast) -> None:
    for _number in range(MOST_PER_PERSON):
        make_token(cast.participant.people.get(), name="one", days=7)
    page = cast.clients["participant"].post("/tokens/", {"name": "more", "days": 7})
    assert not secret_on(page)
    assert AccessToken.objects.filter(user=cast.participant.people.get()).count() == MOST_PER_PERSON


def test_the_reference_tells_every_call(cast: Cast) -> None:
    page = cast.clients["participant"].get("/api/", headers={"accept-language": "fr"})
    text = page.content.decode()
    assert "Soumettre une expérience" in text
    assert "/api/v1/dojos/{dojo_id}/experiments/{experiment_id}" in text
    assert "affirmation testée" in text


@pytest.mark.django_db(transaction=True)
def test_the_script_on_the_page_runs_as_it_is(live_server: Any) -> None:
    dojo = factories.make_dojo()
    member = factories.join(dojo, "participant")
    client = Client()
    client.force_login(member.people.get())
    page = client.post(
        "/tokens/",
        {"name": "laptop", "days": 7},
        headers={"host": live_server.url.removeprefix("http://")},
    )

    def be_the_worker() -> None:
        while not (found := Experiment.objects.first()):
            stopped.wait(0.2)
        factories.finish(found)

    stopped = threading.Event()
    worker = threading.Thread(target=be_the_worker)
    worker.start()
    done = subprocess.run(
        [sys.executable, "-c", page.context["example"]],
        env={"MLX_TOKEN": secret_on(page)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    worker.join()
    assert done.returncode == 0, done.stderr
    assert "ROC AUC" in done.stdout
    assert Run.objects.get().experiment.config["model"]["C"] == 0.1
