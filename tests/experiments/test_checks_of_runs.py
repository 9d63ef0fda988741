"""A careful colleague's checks: computed by a worker, shown, explained, and off by a rule."""

import numpy as np
import pytest
from django.urls import reverse
from django.utils import translation

from classrooms.dojos.settings.rules import proposed_rules
from classrooms.models import Dojo, DojoRules, Seat
from classrooms.models.dojos import Variant
from engine.judge.checks import check as codes
from experiments.alarms.marking import mark_columns
from experiments.checks.page import rows_of
from experiments.checks.wording import EXPLANATIONS
from experiments.exports.documents.html_log import log_digest
from experiments.exports.documents.log import experiment_log
from experiments.exports.notebooks.notebook import notebook_digest
from experiments.exports.record import record_of
from experiments.models import BoostingReference, Experiment, Interpretation, Run, Stage
from tests import factories
from tests.conftest import Cast
from tests.work import do_next

pytestmark = [pytest.mark.serverless, pytest.mark.django_db]

CODES = {value for name, value in vars(codes).items() if str(value).startswith("MLX")}
ENGLISH = {"accept-language": "en"}


def checked(experiment: Experiment) -> dict[str, str]:
    """State by code."""
    stage = Interpretation.objects.get(run__experiment=experiment, stage=Stage.CHECKS)
    return {check["code"]: check["state"] for check in stage.content["checks"]}


def only_checks() -> None:
    """Let workers make the checks, and no other stage."""
    Interpretation.objects.exclude(stage=Stage.CHECKS).delete()
    while do_next(Interpretation):
        pass


def test_a_run_is_checked_beside_boosting_which_is_fitted_once() -> None:
    dojo = factories.make_dojo()
    seat = factories.join(dojo)
    experiments = [factories.submit(seat, model) for model in ("logistic_regression", "dummy")]
    while do_next(Run):
        pass
    only_checks()
    assert checked(experiments[0]).keys() == CODES
    assert checked(experiments[0])[codes.NO_BETTER_THAN_BASELINE] == "fine"
    assert checked(experiments[0])[codes.NOTHING_TUNED] == "found"
    assert checked(experiments[1]) == {}, "a dummy reads no column"
    reference = BoostingReference.objects.get()
    assert (reference.status, reference.worker) == ("succeeded", "checks")
    assert len(np.frombuffer(reference.test)) == dojo.dataset.part_sizes["test"]


def test_an_idle_worker_fits_boosting_before_a_run_needs_it() -> None:
    seat = factories.join(factories.make_dojo())
    factories.submit(seat, "logistic_regression")
    assert do_next(BoostingReference)
    before = BoostingReference.objects.get()
    while do_next(Run):
        pass
    only_checks()
    after = BoostingReference.objects.get()
    assert after.finished_at == before.finished_at
    assert bytes(after.test) == bytes(before.test)


def test_boosting_learns_without_marked_columns_and_runs_are_checked_again() -> None:
    dojo = factories.make_dojo()
    seat = factories.join(dojo)
    factories.submit(seat, "logistic_regression")
    while do_next(Run):
        pass
    only_checks()
    column = dojo.schema.default_features[0].name
    mark_columns(dojo.seats.get(role="facilitator"), [column])
    assert Interpretation.objects.get().status == "queued"
    only_checks()
    with_it, without = BoostingReference.objects.order_by("pk")
    assert (with_it.marked, without.marked) == ([], [column])
    assert bytes(with_it.test) != bytes(without.test)


def test_it_is_on_no_board(cast: Cast) -> None:
    while do_next():
        pass
    assert BoostingReference.objects.filter(status="succeeded").exists()
    page = cast.clients["participant"].get(
        reverse("experiments:leaderboard", args=[cast.dojo.public_id]), headers=ENGLISH
    )
    assert "boosting" not in page.content.decode().lower()


