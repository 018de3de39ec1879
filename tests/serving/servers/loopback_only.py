"""Keeps a test on this machine: a connection or a look-up that would leave it fails before the first packet."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import sys
from collections.abc import Iterator
from typing import Any

_watching: list[list[str]] = []
_installed = False


class LeavesTheMachine(RuntimeError):
    """A connection or a look-up that would leave this machine."""


@contextlib.contextmanager
def loopback_only() -> Iterator[None]:
    """Refuse whatever leaves the machine, in every thread of this process, and fail at the end if anything tried."""
    global _installed  # an audit hook can't be removed, so there is one for the process
    if not _installed:
        sys.addaudithook(_audit)
        _installed = True
    tried: list[str] = []
    _watching.append(tried)
    try:
        yield
    finally:
        _watching.remove(tried)
    assert tried == [], f"this test would have left the machine: {tried}"


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _watching:
        return
    if event in ("socket.connect", "socket.sendto"):
        sent_to, address = arguments
        if sent_to.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            _refuse(f"{event} {address}")
    elif event == "socket.getaddrinfo" and not _is_known(arguments[0]):
        _refuse(f"{event} {arguments[0]!r}")


def _refuse(what: str) -> None:
    _watching[-1].append(what)
    raise LeavesTheMachine(what)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_known(host: str | bytes | None) -> bool:
    """Whether looking a host up asks no name server."""
    if host is None:
        return True
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name in ("localhost", socket.gethostname())
    return True
