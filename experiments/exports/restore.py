"""Putting an archived Dojo back, on this installation or another one, with everything in it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.models import User
from django.core import serializers
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import ManyToManyField, Model
from django.utils.translation import gettext as _

from classrooms.identifiers import new_join_code
from classrooms.models import Dataset, Dojo, HealthReport
from classrooms.models.live import touch
from classrooms.topics import CLOCK
from experiments.board.asking import request_standings
from experiments.exports.dump import relations
from experiments.exports.manifest import FILES, RECORDS, current_versions, read_manifest

Line = dict[str, Any]


class CannotRestore(Exception):
    """This archive cannot be restored here; the message says why."""


def restore_dojo(archive: zipfile.ZipFile) -> Dojo:
    """Restore the Dojo of an archive. Accounts that exist here, by e-mail, take their seats;
    the others are made without a password, to be set by "forgot my password".

    Raises:
        CannotRestore: it is no archive, a file of it was changed, its records are of another
            version, or the Dojo is here already.
    """
    manifest = read_manifest(archive)
    if manifest is None or not manifest.models:
        raise CannotRestore(no_archive())
    if changed := manifest.changed_files(archive):
        words = _(
            "These files are not what was archived: %(files)s. Take the ZIP once more from where "
            "it was packed."
        )
        raise CannotRestore(words % {"files": ", ".join(changed)})
    if manifest.versions != (here := current_versions(manifest.models)):
        raise CannotRestore(_another_version(manifest.versions, here))
    written: list[str] = []
    try:
        with transaction.atomic():
            return _Restoration(archive, written).dojo(manifest.models)
    except BaseException:
        for path in written:
            default_storage.delete(path)
        raise


def no_archive() -> str:
    """That there is nothing to restore in a file."""
    return _(
        "This is no archive of a Dojo, or one without names: only the one with names can be "
        "restored."
    )


def _another_version(theirs: dict[str, str], here: dict[str, str]) -> str:
    """What to do about an archive of another version, and in what it differs."""
    names = sorted(theirs.keys() | here.keys())
    differing = [name for name in names if theirs.get(name) != here.get(name)]
    if any(_place(theirs.get(name)) > _place(here.get(name)) for name in differing):
        words = _(
            "This archive was made by a newer version of ML Experimenter. Update this "
            "installation, then import it once more. Different: %(differences)s."
        )
    else:
        words = _(
            "This archive was made by an older version of ML Experimenter. Import it on an "
            "installation of that version, update that installation, and pack the Dojo anew "
            "there. Different: %(differences)s."
        )
    told = _("%(name)s %(theirs)s (here %(here)s)")
    parts = [
        told % {"name": name, "theirs": theirs.get(name, "–"), "here": here.get(name, "–")}
        for name in differing
    ]
    return words % {"differences": ", ".join(parts)}


def _place(version: str | None) -> int:
    """Where a version stands among those of its kind: ours begin with their number."""
    number = (version or "").partition("_")[0]
    return int(number) if number.isdecimal() else 0


class _Restoration:
    """Keeps what each record of the archive has become here."""

    def __init__(self, archive: zipfile.ZipFile, written: list[str]) -> None:
        self.archive = archive
        self.written = written
        self.became: dict[type[Model], dict[int, Any]] = {}

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
        request_standings(dojo)
        return dojo

    def _lines(self, label: str) -> Iterator[Line]:
        with self.archive.open(f"{RECORDS}{label}.jsonl") as file:
            for text in io.TextIOWrapper(file, "utf-8"):
                yield json.loads(text)

    def _restored(self, model: type[Model], line: Line) -> Any:
        values = {name: value for name, value in line.items() if name != "place"}
        if model is User:
            return _account(values)
        if model is Dataset and (same := _same_dataset(values)):
            return same
        if model is HealthReport:
            dataset = self.became[Dataset][values["dataset"]]
            if report := HealthReport.objects.filter(dataset=dataset).first():
                return report.pk
        if model is Dojo:
            _check_is_new(values)
        return self._made(model, values)

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
            if path != name and not default_storage.exists(path):
                with self.archive.open(name) as file:
                    self.written.append(default_storage.save(path, File(file)))


def _account(values: Line) -> int:
    """The account of this e-mail, or one that is made for it."""
    email = values["email"]
    same = User.objects.filter(email__iexact=email) if email else User.objects.none()
    if found := same.first():
        return found.pk
    name, number = values["username"], 2
    while User.objects.filter(username=values["username"]).exists():
        values["username"], number = f"{name[:140]}-{number}", number + 1
    user = User(**values)
    user.set_unusable_password()
    user.save()
    return user.pk


def _same_dataset(values: Line) -> int | None:
    """The dataset, where it is here already."""
    same = Dataset.objects.filter(
        public_id=values["public_id"], content_hash=values["content_hash"]
    )
    return same.values_list("pk", flat=True).first()


def _check_is_new(values: Line) -> None:
    if Dojo.objects.filter(public_id=values["public_id"]).exists():
        raise CannotRestore(_("This Dojo is here already."))
    while Dojo.objects.filter(join_code=values["join_code"]).exists():
        values["join_code"] = new_join_code()
