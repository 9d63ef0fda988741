"""An archived Dojo comes back with everything in it, and archives to the same bytes."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import translation

from classrooms.conversation import announcements as announcing
from classrooms.conversation import hands
from classrooms.models import Dataset, Dojo, User
from classrooms.retention import services as retention
from classrooms.storage import files
from connections.models import Delivery
from experiments.exports.archives.dojo import write_dojo_archive
from experiments.exports.archives.manifest import read_manifest
from experiments.exports.archives.restore import CannotRestore, restore_dojo
from experiments.leaderboard.requests import request_leaderboard
from experiments.models import Experiment, LeaderboardSnapshot, Run
from experiments.submit.services import record_analysis, save_framing
from experiments.talks.services import begin_next_talk
from tests import factories
from tests.conftest import Cast
from tests.work import do_next

pytestmark = pytest.mark.django_db


@pytest.fixture
def lived(cast: Cast) -> Dojo:
    """A Dojo with something of nearly everything."""
    facilitator = cast.dojo.seats.get(role="facilitator")
    save_framing(cast.participant, problem="Who leaves?", data="d", metric="m", baseline="b")
    record_analysis(
        cast.experiment, analysis="As expected.", decision="keep", next_step="Another model."
    )
    second = factories.submit(cast.participant, "decision_tree", compared_to=cast.experiment)
    factories.finish(second, test=0.91)
    factories.finish(factories.submit(cast.neighbour, "logistic_regression"), test=0.95)
    hands.raise_hand(cast.neighbour, reason="Stuck at the é")
    factories.coach_message(cast.participant)
    factories.invite(cast.dojo)
    message = factories.announce(cast.dojo, "Save often.")
    message.seen_by.add(cast.participant)
    announcing.announce(facilitator, recipient=cast.neighbour, text="Go on.")
    begin_next_talk(cast.dojo)
    keep_an_offline_run(cast.experiment.run)
    request_leaderboard(cast.dojo)
    assert do_next(LeaderboardSnapshot)
    return Dojo.objects.get(pk=cast.dojo.pk)


def keep_an_offline_run(run: Run) -> None:
    """As a run is kept that was told to Weights & Biases offline."""
    Delivery.objects.create(run=run, tool="wandb", status="succeeded", remote_id="abc")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("offline-run-abc/run.wandb", b"told")
    files.store("tracking/wandb/abc.zip", ContentFile(file.getvalue()))


def archived(dojo: Dojo) -> bytes:
    file = io.BytesIO()
    viewer = dojo.seats.select_related("dojo__dataset").filter(role="facilitator")
    write_dojo_archive(file, viewer[0])
    return file.getvalue()


def content(data: bytes) -> dict[str, bytes]:
    archive = zipfile.ZipFile(io.BytesIO(data))
    return {name: archive.read(name) for name in archive.namelist()}


def forget(dojo: Dojo) -> None:
    """As if this were another installation: no Dojo, no accounts, no dataset."""
    people = list(dojo.memberships.values_list("user", flat=True))
    retention.delete_dojo(dojo)
    Dojo.objects.all().delete()
    Dataset.objects.all().delete()
    User.objects.filter(pk__in=people).delete()


def test_a_dojo_comes_back_and_archives_to_the_same_bytes(lived: Dojo, tmp_path: Path) -> None:
    before = archived(lived)
    assert archived(lived) == before, "the same content, the same bytes"
    path = tmp_path / "dojo.zip"
    path.write_bytes(before)
    experiments = Experiment.objects.filter(seat__dojo=lived).count()
    forget(lived)
    assert not default_storage.exists("tracking/wandb/abc.zip")
    call_command("import_dojo", path)
    again = Dojo.objects.get(public_id=lived.public_id)
    assert Experiment.objects.filter(seat__dojo=again).count() == experiments
    assert default_storage.exists("tracking/wandb/abc.zip")
    assert do_next(LeaderboardSnapshot), "who is ahead beyond chance is computed anew"
    after = archived(again)
    assert content(after) == content(before)
    assert after == before
    user = again.seats.get(display_name="participant").people.get()
    assert user.email == "participant@example.org"
    assert not user.has_usable_password()


def test_people_who_are_here_take_their_seats(lived: Dojo) -> None:
    data = archived(lived)
    retention.delete_dojo(lived)
    users = User.objects.count()
    again = restore_dojo(zipfile.ZipFile(io.BytesIO(data)))
    assert User.objects.count() == users
    assert (
        again.seats.get(display_name="participant").people.get().check_password(factories.PASSWORD)
    )
    assert again.dataset_id == lived.dataset_id, "the dataset is here already"


def test_nothing_is_restored_of_what_was_changed_or_is_here_or_of_another_version(
    lived: Dojo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data = archived(lived)
    with translation.override("en"), pytest.raises(CannotRestore, match="already"):
        restore_dojo(zipfile.ZipFile(io.BytesIO(data)))
    retention.delete_dojo(lived)
    runs = Run.objects.count()
    files = content(data)
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as archive:
        for name, text in files.items():
            is_run = name.endswith("experiments.run.jsonl")
            archive.writestr(name, text.replace(b"0.95", b"0.99") if is_run else text)
    with pytest.raises(CannotRestore, match=r"experiments\.run\.jsonl"):
        restore_dojo(zipfile.ZipFile(changed))
    advices = {
        99: "older.*export the Dojo again.*engine 2",
        1: "newer.*Update",
        "x": "newer.*Update",
    }
    for version, advice in advices.items():
        monkeypatch.setattr("experiments.exports.archives.manifest.ENGINE_VERSION", version)
        with translation.override("en"), pytest.raises(CannotRestore, match=advice):
            restore_dojo(zipfile.ZipFile(io.BytesIO(data)))
    assert Run.objects.count() == runs
    (tmp_path / "no.zip").write_bytes(b"no zip")
    with pytest.raises(CommandError, match=r"isn't a Dojo export|n'est pas un export"):
        call_command("import_dojo", tmp_path / "no.zip")
    with pytest.raises(CommandError, match=r"nowhere\.zip"):
        call_command("import_dojo", tmp_path / "nowhere.zip")


def test_without_names_there_are_no_records(lived: Dojo) -> None:
    file = io.BytesIO()
    viewer = lived.seats.select_related("dojo__dataset").filter(role="facilitator")
    write_dojo_archive(file, viewer[0], anonymous=True)
    archive = zipfile.ZipFile(file)
    assert not [name for name in archive.namelist() if name.startswith(("records/", "files/"))]
    with pytest.raises(CannotRestore):
        restore_dojo(archive)
    manifest = read_manifest(archive)
    assert manifest is not None
    assert not manifest.changed_files(archive)


def test_a_dataset_that_was_split_anew_is_not_taken_for_the_same(lived: Dojo) -> None:
    data = archived(lived)
    retention.delete_dojo(lived)
    dataset = Dataset.objects.get(pk=lived.dataset_id)
    schema = dataset.data_schema
    for changes in (
        {"step": Dataset.Step.INSPECT},
        {"data_schema": schema | {"split": schema["split"] | {"kind": "time"}}},
        {"content_hash": "0" * 64},
    ):
        Dataset.objects.filter(pk=dataset.pk).update(**changes)
        with translation.override("en"), pytest.raises(CannotRestore, match="split anew here"):
            restore_dojo(zipfile.ZipFile(io.BytesIO(data)))
        dataset.save()
    for column in dataset.data_schema["columns"]:
        column["leak"] = True  # marked since
    dataset.save()
    assert restore_dojo(zipfile.ZipFile(io.BytesIO(data))).dataset_id == dataset.pk
