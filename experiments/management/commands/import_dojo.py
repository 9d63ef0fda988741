"""Restore a Dojo from the ZIP that its facilitator keeps, with everything in it."""

import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from experiments.exports.restore import CannotRestore, restore_dojo


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path, help="the ZIP, made with names")

    def handle(self, *args: Any, archive: Path, **options: Any) -> None:
        try:
            with zipfile.ZipFile(archive) as file:
                dojo = restore_dojo(file)
        except (CannotRestore, OSError, zipfile.BadZipFile) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{dojo.title}: {dojo.get_absolute_url()}")
