"""Restore a Dojo from its export."""

import zipfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from experiments.exports.archives.restore import CannotRestore, no_archive, restore_dojo


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
            words = _("Can't read this file: %(path)s") % {"path": archive}
            raise CommandError(words) from error
        self.stdout.write(f"{dojo.title}: {dojo.get_absolute_url()}")
        words = _(
            "New accounts have no password yet. “Forgot your password?” on the login page sets one."
        )
        self.stdout.write(words)
