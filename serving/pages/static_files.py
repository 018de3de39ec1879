"""Static files under a path that carries a hash of their content.

A browser may keep them for a year and never mixes two versions.
"""

import hashlib
from pathlib import Path

from fastapi import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from serving.pages.headers import STATIC_HEADERS

STATIC = Path(__file__).parent / "static"


class PageFiles(StaticFiles):
    """Static files that never change under their address: cached for a year, with the pages' security headers."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """One file; see `StaticFiles.get_response`."""
        response = await super().get_response(path, scope)
        response.headers.update(STATIC_HEADERS)
        return response


def static_version(folder: Path) -> str:
    """Twelve hex digits of the SHA-256 over the names and contents of a folder's files, subfolders included."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


STATIC_PATH = f"/static/{static_version(STATIC)}"
