"""The sealed record on pages: roots where everyone sees them, and the entries in their order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from classrooms.agenda import timeline
from classrooms.models import Dojo, Seat
from experiments.exports.documents.html_log import html_log, log_digest
from experiments.exports.documents.log import experiment_log
from experiments.exports.record import Record, record_of
from experiments.models import SealedEntry
from experiments.sealing.page import phase_roots
from experiments.sealing.verify_record import in_groups
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

Get = Callable[..., str]


@pytest.fixture
def ended(cast: Cast) -> Cast:
    """Their first phase has ended."""
    timeline.advance_dojo(cast.dojo)
    return cast


def getter(client: Client, dojo: Dojo) -> Get:
    def get(name: str, query: str = "", language: str = "en") -> str:
        path = reverse(f"experiments:{name}", args=[dojo.public_id]) + query
        answer = client.get(path, headers={"accept-language": language})
        assert answer.status_code == 200
        return str(answer.content.decode())

    return get


def short_root(dojo: Dojo) -> str:
    return in_groups(SealedEntry.objects.filter(dojo=dojo, kind="phase").latest("index").digest)


def test_the_root_is_shown_at_the_end_of_a_phase(cast: Cast) -> None:
    participant = getter(cast.clients["participant"], cast.dojo)
    facilitator = getter(cast.clients["facilitator"], cast.dojo)
    assert "At the end of each phase a root is shown here" in participant("workspace")
    assert "font-monospace" not in facilitator("root", "?on=foot")
    first = cast.dojo.current_phase
    assert first is not None
    timeline.advance_dojo(cast.dojo)
    entry = SealedEntry.objects.get(kind="phase")
    assert in_groups(entry.digest) == " ".join(entry.digest[n : n + 4] for n in range(0, 32, 4))
    for page in (participant("workspace"), facilitator("root")):
        assert in_groups(entry.digest) in page
        assert entry.digest in page, "the whole of it on demand"
        assert f"Root at the end of “{first.title}”" in page
    for place in ("clock", "foot"):
        assert in_groups(entry.digest) in facilitator("root", f"?on={place}")
    timeline.advance_dojo(Dojo.objects.get(pk=cast.dojo.pk))
    assert in_groups(entry.digest) not in participant("workspace"), "the latest"
    assert short_root(cast.dojo) in participant("workspace")


def test_the_cockpit_and_the_projector_ask_for_it(ended: Cast) -> None:
    dojo = ended.dojo
    address = reverse("experiments:root", args=[dojo.public_id])
    client = ended.clients["facilitator"]
    assert f'hx-get="{address}"' in client.get(f"/dojos/{dojo.public_id}/cockpit/").content.decode()
    for scene, place in (("clock", "clock"), ("join", "foot"), ("leaderboard", "foot")):
        dojo.stage.scene = scene
        dojo.stage.save()
        page = client.get(f"/dojos/{dojo.public_id}/projector/").content.decode()
        assert f'hx-get="{address}?on={place}"' in page


def test_the_projector_speaks_the_language_of_the_dojo(ended: Cast) -> None:
    Dojo.objects.update(language="fr")
    get = getter(ended.clients["facilitator"], ended.dojo)
    assert "Racine" in get("root", "?on=clock", language="en")
    assert "Root" in get("root", language="en")


def test_without_the_rule_there_is_nothing_of_it(cast: Cast) -> None:
    member = factories.join(factories.make_dojo(variant="discovery"), "late")
    client = Client()
    client.force_login(member.people.get())
    base = f"/dojos/{member.dojo.public_id}"
    assert client.get(f"{base}/record/").status_code == 404
    assert "seal" not in client.get(f"{base}/record/root/", headers={"accept-language": "en"})
    assert "Sealed" not in client.get(f"{base}/work/", headers={"accept-language": "en"}).text
    facilitator = Client()
    facilitator.force_login(member.dojo.seats.get(role="facilitator").people.get())
    for page in ("cockpit", "projector"):
        assert "/record/root/" not in facilitator.get(f"{base}/{page}/").text
    assert phase_roots(member.dojo) == []


def test_everyone_reads_the_entries_and_participants_not_whose_they_are(ended: Cast) -> None:
    factories.submit(ended.neighbour, claim="The neighbour's claim.")
    own = getter(ended.clients["participant"], ended.dojo)("record")
    assert own.count("somebody else") == 1
    assert own.count("Experiment #1") == 2
    assert "neighbour" not in own
    assert ended.experiment.get_absolute_url() in own
    whole = getter(ended.clients["facilitator"], ended.dojo)("record")
    assert "neighbour · Experiment #1" in whole
    assert "somebody else" not in whole
    for entry in SealedEntry.objects.filter(dojo=ended.dojo):
        assert in_groups(entry.digest) in own
    ended.neighbour.delete()
    assert "erased" in getter(ended.clients["participant"], ended.dojo)("record")


def test_the_page_costs_the_same_however_many_entries(ended: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    get = getter(ended.clients["facilitator"], ended.dojo)
    counts = []
    for _n in range(3):
        with CaptureQueriesContext(connection) as queries:
            get("record")
        counts.append(len(queries))
        factories.submit(ended.participant)
        factories.submit(ended.neighbour)
    assert len(set(counts)) == 1


def test_the_log_has_the_roots_and_a_pdf_stays_current_when_a_phase_ends(ended: Cast) -> None:
    def record() -> Record:
        return record_of(Seat.objects.with_dojo().get(pk=ended.participant.pk))

    root, digest = short_root(ended.dojo), log_digest(record())
    log, page = experiment_log(record()), html_log(record())
    assert root in log
    assert "## Sealed record" in log
    assert root in page
    timeline.advance_dojo(Dojo.objects.get(pk=ended.dojo.pk))
    assert short_root(ended.dojo) in experiment_log(record())
    assert log_digest(record()) == digest
