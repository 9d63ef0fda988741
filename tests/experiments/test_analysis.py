"""The pages that show why a model decides, and where it is wrong."""

import re
from html import unescape

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.html import escape

from experiments.analysis.catalogue import VIEWS
from experiments.analysis.row_form import moment
from experiments.models import Experiment, Interpretation, Question, RowNote, Stage
from live.models import Topic
from tests import factories
from tests.conftest import Cast

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"'`{{ x }}"
COMPUTED = [view for view in VIEWS if view.stages]


@pytest.fixture(autouse=True)
def english(cast: Cast) -> None:
    for client in cast.clients.values():
        client.cookies["django_language"] = "en"


def address(cast: Cast, view: str) -> str:
    ids = cast.dojo.public_id, cast.experiment.public_id
    return reverse("experiments:analysis", args=[*ids, view])


def page(cast: Cast, view: str, role: str = "participant", **choices: object) -> str:
    response = cast.clients[role].get(address(cast, view), choices)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("view", COMPUTED, ids=lambda view: view.slug)
def test_every_view_answers_its_question_and_says_what_it_cannot_show(
    view, language: str, cast: Cast
) -> None:
    for client in cast.clients.values():
        client.cookies["django_language"] = language
    for role in ("participant", "facilitator"):
        shown = page(cast, view.slug, role)
        with translation.override(language):
            assert escape(str(view.question)) in shown
            assert translation.gettext("What this view doesn't show") in shown


@pytest.mark.parametrize("view", COMPUTED, ids=lambda view: view.slug)
def test_a_view_waits_for_its_stage_and_says_when_there_is_none(view, cast: Cast) -> None:
    stages = Interpretation.objects.filter(stage=view.stages[0])
    stages.update(status="queued", content={})
    waiting = page(cast, view.slug)
    assert "hx-get" in waiting.split('id="view"')[1].split(">")[0]
    assert "Queued: everyone" in waiting
    stages.update(status="failed", failure_code="out_of_memory", failure_context={"megabytes": 9})
    assert "could not be computed" in page(cast, view.slug)
    stages.all().delete()
    assert "This run has no interpretation." in page(cast, view.slug)


def test_queries_do_not_grow_with_notes_and_runs(cast: Cast) -> None:
    counts = []
    for added in (0, 3, 9):
        for row in range(added):
            RowNote.objects.get_or_create(experiment=cast.experiment, row=row + 1)
            factories.finish(factories.submit(cast.participant))
        page(cast, "errors")
        with CaptureQueriesContext(connection) as queries:
            page(cast, "errors")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2], counts


# --- Errors --------------------------------------------------------------------------------
def error_rows(cast: Cast) -> list[dict]:
    content = Interpretation.objects.get(run=cast.experiment.run, stage=Stage.EVIDENCE).content
    return content["errors"]["rows"]


def test_errors_are_filtered_by_kind_and_value(cast: Cast) -> None:
    rows = error_rows(cast)
    kinds = {row["kind"] for row in rows}
    assert kinds == {"false_positive", "false_negative"}
    shown = page(cast, "errors", kind="false_positive")
    for row in rows:
        assert (f'?row={row["row"]}"' in shown) == (row["kind"] == "false_positive")
    highest = max(row["values"][0] for row in rows)
    some = page(cast, "errors", column="mean_radius", low=str(highest))
    assert [f'?row={row["row"]}"' in some for row in rows] == [
        row["values"][0] == highest for row in rows
    ]


def test_a_filter_that_cannot_be_read_is_told_and_kept(cast: Cast) -> None:
    shown = page(cast, "errors", column="mean_radius", low="a lot")
    assert "Enter a number." in shown
    assert 'value="a lot"' in shown
    assert page(cast, "errors", kind="sideways", column="nowhere", page="last")


