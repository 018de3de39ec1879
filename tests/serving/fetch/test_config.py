from __future__ import annotations

from typing import Any

import pytest

from serving.fetch.config import FetchSettings
from serving.fetch.errors import FetchHostRefused, FetchPortRefused
from serving.fetch.url import parse_url
from vision.config.read import configure
from vision.errors import ConfigError


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("timeout_s", 0),
        ("timeout_s", float("inf")),
        ("timeout_s", float("nan")),
        ("connect_timeout_s", 0.01),
        ("read_timeout_s", 601),
        ("max_redirects", 4),
        ("max_redirects", -1),
        ("max_at_once", 0),
        ("max_at_once_per_host", 0),
        ("ports", (0,)),
        ("ports", (80, 65536)),
        ("allow_hosts", ("https://photos.example",)),
        ("deny_hosts", ("*",)),
        ("allow_networks", ("10.0.0.1/8",)),
        ("deny_networks", ("example.com",)),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_its_name(key: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"^fetch\.{key}: "):
        FetchSettings(**{key: value})


def test_fetching_is_off_unless_set() -> None:
    assert not FetchSettings().enabled


def test_lists_are_read_from_a_file_and_make_the_rules() -> None:
    settings = configure(
        FetchSettings,
        {
            "allow_hosts": ["*.example"],
            "deny_hosts": ["b.example"],
            "allow_networks": ["10.20.0.0/16"],
            "deny_networks": ["8.8.8.0/24"],
            "ports": [8443],
        },
    )
    settings.host_rules.require(parse_url("https://a.example:8443/"))
    with pytest.raises(FetchHostRefused):
        settings.host_rules.require(parse_url("https://b.example:8443/"))
    with pytest.raises(FetchPortRefused):
        settings.host_rules.require(parse_url("https://a.example/"))
    assert settings.address_rules.permits("10.20.1.1")
    assert not settings.address_rules.permits("8.8.8.8")
