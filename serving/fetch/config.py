"""The settings of fetching photos by URL."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Protocol

from serving.fetch.addresses import AddressRules, parse_network
from serving.fetch.hosts import HostRules, normalise_pattern
from vision.config.read import setting
from vision.errors import ConfigError

MAX_REDIRECTS = 3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """Whether photos are fetched by URL, from where, and within which limits."""

    enabled: bool = setting(
        False,
        help="Fetch photos that are sent as `url`. Off unless set, since it lets whoever may send a check have this "
        "server connect to hosts of their choice.",
    )
    allow_hosts: tuple[str, ...] = setting(
        (), help="Hosts to fetch from, such as `cdn.example.com` or `*.example.com`; empty for every public host."
    )
    deny_hosts: tuple[str, ...] = setting((), help="Hosts not to fetch from, also where allow_hosts has them.")
    allow_networks: tuple[str, ...] = setting(
        (),
        help="Networks to connect to although they are private, such as `10.20.0.0/16` for photos on hosts of your "
        "own. They are for the operator's keys alone, not members'. Addresses of clouds' metadata stay refused.",
    )
    deny_networks: tuple[str, ...] = setting(
        (), help="Networks not to connect to although they are public, such as addresses of your own, or your NAT64."
    )
    ports: tuple[int, ...] = setting((80, 443), help="Ports to connect to.")
    timeout_s: float = setting(20.0, help="Maximum seconds of one photo, with its redirects, and until it may begin.")
    connect_timeout_s: float = setting(5.0, help="Maximum seconds to connect to one address, and for TLS.")
    read_timeout_s: float = setting(5.0, help="Maximum seconds in which a host sends nothing.")
    max_redirects: int = setting(MAX_REDIRECTS, help=f"Maximum redirects that are followed, 0 to {MAX_REDIRECTS}.")
    max_at_once: int = setting(32, help="Maximum photos that are fetched at once, of all checks.")
    max_at_once_per_host: int = setting(
        8, help="Maximum photos that are fetched at once from one host; keep it below what the host's own limits allow."
    )

    def __post_init__(self) -> None:
        for key in ("timeout_s", "connect_timeout_s", "read_timeout_s"):
            if not 0.1 <= getattr(self, key) <= 600:
                raise ConfigError(f"fetch.{key}: must be 0.1 to 600, got {getattr(self, key)}")
        if not 0 <= self.max_redirects <= MAX_REDIRECTS:
            raise ConfigError(f"fetch.max_redirects: must be 0 to {MAX_REDIRECTS}, got {self.max_redirects}")
        for key in ("max_at_once", "max_at_once_per_host"):
            if getattr(self, key) < 1:
                raise ConfigError(f"fetch.{key}: must be at least 1, got {getattr(self, key)}")
        refuse_unreadable_rules("fetch", self)

    @property
    def host_rules(self) -> HostRules:
        """The hosts and ports that may be fetched from."""
        return HostRules(allow=self.allow_hosts, deny=self.deny_hosts, ports=self.ports)

    @property
    def address_rules(self) -> AddressRules:
        """The addresses that may be connected to."""
        return address_rules_of(self)


class ConnectionSettings(Protocol):
    """What a section of settings says about where may be connected to."""

    @property
    def ports(self) -> Sequence[int]: ...
    @property
    def allow_hosts(self) -> Sequence[str]: ...
    @property
    def deny_hosts(self) -> Sequence[str]: ...
    @property
    def allow_networks(self) -> Sequence[str]: ...
    @property
    def deny_networks(self) -> Sequence[str]: ...


def refuse_unreadable_rules(section: str, settings: ConnectionSettings) -> None:
    """Raise ConfigError, naming the key, where a port, a host or a network cannot be read."""
    for port in settings.ports:
        if not 1 <= port <= 65535:
            raise ConfigError(f"{section}.ports: ports are 1 to 65535, got {port}")
    for key in ("allow_hosts", "deny_hosts"):
        for pattern in getattr(settings, key):
            _named(f"{section}.{key}", pattern, normalise_pattern)
    for key in ("allow_networks", "deny_networks"):
        for network in getattr(settings, key):
            _named(f"{section}.{key}", network, parse_network)


def address_rules_of(settings: ConnectionSettings) -> AddressRules:
    """Give the addresses that may be connected to."""
    return AddressRules(
        allow=[parse_network(text) for text in settings.allow_networks],
        deny=[parse_network(text) for text in settings.deny_networks],
    )


def _named(key: str, text: str, read: Callable[[str], object]) -> None:
    """Read a setting's text; raises ConfigError with the setting's name."""
    try:
        read(text)
    except ConfigError as error:
        raise ConfigError(f"{key}: {error.message}") from error
