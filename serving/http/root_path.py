"""The path under which a reverse proxy shows this server, such as `/touchstone`; empty where it is shown at the root.

A proxy may strip that path from what it passes on, or leave it. Both are understood, and so are direct calls.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterable

from starlette.types import ASGIApp, Receive, Scope, Send

from vision.errors import ConfigError

_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")


def refuse_unclear_root_path(root_path: str, paths: Iterable[str]) -> None:
    """Raise ConfigError for a root path that is no plain path, or that begins as one of the server's own `paths` does.

    Under `/checks`, a call of `/checks/1` could be the page `/1` or, stripped by the proxy, the page `/checks/1`.
    """
    if not _PATH.fullmatch(root_path):
        raise ConfigError(f"root_path: {root_path!r} is no path such as /touchstone: it starts with / and ends without")
    if _first(root_path) in {_first(path) for path in paths}:
        raise ConfigError(f"root_path: {root_path} begins like an address of this server's own; choose another")


class RootPath:
    """Wraps the app; every request gets the ASGI scope of one under the root path."""

    def __init__(self, app: ASGIApp, root_path: str) -> None:
        self._app = app
        self._root = root_path

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http":
            # ASGI's path begins with root_path; Starlette's mounts find no file where it does not.
            inner = scope["path"].removeprefix(self._root) if self._contains(scope["path"]) else scope["path"]
            scope = {**scope, "root_path": self._root, "path": self._root + (inner or "/")}
        return self._app(scope, receive, send)

    def _contains(self, path: str) -> bool:
        return path == self._root or path.startswith(f"{self._root}/")


def _first(path: str) -> str:
    return path.split("/")[1]