def test_a_note_on_a_row_is_kept_shown_and_taken_away(cast: Cast) -> None:
    row = error_rows(cast)[0]["row"]
    where = reverse("experiments:note", args=[cast.dojo.public_id, cast.experiment.public_id])
    client = cast.clients["participant"]
    client.post(where, {"row": row, "text": HOSTILE})
    assert RowNote.objects.get().text == HOSTILE
    for role in ("participant", "facilitator"):
        shown = page(cast, "errors", role)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;alert" in shown
    part = client.post(where, {"row": row, "text": "odd"}, headers={"HX-Request": "true"})
    assert "Note saved" in part.content.decode()
    too_long = client.post(
        where, {"row": row, "text": "x" * 501}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "500" in too_long
    assert "x" * 501 in too_long
    assert RowNote.objects.get().text == "odd"
    client.post(where, {"row": row, "text": ""})
    assert not RowNote.objects.exists()


# --- Limits --------------------------------------------------------------------------------
def test_limits_are_a_draft_until_they_are_saved(cast: Cast) -> None:
    shown = page(cast, "limits")
    assert "A draft based on the limitations found" in shown
    where = reverse("experiments:limits", args=[cast.dojo.public_id, cast.experiment.public_id])
    cast.clients["participant"].post(where, {"limits": "- Not for children."})
    assert Experiment.objects.get(pk=cast.experiment.pk).limits == "- Not for children."
    assert "A draft based on the limitations found" not in page(cast, "limits")
    assert "Not for children." in page(cast, "limits", "facilitator")
    too_long = cast.clients["participant"].post(where, {"limits": "y" * 4001})
    assert "y" * 4001 in too_long.content.decode()
    assert Experiment.objects.get(pk=cast.experiment.pk).limits == "- Not for children."


def test_what_participants_are_to_find_is_told_to_facilitators_only(cast: Cast) -> None:
    stage = Interpretation.objects.get(run=cast.experiment.run, stage=Stage.SUBGROUPS)
    leak = {"code": "leak_suspected", "context": {"names": ["worst_area"], "more": 0}}
    stage.content["limits"] = [leak | {"severity": "high", "is_spoiler": True}]
    stage.save()
    told = "Almost enough to separate the classes"
    assert told not in page(cast, "limits")
    assert told in page(cast, "limits", "facilitator")


def test_columns_that_are_marked_later_are_looked_at_again(cast: Cast) -> None:
    dataset = cast.dojo.dataset
    owner = dataset.owner
    where = reverse("classrooms:dataset_sensitive", args=[dataset.public_id])
    client = Client()
    client.force_login(owner)
    assert client.post(where, {"columns": ["mean_radius", "nowhere"]}).status_code == 200
    assert client.post(where, {"columns": ["mean_radius"]}).status_code == 302
    assert "hx-get" in page(cast, "slices").split('id="view"')[1].split(">")[0]
    stage = Interpretation.objects.get(run=cast.experiment.run, stage=Stage.SUBGROUPS)
    assert stage.is_unfinished


# --- The next hypothesis -------------------------------------------------------------------
def test_a_finding_begins_the_next_hypothesis(cast: Cast) -> None:
    row = error_rows(cast)[0]["row"]
    RowNote.objects.create(experiment=cast.experiment, row=row, text="an odd one")
    link = page(cast, "errors").split('href="')
    new = next(unescape(part.split('"')[0]) for part in link if "observation=" in part)
    form = cast.clients["participant"].get(new).content.decode()
    assert "on the test set:" in form
    assert f"Row {row}: an odd one" in form


# --- Contributions -------------------------------------------------------------------------
def reasons_say(cast: Cast, **contributions: object) -> None:
    stage = Interpretation.objects.get(run=cast.experiment.run, stage=Stage.REASONS)
    stage.content["contributions"] |= contributions
    stage.save(update_fields=["content"])


def test_contributions_are_shown_in_log_odds_when_somebody_switches(cast: Cast) -> None:
    reasons_say(cast, units=["probability", "log_odds"], unit="probability")
    shown = page(cast, "importance")
    assert 'href="?unit=log_odds"' in shown
    assert "SHAP in probability points" in shown
    assert not Question.objects.exists()
    for _visit in range(2):
        waiting = page(cast, "importance", unit="log_odds")
        assert "Log-odds are being computed" in waiting
        assert "hx-get" in waiting.split('id="view"')[1].split(">")[0]
    question = Question.objects.get()
    assert (question.kind, question.subject) == ("importance", {"unit": "log_odds"})
    Question.objects.update(status="failed", failure_code="internal")
    assert "Log-odds could not be computed." in page(cast, "importance", unit="log_odds")
    content = Interpretation.objects.get(run=cast.experiment.run, stage=Stage.REASONS).content
    answer = {key: content[key] for key in ("contributions", "charts")}
    answer["contributions"] |= {"unit": "log_odds", "method": "linear"}
    Question.objects.update(status="succeeded", content=answer)
    shown = page(cast, "importance", unit="log_odds")
    assert "SHAP in log-odds" in shown
    assert "LinearExplainer" in shown
    assert 'href="?"' in shown


@pytest.mark.parametrize("units", [["probability"], ["log_odds"]])
def test_nobody_is_offered_a_unit_that_the_model_has_not(cast: Cast, units: list[str]) -> None:
    reasons_say(cast, units=units, unit=units[0], method="tree_paths")
    assert "unit=log_odds" not in page(cast, "importance", unit="log_odds").split('id="view"')[1]
    assert not Question.objects.exists()


# --- One prediction ------------------------------------------------------------------------
def test_asking_about_a_row_queues_one_question(cast: Cast) -> None:
    for _visit in range(2):
        assert "hx-get" in page(cast, "row", row=12)
    question = Question.objects.get()
    assert question.subject == {"row": 12, "changes": {}, "unit": "probability"}
    page(cast, "row", row=12, column1="mean_radius", value1="20.5")
    assert Question.objects.last().subject["changes"] == {"mean_radius": 20.5}


def test_a_row_is_asked_about_in_log_odds_where_the_reader_switched(cast: Cast) -> None:
    shown = page(cast, "row", row=12, unit="log_odds")
    assert Question.objects.get().subject["unit"] == "log_odds"
    page(cast, "row", unit="log_odds")
    surest = {"row": error_rows(cast)[0]["row"], "changes": {}, "unit": "log_odds"}
    assert Question.objects.last().subject == surest
    # Explaining another row keeps the unit.
    assert '<input type="hidden" name="unit" value="log_odds"' in shown
    page(cast, "row", row=12, unit="sideways")
    assert Question.objects.last().subject["unit"] == "probability"


def test_the_surest_error_is_explained_first(cast: Cast) -> None:
    page(cast, "row")
    assert Question.objects.get().subject["row"] == error_rows(cast)[0]["row"]


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"row": ""}, "Enter the number of a test row."),
        ({"row": "many"}, "Enter a whole number."),
        ({"row": "0"}, "1 or more"),
        ({"row": "1", "column1": "mean_radius", "value1": "big"}, "Enter a number."),
        ({"row": "1", "column1": "mean_radius", "value1": "1e39"}, "or less"),
        ({"row": "1", "column1": "mean_radius", "value1": "inf"}, "Enter a number."),
        ({"row": "1", "column1": "mean_radius", "value1": "nan"}, "Enter a number."),
        ({"row": "1", "column1": "nowhere"}, "use this column."),
        (
            {"row": "1", "column1": "mean_radius", "column2": "mean_radius"},
            "This column appears twice.",
        ),
    ],
)
def test_a_question_that_makes_no_sense_is_told_at_its_field(
    choices: dict, message: str, cast: Cast
) -> None:
    assert message in page(cast, "row", **choices)
    assert not Question.objects.exists()


