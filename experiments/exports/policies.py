"""Content security policies of documents shown in the browser."""

from __future__ import annotations

from typing import Any

from csp.constants import NONE, UNSAFE_INLINE

# A document of one's own: nothing from elsewhere, no script, its styles within.
DOCUMENT_POLICY: dict[str, Any] = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "frame-ancestors": [NONE],
    "sandbox": [True],
}
