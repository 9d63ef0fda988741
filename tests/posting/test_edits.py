"""An older text does not overwrite a newer one silently."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from classrooms.models import Seat
from experiments.models import Documentation, Framing, RowNote
from experiments.submit import conclusion
from posting.edits import digest_of
from tests import factories
from tests.conftest import Cast

SEEN = re.compile(r'name="seen" value="([0-9a-f]{64})"')


def seen_on(client: Client, path: str) -> str:
    found = SEEN.search(client.get(path).content.decode())
    assert found, path
    return found.group(1)


FRAMING = {"problem": "Who leaves?", "data": "Contracts.", "metric": "ROC AUC", "baseline": "0.5"}


def test_two_tabs_with_a_conclusion_lose_neither_text(cast: Cast) -> None:
    client, path = cast.clients["participant"], cast.experiment.get_absolute_url()
    both_saw = seen_on(client, path)
    newer = {"analysis": "The newer analysis.", "decision": "", "next_step": ""}
    assert client.post(path, newer | {"seen": both_saw}).status_code == 302
    page = client.post(path, newer | {"analysis": "The older one.", "seen": both_saw})
    assert page.status_code == 200
    cast.experiment.refresh_from_db()
    assert cast.experiment.analysis == "The newer analysis."
    for text in ("The newer analysis.", "The older one.", "Les deux textes"):
        assert text in page.content.decode()
    # Who has seen both may choose.
    chosen = SEEN.search(page.content.decode())
    assert chosen
    client.post(path, newer | {"analysis": "Both, merged.", "seen": chosen.group(1)})
    cast.experiment.refresh_from_db()
    assert cast.experiment.analysis == "Both, merged."


def test_a_conclusion_that_was_closed_elsewhere_keeps_what_was_typed(cast: Cast) -> None:
    client, path = cast.clients["participant"], cast.experiment.get_absolute_url()
    both_saw = seen_on(client, path)
    client.post(path, {"analysis": "Done.", "decision": "keep", "next_step": ""})
    page = client.post(path, {"analysis": "What I typed.", "decision": "", "seen": both_saw})
    assert "What I typed." in page.content.decode()


def test_the_same_text_twice_is_no_conflict(cast: Cast) -> None:
    client, path = cast.clients["participant"], f"/dojos/{cast.dojo.public_id}/framing/"
    both_saw = seen_on(client, path)
    for _ in range(2):
        assert client.post(path, FRAMING | {"seen": both_saw}).status_code == 302


@pytest.mark.parametrize(
    ("page", "role", "older", "newer"),
    [
        ("framing", "participant", FRAMING, FRAMING | {"problem": "Who stays?"}),
        (
            "take-home/document",
            "participant",
            {"title": "Old", "shown": "1", "order": "1"},
            {"title": "New", "shown": "1", "order": "1"},
        ),
        ("talks/mine", "participant", {"learned": "Old"}, {"learned": "New"}),
    ],
)
def test_every_long_text_says_that_it_was_changed(
    page: str, role: str, older: dict[str, str], newer: dict[str, str], cast: Cast
) -> None:
    client, path = cast.clients[role], f"/dojos/{cast.dojo.public_id}/{page}/"
    both_saw = seen_on(client, path)
    assert client.post(path, newer | {"seen": both_saw}).status_code == 302
    answer = client.post(path, older | {"seen": both_saw})
    assert answer.status_code == 200
    assert answer.context["form"].conflicts
    for text in (*older.values(), *newer.values()):
        assert text in answer.content.decode()
    stored = [*Framing.objects.values_list("problem"), *Documentation.objects.values_list("title")]
    assert stored in ([("Who stays?",)], [("New",)], [])


def test_limits_and_notes_say_it_too(cast: Cast) -> None:
    client, experiment = cast.clients["participant"], cast.experiment.get_absolute_url()
    nothing = digest_of({"limits": ""})
    client.post(f"{experiment}limits/", {"limits": "Newer.", "seen": nothing})
    page = client.post(f"{experiment}limits/", {"limits": "Older.", "seen": nothing})
    assert page.status_code == 200
    cast.experiment.refresh_from_db()
    assert cast.experiment.limits == "Newer."

    fragment = {"hx-request": "true"}
    note, empty = {"row": "3", "text": "Newer."}, digest_of({"text": ""})
    client.post(f"{experiment}note/", note | {"seen": empty}, headers=fragment)
    older = note | {"text": "Older.", "seen": empty}
    part = client.post(f"{experiment}note/", older, headers=fragment).content.decode()
    assert RowNote.objects.get().text == "Newer."
    assert "Newer." in part
    assert "Older." in part


def test_two_facilitators_note_without_overwriting_each_other(cast: Cast) -> None:
    person = f"/dojos/{cast.dojo.public_id}/people/{cast.participant.public_id}/"
    client, fragment = cast.clients["facilitator"], {"hx-request": "true"}
    both_saw = digest_of({"facilitator_note": ""})
    newer = client.post(
        f"{person}note/", {"facilitator_note": "Newer.", "seen": both_saw}, headers=fragment
    ).content.decode()
    client.post(f"{person}note/", {"facilitator_note": "Older.", "seen": both_saw})
    assert Seat.objects.get(pk=cast.participant.pk).facilitator_note == "Newer."
    # Who goes on typing after it saved itself has seen what is stored.
    seen = SEEN.search(newer)
    assert seen
    client.post(f"{person}note/", {"facilitator_note": "Newer still.", "seen": seen.group(1)})
    assert Seat.objects.get(pk=cast.participant.pk).facilitator_note == "Newer still."


def test_a_data_card_says_it_too(cast: Cast) -> None:
    client = cast.clients["facilitator"]
    dataset = factories.make_upload(cast.dojo.dataset.owner)
    path = f"/datasets/{dataset.public_id}/card/"
    both_saw = seen_on(client, path)
    client.post(path, {"title": "Newer", "seen": both_saw})
    assert client.post(path, {"title": "Older", "seen": both_saw}).status_code == 200
    dataset.refresh_from_db()
    assert dataset.title == "Newer"


def test_choices_that_arrive_while_somebody_types_are_no_conflict(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interpretation's subgroups are not known yet when the page opens."""
    client, path = cast.clients["participant"], cast.experiment.get_absolute_url()
    monkeypatch.setattr(conclusion, "subgroups_of", lambda _experiment: [])
    seen = seen_on(client, path)
    found = [('{"region": "north"}', "north")]
    monkeypatch.setattr(conclusion, "subgroups_of", lambda _experiment: found)
    typed = {"analysis": "It learns.", "decision": "", "next_step": "", "seen": seen}
    assert client.post(path, typed).status_code == 302
