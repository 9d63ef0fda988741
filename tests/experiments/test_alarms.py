"""Leak alarms: measured with the run, above the score, closed by a facilitator with a reason."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote_plus

import pytest
from django.urls import reverse

from classrooms.models import AuditEntry, Dataset, Dojo, HealthReport, Seat
from experiments.alarms.services import close_alarm, raise_alarms, reopen_alarm
from experiments.alarms.suspects import standing_out, suspects_of
from experiments.demo.rehearsal import end_rehearsal
from experiments.findings import Severity, findings_of
from experiments.forecasts.belief import is_believed
from experiments.models import ClosedAlarm, Experiment, Interpretation, Run, Stage
from experiments.participants.table import participant_rows
from tests import factories
from tests.conftest import Cast
from tests.experiments.records import Participant
from tests.work import do_next

pytestmark = pytest.mark.django_db

COLUMN = "worst_area"
ALARM = {"column": COLUMN, "reason": "alone", "value": 0.97, "others": 0.78}
ENGLISH = {"accept-language": "en"}


def alarm(run: Run) -> Run:
    raise_alarms(run, [ALARM])
    return Run.objects.get(pk=run.pk)


def facilitator_of(dojo: Dojo) -> Seat:
    return dojo.seats.select_related("dojo").get(role="facilitator")


def suspect(dojo: Dojo, column: str = COLUMN) -> None:
    """Let the data checks say that a column stands out."""
    report = HealthReport.objects.get(dataset=dojo.dataset)
    for finding in report.content["findings"]:
        if finding["columns"] == [column]:
            finding["values"]["stands_out"] = True
    report.save()


def pages(cast: Cast, role: str) -> dict[str, str]:
    arguments = [cast.dojo.public_id, cast.experiment.public_id]
    names = ("experiments:experiment", "experiments:run")
    client = cast.clients[role]
    return {
        name: client.get(reverse(name, args=arguments), headers=ENGLISH).content.decode()
        for name in names
    }


def test_a_run_is_alarmed_about_the_columns_that_it_reads() -> None:
    dojo = factories.make_dojo()
    suspect(dojo)
    seat = factories.join(dojo)
    config = factories.config_of(seat)
    kept = [name for name in config.columns.include if name != COLUMN]
    without = config.model_copy(
        update={"columns": config.columns.model_copy(update={"include": kept})}
    )
    experiments = [
        factories.submit(seat, config=config),
        factories.submit(seat, config=without),
        factories.submit(seat),
        factories.submit(factories.join(dojo), config=config),
    ]
    while do_next(Run):
        pass
    alarms = [one.run.alarms for one in experiments]
    columns = [[alarm["column"] for alarm in found] for found in alarms]
    assert columns == [[COLUMN], [], [], [COLUMN]]
    assert alarms[0][0] | {"value": 0, "others": 0} == {
        "column": COLUMN,
        "reason": "alone",
        "value": 0,
        "others": 0,
        "is_closed": False,
    }


def test_a_column_that_was_answered_for_before_the_split_raises_no_alarm() -> None:
    dojo = factories.make_dojo()
    suspect(dojo)
    answer = {"columns": [COLUMN], "reason": "Measured at the visit.", "code": "alone"}
    assert COLUMN in standing_out(dojo.dataset)
    dojo.dataset.leak_answers = {"some-finding": answer}
    assert COLUMN not in standing_out(dojo.dataset)


def test_the_interpretation_raises_what_it_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.explain import stages
    from engine.judge.leaks import Alarm

    found = Alarm("mean_area", "needed", 0.99, 0.6)
    monkeypatch.setattr(stages, "needed_columns", lambda run: [found])
    experiment = factories.submit(factories.join(factories.make_dojo()), "logistic_regression")
    assert do_next(Run)
    while do_next(Interpretation):
        pass
    assert experiment.run.alarms == [found.to_dict() | {"is_closed": False}]


SCORE = 'class="fs-1 fw-bold number"'


def test_it_stands_above_the_score_and_names_the_column_to_who_may_know(cast: Cast) -> None:
    alarm(cast.experiment.run)
    asked = f"What does “{COLUMN}” know that you won&#x27;t know when you predict?"
    unnamed = "What does one of your columns know that you won&#x27;t know when you predict?"
    for page in pages(cast, "facilitator").values():
        assert 0 < page.find(asked) < page.find(SCORE)
        assert "alone gives a ROC AUC of 0.97; all other columns together give 0.78" in page
    for page in pages(cast, "participant").values():
        assert 0 < page.find(unnamed) < page.find(SCORE)
        assert f"“{COLUMN}”" not in page
        assert "0.97" not in page[page.find(unnamed) : page.find(SCORE)]
        assert "Close the alarm" not in page
    Dojo.objects.update(state=Dojo.State.ENDED)
    assert asked in pages(cast, "participant")["experiments:run"]


def test_it_is_the_first_trap_in_the_cockpit(cast: Cast) -> None:
    alarm(cast.experiment.run)
    row = next(row for row in participant_rows(cast.dojo) if row.seat == cast.participant)
    assert row.pressing[0].code == "leak_alarm"
    assert row.pressing[0].is_issue
    assert COLUMN not in row.pressing[0].sentence + row.pressing[0].question


def test_who_drew_a_conclusion_from_it_is_not_asked() -> None:
    someone = Participant()
    first = someone.tries()
    alarm(first.run)
    assert someone.severity("leak_alarm") == Severity.ISSUE
    someone.concludes(first, "keep", "It is better.")
    assert someone.severity("leak_alarm") == Severity.ISSUE
    someone.concludes(first, "reject", "A column knows the answer.")
    assert someone.severity("leak_alarm") is None
    second = someone.tries()
    alarm(second.run)
    someone.tries()
    assert someone.severity("leak_alarm") == Severity.NOTICE
    assert findings_of(someone.record())[0].code == "leak_alarm"


def post(cast: Cast, role: str = "facilitator", **fields: str) -> Any:
    address = reverse("experiments:alarm", args=[cast.dojo.public_id, cast.experiment.public_id])
    return cast.clients[role].post(address, {"column": COLUMN} | fields, headers=ENGLISH)


def test_a_facilitator_closes_it_with_a_reason_that_everyone_reads(cast: Cast) -> None:
    other = alarm(factories.finish(factories.submit(cast.neighbour)))
    alarm(cast.experiment.run)
    assert not is_believed(Experiment.objects.get(pk=cast.experiment.pk))
    assert post(cast, reason=" ").status_code == 302
    assert not ClosedAlarm.objects.exists()
    assert post(cast, reason="Measured at the <first> visit.").status_code == 302
    assert not Run.objects.get(pk=other.pk).open_alarms
    assert is_believed(Experiment.objects.get(pk=cast.experiment.pk))
    for role in ("facilitator", "participant"):
        page = pages(cast, role)["experiments:run"]
        assert "Measured at the &lt;first&gt; visit." in page
        assert f"“{COLUMN}” is known when you predict" in page
        assert "won&#x27;t know when you predict" not in page
    assert AuditEntry.objects.get(action="alarm").detail == "close"
    later = alarm(factories.finish(factories.submit(cast.neighbour)))
    assert not later.open_alarms
    assert post(cast, action="reopen").status_code == 302
    assert Run.objects.get(pk=other.pk).open_alarms
    assert AuditEntry.objects.filter(action="alarm").first().detail == "reopen"


def test_what_a_participant_answers_is_shown_to_the_facilitator(cast: Cast) -> None:
    alarm(cast.experiment.run)
    answer = reverse(
        "experiments:alarm_answer", args=[cast.dojo.public_id, cast.experiment.public_id]
    )
    said = "worst_area is <b>measured</b> after the biopsy."
    assert answer in pages(cast, "participant")["experiments:experiment"]
    assert answer not in pages(cast, "facilitator")["experiments:experiment"]
    assert cast.clients["participant"].post(answer, {"alarm_answer": said}).status_code == 302
    shown = "participant answers: worst_area is &lt;b&gt;measured&lt;/b&gt; after the biopsy."
    for page in pages(cast, "facilitator").values():
        assert shown in page
    assert "measured&lt;/b&gt;" in pages(cast, "participant")["experiments:experiment"], "stays"
    long = cast.clients["participant"].post(answer, {"alarm_answer": "x" * 1001}, follow=True)
    assert "1000" in long.content.decode()
    assert Experiment.objects.get(pk=cast.experiment.pk).alarm_answer == said


def test_only_alarms_of_the_run_are_closed_and_by_who_may_know_them(cast: Cast) -> None:
    post(cast, reason="Known.")
    alarm(cast.experiment.run)
    post(cast, column="mean_area", reason="Known.")
    assert post(cast, "participant", reason="Known.").status_code == 404
    assert not ClosedAlarm.objects.exists()


def test_another_dojo_s_answer_counts_nothing_here(cast: Cast) -> None:
    run = alarm(cast.experiment.run)
    elsewhere = factories.make_dojo()
    close_alarm(facilitator_of(elsewhere), COLUMN, "Known.")
    assert alarm(run).open_alarms
    close_alarm(facilitator_of(cast.dojo), COLUMN, "Known.")
    assert not Run.objects.get(pk=run.pk).open_alarms
    reopen_alarm(facilitator_of(cast.dojo), COLUMN)
    assert ClosedAlarm.objects.get().dojo == elsewhere


def test_a_rehearsal_leaves_no_answer_behind() -> None:
    from experiments.demo.rehearsal import begin_rehearsal

    dojo = factories.make_dojo(started=False)
    begin_rehearsal(dojo, people=1)
    close_alarm(facilitator_of(dojo), COLUMN, "Known.")
    end_rehearsal(Dojo.objects.get(pk=dojo.pk))
    assert not ClosedAlarm.objects.exists()


# --- Nothing offers them ----------------------------------------------------------------
def test_no_next_hypothesis_is_offered_about_a_column_under_alarm(cast: Cast) -> None:
    stage = Interpretation.objects.get(run__experiment=cast.experiment, stage=Stage.EVIDENCE)
    found = {"mean": 0.3, "std": 0.01, "values": [0.3] * 5}
    noise = {"mean": 0.0, "std": 0.01, "values": [0.0] * 5}
    columns = [{"name": COLUMN} | found, {"name": "mean_area"} | noise]
    stage.content["importance"] |= {"columns": columns, "groups": []}
    stage.save()
    address = reverse(
        "experiments:analysis", args=[cast.dojo.public_id, cast.experiment.public_id, "importance"]
    )

    def offered() -> str:
        page = cast.clients["participant"].get(address, headers=ENGLISH).content.decode()
        found = re.search(r"observation=([^\"]*)", page)
        return unquote_plus(found[1]) if found else ""

    assert "“mean_area”" in offered()
    stage.content["importance"]["columns"] = columns[:1]
    stage.save()
    assert f"“{COLUMN}” matters most" in offered()
    alarm(cast.experiment.run)
    assert not offered()
    close_alarm(facilitator_of(cast.dojo), COLUMN, "Known.")
    assert f"“{COLUMN}” matters most" in offered()


def test_marked_and_suspected_columns_are_left_out_unless_answered_for(cast: Cast) -> None:
    suspect(cast.dojo, "worst_radius")
    Dataset.objects.filter(pk=cast.dojo.dataset_id).update(leak_columns=["mean_area"])
    run = Run.objects.get(pk=alarm(cast.experiment.run).pk)
    assert suspects_of(run) == {"worst_radius", COLUMN, "mean_area"}
    for column in (COLUMN, "mean_area"):
        close_alarm(facilitator_of(cast.dojo), column, "Known.")
    assert suspects_of(Run.objects.get(pk=run.pk)) == {"worst_radius", "mean_area"}
