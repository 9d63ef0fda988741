"""Restore a Dojo export, on this server or another one."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.apps import apps
from django.core import serializers
from django.core.exceptions import FieldDoesNotExist, SuspiciousOperation, ValidationError
from django.core.files.base import File
from django.core.serializers.base import DeserializationError
from django.db import DatabaseError, transaction
from django.db.models import CASCADE, ManyToManyField, Model
from django.utils.translation import gettext as _

from classrooms.accounts.proof import has_proven
from classrooms.identifiers import new_join_code
from classrooms.intake.values import number_so_far
from classrooms.models import (
    Dataset,
    Dojo,
    HealthReport,
    Membership,
    Seat,
    SeatOffer,
    TrainRows,
    User,
)
from classrooms.storage import files
from classrooms.topics import CLOCK
from experiments.exports.archives.dump import ACCOUNT, relations
from experiments.exports.archives.manifest import FILES, RECORDS, current_versions, read_manifest
from experiments.holdout.requests import request_missing
from experiments.leaderboard.requests import request_leaderboard
from live.models import touch

Line = dict[str, Any]
# A dataset of 100 MB, its files, and the ZIPs of hundreds of people.
MOST_BYTES = 4 * 2**30
# Folders of the storage in which an archive has files.
OF_A_DOJO = ("datasets/", "uploads/", "tracking/")


class CannotRestore(Exception):
    """This archive cannot be restored here; the message says why."""


def restore_dojo(archive: zipfile.ZipFile) -> Dojo:
    """Restore the Dojo of an archive. Accounts that exist here, by e-mail, take their seats; where
    they have not proven that e-mail, the seat waits until they have. The others are made without
    a password, to be set by "forgot my password", which is a proof.

    Raises:
        CannotRestore: it is no archive, a file of it was changed, its records are of another
            version, or the Dojo is here already.
    """
    manifest = read_manifest(archive)
    if manifest is None or not manifest.models:
        raise CannotRestore(no_archive())
    if changed := manifest.changed_files(archive):
        words = _(
            "These files differ from those exported: %(files)s. Get the ZIP again "
            "from the server that created it."
        )
        raise CannotRestore(words % {"files": ", ".join(changed)})
    if unpacked_bytes(archive) > MOST_BYTES or not restorable(manifest.models):
        raise CannotRestore(no_archive())
    if manifest.versions != (here := current_versions(manifest.models)):
        raise CannotRestore(_another_version(manifest.versions, here))
    written: list[str] = []
    try:
        with transaction.atomic():
            return _Restoration(archive, written).dojo(manifest.models)
    except (
        *(KeyError, TypeError, ValueError, AttributeError, IndexError),
        *(
            FieldDoesNotExist,
            DatabaseError,
            DeserializationError,
            ValidationError,
            SuspiciousOperation,
        ),
    ) as error:
        _take_back(written)
        raise CannotRestore(no_archive()) from error
    except BaseException:
        _take_back(written)
        raise


def _take_back(written: list[str]) -> None:
    for path in written:
        files.delete(path)


def unpacked_bytes(archive: zipfile.ZipFile) -> int:
    """As the archive says; what is longer than it says is cut there."""
    return sum(entry.file_size for entry in archive.infolist())


def restorable(labels: list[str]) -> bool:
    """Whether each of these models is one that goes with a Dojo: no other is written."""
    found: set[type[Model]] = {Dojo, User, Dataset, HealthReport, TrainRows}
    grown = True
    while grown:
        more = {
            relation.related_model
            for model in found - {User, Dataset}
            for relation in model._meta.related_objects
            if getattr(relation, "on_delete", None) is CASCADE
        }
        grown = not more <= found
        found |= more
    known = {model._meta.label_lower for model in found if not model._meta.auto_created}
    return set(labels) <= known


def no_archive() -> str:
    """That there is nothing to restore in a file."""
    return _("This isn't a Dojo export with names. Only an export with names can be restored.")


def _another_version(theirs: dict[str, str], here: dict[str, str]) -> str:
    """Advice for an export of another version, with the differences."""
    names = sorted(theirs.keys() | here.keys())
    differing = [name for name in names if theirs.get(name) != here.get(name)]
    if any(_place(theirs.get(name)) > _place(here.get(name)) for name in differing):
        words = _(
            "This export comes from a newer version of ML Experimenter. Update this "
            "server, then import it again. Differences: %(differences)s."
        )
    else:
        words = _(
            "This export comes from an older version of ML Experimenter. Import it "
            "on a server with that version, update that server, and export the Dojo "
            "again there. Differences: %(differences)s."
        )
    told = _("%(name)s %(theirs)s (here %(here)s)")
    parts = [
        told % {"name": name, "theirs": theirs.get(name, "–"), "here": here.get(name, "–")}
        for name in differing
    ]
    return words % {"differences": ", ".join(parts)}


def _place(version: str | None) -> int:
    """The number that a migration's name starts with, to tell the later of two."""
    number = (version or "").partition("_")[0]
    return number_so_far(number) or 0


