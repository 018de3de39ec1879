from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Sequence

import httpcore
import pytest

from serving.fetch import network
from serving.fetch.addresses import AddressRules
from serving.fetch.errors import FetchAddressRefused, FetchUnresolved
from serving.fetch.network import MAX_ADDRESSES, CheckedBackend, SystemConnector, SystemResolver
from tests.serving.servers.certificates import Authority
from tests.serving.servers.loopback_only import LeavesTheMachine, loopback_only
from tests.serving.servers.photo_host import Routes, photo_host


class Names:
    """A resolver with a list of answers for each name, of which the last one stays."""

    def __init__(self, **answers: list[list[str]]) -> None:
        self.answers = {name.replace("_", "."): given for name, given in answers.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        given = self.answers[host]
        return given.pop(0) if len(given) > 1 else given[0]


class Connections:
    """A connector that notes the addresses, and fails for those of `dead`."""

    def __init__(self, dead: Sequence[str] = ()) -> None:
        self.dead = dead
        self.made: list[tuple[str, int, float | None]] = []

    async def connect(self, address: str, port: int, timeout_s: float | None) -> httpcore.AsyncNetworkStream:
        self.made.append((address, port, timeout_s))
        if address in self.dead:
            raise httpcore.ConnectTimeout
        return httpcore.AsyncMockStream([])


def connect(names: Names, connections: Connections, host: str, rules: AddressRules | None = None) -> None:
    backend = CheckedBackend(rules or AddressRules(), resolver=names, connector=connections)
    asyncio.run(backend.connect_tcp(host, 443, timeout=5.0))


def test_the_connection_goes_to_the_address_that_was_judged() -> None:
    names, connections = Names(a_example=[["8.8.8.8"], ["127.0.0.1"]]), Connections()
    connect(names, connections, "a.example")
    assert names.asked == ["a.example"], "asked once: a second answer would not be the judged one"
    assert connections.made == [("8.8.8.8", 443, 5.0)]


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["10.0.0.1", "8.8.8.8"], ["8.8.8.8", "::1"], ["fe80::1%eth0"], []],
)
def test_one_address_that_is_not_public_refuses_the_host(addresses: list[str]) -> None:
    connections = Connections()
    with pytest.raises(FetchAddressRefused) as caught:
        connect(Names(a_example=[addresses]), connections, "a.example")
    assert connections.made == []
    assert not any(address in caught.value.message for address in addresses)


def test_a_name_without_an_address_is_refused_in_the_words_of_a_private_one() -> None:
    messages = set()
    for addresses in ([], ["10.0.0.1"]):
        with pytest.raises(FetchAddressRefused) as caught:
            connect(Names(a_example=[addresses]), Connections(), "a.example")
        messages.add(caught.value.message)
    assert len(messages) == 1


def test_an_address_in_place_of_a_name_is_judged_and_not_looked_up() -> None:
    names, connections = Names(), Connections()
    connect(names, connections, "8.8.8.8")
    with pytest.raises(FetchAddressRefused):
        connect(names, connections, "127.0.0.1")
    assert names.asked == []
    assert [address for address, *_ in connections.made] == ["8.8.8.8"]


def test_the_next_address_is_tried_where_one_does_not_answer() -> None:
    connections = Connections(dead=["8.8.8.8"])
    connect(Names(a_example=[["8.8.8.8", "8.8.4.4"]]), connections, "a.example")
    assert [address for address, *_ in connections.made] == ["8.8.8.8", "8.8.4.4"]


def test_the_last_failure_is_raised_after_a_few_addresses() -> None:
    many = [f"8.8.8.{number}" for number in range(20)]
    connections = Connections(dead=many)
    with pytest.raises(httpcore.ConnectTimeout):
        connect(Names(a_example=[many]), connections, "a.example")
    assert len(connections.made) == MAX_ADDRESSES


def test_a_private_address_beyond_those_that_are_tried_refuses_the_host() -> None:
    addresses = [*(f"8.8.8.{number}" for number in range(20)), "10.0.0.1"]
    with pytest.raises(FetchAddressRefused):
        connect(Names(a_example=[addresses]), Connections(), "a.example")


