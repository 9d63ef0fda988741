"""Production does not start half configured; the health checks tell what is missing."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from jobs.models import WorkerHeartbeat
from tests.commands import ROOT


def check(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "DJANGO_DEBUG": "off"}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


SECRET = "k3" * 30 + "an unguessable tail"


def test_production_needs_a_secret_key_and_hosts(tmp_path: Path) -> None:
    missing_key = check(tmp_path, DJANGO_ALLOWED_HOSTS="example.org")
    assert missing_key.returncode != 0
    assert "DJANGO_SECRET_KEY is not set" in missing_key.stderr
    missing_hosts = check(tmp_path, DJANGO_SECRET_KEY=SECRET)
    assert "DJANGO_ALLOWED_HOSTS is not set" in missing_hosts.stderr


def test_production_passes_djangos_own_checks(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    found = check(tmp_path, DJANGO_SECRET_KEY_FILE=str(secret), DJANGO_ALLOWED_HOSTS="example.org")
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(("name", "value"), [("DOJO_OPEN_TO", "nobody"), ("PORT", "eight")])
def test_a_wrong_value_stops_the_start(tmp_path: Path, name: str, value: str) -> None:
    found = check(
        tmp_path, DJANGO_SECRET_KEY=SECRET, DJANGO_ALLOWED_HOSTS="example.org", **{name: value}
    )
    assert found.returncode != 0


@pytest.mark.django_db
def test_readyz_names_what_is_missing(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {
        "database": True,
        "broker": True,
        "compute worker": False,
        "io worker": False,
        "scheduler": False,
    }
    roles = {"compute": "compute worker", "io": "io worker", "scheduler": "scheduler"}
    for role in roles:
        WorkerHeartbeat.objects.create(name=f"{role}@here", queue=role, seen_at=timezone.now())
    assert client.get("/readyz").status_code == 200
    for role, said in roles.items():
        heartbeat = WorkerHeartbeat.objects.filter(queue=role)
        heartbeat.update(seen_at=timezone.now() - timedelta(minutes=5))
        response = client.get("/readyz")
        assert response.status_code == 503
        missing = {name for name, is_there in response.json()["checks"].items() if not is_there}
        assert missing == {said}
        heartbeat.update(seen_at=timezone.now())


@pytest.mark.django_db
def test_pages_carry_a_strict_policy(client: Client) -> None:
    policy = client.get("/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
def test_what_is_not_there_says_so_in_the_readers_language(client: Client) -> None:
    response = client.get("/nowhere/", headers={"accept-language": "fr"})
    assert response.status_code == 404
    assert "Page introuvable" in response.content.decode()
