"""The sealed record: what joins its chain, that nothing changes it, and that it never forks."""

from __future__ import annotations

import json
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from classrooms.agenda import timeline
from classrooms.dojos.settings.rules import change_rules, proposed_rules
from classrooms.exceptions import NotNow
from classrooms.models import Dojo, DojoRules, Seat
from classrooms.models.dojos import Variant
from experiments.demo.rehearsal import begin_rehearsal, end_rehearsal
from experiments.models import Experiment, Run, SealedEntry
from experiments.sealing import chain
from experiments.sealing.services import seal_result
from experiments.sealing.verify_record import digest_of_content, digest_of_entry, first_previous
from experiments.submit import services
from jobs.kinds import kind_of
from jobs.models import JobStatus
from jobs.sweep import recover
from tests import factories
from tests.conftest import Cast
from tests.work import do_next

pytestmark = pytest.mark.django_db

KINDS = SealedEntry.Kind


@pytest.fixture
def member() -> Seat:
    return factories.join(factories.make_dojo())


def entries_of(dojo: Dojo) -> list[SealedEntry]:
    return list(SealedEntry.objects.filter(dojo=dojo).order_by("index"))


def kinds_of(dojo: Dojo) -> list[str]:
    return [entry.kind for entry in entries_of(dojo)]


def contents_of(dojo: Dojo, kind: str) -> list[dict[str, Any]]:
    return [json.loads(entry.content) for entry in entries_of(dojo) if entry.kind == kind]


def assert_is_a_chain(dojo: Dojo) -> None:
    """By the documented formula, from the first entry to the last."""
    previous = first_previous(dojo.public_id)
    for index, entry in enumerate(entries_of(dojo), start=1):
        assert entry.index == index
        head = (index, entry.kind, chain.moment(entry.sealed_at), entry.content_digest)
        assert entry.digest == digest_of_entry(previous, *head)
        if not entry.is_erased:
            assert entry.content_digest == digest_of_content(entry.salt, entry.content)
        previous = entry.digest


def conclude(experiment: Experiment, decision: str = "keep") -> None:
    services.record_analysis(
        experiment, analysis="As forecast.", decision=decision, next_step="Fewer columns."
    )


# --- What joins it ----------------------------------------------------------------------------
def test_an_experiment_joins_it_as_registered_with_its_result_and_decision(member: Seat) -> None:
    experiment = factories.submit(member)
    assert kinds_of(member.dojo) == ["registered"]
    (found,) = contents_of(member.dojo, "registered")
    assert found["claim"] == experiment.claim
    assert found["config"] == experiment.config
    assert found["forecast"]["forecast_low"] == experiment.forecast_low
    assert do_next(Run)
    conclude(experiment)
    assert kinds_of(member.dojo) == ["registered", "result", "decision"]
    (result,) = contents_of(member.dojo, "result")
    run = Experiment.objects.get(pk=experiment.pk).run
    assert result["metrics"] == run.metrics
    assert result["fingerprint"] == run.fingerprint
    (decision,) = contents_of(member.dojo, "decision")
    assert (decision["decision"], decision["analysis"]) == ("keep", "As forecast.")
    assert_is_a_chain(member.dojo)


def test_no_hidden_score_is_sealed(member: Seat) -> None:
    factories.submit(member, "decision_tree")
    assert do_next(Run)
    run = Run.objects.get()
    assert run.holdout_metrics
    hidden = {value for value in run.holdout_metrics.values() if len(repr(value)) > 6}
    text = "".join(entry.content for entry in entries_of(member.dojo))
    assert hidden
    assert not [value for value in hidden if repr(value) in text]
    assert "holdout" not in text