def test_a_socket_of_the_file_system_is_refused() -> None:
    with pytest.raises(FetchAddressRefused):
        asyncio.run(CheckedBackend(AddressRules()).connect_unix_socket("/run/docker.sock"))


def test_the_system_connector_connects_to_an_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        async def run() -> str:
            stream = await SystemConnector().connect("127.0.0.1", listener.getsockname()[1], 5.0)
            peer: tuple[str, int] = stream.get_extra_info("server_addr")
            await stream.aclose()
            return peer[0]

        assert asyncio.run(run()) == "127.0.0.1"


def test_the_system_resolver_gives_each_address_once() -> None:
    addresses = asyncio.run(SystemResolver().resolve("localhost"))
    assert "127.0.0.1" in addresses or "::1" in addresses
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize(
    ("error", "expected"),
    [(socket.EAI_NONAME, []), (socket.EAI_NODATA, []), (socket.EAI_FAIL, []), (socket.EAI_AGAIN, FetchUnresolved)],
)
def test_no_such_name_is_no_address_and_a_silent_name_server_an_error(
    monkeypatch: pytest.MonkeyPatch, error: int, expected: list[str] | type[Exception]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(error, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    if isinstance(expected, list):
        assert list(asyncio.run(SystemResolver().resolve("a.example"))) == expected
    else:
        with pytest.raises(expected):
            asyncio.run(SystemResolver().resolve("a.example"))


def test_lookups_that_nobody_answers_are_given_up_and_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()

    def hang(*_: object, **__: object) -> list[tuple[object, ...]]:
        answered.wait(30)
        return [(socket.AF_INET, 0, 0, "", ("8.8.8.8", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(network, "MAX_LOOKUPS", 2)
    resolver = SystemResolver()

    async def run() -> None:
        waiting = [asyncio.create_task(resolver.resolve("a.example")) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(FetchUnresolved, match="too many"):
            await resolver.resolve("b.example")
        waiting[0].cancel()  # its thread still runs, so its place is not free
        await asyncio.sleep(0)
        with pytest.raises(FetchUnresolved, match="too many"):
            await resolver.resolve("b.example")
        answered.set()
        assert await waiting[1] == ["8.8.8.8"]
        assert await resolver.resolve("b.example") == ["8.8.8.8"]

    asyncio.run(run())


@pytest.mark.parametrize(("name", "verified"), [("a.example", True), ("b.example", False)])
def test_httpcores_own_connections_obey_the_rules_and_verify_the_name(name: str, verified: bool) -> None:
    """As webhooks are delivered: an address that was judged, and TLS for the name that was asked for."""
    authority = Authority()

    async def run(url: str, port: int) -> bytes:
        backend = CheckedBackend(
            AddressRules(),
            resolver=Names(a_example=[["8.8.8.8"]], b_example=[["8.8.8.8"]], c_example=[["10.0.0.1"]]),
            connector=Routes({("8.8.8.8", 443): port}),
        )
        async with httpcore.AsyncConnectionPool(ssl_context=authority.trusted(), network_backend=backend) as pool:
            return (await pool.request("POST", url, content=b"x")).content

    with photo_host({"/": lambda visit: visit.answer("200 OK", body=b"y")}, authority.serve("a.example")) as host:
        with contextlib.nullcontext() if verified else pytest.raises(httpcore.ConnectError):
            assert asyncio.run(run(f"https://{name}/", host.port)) == b"y"
        with pytest.raises(FetchAddressRefused):
            asyncio.run(run("https://c.example/", host.port))


def test_the_guard_of_these_tests_refuses_to_leave_the_machine() -> None:
    @loopback_only()
    def leave() -> None:
        with socket.socket() as outside, contextlib.suppress(LeavesTheMachine):
            outside.connect(("192.0.2.1", 80))

    with pytest.raises(AssertionError, match="left the machine"):
        leave()


def test_the_guard_of_these_tests_refuses_to_ask_a_name_server() -> None:
    @loopback_only()
    def ask() -> None:
        with contextlib.suppress(LeavesTheMachine):
            socket.getaddrinfo("a.example", 80)

    with pytest.raises(AssertionError, match="left the machine"):
        ask()
