from __future__ import annotations

import asyncio
import contextlib
import datetime
import email.utils
import ssl
import threading
from collections.abc import Iterator, Sequence

import pytest

from serving.errors import MemoryFull, Overloaded
from serving.fetch import fetcher
from serving.fetch.config import FetchSettings
from serving.fetch.errors import FetchUnresolved
from serving.fetch.fetcher import Fetcher
from serving.http.body_memory import BodyMemory
from serving.principal import SERVER
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.photo_host import Names, PhotoHost, Routes, Script, Visit, photo_host
from vision.errors import PhotoError

PHOTO = jpeg(size=(64, 64))
PUBLIC = {"photos.example": "93.184.216.34", "slow.example": "93.184.216.35"}
TOO_LARGE = f"Fri, 31 Dec 1999 23:59:59 +{'9' * 20}"  # as a date, a number that no date can have
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; reading the system's authorities takes 40 ms


def status(line: str, **headers: str) -> Script:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda visit: visit.answer(line, named)


def photo(visit: Visit) -> None:
    visit.answer("200 OK", body=PHOTO)


def drip(visit: Visit) -> None:
    visit.answer("200 OK", {"Content-Length": "100000"})
    while not visit.closing.is_set():
        visit.send(b"x")
        visit.closing.wait(0.02)


@pytest.fixture
def host() -> Iterator[PhotoHost]:
    with photo_host({"/": photo}) as running:
        yield running


class Site:
    """A fetcher, and what it did."""

    def __init__(
        self, host: PhotoHost, *, memory: int = 2**20, resolver: Names | None = None, **settings: object
    ) -> None:
        self.routes = Routes({(address, 80): host.port for address in PUBLIC.values()})
        self.memory = BodyMemory(memory)
        self.fetcher = Fetcher(
            FetchSettings(enabled=True, **settings),  # type: ignore[arg-type]
            max_bytes=2**20,
            memory=self.memory,
            resolver=resolver or Names({name: [[address]] for name, address in PUBLIC.items()}),
            connector=self.routes,
            tls=NO_TLS,
        )

    async def get(self, *paths: str) -> list[bytes | str]:
        """The bytes of each path of photos.example, or the code of its error."""
        async with self.fetcher.fetch_all(urls_of(paths), SERVER) as results:
            return outcomes(results)

    async def get_in_background(self, *paths: str) -> list[bytes | str]:
        async with self.fetcher.fetch_all_in_background(urls_of(paths), SERVER) as results:
            return outcomes(results)


def urls_of(paths: Sequence[str]) -> list[str]:
    return [path if "//" in path else f"http://photos.example{path}" for path in paths]


def outcomes(results: Sequence[bytes | PhotoError]) -> list[bytes | str]:
    return [result.code if isinstance(result, PhotoError) else result for result in results]


def fetch(host: PhotoHost, *paths: str, **settings: object) -> Sequence[bytes | str]:
    async def run() -> Sequence[bytes | str]:
        site = Site(host, **settings)  # type: ignore[arg-type]
        results = await site.get(*paths)
        assert site.memory.held == 0
        return results

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("404 Not Found", "fetch_not_found"),
        ("410 Gone", "fetch_not_found"),
        ("401 Unauthorized", "fetch_denied"),
        ("403 Forbidden", "fetch_denied"),
        ("407 Proxy Authentication Required", "fetch_denied"),
        ("500 Internal Server Error", "fetch_host_failed"),
        ("502 Bad Gateway", "fetch_host_failed"),
        ("504 Gateway Timeout", "fetch_host_failed"),
        ("599 Odd", "fetch_host_failed"),
        ("204 No Content", "fetch_status_unexpected"),
        ("206 Partial Content", "fetch_status_unexpected"),
        ("300 Multiple Choices", "fetch_status_unexpected"),
        ("304 Not Modified", "fetch_status_unexpected"),
        ("305 Use Proxy", "fetch_status_unexpected"),
        ("400 Bad Request", "fetch_status_unexpected"),
        ("418 I'm a teapot", "fetch_status_unexpected"),
    ],
)
def test_a_status_has_its_code(host: PhotoHost, line: str, code: str) -> None:
    host.scripts["/"] = status(line)
    assert fetch(host, "/") == [code]
    assert len(host.heads) == 1, "nothing of this is asked for twice"


