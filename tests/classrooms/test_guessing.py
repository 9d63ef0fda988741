"""Guessing join codes is slowed down for all processes together; right codes always work."""

from __future__ import annotations

import itertools
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from classrooms.accounts import guessing
from posting.limits import Limit
from posting.models import Tally, forget_sent_forms
from tests import factories

ENGLISH = {"accept-language": "en"}
WRONG = [f"ZZ{number:04d}" for number in range(400)]


def later(minutes: int) -> None:
    """Let the time of every tally pass."""
    for tally in Tally.objects.all():
        Tally.objects.filter(pk=tally.pk).update(ends_at=tally.ends_at - timedelta(minutes=minutes))


def test_wrong_codes_ask_for_a_pause_and_right_ones_work(db: None) -> None:
    dojo, client = factories.make_dojo(), Client()
    answers = [client.get(f"/join/{code}/").status_code for code in WRONG[:22]]
    assert answers == [404] * 20 + [429] * 2
    typed = client.post("/join/", {"code": WRONG[0]}, headers=ENGLISH)
    assert typed.status_code == 429
    assert 0 < int(typed["Retry-After"]) <= 600
    assert "Wait 10 minutes, then try again." in typed.content.decode()
    assert client.get(f"/join/{dojo.join_code}/").status_code == 200
    assert client.post("/join/", {"code": dojo.join_code}).status_code == 302
    later(minutes=11)
    assert client.get(f"/join/{WRONG[0]}/").status_code == 404


def test_a_typed_code_counts_as_one_in_the_address_does(db: None) -> None:
    client = Client()
    for code in WRONG[:20]:
        assert client.post("/join/", {"code": code}).status_code == 200
    assert client.get(f"/join/{WRONG[0]}/").status_code == 429


def test_many_addresses_together_are_paused_too(db: None) -> None:
    addresses = (f"10.0.{number // 250}.{number % 250}" for number in itertools.count())
    client = Client()
    answers = [
        client.get(f"/join/{code}/", REMOTE_ADDR=next(addresses)).status_code
        for code in WRONG[:201]
    ]
    assert answers == [404] * 200 + [429]


def test_behind_a_proxy_the_address_is_the_one_it_tells(db: None, settings: Any) -> None:
    client = Client()

    def ask(forwarded: str) -> int:
        return client.get(f"/join/{WRONG[0]}/", HTTP_X_FORWARDED_FOR=forwarded).status_code

    # Without a proxy the header is anybody's claim.
    assert [ask(f"1.2.3.{number}") for number in range(21)][-1] == 429
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert [ask(f"1.2.3.{number}") for number in range(21)][-1] == 404
    # What stands before the proxy's own word is a claim, too.
    assert [ask(f"9.9.9.{number}, 7.7.7.7") for number in range(21)][-1] == 429


def test_a_tally_begins_anew_and_is_forgotten(db: None) -> None:
    limit = Limit(2, timedelta(minutes=1))
    assert [limit.count("x") is None for _try in range(3)] == [True, True, False]
    assert limit.count("y") is None
    later(minutes=2)
    assert limit.count("x") is None
    assert Tally.objects.get(key="x").count == 1
    Tally.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    forget_sent_forms()
    assert not Tally.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_all_processes_count_together() -> None:
    """Another process has its own memory, and the same tallies and cache."""
    from django.db import connection

    guessing.OF_AN_ADDRESS.count("shared")
    caches["default"].set("shared", "told")
    code = (
        "import django; django.setup();"
        "from django.conf import settings;"
        f"settings.DATABASES['default']['NAME'] = {str(connection.settings_dict['NAME'])!r};"
        "from classrooms.accounts import guessing; from posting.models import Tally;"
        "from django.core.cache import cache;"
        "guessing.OF_AN_ADDRESS.count('shared');"
        "print(Tally.objects.get(key='shared').count, cache.get('shared'))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert told.stdout.split() == ["2", "told"]
