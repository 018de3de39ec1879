"""The settings of events and webhooks."""

from __future__ import annotations

import dataclasses

from serving.fetch.addresses import AddressRules
from serving.fetch.config import address_rules_of, refuse_unreadable_rules
from serving.fetch.hosts import HostRules
from vision.config.read import setting
from vision.errors import ConfigError


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where events may be delivered, how long events and the log of deliveries are kept, and within which limits."""

    enabled: bool = setting(
        True, help="Deliver events. False on a server that only answers, where another one of the same store delivers."
    )
    allow_http: bool = setting(
        False, help="Deliver to http:// too: whoever is on the way can then read events. Add 80 to ports as well."
    )
    ports: tuple[int, ...] = setting((443, 8443), help="Ports to deliver to.")
    allow_hosts: tuple[str, ...] = setting(
        (), help="Hosts to deliver to, such as `hooks.example.com` or `*.example.com`; empty for every public host."
    )
    deny_hosts: tuple[str, ...] = setting((), help="Hosts not to deliver to, also where allow_hosts has them.")
    allow_networks: tuple[str, ...] = setting(
        (),
        help="Networks to deliver to although they are private, such as `10.20.0.0/16` for receivers of your own. "
        "They are for the operator's endpoints alone, not members'. Addresses of clouds' metadata stay refused.",
    )
    deny_networks: tuple[str, ...] = setting((), help="Networks not to deliver to although they are public.")
    timeout_s: float = setting(15.0, help="Maximum seconds of one attempt, 0.1 to 60.")
    max_at_once: int = setting(4, help="Maximum attempts at once to one endpoint; to an ordered one it is 1.")
    max_endpoints: int = setting(20, help="Maximum endpoints of the operator, and of each member.")
    poll_s: float = setting(0.5, help="Seconds between two looks for new events and due deliveries, 0.02 to 60.")
    lease_s: float = setting(
        30.0, help="Seconds after which another server takes over the deliveries of one that ended without a word."
    )
    event_days: int = setting(30, help="Days after which events are deleted, and with them deliveries; at least 7.")

    def __post_init__(self) -> None:
        for key, low, high in (
            ("timeout_s", 0.1, 60), ("max_at_once", 1, 100), ("max_endpoints", 0, 10_000), ("poll_s", 0.02, 60),
            ("lease_s", 1, 3600), ("event_days", 7, 3650),
        ):  # fmt: skip
            if not low <= getattr(self, key) <= high:
                raise ConfigError(f"webhooks.{key}: must be {low} to {high}, got {getattr(self, key)}")
        refuse_unreadable_rules("webhooks", self)

    @property
    def host_rules(self) -> HostRules:
        """The hosts and ports that may be delivered to."""
        return HostRules(allow=self.allow_hosts, deny=self.deny_hosts, ports=self.ports, section="webhooks")

    @property
    def address_rules(self) -> AddressRules:
        """The addresses that may be connected to."""
        return address_rules_of(self)
