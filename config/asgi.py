"""ASGI entry point."""

import os
import warnings

from django.core.asgi import get_asgi_application

# WhiteNoise hands out files that are small and cached; Django reads them whole.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ["SERVES_PAGES"] = "on"

from config.bodies import bounded  # noqa: E402 (reads the settings)

application = bounded(get_asgi_application())
