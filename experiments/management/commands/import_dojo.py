"""Restore a Dojo from the ZIP that its facilitator keeps, with everything in it."""

import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from experiments.exports.restore import CannotRestore, no_archive, restore_dojo


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path, help="the ZIP, made with names")

    def handle(self, *args: Any, archive: Path, **options: Any) -> None:
        try:
            with zipfile.ZipFile(archive) as file:
                dojo = restore_dojo(file)
        except CannotRestore as error:
            raise CommandError(str(error)) from error
        except zipfile.BadZipFile as error:
            raise CommandError(no_archive()) from error
        except OSError as error:
            words = _("This file cannot be read: %(path)s") % {"path": archive}
            raise CommandError(words) from error
        self.stdout.write(f"{dojo.title}: {dojo.get_absolute_url()}")
        words = _(
            "Accounts that are new here have no password yet: “Forgot your password?” on the login "
            "page leads to one."
        )
        self.stdout.write(words)
