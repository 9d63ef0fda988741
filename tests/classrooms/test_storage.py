"""A stored file is there whole or not at all, and a damaged one is not taken for whole."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from classrooms.datasets.services import (
    Preparation,
    add_bundled_dataset,
    prepare_dataset,
    upload_dataset,
)
from classrooms.models import Dataset, StoredFile
from classrooms.storage import files
from classrooms.storage.backend import LEFT_BEHIND_AFTER, WholeFiles
from experiments.compute import process_memory
from experiments.exports.requests import request_archive
from experiments.models import Run
from jobs.perform import perform_here
from tests import factories
from tests.commands import ROOT
from tests.work import do_next

WRITE = """
    import resource, sys, time
    sys.path.insert(0, {root!r})
    from django.conf import settings
    settings.configure()
    from django.core.files.base import File
    from classrooms.storage.backend import WholeFiles

    class Slow(File):
        def chunks(self, chunk_size=None):
            yield b"new" * 1000
            print("half", flush=True)
            {then}
            yield b"new" * 1000000

    WholeFiles(location={folder!r}).save("table", Slow(None, name="table"))
"""


def writer(folder: Path, then: str) -> subprocess.Popen[str]:
    """A process that replaces a file, and does something else in the middle."""
    code = textwrap.dedent(WRITE.format(root=str(ROOT), folder=str(folder), then=then))
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "table").write_text("old")
    return tmp_path


# --- Writing ------------------------------------------------------------------------------
def test_a_full_disk_leaves_what_was_there(folder: Path) -> None:
    process = writer(folder, "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))")
    _out, errors = process.communicate(timeout=60)
    assert "File too large" in errors
    assert [path.name for path in folder.iterdir()] == ["table"]
    assert (folder / "table").read_text() == "old"


def test_a_kill_leaves_what_was_there_and_the_rest_is_cleared_away(folder: Path) -> None:
    process = writer(folder, "time.sleep(60)")
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    assert (folder / "table").read_text() == "old"
    (aside,) = [path for path in folder.iterdir() if path.name != "table"]
    os.utime(aside, (aside.stat().st_atime, aside.stat().st_mtime - LEFT_BEHIND_AFTER - 60))
    WholeFiles(location=str(folder)).save("table", ContentFile(b"new"))
    assert [path.name for path in folder.iterdir()] == ["table"]
    assert (folder / "table").read_bytes() == b"new"


def test_whoever_reads_the_old_file_reads_on(folder: Path) -> None:
    storage = WholeFiles(location=str(folder))
    with storage.open("table") as old:
        storage.save("table", ContentFile(b"new and longer"))
        assert old.read() == b"old"


def test_one_storage_is_used_for_everything() -> None:
    """Who writes by the storage itself notes no digest."""
    apps = ("classrooms", "experiments", "assistant", "connections", "jobs", "live", "posting")
    writers = {
        str(path.relative_to(ROOT))
        for app in apps
        for path in (ROOT / app).rglob("*.py")
        if "default_storage.save" in (text := path.read_text())
        or "default_storage.open" in text
        or ".upload.save" in text
    }
    assert writers == {"classrooms/storage/files.py"}


# --- Reading ------------------------------------------------------------------------------
def cut(name: str, *, to: int = 10) -> None:
    with Path(default_storage.path(name)).open("r+b") as file:
        file.truncate(to)


def overwrite(name: str) -> None:
    """As long as before, and something else: what a disk can do."""
    path = Path(default_storage.path(name))
    path.write_bytes(b"\0" * path.stat().st_size)


@pytest.mark.django_db
@pytest.mark.parametrize("damage", [cut, overwrite, default_storage.delete])
def test_what_is_damaged_is_not_read(damage: Any) -> None:
    files.store("tests/some", ContentFile(b"some text" * 10))
    assert files.read("tests/some") == b"some text" * 10
    assert files.is_whole("tests/some")
    damage("tests/some")
    assert not files.is_whole("tests/some")
    with pytest.raises(files.Damaged):
        files.read("tests/some")
    assert files.has_its_size("tests/some") == (damage is overwrite)
    files.delete("tests/some")
    assert not StoredFile.objects.filter(name="tests/some").exists()


# --- Data sets ----------------------------------------------------------------------------
@pytest.fixture
def dataset(transactional_db: None) -> Dataset:
    dataset = add_bundled_dataset(factories.make_user(), "tickets")
    assert perform_here(dataset)
    dataset.refresh_from_db()
    process_memory.forget_everything()
    return dataset


@pytest.mark.parametrize("damage", [cut, overwrite])
def test_the_next_run_makes_a_damaged_table_again(dataset: Dataset, damage: Any) -> None:
    seat = factories.join(factories.make_dojo(dataset=dataset))
    damage(dataset.table_path)
    experiment = factories.submit(seat, "logistic_regression")
    assert do_next(Run)
    assert Run.objects.get(experiment=experiment).has_succeeded
    assert files.is_whole(dataset.table_path)


@pytest.mark.parametrize("damage", [cut, overwrite])
def test_the_next_preparation_makes_it_again(dataset: Dataset, damage: Any) -> None:
    damage(dataset.table_path)
    again = add_bundled_dataset(dataset.owner, "tickets")
    assert perform_here(again)
    assert files.is_whole(dataset.table_path)
    assert process_memory.load_dataset(dataset).frame.shape[0] == dataset.row_count


def test_the_participants_file_is_made_again_and_never_handed_out_damaged(
    dataset: Dataset,
) -> None:
    seat = factories.join(factories.make_dojo(dataset=dataset))
    before = files.read(dataset.participant_csv_path)
    client = Client(headers={"accept-language": "en"})
    client.force_login(seat.people.get())
    starter = f"/dojos/{seat.dojo.public_id}/starter/"
    overwrite(dataset.participant_csv_path)
    page = client.get(starter, follow=True)
    assert "is being made again" in page.content.decode()
    while do_next():
        pass
    assert files.read(dataset.participant_csv_path) == before
    assert client.get(starter)["Content-Type"] == "application/zip"


CSV = "size,weight,kind\n" + "\n".join(
    f"{number},{number * 7 % 11},{'ab'[number % 3 == 0]}" for number in range(300)
)


def uploaded() -> Dataset:
    file = SimpleUploadedFile("mine.csv", CSV.encode())
    return upload_dataset(factories.make_user(), title="Mine", file=file)


@pytest.mark.django_db(transaction=True)
def test_a_damaged_upload_says_so_and_uploading_anew_helps() -> None:
    dataset = uploaded()
    cut(str(dataset.upload.name), to=1000)
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.failure_code == "upload_damaged"
    another = uploaded()
    perform_here(another)
    another.refresh_from_db()
    assert another.has_succeeded


@pytest.mark.django_db(transaction=True)
def test_where_the_upload_is_gone_too_the_run_says_what_to_do() -> None:
    dataset = uploaded()
    perform_here(dataset)
    dataset.refresh_from_db()
    prepare_dataset(dataset, Preparation(target="kind", positive_class="a"))
    perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.is_ready, dataset.failure_code
    seat = factories.join(factories.make_dojo(dataset=dataset))
    process_memory.forget_everything()
    cut(dataset.table_path)
    default_storage.delete(str(dataset.upload.name))
    experiment = factories.submit(seat, "logistic_regression")
    assert do_next(Run)
    run = Run.objects.get(experiment=experiment)
    assert run.failure_code == "data_damaged"
    assert run.is_lost, "it can be started again once the file is back"


# --- A full disk --------------------------------------------------------------------------
def no_room(*_args: Any, **_options: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.django_db(transaction=True)
def test_a_preparation_without_room_says_so_and_the_next_one_is_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    dataset = add_bundled_dataset(factories.make_user(), "demand")
    with monkeypatch.context() as full:
        full.setattr(files, "store", no_room)
        perform_here(dataset)
    dataset.refresh_from_db()
    assert dataset.failure_code == "no_space"
    another = add_bundled_dataset(dataset.owner, "demand")
    perform_here(another)
    another.refresh_from_db()
    assert another.is_ready
    assert files.is_whole(another.table_path)


@pytest.mark.django_db
def test_an_upload_without_room_is_refused_beside_its_field(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(files, "store", no_room)
    client = Client(headers={"accept-language": "en"})
    client.force_login(factories.make_user())
    file = SimpleUploadedFile("mine.csv", CSV.encode())
    page = client.post(
        "/datasets/new/", {"title": "Mine", "file": file, "one_time_key": "a-key-of-this-form"}
    )
    assert "disk may be full" in page.content.decode()
    assert not Dataset.objects.exists()


# --- The export of a Dojo -----------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_damaged_export_is_not_handed_out() -> None:
    facilitator = factories.make_user()
    dojo = factories.make_dojo(facilitator)
    request_archive(dojo, anonymous=False)
    while do_next():
        pass
    client = Client(headers={"accept-language": "en"})
    client.force_login(facilitator)
    cut(dojo.archives.get().path)
    page = client.get(reverse("experiments:dojo_archive", args=[dojo.public_id]), follow=True)
    assert "Recreate it" in page.content.decode()
