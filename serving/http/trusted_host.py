"""Refuses other sites' pages on a server that asks for no key because only this machine can reach it.

A browser on this machine can reach it too, for any page that it shows. A page may post a form here, which its `Origin`
shows. Or its own name may resolve to this machine (DNS rebinding), which the `Host` shows.
"""

from __future__ import annotations

import functools
from collections.abc import Awaitable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.accounts.authentication import Authenticator
from serving.errors import ForeignSite
from serving.http.loopback import is_loopback
from serving.http.problems import answer_error


class TrustedHost:
    """Wraps the app; while no key is asked for, refuses requests whose `Host` or `Origin` is not this machine."""

    def __init__(self, app: ASGIApp, authenticator: Authenticator) -> None:
        self._app = app
        self._authenticator = authenticator

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] == "http" and self._authenticator.is_open:
            headers = Headers(scope=scope)
            for name in ("Host", "Origin"):  # a browser sends the first always, and the second with what it posts
                value = headers.get(name)
                if value is not None and not _is_this_machine(value):
                    return answer_error(_refusal(name, value))(scope, receive, send)
        return self._app(scope, receive, send)


@functools.lru_cache(maxsize=64)
def _is_this_machine(value: str) -> bool:
    """Whether a `Host` or `Origin` names this machine; callers send few, and each with every request."""
    return is_loopback(_hostname(value))


def _hostname(value: str) -> str:
    """The name or address in `http://name:port` or `name:port`; empty where there is none, as in `Origin: null`."""
    try:
        return urlsplit(value if "//" in value else f"//{value}").hostname or ""
    except ValueError:
        return ""


def _refusal(name: str, value: str) -> ForeignSite:
    return ForeignSite(
        f"{name} {value[:100]!r} is not this machine, and this server asks for no key; call it as 127.0.0.1 or "
        "localhost, set an API key, or set allow_open = true if a proxy in front asks for one"
    )
