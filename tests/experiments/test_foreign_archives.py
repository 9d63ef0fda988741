"""Archives that somebody tampered with write nothing but a Dojo, and give nobody a right."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from classrooms.datasets.services import add_bundled_dataset
from classrooms.models import Dataset, Dojo, Membership, SeatOffer, User
from classrooms.people import offers
from classrooms.retention import services as retention
from experiments.exports.archives import restore
from experiments.exports.archives.restore import CannotRestore, restore_dojo
from jobs.perform import perform_here
from tests import factories
from tests.conftest import Cast
from tests.experiments.test_restore import archived

pytestmark = pytest.mark.django_db
Files = dict[str, bytes]


@pytest.fixture
def data(cast: Cast) -> bytes:
    """The export of a Dojo that is gone from here."""
    found = archived(cast.dojo)
    retention.delete_dojo(Dojo.objects.get(pk=cast.dojo.pk))
    return found


def tampered(data: bytes, change: Callable[[Files], None]) -> zipfile.ZipFile:
    """The archive with other files, and checksums that fit them."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    manifest = json.loads(files["manifest.json"])
    manifest["checksums"] = {
        name: hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if name != "manifest.json"
    }
    files["manifest.json"] = json.dumps(manifest).encode()
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as target:
        for name, content in files.items():
            target.writestr(name, content)
    return zipfile.ZipFile(written)


def edit(files: Files, label: str, **changes: Any) -> None:
    name = f"records/{label}.jsonl"
    lines = [json.loads(line) for line in files[name].decode().splitlines()]
    files[name] = "".join(json.dumps(line | changes) + "\n" for line in lines).encode()


def test_an_account_comes_without_rights_or_password(data: bytes) -> None:
    Dojo.objects.all().delete()
    Dataset.objects.all().delete()
    User.objects.all().delete()

    def change(files: Files) -> None:
        edit(
            files,
            "classrooms.user",
            is_staff=True,
            is_superuser=True,
            password="md5$salt$5f4dcc3b5aa765d61d8327deb882cf99",
        )

    restore_dojo(tampered(data, change))
    assert User.objects.exists()
    for user in User.objects.all():
        assert not (user.is_staff)
        assert not (user.is_superuser)
        assert not (user.has_usable_password())


@pytest.mark.parametrize(
    ("label", "values"),
    [
        (
            "sessions.session",
            {"session_key": "k", "session_data": "x", "expire_date": "2099-01-01"},
        ),
        ("connections.accesstoken", {"name": "x", "digest": "d", "user": 1}),
        ("account.emailaddress", {"user": 1, "email": "x@example.org", "verified": True}),
        ("auth.group", {"name": "root"}),
    ],
)
def test_models_of_no_dojo_are_not_written(label: str, values: dict[str, Any], data: bytes) -> None:
    def change(files: Files) -> None:
        manifest = json.loads(files["manifest.json"])
        manifest["models"].append(label)
        files["manifest.json"] = json.dumps(manifest).encode()
        files[f"records/{label}.jsonl"] = json.dumps({"place": 1} | values).encode()

    with pytest.raises(CannotRestore):
        restore_dojo(tampered(data, change))
    assert not Dojo.objects.filter(title="Dojo").exists()


@pytest.mark.parametrize(
    "name", ["files/../../settings.py", "files//etc/cron.d/x", "files/broker/messages/x", "files/x"]
)
def test_files_go_where_a_dojo_has_some_and_nowhere_else(name: str, data: bytes) -> None:
    def change(files: Files) -> None:
        files[name] = b"mine"

    with pytest.raises(CannotRestore):
        restore_dojo(tampered(data, change))


def test_a_dataset_reads_no_file_of_somebody_elses(data: bytes) -> None:
    Dojo.objects.all().delete()
    Dataset.objects.all().delete()
    for path in ("uploads/abcdefghijkl", "../../etc/passwd"):

        def change(files: Files, path: str = path) -> None:
            edit(files, "classrooms.dataset", upload=path)

        with pytest.raises(CannotRestore):
            restore_dojo(tampered(data, change))


@pytest.mark.parametrize(
    "changes",
    [{"dataset": 99}, {"title": None}, {"state": ["x"]}, {"unknown": 1}, {"costs": "x" * 9}],
)
def test_records_that_make_no_sense_are_told_as_such_and_leave_nothing(
    changes: dict[str, Any], data: bytes
) -> None:
    before = Dojo.objects.count()
    try:
        restore_dojo(tampered(data, lambda files: edit(files, "classrooms.dojo", **changes)))
    except CannotRestore:
        assert Dojo.objects.count() == before


def test_an_archive_that_unpacks_without_end_is_refused(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "MOST_BYTES", 10_000_000)

    def change(files: Files) -> None:
        files["files/datasets/zeros.csv"] = b"0" * 20_000_000

    with pytest.raises(CannotRestore):
        restore_dojo(tampered(data, change))


def test_a_planted_table_is_replaced_when_the_data_is_prepared(data: bytes) -> None:
    """Under the name that the content of a bundled dataset has."""
    owner = factories.make_user()
    dataset = add_bundled_dataset(owner, "breast_cancer")
    perform_here(dataset)
    dataset.refresh_from_db()
    true = default_storage.open(dataset.table_path).read()
    default_storage.delete(dataset.table_path)
    default_storage.save(dataset.table_path, ContentFile(b"planted"))
    again = add_bundled_dataset(owner, "breast_cancer")
    perform_here(again)
    again.refresh_from_db()
    assert again.content_hash == dataset.content_hash
    assert default_storage.open(again.table_path).read() == true


def test_an_imported_seat_waits_for_who_proves_the_address(data: bytes) -> None:
    """A stranger may have signed up with it."""
    person = User.objects.get(email="participant@example.org")
    EmailAddress.objects.filter(user=person).update(verified=False)
    again = restore_dojo(zipfile.ZipFile(io.BytesIO(data)))
    seat = again.seats.get(display_name="participant")
    assert not Membership.objects.filter(user=person, dojo=again).exists()
    assert not offers.offers_to(person).exists()
    EmailAddress.objects.filter(user=person).update(verified=True)
    offer = offers.offers_to(person).get()
    assert offer.seat == seat
    assert offers.accept(person, offer.public_id) == seat
    assert seat.people.get() == person
    assert not SeatOffer.objects.exists()