def test_a_draft_of_an_analysis_is_not_sealed_and_a_later_change_is_a_correction(
    member: Seat,
) -> None:
    experiment = factories.submit(member)
    factories.finish(experiment)
    conclude(experiment, decision="")
    services.record_limits(experiment, "Few rows.")
    assert kinds_of(member.dojo) == ["registered", "result"]
    conclude(experiment)
    services.record_limits(Experiment.objects.get(pk=experiment.pk), "Few rows.")
    assert kinds_of(member.dojo)[2:] == ["decision"], "nothing changed"
    services.record_limits(Experiment.objects.get(pk=experiment.pk), "Few rows, one hospital.")
    services.choose_experiment(Experiment.objects.get(pk=experiment.pk))
    assert kinds_of(member.dojo)[2:] == ["decision", "corrected_decision", "corrected_decision"]
    limits = [one["limits"] for one in contents_of(member.dojo, "corrected_decision")]
    assert limits == ["Few rows, one hospital."] * 2
    assert contents_of(member.dojo, "corrected_decision")[1]["chosen_at"]
    assert_is_a_chain(member.dojo)


def test_every_way_to_end_seals_one_result(member: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled, failed, lost = (factories.submit(member) for _n in range(3))
    assert services.cancel_run(cancelled)
    assert not services.cancel_run(Experiment.objects.get(pk=cancelled.pk))
    monkeypatch.setattr("experiments.compute.execution.execute", lambda run, report: 1 / 0)
    assert do_next(Run)
    past = timezone.now() - timezone.timedelta(hours=1)
    Run.objects.filter(experiment=lost).update(
        status="running", attempt=3, started_at=past, lease_until=past
    )
    recover(kind_of(Run))
    results = contents_of(member.dojo, "result")
    ends = [(one["status"], one["failure"]) for one in results]
    assert ends == [("cancelled", "cancelled"), ("failed", "internal"), ("failed", "worker_lost")]
    monkeypatch.undo()
    services.restart_run(lost)
    assert do_next(Run)
    assert kinds_of(member.dojo).count("result") == 3
    (correction,) = contents_of(member.dojo, "corrected_result")
    assert (correction["experiment"], correction["status"]) == (lost.public_id, "succeeded")
    assert failed.sealed_entries.count() == 2
    assert_is_a_chain(member.dojo)


def test_a_run_given_back_to_the_queue_has_no_result_yet(member: Seat) -> None:
    experiment = factories.submit(member)
    past = timezone.now() - timezone.timedelta(hours=1)
    Run.objects.update(status="running", attempt=1, started_at=past, lease_until=past)
    recover(kind_of(Run))
    assert Run.objects.get().status == JobStatus.QUEUED
    assert kinds_of(member.dojo) == ["registered"]
    assert do_next(Run)
    seal_result(experiment.run)
    assert kinds_of(member.dojo) == ["registered", "result"]


def test_a_repetition_is_no_result(member: Seat) -> None:
    experiment = factories.submit(member)
    factories.finish(experiment)
    services.repeat_run(experiment)
    Run.objects.filter(reproduces__isnull=False).update(queued_at=timezone.now())
    while do_next(Run):
        pass
    assert kinds_of(member.dojo) == ["registered", "result"]


def test_what_is_not_stored_is_not_sealed(member: Seat) -> None:
    """It is one transaction."""
    with transaction.atomic():
        factories.submit(member)
        assert len(entries_of(member.dojo)) == 1
        transaction.set_rollback(True)
    assert entries_of(member.dojo) == []


def test_each_phase_ends_with_a_root(member: Seat) -> None:
    dojo = Dojo.objects.get(pk=member.dojo_id)
    factories.submit(member)
    first = dojo.current_phase
    assert first is not None
    timeline.advance_dojo(dojo)
    timeline.go_back(dojo)
    timeline.advance_dojo(dojo)
    assert kinds_of(dojo) == ["registered", "phase", "phase"]
    assert [one["title"] for one in contents_of(dojo, "phase")] == [first.title] * 2
    assert_is_a_chain(dojo)


def test_the_first_root_depends_on_the_dojo() -> None:
    roots = set()
    for _n in range(2):
        member = factories.join(factories.make_dojo())
        factories.submit(member)
        roots.add(entries_of(member.dojo)[0].digest)
    assert len(roots) == 2


def test_an_entry_is_no_older_than_the_one_before(member: Seat) -> None:
    """Whatever the clock of the host that appends it says."""
    factories.submit(member)
    ahead = timezone.now() + timezone.timedelta(hours=1)
    SealedEntry._base_manager.update(sealed_at=ahead)
    factories.submit(member)
    first, second = entries_of(member.dojo)
    assert second.sealed_at == first.sealed_at == ahead


# --- The rule ---------------------------------------------------------------------------------
def test_the_rule_is_off_in_two_hours_only() -> None:
    assert {variant: proposed_rules(variant).seals_record for variant in Variant} == {
        Variant.DISCOVERY: False,
        Variant.STANDARD: True,
        Variant.ADVANCED: True,
        Variant.SOLO: True,
    }


def test_without_the_rule_nothing_is_sealed() -> None:
    member = factories.join(factories.make_dojo(variant="discovery"))
    experiment = factories.submit(member)
    assert do_next(Run)
    conclude(experiment)
    timeline.advance_dojo(member.dojo)
    assert entries_of(member.dojo) == []


def test_the_rule_stays_once_there_are_experiments(member: Seat) -> None:
    dojo = member.dojo

    def change(*, seals: bool) -> None:
        rules = DojoRules(**dojo.rules.chosen | {"seals_record": seals})
        change_rules(dojo, **dojo.measure | {"costs": None}, rules=rules)

    change(seals=False)
    assert not DojoRules.objects.get(dojo=dojo).seals_record
    change(seals=True)
    factories.submit(member)
    with pytest.raises(NotNow):
        change(seals=False)
    change(seals=True)


def test_the_form_of_the_rules_shows_that_it_stays(cast: Cast) -> None:
    path = reverse("classrooms:rules", args=[cast.dojo.public_id])
    form = cast.clients["facilitator"].get(path).context["form"]
    assert form.fields["seals_record"].disabled


# --- It never forks ---------------------------------------------------------------------------
def test_two_entries_never_have_one_place(cast: Cast) -> None:
    twin = SealedEntry.objects.filter(dojo=cast.dojo).earliest("index")
    twin.pk, twin._state.adding = None, True
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


@pytest.mark.django_db(transaction=True)
def test_processes_that_append_at_once_make_one_chain() -> None:
    """Submissions, ends of runs, decisions and a phase's end, all at the same time."""
    dojo = factories.make_dojo()
    people = [factories.join(dojo) for _n in range(4)]
    running = [factories.submit(seat) for seat in people]
    failures: list[BaseException] = []
    together = Barrier(len(people) * 2 + 1)

    def at_once(work: Any, *arguments: Any) -> Thread:
        def do() -> None:
            together.wait()
            try:
                work(*arguments)
            except BaseException as error:
                failures.append(error)
            finally:
                connection.close()

        return Thread(target=do)

    def submit_some(seat: Seat) -> None:
        for _n in range(3):
            factories.submit(seat)

    def finish_and_conclude(experiment: Experiment) -> None:
        services.cancel_run(Experiment.objects.get(pk=experiment.pk))
        conclude(Experiment.objects.get(pk=experiment.pk), decision="reject")

    threads = [at_once(submit_some, seat) for seat in people]
    threads += [at_once(finish_and_conclude, experiment) for experiment in running]
    threads.append(at_once(timeline.advance_dojo, dojo))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, [str(one) for one in failures]
    kinds = kinds_of(dojo)
    expected = {"registered": 16, "result": 4, "decision": 4, "phase": 1}
    assert {kind: kinds.count(kind) for kind in kinds} == expected
    assert_is_a_chain(dojo)


# --- What goes with it ------------------------------------------------------------------------
def test_a_rehearsal_leaves_no_record() -> None:
    dojo = factories.make_dojo(started=False)
    begin_rehearsal(dojo, people=2)
    first = factories.submit(dojo.seats.exclude(simulated_as="").order_by("pk")[0])
    factories.submit(first.seat, compared_to=first)
    assert entries_of(dojo)
    end_rehearsal(dojo)
    assert entries_of(dojo) == []
    assert not Experiment.objects.exists()
