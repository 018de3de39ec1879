from __future__ import annotations

from typing import Any

import pytest

from serving.fetch.errors import FetchHostRefused, FetchPortRefused
from serving.fetch.url import parse_url
from serving.webhooks.config import WebhookSettings
from vision.errors import ConfigError


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeout_s": 0.0}, {"timeout_s": 61.0}, {"max_at_once": 0}, {"max_endpoints": -1}, {"poll_s": 0.0},
        {"lease_s": 0.5}, {"event_days": 6}, {"ports": (0,)}, {"ports": (443, 65536)}, {"allow_hosts": ("a b",)},
        {"deny_hosts": ("*",)}, {"allow_networks": ("10.0.0.0/33",)}, {"deny_networks": ("x",)},
    ],
)  # fmt: skip
def test_a_value_out_of_range_is_refused_by_its_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=rf"webhooks\.{next(iter(wrong))}"):
        WebhookSettings(**wrong)


def test_the_rules_of_hosts_and_addresses_are_those_of_the_settings() -> None:
    settings = WebhookSettings(deny_hosts=("bad.example",), allow_networks=("10.1.0.0/16",), deny_networks=("8.8.8.8",))
    settings.host_rules.require(parse_url("https://good.example/"))
    with pytest.raises(FetchHostRefused):
        settings.host_rules.require(parse_url("https://bad.example/"))
    with pytest.raises(FetchPortRefused):
        settings.host_rules.require(parse_url("https://good.example:22/"))
    permits = settings.address_rules.permits
    assert [permits(one) for one in ("10.1.2.3", "10.2.2.3", "8.8.8.8", "8.8.4.4")] == [True, False, False, True]
