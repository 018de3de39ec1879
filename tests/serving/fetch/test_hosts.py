from __future__ import annotations

import pytest

from serving.fetch.errors import FetchHostRefused, FetchPortRefused
from serving.fetch.hosts import HostRules, normalise_pattern
from serving.fetch.url import parse_url
from vision.errors import ConfigError


def permits(rules: HostRules, host: str) -> bool:
    try:
        rules.require(parse_url(f"https://{host}/a.jpg"))
    except FetchHostRefused:
        return False
    return True


def rules(allow: tuple[str, ...] = (), deny: tuple[str, ...] = (), ports: tuple[int, ...] = (80, 443)) -> HostRules:
    return HostRules(allow=allow, deny=deny, ports=ports)


def test_without_lists_every_host_is_permitted() -> None:
    assert permits(rules(), "photos.example")


def test_an_allowed_host_is_that_one_alone() -> None:
    only = rules(allow=("Photos.Example.", "bücher.example"))
    allowed = ["photos.example", "PHOTOS.example", "photos.example.", "xn--bcher-kva.example", "BÜCHER.example"]
    assert all(permits(only, host) for host in allowed)
    refused = ["a.photos.example", "xphotos.example", "photos.example.evil.example", "photos.exampl", "example"]
    assert not any(permits(only, host) for host in refused)


def test_a_star_stands_for_every_name_below_a_domain() -> None:
    below = rules(allow=("*.photos.example",))
    assert permits(below, "a.photos.example")
    assert permits(below, "a.b.photos.example")
    assert not any(permits(below, host) for host in ("photos.example", "xphotos.example", "a.photos.example.evil.test"))


def test_a_denied_host_stays_denied_where_it_is_allowed_as_well() -> None:
    both = rules(allow=("*.example",), deny=("internal.example", "*.internal.example"))
    assert permits(both, "photos.example")
    assert not any(permits(both, host) for host in ("internal.example", "a.internal.example", "INTERNAL.example."))


def test_an_address_is_denied_in_each_spelling_that_is_read() -> None:
    denied = rules(deny=("8.8.8.8", "[2606:4700::1111]"))
    assert not any(permits(denied, host) for host in ("8.8.8.8", "８.8.8.8", "[2606:4700:0::1111]"))


def test_only_the_ports_of_the_settings_are_permitted() -> None:
    for url in ("http://a.example/", "https://a.example/", "http://a.example:443/"):
        rules().require(parse_url(url))
    with pytest.raises(FetchPortRefused, match="80, 443"):
        rules().require(parse_url("http://a.example:22/"))
    rules(ports=(8443,)).require(parse_url("https://a.example:8443/"))


@pytest.mark.parametrize(
    "pattern", ["", "*", "*.", "*example", "a.*.example", "https://a.example", "a.example:80", "a b"]
)
def test_a_pattern_that_can_match_nothing_is_refused(pattern: str) -> None:
    with pytest.raises(ConfigError, match=r"\*\.example\.com"):
        normalise_pattern(pattern)