def test_a_question_that_failed_for_no_fault_of_the_asker_can_be_asked_again(cast: Cast) -> None:
    page(cast, "row", row=12)
    Question.objects.update(status="failed", attempt=3, failure_code="internal")
    shown = page(cast, "row", row=12)
    assert "hx-get" not in shown.split('id="view"')[1].split(">")[0]
    assert "Try again" in shown
    Question.objects.update(
        status="failed", failure_code="not_a_test_row", failure_context={"row": 12}
    )
    shown = page(cast, "row", row=12)
    assert "Row 12 is not a test row." in shown
    assert "Try again" not in shown


@pytest.mark.parametrize(
    "typed",
    [
        "0001-01-01T00:00:00+05:00",
        "9999-12-31T23:00:00-05:00",
        "1500-01-01",
        "9999-12-31",
        "the third of May",
        "2025-02-30",
    ],
)
def test_a_date_that_cannot_be_computed_with_is_told(typed: str) -> None:
    with pytest.raises(ValidationError, match="Enter a date"), translation.override("en"):
        moment(typed)


def test_a_date_is_read_in_every_way_that_it_is_written() -> None:
    days = {moment(typed) for typed in ("2025-03-31", "20250331", "2025-W14-1")}
    assert days == {"2025-03-31"}
    assert moment("2025-03-31 14:30+02:00") == "2025-03-31T12:30:00"
    assert moment("2025-03-31T00:00") == "2025-03-31T00:00:00"


