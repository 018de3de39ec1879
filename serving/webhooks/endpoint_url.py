"""Which URLs an endpoint may have."""

from __future__ import annotations

import ipaddress

from serving.fetch.addresses import AddressRules
from serving.fetch.errors import FetchAddressRefused, FetchUrlInvalid
from serving.fetch.hosts import HostRules
from serving.fetch.url import HttpUrl, parse_url


def require_url(text: str, hosts: HostRules, *, allow_http: bool, addresses: AddressRules | None = None) -> HttpUrl:
    """Read the URL of an endpoint; raises FetchError where nothing may be delivered to it.

    Where `addresses` is given, an address as the host is judged too; a name is judged when it is connected to.
    """
    url = parse_url(text)
    if url.scheme == "http" and not allow_http:
        raise FetchUrlInvalid("the URL begins with http://, events are sent by https:// (webhooks.allow_http)")
    hosts.require(url)
    if addresses is not None and _is_address(url.host) and not addresses.permits(url.host):
        raise FetchAddressRefused("the URL's host is an address that is private or reserved")
    return url


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
