"""A run that may not fit its time is told of before it is submitted, and never hindered."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from classrooms.models import Dataset, Seat
from engine.spec.config import default_config
from engine.spec.duration import SECONDS_OF_A_FIT, run_seconds
from engine.spec.models import MODELS
from engine.spec.yaml_text import dump_yaml
from experiments.forecasts.duration import estimate_seconds, may_take_long
from experiments.models import Run
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def seat() -> Seat:
    return factories.join(factories.make_dojo())


def enlarge(seat: Seat, rows: int) -> None:
    dataset = seat.dojo.dataset
    sizes = {"train": rows, "test": 1, "holdout": 1}
    Dataset.objects.filter(pk=dataset.pk).update(part_sizes=sizes)
    dataset.refresh_from_db()


def told(seat: Seat, config: Any) -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(seat.people.get())
    url = f"/dojos/{seat.dojo.public_id}/experiments/new/duration/"
    return client.post(url, {"yaml": dump_yaml(config)}).content.decode()


def test_every_model_has_a_measured_time() -> None:
    assert SECONDS_OF_A_FIT.keys() == MODELS.keys()


def test_a_run_that_fits_is_not_spoken_of(seat: Seat) -> None:
    assert told(seat, default_config(seat.dojo.schema, "hist_gradient_boosting")).strip() == ""


def test_one_that_may_not_fit_is(seat: Seat) -> None:
    enlarge(seat, 119_000)
    html = told(seat, default_config(seat.dojo.schema, "rbf_svm"))
    assert "119,000 training rows, 5 folds" in html
    assert "stopped after 120 seconds" in html


def test_earlier_runs_on_the_dataset_know_better(seat: Seat) -> None:
    experiment = factories.submit(seat)
    factories.finish(experiment)
    config = experiment.parsed_config
    Run.objects.filter(experiment=experiment).update(status="succeeded", fit_seconds=100.0)
    assert estimate_seconds(seat.dojo, config) == run_seconds(config, 100.0) == 500.0
    assert "about 9 minutes" in may_take_long(seat.dojo, config)
    Run.objects.filter(experiment=experiment).update(fit_seconds=0.1)
    enlarge(seat, 50_000_000)
    assert may_take_long(seat.dojo, config) == ""


def test_a_search_takes_no_longer_than_it_may(seat: Seat) -> None:
    config = default_config(seat.dojo.schema, "random_forest")
    search = config.search.model_copy(update={"method": "random", "trials": 200, "seconds": 60})
    searched = config.model_copy(update={"search": search})
    assert run_seconds(searched, 10.0) == run_seconds(config, 10.0) + 60
    assert run_seconds(searched, 0.01) == pytest.approx(run_seconds(config, 0.01) + 200 * 0.04)


def test_what_is_no_config_yet_is_not_spoken_of(seat: Seat) -> None:
    client = Client()
    client.force_login(seat.people.get())
    url = f"/dojos/{seat.dojo.public_id}/experiments/new/duration/"
    for posted in ({"yaml": "model: ["}, {}, {"model.name": "nothing"}):
        response = client.post(url, posted)
        assert response.status_code == 200
        assert response.content.decode().strip() == ""