def test_the_view_says_what_was_found_first(cast: Cast) -> None:
    address = reverse(
        "experiments:analysis", args=[cast.dojo.public_id, cast.experiment.public_id, "checks"]
    )
    text = cast.clients["participant"].get(address, headers=ENGLISH).content.decode()
    assert text.count("MLX0") == len(CODES) * 2  # its name and its address
    assert text.index(">look<") < text.index(">fine<")
    result = cast.clients["participant"].get(cast.experiment.get_absolute_url(), headers=ENGLISH)
    assert "to look at" in result.content.decode()


def test_the_log_names_what_was_found(cast: Cast) -> None:
    with translation.override("en"):
        rows = rows_of(Interpretation.objects.get(stage=Stage.CHECKS).content["checks"])
        log = experiment_log(record_of(cast.experiment.seat)).replace("\\", "")
    told = [row for row in rows if row.sentence]
    assert told
    for row in told:
        assert f"({row.explanation.code}): {row.sentence}" in log


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("code", sorted(CODES))
def test_each_check_has_a_page_that_explains_it(cast: Cast, code: str, language: str) -> None:
    address = reverse("experiments:check", args=[cast.dojo.public_id, code])
    page = cast.clients["participant"].get(address, headers={"accept-language": language})
    with translation.override(language):
        one = EXPLANATIONS[code]
        for part in (one.title, one.question, one.why, one.how, one.remedy, one.blind):
            assert str(part) in page.content.decode().replace("&#x27;", "'")


def test_a_check_that_does_not_exist_is_not_found(cast: Cast) -> None:
    address = reverse("experiments:check", args=[cast.dojo.public_id, "MLX99"])
    assert cast.clients["participant"].get(address).status_code == 404


def test_a_rule_leaves_them_out_and_two_hours_propose_that(cast: Cast) -> None:
    proposed = {variant for variant in Variant if proposed_rules(variant).makes_checks}
    assert proposed == set(Variant) - {Variant.DISCOVERY}
    DojoRules.objects.update(makes_checks=False)
    BoostingReference.objects.all().delete()
    seat = factories.join(Dojo.objects.get(pk=cast.dojo.pk))
    experiment = factories.submit(seat, "logistic_regression")
    while do_next(Run):
        pass
    stages = set(experiment.run.interpretations.values_list("stage", flat=True))
    assert stages == set(Stage) - {Stage.CHECKS}
    assert not BoostingReference.objects.exists()
    address = reverse(
        "experiments:analysis", args=[cast.dojo.public_id, cast.experiment.public_id, "checks"]
    )
    assert cast.clients["participant"].get(address).status_code == 404


def test_they_are_asked_for_where_the_rule_was_off_when_the_run_ended(cast: Cast) -> None:
    Interpretation.objects.filter(stage=Stage.CHECKS).delete()
    address = reverse(
        "experiments:analysis", args=[cast.dojo.public_id, cast.experiment.public_id, "checks"]
    )
    for _time in range(2):
        assert cast.clients["participant"].get(address).status_code == 200
    assert Interpretation.objects.get(stage=Stage.CHECKS).status == "queued"


@pytest.mark.parametrize(
    ("gap", "is_notable"), [([0.021, 0.3], True), ([0.0, 0.3], False), ([-0.1, 0.01], False)]
)
def test_a_gap_is_notable_beyond_chance(cast: Cast, gap: list[float], is_notable: bool) -> None:
    from experiments.pages.run_page import run_page

    Run.objects.update(gaps={"roc_auc": gap})
    row = run_page(Experiment.objects.get(pk=cast.experiment.pk)).primary_row
    assert row is not None
    assert row.gap_is_notable == is_notable


def test_a_check_that_comes_later_outdates_no_document(cast: Cast) -> None:
    def digests() -> tuple[str, str]:
        record = record_of(Seat.objects.with_dojo().get(pk=cast.participant.pk))
        return log_digest(record), notebook_digest(record)

    stage = Interpretation.objects.get(stage=Stage.CHECKS)
    after = digests()
    Interpretation.objects.filter(pk=stage.pk).update(status="queued", content={})
    assert digests() == after
