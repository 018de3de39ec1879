from __future__ import annotations

import ipaddress

import pytest

from serving.fetch.addresses import AddressRules, parse_network
from vision.errors import ConfigError

PUBLIC = [
    "8.8.8.8",
    "1.0.0.1",
    "100.63.255.255",
    "100.128.0.0",
    "128.0.0.1",
    "168.63.129.15",
    "168.63.129.17",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2001:200::1",
    "2606:4700::1111",
    "2a00:1450:4001::1",
    "3ffe:ffff::1",
]
REFUSED = {
    "this network": ["0.0.0.0", "0.255.255.255"],
    "private": ["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.1", "192.168.255.255"],
    "shared": ["100.64.0.0", "100.127.255.255", "100.100.100.200"],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "link local": ["169.254.0.1", "169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%lo", "febf::1"],
    "protocols": ["192.0.0.0", "192.0.0.9", "192.0.0.170", "192.0.0.192", "192.88.99.1", "192.31.196.1"],
    "more protocols": ["192.52.193.1", "192.175.48.1", "2001:1::1", "2001:2::1", "2001:3::1", "2001:4:112::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1", "3fff:fff::1"],
    "benchmarking": ["198.18.0.0", "198.19.255.255"],
    "multicast": ["224.0.0.1", "239.255.255.255", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "4000::1", "5f00::1", "fec0::1", "feff::1", "100::1", "100:0:0:1::1"],
    "unique local": ["fc00::1", "fd00:ec2::254", "fdff::1"],
    "unspecified and IPv4-compatible": ["::", "::127.0.0.1", "::8.8.8.8"],
    "hosts of clouds": ["168.63.129.16", "fd20:ce::254"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a9fe:a9fe", "::ffff:0:127.0.0.1"],
    "6to4": ["2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1"],
    "NAT64": ["64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "64:ff9b::1:0:0"],
    "Teredo": ["2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    "ORCHID and drones": ["2001:10::1", "2001:20::1", "2001:30::1"],
    "AS112": ["2620:4f:8000::1"],
    "no address": ["", "localhost", "127.1", "0x7f000001", "2130706433", "127.0.0.1 ", "[::1]", "١٢٧.0.0.1"],
}


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_permitted(address: str) -> None:
    assert AddressRules().permits(address)


@pytest.mark.parametrize("address", [address for kind in REFUSED.values() for address in kind])
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    assert not AddressRules().permits(address)


def test_the_edges_of_a_block_are_inside_it_and_their_neighbours_are_not() -> None:
    rules = AddressRules()
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15"):
        block = ipaddress.IPv4Network(text)
        assert not rules.permits(str(block.network_address))
        assert not rules.permits(str(block.broadcast_address))
        assert rules.permits(str(block.network_address - 1))
        assert rules.permits(str(block.broadcast_address + 1))


def test_what_python_3_11_calls_global_is_refused() -> None:
    """The addresses for which `is_global` is no guard, whatever Python runs this."""
    rules = AddressRules()
    assert not any(rules.permits(address) for address in ("192.0.0.192", "2002:7f00:1::", "168.63.129.16"))


def test_a_private_network_can_be_allowed_and_what_is_around_it_stays_refused() -> None:
    rules = AddressRules(allow=[parse_network("10.20.0.0/16"), parse_network("fd12:3456::/48")])
    assert rules.permits("10.20.3.4")
    assert rules.permits("::ffff:10.20.3.4")
    assert rules.permits("fd12:3456::7")
    assert not rules.permits("10.21.0.1")
    assert not rules.permits("fd12:3457::7")


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd20:ce::254",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "::169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
    ],
)
def test_no_setting_allows_the_addresses_of_clouds_metadata(address: str) -> None:
    everything = AddressRules(allow=[parse_network("0.0.0.0/0"), parse_network("::/0")])
    assert everything.permits("10.0.0.1")
    assert not everything.permits(address)


def test_a_public_network_can_be_denied_in_each_spelling() -> None:
    rules = AddressRules(deny=[parse_network("8.8.8.0/24"), parse_network("2606:4700:64::/96")])
    refused = ("8.8.8.8", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2606:4700:64::7f00:1")
    assert not any(rules.permits(address) for address in refused)
    assert rules.permits("8.8.9.8")


def test_the_rules_without_exceptions_keep_what_is_denied() -> None:
    rules = AddressRules(allow=[parse_network("10.20.0.0/16")], deny=[parse_network("8.8.8.0/24")])
    members = rules.without_exceptions()
    assert [members.permits(address) for address in ("10.20.0.1", "8.8.8.8", "8.8.9.8")] == [False, False, True]
    assert rules.permits("10.20.0.1")


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "photos.example", "", "10.0.0.0-10.0.0.9"])
def test_a_network_is_written_as_a_network(text: str) -> None:
    with pytest.raises(ConfigError, match=r"10\.20\.0\.0/16"):
        parse_network(text)
