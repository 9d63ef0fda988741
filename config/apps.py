"""How Django's own applications are set up here."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class CollectedFiles(StaticFilesConfig):
    """Of Tabler's many builds only the one that pages use is collected.

    The others refer to pictures that nobody needs, which collectstatic would miss.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "tabler-*",
        "tabler.css*",
        "tabler.js*",
        "tabler.rtl*",
        "tabler.esm*",
    ]
