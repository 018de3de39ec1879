from __future__ import annotations

import pytest

from serving.fetch.addresses import AddressRules, parse_network
from serving.fetch.errors import FetchAddressRefused, FetchError, FetchPortRefused, FetchUrlInvalid
from serving.fetch.hosts import HostRules
from serving.webhooks.endpoint_url import require_url

HOSTS = HostRules(allow=(), deny=(), ports=(443, 80))


def test_https_alone_is_permitted_unless_http_is_allowed() -> None:
    assert require_url("https://Hooks.example", HOSTS, allow_http=False).host == "hooks.example"
    assert require_url("http://hooks.example/a?b", HOSTS, allow_http=True).target == "/a?b"
    with pytest.raises(FetchUrlInvalid, match=r"webhooks\.allow_http"):
        require_url("http://hooks.example/a", HOSTS, allow_http=False)


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://hooks.example:22/", FetchPortRefused),
        ("https://192.168.1.1/", FetchAddressRefused),
        ("https://[fe80::1]/", FetchAddressRefused),
        ("https://0x7f000001/", FetchUrlInvalid),
    ],
)
def test_what_is_refused_is_refused_before_anything_is_sent(url: str, error: type[FetchError]) -> None:
    with pytest.raises(error):
        require_url(url, HOSTS, allow_http=False, addresses=AddressRules())


def test_a_network_that_the_settings_allow_is_permitted() -> None:
    addresses = AddressRules(allow=[parse_network("192.168.1.0/24")])
    assert require_url("https://192.168.1.1/", HOSTS, allow_http=False, addresses=addresses).host == "192.168.1.1"
