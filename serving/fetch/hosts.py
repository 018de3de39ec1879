"""Which hosts and ports the operator's settings permit, whatever their addresses are."""

from __future__ import annotations

from collections.abc import Sequence

from serving.fetch.errors import FetchHostRefused, FetchPortRefused, FetchUrlInvalid
from serving.fetch.url import HttpUrl, parse_host
from vision.errors import ConfigError

ANY_SUBDOMAIN = "*."


class HostRules:
    """Permits the hosts of `allow`, or all where it is empty, less those of `deny`; on certain ports.

    A pattern is a host, or `*.` and a domain: then every name below that domain, and not the domain itself. Refusals
    name the `section` of the settings to change.
    """

    def __init__(
        self, *, allow: Sequence[str], deny: Sequence[str], ports: Sequence[int], section: str = "fetch"
    ) -> None:
        self._section = section
        self._allow = tuple(normalise_pattern(pattern) for pattern in allow)
        self._deny = tuple(normalise_pattern(pattern) for pattern in deny)
        self._ports = frozenset(ports)

    def require(self, url: HttpUrl) -> None:
        """Raise FetchHostRefused or FetchPortRefused unless a URL's host and port are permitted."""
        if _matches(url.host, self._deny) or (self._allow and not _matches(url.host, self._allow)):
            raise FetchHostRefused(
                f"the URL's host is none that this server connects to ({self._section}.allow_hosts, deny_hosts)"
            )
        if url.port not in self._ports:
            shown = ", ".join(str(port) for port in sorted(self._ports))
            raise FetchPortRefused(f"this server connects to the ports {shown} only ({self._section}.ports)")


def normalise_pattern(pattern: str) -> str:
    """Give a pattern as hosts are compared; raises ConfigError for one that can match no host."""
    wildcard = ANY_SUBDOMAIN if pattern.startswith(ANY_SUBDOMAIN) else ""
    try:
        return wildcard + parse_host(pattern.removeprefix(wildcard))
    except FetchUrlInvalid as error:
        raise ConfigError(f"{pattern!r} is no host such as photos.example.com or *.example.com") from error


def _matches(host: str, patterns: Sequence[str]) -> bool:
    return any(
        host.endswith(pattern[1:]) if pattern.startswith(ANY_SUBDOMAIN) else host == pattern for pattern in patterns
    )
