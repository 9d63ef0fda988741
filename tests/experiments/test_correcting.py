"""A conclusion is saved, says so, and can be corrected until its phase ends; nothing is lost."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from classrooms.agenda import timeline
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoStage, Seat
from connections.models import Delivery
from experiments.exports.archives.aliases import Aliases
from experiments.exports.documents.log import experiment_log
from experiments.exports.record import record_of
from experiments.leaderboard.entries import entry_of
from experiments.leaderboard.reveal import freeze
from experiments.models import Experiment, SealedEntry
from experiments.pages.reads import experiments_of
from experiments.submit.services import record_analysis
from experiments.wording.thin import thin_words
from tests import factories
from tests.conftest import Cast

ENGLISH = {"accept-language": "en"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ""),
        ("Elle se trompe sur les petites tumeurs.", ""),
        ("Good enough for me", "4 words: will you understand this in a month?"),
        ("no no no no no no no", "1 different word: will you understand this in a month?"),
    ],
)
def test_a_short_text_raises_a_question(text: str, told: str) -> None:
    with translation.override("en"):
        assert thin_words(text) == told


@pytest.fixture
def concluded(db: None) -> Experiment:
    seat = factories.join(factories.make_dojo(), "Ada")
    experiment = factories.submit(seat)
    factories.finish(experiment, test=0.9)
    return saved(experiment, "Good enough.", "keep")


def saved(experiment: Experiment, analysis: str, decision: str) -> Experiment:
    return record_analysis(experiment, analysis=analysis, decision=decision, next_step="A tree.")


def kinds_of(dojo: Dojo) -> list[str]:
    return list(
        SealedEntry.objects.filter(dojo=dojo).order_by("index").values_list("kind", flat=True)
    )


def test_a_corrected_text_keeps_the_old_one_and_the_time_of_the_decision(
    concluded: Experiment,
) -> None:
    corrected = saved(concluded, "Its errors are small tumours.", "keep")
    assert corrected.concluded_at == concluded.concluded_at
    told = [version.analysis for version in corrected.versions.all()]
    assert told == ["Good enough.", "Its errors are small tumours."]
    assert kinds_of(corrected.seat.dojo)[-2:] == ["decision", "corrected_decision"]
    assert saved(corrected, "Its errors are small tumours.", "keep").versions.count() == 2
    assert saved(corrected, "No.", "reject").concluded_at > concluded.concluded_at


def test_it_stays_as_it_is_once_its_phase_has_ended(concluded: Experiment) -> None:
    timeline.advance_dojo(concluded.seat.dojo)
    with pytest.raises(NotNow):
        saved(concluded, "Otherwise.", "keep")
    timeline.go_back(Dojo.objects.get(pk=concluded.seat.dojo_id))
    assert saved(concluded, "Otherwise.", "keep").analysis == "Otherwise."


@pytest.mark.parametrize("told", ["claims_revealed_at", "holdout_revealed_at"])
def test_nobody_corrects_it_by_what_the_hidden_rows_tell(concluded: Experiment, told: str) -> None:
    at = concluded.concluded_at
    DojoStage.objects.filter(dojo=concluded.seat.dojo_id).update(**{told: at})
    with pytest.raises(NotNow):
        saved(concluded, "I knew it.", "reject")


def test_a_decision_is_not_taken_back(concluded: Experiment) -> None:
    with pytest.raises(NotNow):
        saved(concluded, "I don't know.", "")


def test_a_frozen_board_shows_what_was_decided_then(concluded: Experiment) -> None:
    seat = concluded.seat
    second = factories.submit(seat)
    factories.finish(second, test=0.8)
    freeze(seat.dojo)
    frozen_at = DojoStage.objects.get(dojo=seat.dojo_id).board_frozen_at
    saved(concluded, "It leaks.", "reject")
    then = entry_of(experiments_of(seat), "roc_auc", frozen_at)
    now = entry_of(experiments_of(seat), "roc_auc")
    assert (then.experiment, then.is_chosen) == (concluded, True)
    assert (now.experiment, now.is_chosen) == (second, False)


def test_the_log_tells_earlier_versions_and_keeps_names_out_where_asked(
    concluded: Experiment,
) -> None:
    saved(concluded, "Ada was wrong: small tumours are missed.", "iterate")
    record = record_of(concluded.seat)
    text = experiment_log(record)
    assert "Good enough." in text
    assert "small tumours are missed" in text
    saved(concluded, "Small tumours are missed by the model, not by me.", "iterate")
    hidden = experiment_log(Aliases(concluded.seat.dojo).record(record_of(concluded.seat)))
    assert "P01 was wrong" in hidden
    assert "Ada" not in hidden


def test_what_was_sent_to_a_tool_is_sent_again(concluded: Experiment) -> None:
    delivery = Delivery.objects.create(
        run=concluded.run,
        tool="mlflow",
        status="succeeded",
        started_at=concluded.versions.get().saved_at,
    )
    assert not Delivery.objects.outdated().filter(pk=delivery.pk).exists()
    saved(concluded, "Its errors are small tumours.", "keep")
    assert Delivery.objects.outdated().filter(pk=delivery.pk).exists()


def test_the_page_says_that_it_is_saved_and_how_to_go_on(cast: Cast) -> None:
    client, experiment = cast.clients["participant"], cast.experiment
    address = experiment.get_absolute_url()
    page = client.get(address, headers=ENGLISH)
    seen = page.context["form"].seen
    post = {"analysis": "Good enough for me", "decision": "keep", "next_step": "", "seen": seen}
    page = client.post(address, post, headers=ENGLISH, follow=True)
    text = page.content.decode()
    assert "Saved in your log" in text
    assert "4 words: will you understand this in a month?" in text
    another = reverse("experiments:experiment_new", args=[cast.dojo.public_id])
    assert f"{another}?from={experiment.public_id}" in text
    corrected = post | {"analysis": "Small tumours are missed.", "seen": page.context["form"].seen}
    page = client.post(address, corrected, headers=ENGLISH, follow=True)
    assert "What it said before: 1 version" in page.content.decode()
    (version,) = page.context["conclusion"].earlier
    assert (version.analysis, version.author) == ("Good enough for me", "participant")
    first = experiment.versions.first()
    assert first.author == Seat.objects.get(display_name="participant").people.get()