def test_a_web_page_is_none_though_it_is_called_a_photo(host: PhotoHost) -> None:
    host.scripts["/"] = lambda visit: visit.answer("200 OK", {"Content-Type": "image/jpeg"}, b"<!DOCTYPE html><p>")
    assert fetch(host, "/") == ["fetch_web_page"]


def test_a_photo_is_one_though_it_is_called_a_web_page(host: PhotoHost) -> None:
    host.scripts["/"] = lambda visit: visit.answer("200 OK", {"Content-Type": "text/html"}, PHOTO)
    assert fetch(host, "/") == [PHOTO]


@pytest.mark.parametrize("line", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_three_redirects_are_followed_and_a_fourth_is_not(host: PhotoHost, line: str) -> None:
    for number in range(1, 4):
        host.scripts[f"/{number}"] = status(line, Location=f"/{number - 1}")
    host.scripts["/0"] = photo
    host.scripts["/4"] = status(line, Location="http://slow.example/3")
    assert fetch(host, "/3", "/4") == [PHOTO, "fetch_too_many_redirects"]
    assert fetch(host, "/1", max_redirects=0) == ["fetch_too_many_redirects"]


def test_redirects_in_a_circle_end(host: PhotoHost) -> None:
    host.scripts["/a"], host.scripts["/b"] = status("302 Found", Location="/b"), status("302 Found", Location="/a")
    assert fetch(host, "/a") == ["fetch_too_many_redirects"]
    assert len(host.heads) == 4


def test_a_redirect_to_nowhere_has_its_code(host: PhotoHost) -> None:
    host.scripts["/"] = status("302 Found")
    assert fetch(host, "/") == ["fetch_redirect_invalid"]


def in_turn(*scripts: Script) -> Script:
    left = list(scripts)
    return lambda visit: left.pop(0)(visit)


@pytest.mark.parametrize("line", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_host_that_asks_to_come_later_is_asked_once_more(host: PhotoHost, line: str) -> None:
    past = email.utils.format_datetime(datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1))
    for retry_after in ("0", past):
        later = status(line, Retry_After=retry_after)
        host.scripts["/"] = in_turn(later, photo)
        assert fetch(host, "/") == [PHOTO]
        host.scripts["/"] = in_turn(later, later)
        assert fetch(host, "/") == ["fetch_throttled"]
        host.scripts["/"] = in_turn(later, status("404 Not Found"))
        assert fetch(host, "/") == ["fetch_not_found"]
    assert len(host.heads) == 12


@pytest.mark.parametrize("retry_after", ["3600", "999999999999999999999", "Fri, 31 Dec 2100 23:59:59 GMT"])
def test_a_wait_beyond_the_time_of_the_photo_is_not_begun(host: PhotoHost, retry_after: str) -> None:
    host.scripts["/"] = status("503 Service Unavailable", Retry_After=retry_after)
    assert fetch(host, "/") == ["fetch_throttled"]
    assert len(host.heads) == 1


@pytest.mark.parametrize("retry_after", ["", "soon", "-5", "1.5", "Fri, 99 Xyz 2100", TOO_LARGE])
def test_a_wait_that_cannot_be_read_is_the_default(
    host: PhotoHost, retry_after: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetcher, "DEFAULT_WAIT_S", 3600.0)
    host.scripts["/"] = status("503 Service Unavailable", Retry_After=retry_after)
    assert fetch(host, "/") == ["fetch_throttled"], "an hour is more than there is"


def test_a_host_that_drips_is_cut_off(host: PhotoHost) -> None:
    host.scripts["/"] = drip
    assert fetch(host, "/", timeout_s=0.3) == ["fetch_timed_out"]


def test_a_host_that_drips_holds_no_other_check_up(host: PhotoHost) -> None:
    host.scripts["/drip"] = drip

    async def run() -> None:
        site = Site(host)
        slow = asyncio.create_task(site.get(*["http://slow.example/drip"] * 12))
        while len(host.heads) < FetchSettings().max_at_once_per_host:
            await asyncio.sleep(0.01)
        assert await site.get("/", "/") == [PHOTO, PHOTO]
        assert not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        assert site.memory.held == 0

    asyncio.run(run())


def test_what_can_wait_leaves_half_of_a_hosts_places_and_of_all(host: PhotoHost) -> None:
    host.scripts["/drip"] = drip

    async def run() -> None:
        site = Site(host, max_at_once=4, max_at_once_per_host=2)
        slow = asyncio.create_task(site.get_in_background(*["/drip"] * 5, *["http://slow.example/drip"] * 5))
        while len(host.heads) < 2:
            await asyncio.sleep(0.01)
        assert await site.get("/", "http://slow.example/") == [PHOTO, PHOTO]
        assert [head.split()[1] for head in host.heads].count("/drip") == 2, "one of each host"
        assert not slow.done()
        slow.cancel()
        await asyncio.gather(slow, return_exceptions=True)
        assert await site.get_in_background("/", "/") == [PHOTO, PHOTO]
        assert site.memory.held == 0

    asyncio.run(run())


def test_name_servers_that_do_not_answer_end_with_the_photo(host: PhotoHost) -> None:
    class Silent(Names):
        async def resolve(self, host: str) -> Sequence[str]:
            await asyncio.Event().wait()
            raise AssertionError

    class Failing(Names):
        async def resolve(self, host: str) -> Sequence[str]:
            raise FetchUnresolved("the name servers do not answer")

    async def run() -> None:
        assert await Site(host, resolver=Silent({}), timeout_s=0.2).get("/") == ["fetch_timed_out"]
        assert await Site(host, resolver=Failing({})).get("/") == ["fetch_unresolved"]

    asyncio.run(run())


def test_early_hints_without_an_end_are_cut_off(host: PhotoHost) -> None:
    def hint(visit: Visit) -> None:
        while not visit.closing.is_set():
            visit.send(b"HTTP/1.1 103 Early Hints\r\n\r\n")

    host.scripts["/"] = hint
    assert fetch(host, "/", timeout_s=0.5) == ["fetch_timed_out"]


def test_photos_are_fetched_at_once(host: PhotoHost) -> None:
    together = threading.Barrier(5)

    def wait_for_the_others(visit: Visit) -> None:
        together.wait(30)
        photo(visit)

    host.scripts["/"] = wait_for_the_others
    assert fetch(host, *["/"] * 5) == [PHOTO] * 5


def test_no_more_than_so_many_photos_are_fetched_at_once_from_one_host(host: PhotoHost) -> None:
    running, highest = 0, 0
    lock = threading.Lock()

    def count(visit: Visit) -> None:
        nonlocal running, highest
        with lock:
            running += 1
            highest = max(highest, running)
        visit.closing.wait(0.05)
        with lock:
            running -= 1
        photo(visit)

    host.scripts["/"] = count
    assert fetch(host, *["/"] * 8, max_at_once_per_host=2) == [PHOTO] * 8
    assert highest <= 2


def test_a_photo_that_never_gets_its_turn_is_the_servers_fault_and_not_its_own(host: PhotoHost) -> None:
    host.scripts["/drip"] = drip

    async def run() -> None:
        site = Site(host, timeout_s=0.5, max_at_once=1)
        with pytest.raises(Overloaded, match="1 in all"):
            await site.get("/drip", "/", "/")
        assert site.memory.held == 0
        assert await site.get("/") == [PHOTO]

    asyncio.run(run())


def test_bytes_are_held_until_the_check_is_done_and_too_many_are_refused(host: PhotoHost) -> None:
    async def run() -> None:
        site = Site(host, memory=2 * len(PHOTO))
        async with site.fetcher.fetch_all(urls_of(["/", "/"]), SERVER) as results:
            assert results == [PHOTO, PHOTO]
            assert site.memory.held == 2 * len(PHOTO)
            with pytest.raises(MemoryFull):
                await site.get("/")
            assert site.memory.held == 2 * len(PHOTO)
        assert site.memory.held == 0
        with pytest.raises(MemoryFull):
            await site.get("/", "/", "/")
        assert site.memory.held == 0

    asyncio.run(run())


def test_a_check_that_is_dropped_closes_its_connections(host: PhotoHost) -> None:
    closed = threading.Event()

    def wait_for_the_end(visit: Visit) -> None:
        with contextlib.suppress(OSError):
            visit.connection.recv(1)
        closed.set()

    host.scripts["/"] = wait_for_the_end

    async def run() -> None:
        site = Site(host)
        task = asyncio.create_task(site.get("/"))
        while not host.heads:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert site.memory.held == 0

    asyncio.run(run())
    assert closed.wait(30)


def test_each_photo_has_a_connection_of_its_own(host: PhotoHost) -> None:
    async def run() -> None:
        site = Site(host)
        assert await site.get("/", "/") == [PHOTO, PHOTO]
        assert len(site.routes.made) == 2

    asyncio.run(run())


def test_no_photos_are_fetched_at_once(host: PhotoHost) -> None:
    assert fetch(host) == []