class _Restoration:
    """Keeps what each record of the archive has become here."""

    def __init__(self, archive: zipfile.ZipFile, written: list[str]) -> None:
        self.archive = archive
        self.written = written
        self.became: dict[type[Model], dict[int, Any]] = {}
        # Accounts that are here and may be a stranger's: rights wait for their proof.
        self.unproven: dict[int, str] = {}

    def dojo(self, models: list[str]) -> Dojo:
        for label in models:
            model = apps.get_model(label)
            here = self.became.setdefault(model, {})
            for line in self._lines(label):
                here[line["place"]] = self._restored(model, line)
        self._put_files()
        (pk,) = self.became[Dojo].values()
        touch(pk, CLOCK)
        dojo = Dojo.objects.get(pk=pk)
        request_leaderboard(dojo)
        request_missing(dojo)
        return dojo

    def _lines(self, label: str) -> Iterator[Line]:
        with self.archive.open(f"{RECORDS}{label}.jsonl") as file:
            for text in io.TextIOWrapper(file, "utf-8"):
                yield json.loads(text)

    def _restored(self, model: type[Model], line: Line) -> Any:
        values = {name: value for name, value in line.items() if name != "place"}
        if model is User:
            user = _account(values)
            if user.has_usable_password() and not has_proven(user):
                self.unproven[user.pk] = user.email
            return user.pk
        if model is Membership and (email := self._waiting(values)):
            seat = Seat.objects.get(pk=self.became[Seat][values["seat"]])
            SeatOffer.objects.get_or_create(
                dojo_id=seat.dojo_id, email=email, defaults={"seat": seat}
            )
            return None
        if model is Dataset:
            # A file of somebody else's would be read as this one's.
            if values["upload"] not in ("", f"uploads/{values['public_id']}"):
                raise CannotRestore(no_archive())
            if same := _same_dataset(values):
                return same
            if self.became[User][values["owner"]] in self.unproven:
                raise CannotRestore(
                    _owner_to_prove(self.unproven[self.became[User][values["owner"]]])
                )
        if model in (HealthReport, TrainRows):
            dataset = self.became[Dataset][values["dataset"]]
            if about := model._default_manager.filter(dataset=dataset).first():
                return about.pk
        if model is Dojo:
            _check_is_new(values)
        return self._made(model, values)

    def _waiting(self, values: Line) -> str:
        """The e-mail that is to be proven before this membership holds; "" where none is."""
        return self.unproven.get(self.became[User][values["user"]], "")

    def _made(self, model: type[Model], values: Line) -> Any:
        """A record with its references put right. Those to its own model are to earlier ones:
        keys grow as records are made."""
        for field in relations(model):
            known = self.became.get(field.related_model, {})
            if isinstance(field, ManyToManyField):
                values[field.name] = [known[place] for place in values[field.name]]
            elif values[field.name] is not None:
                values[field.name] = known[values[field.name]]
        row = {"model": model._meta.label_lower, "pk": None, "fields": values}
        (found,) = serializers.deserialize("python", [row])
        # As it is: no field sets itself to the present moment.
        found.save(force_insert=True)
        return found.object.pk

    def _put_files(self) -> None:
        for name in self.archive.namelist():
            path = name.removeprefix(FILES)
            if path == name:
                continue
            if not path.startswith(OF_A_DOJO) or ".." in path:
                raise CannotRestore(no_archive())
            if not files.is_whole(path):
                with self.archive.open(name) as file:
                    files.store(path, File(file))
                self.written.append(path)


def _owner_to_prove(email: str) -> str:
    words = _(
        "The dataset belongs to %(email)s, an account here whose address is not proven yet. "
        "Once its owner has proven it under “My account”, import again."
    )
    return words % {"email": email}


def _account(values: Line) -> User:
    """The account of this e-mail, or one that is made for it: never with rights or a password."""
    if found := User.objects.with_email(values["email"]):
        return found
    user = User.objects.create_user(**{name: values[name] for name in ACCOUNT})
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    return user


def _same_dataset(values: Line) -> int | None:
    """The dataset, where it is here already."""
    found = Dataset.objects.filter(public_id=values["public_id"]).first()
    if found is None:
        return None
    is_same = found.is_ready and found.content_hash == values["content_hash"]
    if not is_same or _problem(found.data_schema) != _problem(values["data_schema"]):
        raise CannotRestore(
            _(
                "“%(dataset)s” has been split anew here since this export, so the Dojo's results "
                "would be about other rows. Delete that dataset first, then import again."
            )
            % {"dataset": found.title}
        )
    return found.pk


def _problem(schema: dict[str, Any]) -> dict[str, Any]:
    """What results depend on: marks may have changed since."""
    columns = [[column["name"], column["type"]] for column in schema["columns"]]
    kept = {name: schema[name] for name in ("target", "positive_class", "split")}
    return kept | {"columns": columns}


def _check_is_new(values: Line) -> None:
    if Dojo.objects.filter(public_id=values["public_id"]).exists():
        raise CannotRestore(_("This Dojo already exists here."))
    while Dojo.objects.filter(join_code=values["join_code"]).exists():
        values["join_code"] = new_join_code()
