"""Connects to the address that was checked: a name is resolved once, judged, and not resolved again.

`CheckedBackend` is a network backend of httpcore, so whatever speaks HTTP through it obeys the rules; TLS still
verifies the host's name. It knows no proxy, and reads none from the environment.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable, Sequence
from typing import Any, Final, Protocol

import httpcore

from serving.fetch.addresses import AddressRules
from serving.fetch.errors import FetchAddressRefused, FetchUnresolved

MAX_LOOKUPS: Final = 64  # threads: a lookup can't be cancelled, and takes half a minute where no name server answers
MAX_ADDRESSES: Final = 4  # tried of one host, one after another


class Resolver(Protocol):
    """Gives the addresses of a host name."""

    async def resolve(self, host: str) -> Sequence[str]:
        """Give the addresses in order of preference, none where the name has none.

        Raises FetchUnresolved where the name servers did not answer.
        """
        ...


class Connector(Protocol):
    """Opens a TCP connection to an address."""

    async def connect(self, address: str, port: int, timeout_s: float | None) -> httpcore.AsyncNetworkStream:
        """Connect; raises httpcore.ConnectError or httpcore.ConnectTimeout."""
        ...


class SystemStream(httpcore.AsyncNetworkStream):
    """A connection whose every failure is one of httpcore's.

    Its own backend lets an `ssl.SSLError` through where a record is garbled after the handshake: what a host sends
    would end as an unforeseen error.
    """

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As httpcore asks for it."""
        try:
            return await self._stream.read(max_bytes, timeout)
        except ssl.SSLError as error:
            raise httpcore.ReadError(error) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As httpcore asks for it."""
        try:
            await self._stream.write(buffer, timeout)
        except ssl.SSLError as error:
            raise httpcore.WriteError(error) from error

    async def aclose(self) -> None:
        """As httpcore asks for it."""
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """As httpcore asks for it."""
        try:
            return SystemStream(await self._stream.start_tls(ssl_context, server_hostname, timeout))
        except (OSError, ValueError) as error:  # SSLError is an OSError, and a name that TLS can't send a ValueError
            raise httpcore.ConnectError(error) from error

    def get_extra_info(self, info: str) -> Any:
        """As httpcore asks for it."""
        return self._stream.get_extra_info(info)


class SystemResolver:
    """The system's resolver, in threads of its own.

    asyncio's threads do other work, which a name server that does not answer would hold up.
    """

    def __init__(self) -> None:
        self._running = 0
        self._lock = threading.Lock()

    async def resolve(self, host: str) -> Sequence[str]:
        """As `Resolver.resolve`; raises FetchUnresolved also where MAX_LOOKUPS others wait for an answer."""
        with self._lock:
            if self._running >= MAX_LOOKUPS:
                raise FetchUnresolved("the host's name was not resolved: too many names are waited for; try later")
            self._running += 1
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Sequence[str]] = loop.create_future()
        # A daemon thread: one that waits for a name server does not keep the process from ending.
        threading.Thread(target=self._find, args=(host, loop, found), name="resolve", daemon=True).start()
        return await found

    def _find(self, host: str, loop: asyncio.AbstractEventLoop, found: asyncio.Future[Sequence[str]]) -> None:
        addresses: Sequence[str] = ()
        error: FetchUnresolved | None = None
        try:
            addresses = _system_addresses(host)
        except FetchUnresolved as unresolved:
            error = unresolved
        finally:
            with self._lock:
                self._running -= 1
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, found, addresses, error)


class SystemConnector:
    """Connects by the system's sockets."""

    def __init__(self) -> None:
        self._backend = httpcore.AnyIOBackend()

    async def connect(self, address: str, port: int, timeout_s: float | None) -> httpcore.AsyncNetworkStream:
        """As `Connector.connect`."""
        return SystemStream(await self._backend.connect_tcp(address, port, timeout=timeout_s))


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to hosts whose addresses `rules` permit.

    One address that is not permitted refuses the host, whatever its others are: no host of files has both, and which
    one is taken would depend on an order that its owner chooses.
    """

    def __init__(self, rules: AddressRules, *, resolver: Resolver | None = None, connector: Connector | None = None):
        self._rules = rules
        self._resolver = SystemResolver() if resolver is None else resolver
        self._connector = SystemConnector() if connector is None else connector

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge every address, and connect to the first one that answers; `timeout` is for each.

        Raises FetchAddressRefused, FetchUnresolved, httpcore.ConnectError or httpcore.ConnectTimeout.
        """
        addresses = await self._permitted_addresses(host)
        for address in addresses[:-1]:
            try:
                return await self._connector.connect(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue  # the next one may answer
        return await self._connector.connect(addresses[-1], port, timeout)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.AsyncNetworkStream:
        """Refused: a socket of this machine is nothing to fetch from."""
        raise FetchAddressRefused("a socket of this machine is nothing to fetch from")

    async def sleep(self, seconds: float) -> None:
        """As httpcore asks for it."""
        await asyncio.sleep(seconds)

    async def _permitted_addresses(self, host: str) -> Sequence[str]:
        addresses = [host] if _is_address(host) else await self._resolver.resolve(host)
        if not addresses or not all(self._rules.permits(address) for address in addresses):
            # One answer for both: else a caller could find out which names exist inside the operator's network.
            raise FetchAddressRefused(
                "the host has no public address: its name has no address, or one that is private or reserved"
            )
        return addresses[:MAX_ADDRESSES]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _system_addresses(host: str) -> Sequence[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise FetchUnresolved("the host's name was not resolved: the name servers do not answer") from error
        return ()
    except (OSError, UnicodeError):  # a name that the system can't even ask for
        return ()
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _settle(found: asyncio.Future[Sequence[str]], addresses: Sequence[str], error: FetchUnresolved | None) -> None:
    if found.done():  # nobody waits any more
        return
    if error is None:
        found.set_result(addresses)
    else:
        found.set_exception(error)
