"""The OpenAPI document of the API, made once for all tests of a process: making it takes a second."""

from __future__ import annotations

import functools
from typing import Any

from serving.routes.api import make_api


@functools.cache
def api_document() -> dict[str, Any]:
    """The document, which is not to be changed."""
    return make_api().openapi()
