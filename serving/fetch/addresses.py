"""Which IP addresses may be connected to on behalf of a caller: public ones, by our own list of those that are not.

The blocks are those of the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) as of 2025-10-09,
https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry.
All of them are refused, also the few that the registries call globally reachable: they are anycast services of
protocols, and no hosts of files. Python 3.11's `ipaddress.is_global` is not used: it calls 192.0.0.192 and
2002:7f00:1:: global, and what it answers depends on the patch version of Python.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final

from vision.errors import ConfigError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_IPV4_BLOCKS: Final = (
    "0.0.0.0/8",  # this network, RFC 791
    "10.0.0.0/8",  # private, RFC 1918
    "100.64.0.0/10",  # shared address space, RFC 6598
    "127.0.0.0/8",  # loopback, RFC 1122
    "169.254.0.0/16",  # link local, RFC 3927
    "172.16.0.0/12",  # private, RFC 1918
    "192.0.0.0/24",  # IETF protocol assignments with all blocks inside it, RFC 6890
    "192.0.2.0/24",  # documentation, RFC 5737
    "192.31.196.0/24",  # AS112, RFC 7535
    "192.52.193.0/24",  # AMT, RFC 7450
    "192.88.99.0/24",  # 6to4 relay anycast, RFC 7526
    "192.168.0.0/16",  # private, RFC 1918
    "192.175.48.0/24",  # AS112, RFC 7534
    "198.18.0.0/15",  # benchmarking, RFC 2544
    "198.51.100.0/24",  # documentation, RFC 5737
    "203.0.113.0/24",  # documentation, RFC 5737
    "224.0.0.0/4",  # multicast, RFC 5771 (not in the registry, which has unicast alone)
    "240.0.0.0/4",  # reserved, with the broadcast address, RFC 1112 and RFC 8190
)
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")  # all that IANA has allocated; the rest is refused
_IPV6_BLOCKS: Final = (  # those inside 2000::/3
    "2001::/23",  # IETF protocol assignments, with Teredo, benchmarking, AMT, AS112, ORCHID, drones, RFC 2928
    "2001:db8::/32",  # documentation, RFC 3849
    "2002::/16",  # 6to4, which has an IPv4 address inside, RFC 3056
    "2620:4f:8000::/48",  # AS112, RFC 7534
    "3fff::/20",  # documentation, RFC 9637
)
# Refused also where a setting allows the network around them. A cloud's metadata service gives its credentials to
# whoever connects; the tunnels have an address inside that nobody judged; the rest addresses no single host.
_NEVER: Final = (
    "0.0.0.0/8",
    "100.100.100.200/32",  # metadata of Alibaba Cloud
    "168.63.129.16/32",  # Azure's host agent: a public address, answered inside the machine
    "169.254.0.0/16",  # metadata of AWS (also 169.254.170.2), Google, Azure, Oracle and others
    "192.0.0.192/32",  # metadata of Oracle Cloud
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",  # IPv4-compatible, deprecated by RFC 4291; with :: and ::1
    "64:ff9b:1::/48",  # NAT64 of a local network: where the IPv4 address stands inside is the network's own choice
    "2001::/32",  # Teredo
    "2002::/16",  # 6to4
    "fd00:ec2::/32",  # metadata of AWS
    "fd20:ce::/32",  # metadata of Google
    "fe80::/10",  # link local
    "fec0::/10",  # site local, deprecated by RFC 3879
    "ff00::/8",  # multicast
)
# An address of these is an IPv4 address in the last 32 bits, and judged as that one.
_IPV4_INSIDE: Final = (
    ipaddress.IPv6Network("::ffff:0:0/96"),  # IPv4-mapped, RFC 4291: the system connects by IPv4
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052: on an IPv6-only network all IPv4 hosts have these
)
_SPECIAL_NETWORKS: Final = tuple(ipaddress.ip_network(block) for block in _IPV4_BLOCKS + _IPV6_BLOCKS)
_NEVER_NETWORKS: Final = tuple(ipaddress.ip_network(block) for block in _NEVER)


def parse_network(text: str) -> Network:
    """Read a network such as `10.20.0.0/16`, or one address; raises ConfigError."""
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise ConfigError(f"{text!r} is no network such as 10.20.0.0/16 or fd12:3456::/48: {error}") from error


class AddressRules:
    """Permits public addresses, less the networks of `deny`, and those of `allow` though they are not public."""

    def __init__(self, *, allow: Sequence[Network] = (), deny: Sequence[Network] = ()) -> None:
        self._allow = tuple(allow)
        self._deny = tuple(deny)

    def without_exceptions(self) -> AddressRules:
        """Give the rules for members: what `allow` opens is the operator's own network, and not theirs to reach."""
        return AddressRules(deny=self._deny)

    def permits(self, address: str) -> bool:
        """Whether an address, as text, may be connected to; what is no address may not."""
        try:
            sent = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(sent, ipaddress.IPv6Address) and sent.scope_id is not None:
            return False  # a zone is of this machine's own interfaces
        judged = _without_ipv6_around(sent)
        if _is_in(sent, self._deny) or _is_in(judged, self._deny) or _is_in(judged, _NEVER_NETWORKS):
            return False
        return _is_in(judged, self._allow) or _is_public(judged)


def _without_ipv6_around(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv6Address) and _is_in(address, _IPV4_INSIDE):
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not _is_in(address, _SPECIAL_NETWORKS)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