def test_too_many_questions_wait(cast: Cast) -> None:
    for row in range(1, 10):
        shown = page(cast, "row", row=row)
    assert "Several of your questions are already queued" in shown
    assert Question.objects.count() == 8


# --- Once more -----------------------------------------------------------------------------
@pytest.mark.parametrize(
    "posted", [{"stage": "9" * 5000}, {"stage": "²"}, {"question": "x\0"}, {"question": "y"}, {}]
)
def test_nonsense_tries_nothing_again(posted: dict, cast: Cast) -> None:
    Interpretation.objects.update(status="failed")
    where = f"{cast.experiment.get_absolute_url()}again/"
    assert cast.clients["participant"].post(where, posted).status_code == 302
    assert not Interpretation.objects.unfinished().exists()


def try_everything_again(cast: Cast, shown: str) -> None:
    """Press every “Try again” of a page."""
    for form in shown.split("<form")[1:]:
        if "Try again" in form.split("</form>")[0]:
            fields = re.findall(r'name="(stage|question)" value="([^"]+)"', form)
            where = form.split('action="')[1].split('"')[0]
            assert cast.clients["participant"].post(where, dict(fields[:1])).status_code == 302


@pytest.mark.parametrize("view", COMPUTED, ids=lambda view: view.slug)
def test_each_part_that_a_view_lacks_is_tried_again(view, cast: Cast) -> None:
    for stage in view.stages:
        Interpretation.objects.filter(stage=stage).update(status="failed", failure_code="internal")
        shown = page(cast, view.slug)
        assert "went wrong" in shown
        try_everything_again(cast, shown)
        assert Interpretation.objects.get(stage=stage).status == "queued"
        Interpretation.objects.filter(stage=stage).update(status="succeeded")


def test_a_note_moves_no_board(cast: Cast) -> None:
    topics = Topic.objects.filter(channel=cast.dojo.pk)
    before = dict(topics.values_list("name", "version"))
    where = reverse("experiments:note", args=[cast.dojo.public_id, cast.experiment.public_id])
    cast.clients["participant"].post(where, {"row": 1, "text": "odd"})
    after = dict(topics.all().values_list("name", "version"))
    moved = {name for name, version in after.items() if version != before.get(name)}
    assert moved == {cast.participant.topic, "participants"}


# --- Side by side --------------------------------------------------------------------------
def compare(cast: Cast, *experiments: Experiment) -> str:
    where = reverse("experiments:compare", args=[cast.dojo.public_id])
    chosen = {"run": [experiment.public_id for experiment in experiments]}
    response = cast.clients["participant"].get(where, chosen)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_run_without_stored_predictions_is_not_offered(cast: Cast) -> None:
    second = factories.submit(cast.participant, "logistic_regression")
    factories.finish(second)
    assert second.public_id in compare(cast)
    second.run.predictions.delete()
    assert second.public_id not in compare(cast)


def test_runs_are_compared_once_and_only_one_s_own(cast: Cast) -> None:
    second = factories.submit(cast.participant, "logistic_regression")
    factories.finish(second)
    other = factories.submit(cast.neighbour)
    factories.finish(other)
    for _visit in range(2):
        assert "Comparing the rows" in compare(cast, second, cast.experiment)
    assert Question.objects.count() == 2, "the comparison and all runs"
    assert "Choose 2 to 6 experiments." in compare(cast, second)
    assert "One of these experiments has no result." in compare(cast, second, other)
    assert Question.objects.count() == 2


def test_the_comparison_and_the_overview_are_each_tried_again(cast: Cast) -> None:
    later = [factories.submit(cast.participant, name) for name in ("lightgbm", "decision_tree")]
    for experiment in later:
        factories.finish(experiment)
    compare(cast, *later)
    Question.objects.update(status="failed", failure_code="internal")
    try_everything_again(cast, compare(cast, *later))
    assert list(Question.objects.values_list("status", flat=True)) == ["queued", "queued"]
