"""What was cleaned in a dataset is one list, told wherever the data is; rows without a target."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import translation

from classrooms.datasets.recipe import recipe_lines
from classrooms.datasets.truths.services import plant
from classrooms.models import Dataset, Dojo
from engine.build.codegen import DataSource, generate_script
from engine.reading.storing import read_dataset
from experiments.exports.archives.dump import Dump
from experiments.exports.archives.tables import dataset_card
from experiments.exports.documents.log import experiment_log
from experiments.exports.notebooks.code import data_source
from experiments.exports.notebooks.notebook import build_notebook
from experiments.exports.notebooks.starter import starter_notebook
from experiments.exports.record import record_of
from experiments.models import Run
from jobs.perform import perform_here
from tests import factories
from tests.classrooms.test_datasets import choice, upload
from tests.work import do_next

pytestmark = pytest.mark.django_db

ROWS, UNLABELLED = 300, 12


def messy() -> str:
    """Customers: a service in two spellings, an infinite amount, rows without an answer."""
    lines = []
    for n in range(ROWS):
        answer = "" if n < UNLABELLED else "yes" if n % 3 else "no"
        amount = "inf" if n == 50 else f"{(n * 37) % 101 / 10 + (n % 3)}"
        service = ["Ventes", "ventes ", "RH"][n % 7 % 3]
        lines.append(f"{amount},{service},{n % 11}.5,{answer}")
    return "\n".join(["amount,service,visits,answer", *lines]) + "\n"


@pytest.fixture
def client() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    return client


def address(dataset: Dataset) -> str:
    return f"/datasets/{dataset.public_id}/"


def prepared(client: Client, **fields: str) -> Dataset:
    dataset = upload(client, messy())
    posted = {"target": choice(dataset, "answer", "yes"), "drops_unlabelled": "on"} | fields
    client.post(address(dataset), posted)
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.is_ready, (dataset.failure_code, dataset.failure_context)
    return dataset


# --- A target with missing values -----------------------------------------------------
def test_a_target_with_missing_values_is_offered_with_their_number(client: Client) -> None:
    dataset = upload(client, messy())
    page = client.get(address(dataset)).content.decode()
    assert "answer (12 rows without a value would be left out)" in page
    assert "Leave out the rows in which the target has no value" in page


def test_rows_without_a_target_are_left_out_only_with_consent(client: Client) -> None:
    dataset = upload(client, messy())
    posted = {"target": choice(dataset, "answer", "yes")}
    response = client.post(address(dataset), posted)
    assert "“answer” has no value in 12 rows." in response.content.decode()
    dataset.refresh_from_db()
    assert dataset.target == ""

    dataset = prepared(client)
    assert dataset.row_count == ROWS - UNLABELLED == sum(dataset.part_sizes.values())
    frame = read_dataset(Path(default_storage.path(dataset.table_path)))
    assert set(frame["answer"]) == {"yes", "no"}
    rows = list(csv.DictReader(io.StringIO(_shared(dataset))))
    assert len(rows) == dataset.part_sizes["train"] + dataset.part_sizes["test"]
    assert all(row["answer"] for row in rows)


def test_consent_that_is_not_needed_is_not_kept(client: Client) -> None:
    lines = [f"{n % 13},{'a' if n % 3 else 'b'},{'' if n % 9 else 'c'}" for n in range(ROWS)]
    dataset = upload(client, "\n".join(["x,y,z", *lines]) + "\n")
    client.post(address(dataset), {"target": choice(dataset, "y", "a"), "drops_unlabelled": "on"})
    perform_here(dataset)
    dataset.refresh_from_db()
    assert (dataset.is_ready, dataset.drops_unlabelled, dataset.row_count) == (True, False, ROWS)


def test_the_leak_check_looks_at_the_rows_that_stay(client: Client) -> None:
    dataset = upload(client, messy())
    posted = {"target": choice(dataset, "answer", "yes"), "drops_unlabelled": "on"}
    client.post(address(dataset), posted | {"action": "check"})
    perform_here(dataset.leak_check)
    dataset.leak_check.refresh_from_db()
    assert dataset.leak_check.content["rows"] == ROWS - UNLABELLED
    page = client.get(address(dataset)).content.decode()
    assert '<input type="hidden" name="drops_unlabelled" value="on">' in page


# --- The recipe -----------------------------------------------------------------------
WORDS = {
    "en": "12 rows are left out: they have no value for the target “answer”.",
    "fr": "12 lignes sont retirées\u00a0: elles n'ont pas de valeur pour la cible « answer ».",
}
INFINITE = "In “amount”, 1 infinite or enormous number is read as missing."


def _shared(dataset: Dataset) -> str:
    return Path(default_storage.path(dataset.participant_csv_path)).read_text(encoding="utf-8")


def _dojo(dataset: Dataset) -> Dojo:
    return factories.make_dojo(dataset.owner, dataset=dataset)


def test_the_recipe_is_told_wherever_the_data_is(client: Client) -> None:
    dataset = prepared(client)
    dojo = _dojo(dataset)
    member = factories.join(dojo)
    participant = Client(headers={"accept-language": "en"})
    participant.force_login(member.people.get())
    with translation.override("en"):
        factories.submit(member)
        assert recipe_lines(dataset) == [WORDS["en"], INFINITE]
        card = dataset_card(dataset)
        told = [
            client.get(address(dataset)).content.decode(),
            participant.get(f"/dojos/{dojo.public_id}/data/").content.decode(),
            "\n".join(card["recipe"]),
            starter_notebook(dojo, str),
            build_notebook(record_of(member)),
            experiment_log(record_of(member)),
        ]
    for place in told:
        assert WORDS["en"] in place
        assert INFINITE in place
    with translation.override("fr"):
        assert recipe_lines(dataset)[0].replace("\u00a0", " ") == WORDS["fr"].replace("\u00a0", " ")


def test_what_was_added_for_others_to_find_is_not_in_the_recipe(client: Client) -> None:
    dataset = upload(client, messy())
    plant(dataset, name="score", kind="leak")
    dataset.refresh_from_db()
    client.post(
        address(dataset), {"target": choice(dataset, "answer", "yes"), "drops_unlabelled": "on"}
    )
    perform_here(dataset)
    dataset.refresh_from_db()
    assert "score" in dataset.schema.by_name
    assert dataset.recipe
    assert "score" not in str(dataset.recipe)


def test_code_on_the_cleaned_file_gives_the_numbers_of_the_run(
    client: Client, tmp_path: Path
) -> None:
    dataset = prepared(client)
    member = factories.join(_dojo(dataset))
    experiment = factories.submit(member, "logistic_regression")
    while do_next(Run):
        pass
    run = Run.objects.get(experiment=experiment)
    assert run.has_succeeded, run.failure_code
    source = data_source(member.dojo)
    assert source.notes[1:] == tuple(recipe_lines(dataset))
    path = tmp_path / "data.csv"
    path.write_bytes(Path(default_storage.path(dataset.participant_csv_path)).read_bytes())
    source = DataSource(source.schema, source.split_column, str(path), source.notes)
    names: dict[str, object] = {}
    script = generate_script(experiment.parsed_config, source)
    assert "# The file is cleaned already:" in script
    exec(compile(script, "script", "exec"), names)  # noqa: S102
    found = names["metrics"]
    assert isinstance(found, dict)
    assert {part: found[part] for part in ("train", "test")} == {
        part: run.metrics[part] for part in ("train", "test")
    }


def test_a_hostile_value_ends_no_comment(client: Client, tmp_path: Path) -> None:
    source = DataSource(
        prepared(client).schema, "_split", "x.csv", ("a\nimport os\r```\u2028b\x0cc " + "w " * 90,)
    )
    from engine.build.codegen import data_code

    lines = data_code(source).splitlines()
    assert lines[0].startswith("# a import os ''' b c w")
    assert lines[1].startswith("#   w")
    assert max(map(len, lines[:2])) <= 100


def test_an_archive_carries_what_was_decided_and_cleaned(client: Client) -> None:
    dataset = prepared(client)
    (line,) = Dump(_dojo(dataset)).lines(Dataset)
    kept = json.loads(line)
    assert kept["recipe"] == dataset.recipe != []
    assert kept["drops_unlabelled"] is True
    assert {"decisions", "questions", "settled", "divisions"} <= kept.keys()
