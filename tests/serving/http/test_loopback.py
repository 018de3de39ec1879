from __future__ import annotations

import pytest

from serving.http.loopback import is_loopback


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_the_names_and_addresses_of_this_machine_are_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "0.0.0.0", "::", "192.0.2.1", "example.com", "localhost.example.com", "127.0.0.1.example.com", "[::1]"]
)
def test_every_other_host_is_not(host: str) -> None:
    assert not is_loopback(host)
