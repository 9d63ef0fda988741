"""Settings of Django's own applications."""

from django.contrib.admin.apps import AdminConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class Admin(AdminConfig):
    """Django's admin, for facilitators too."""

    default_site = "classrooms.administration.site.ProductAdminSite"


class CollectedFiles(StaticFilesConfig):
    """Of the many builds of Tabler and Vega only the ones that pages use are collected.

    The others weigh megabytes, and refer to pictures that collectstatic would miss.
    """

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "tabler-*",
        "tabler.css*",
        "tabler.js*",
        "tabler.rtl*",
        "tabler.esm*",
        "*.d.ts",
        "*.d.ts.map",
        "vega-core.*",
        "vega.js",
        "vega.module.*",
        "vega-schema.json",
        "vega-lite-schema.json",
        "index.js*",
        "embed.js*",
    ]
