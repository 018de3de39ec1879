"""Server-side request forgery: URLs that would have the server connect to where its caller can't, all refused.

Public-looking names lead to a host on loopback, which must see no request that it should not. `pytest -q
tests/serving/fetch/test_ssrf.py` runs each case; `REFUSED` and `REDIRECTS_REFUSED` have what they must be answered.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator

import pytest

from serving.fetch.config import FetchSettings
from serving.fetch.fetcher import Fetcher
from serving.http.body_memory import BodyMemory
from serving.principal import SERVER
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.photo_host import Names, PhotoHost, Routes, Visit, photo_host
from vision.errors import PhotoError

PHOTO = jpeg(size=(64, 64))
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody; reading the system's authorities takes 40 ms
PUBLIC, PUBLIC_V6, NAT64 = "93.184.216.34", "2606:2800:220:1::1946", "64:ff9b::5db8:d822"
NAMES = {
    "photos.example": [[PUBLIC]],
    "both.example": [[PUBLIC_V6, PUBLIC]],
    "six.example": [[PUBLIC_V6]],
    "nat64.example": [[NAT64]],
    "xn--bcher-kva.example": [[PUBLIC]],
    "localhost": [["127.0.0.1"]],
    "localhost.localdomain": [["127.0.0.1"]],
    "loopback.example": [["127.0.0.1"]],
    "loopback6.example": [["::1"]],
    "private.example": [["10.0.0.5"]],
    "private172.example": [["172.16.0.9"]],
    "private192.example": [["192.168.1.1"]],
    "shared.example": [["100.64.0.1"]],
    "metadata.google.internal": [["169.254.169.254"]],
    "metadata.example": [["169.254.169.254"]],
    "metadata6.example": [["fd00:ec2::254"]],
    "alibaba.example": [["100.100.100.200"]],
    "azure.example": [["168.63.129.16"]],
    "oracle.example": [["192.0.0.192"]],
    "mapped.example": [["::ffff:127.0.0.1"]],
    "sixtofour.example": [["2002:7f00:1::"]],
    "nat64private.example": [["64:ff9b::a00:5"]],
    "localnat64.example": [["64:ff9b:1::a00:5"]],
    "teredo.example": [["2001:0:53aa:64c:0:fbff:80ff:fffe"]],
    "linklocal.example": [["fe80::1%eth0"]],
    "unique.example": [["fd12::1"]],
    "site.example": [["fec0::1"]],
    "multicast.example": [["239.1.1.1"]],
    "zero.example": [["0.0.0.0"]],
    "broadcast.example": [["255.255.255.255"]],
    "srv6.example": [["5f00::1"]],
    "documentation.example": [["3fff::1"]],
    "mixed.example": [[PUBLIC, "127.0.0.1"]],
    "mixed6.example": [[PUBLIC, "::1"]],
    "rebound.example": [[PUBLIC], ["127.0.0.1"]],
    "denied.example": [[PUBLIC]],
    "below.denied.example": [[PUBLIC]],
    "postgres": [["10.0.0.7"]],
}
INVALID, ADDRESS, HOST, PORT = "fetch_url_invalid", "fetch_address_refused", "fetch_host_refused", "fetch_port_refused"
REFUSED = {
    # addresses
    "http://127.0.0.1/": ADDRESS,
    "http://127.255.255.254/": ADDRESS,
    "https://127.0.0.1/": ADDRESS,
    "http://10.0.0.5/": ADDRESS,
    "http://172.31.0.1/": ADDRESS,
    "http://192.168.0.1/": ADDRESS,
    "http://169.254.169.254/latest/meta-data/": ADDRESS,
    "http://169.254.170.2/v2/credentials": ADDRESS,
    "http://100.100.100.200/": ADDRESS,
    "http://168.63.129.16/": ADDRESS,
    "http://192.0.0.192/": ADDRESS,
    "http://0.0.0.0/": ADDRESS,
    "http://255.255.255.255/": ADDRESS,
    "http://224.0.0.1/": ADDRESS,
    "http://198.18.0.1/": ADDRESS,
    # spellings of IPv4
    "http://2130706433/": INVALID,
    "http://0x7f000001/": INVALID,
    "http://0x7F.0x0.0x0.0x1/": INVALID,
    "http://017700000001/": INVALID,
    "http://0177.0.0.1/": INVALID,
    "http://127.1/": INVALID,
    "http://127.0.1/": INVALID,
    "http://0/": INVALID,
    "http://127.0.0.1./": ADDRESS,
    "http://１２７.０.０.１/": ADDRESS,
    "http://127。0。0。1/": ADDRESS,
    "http://①②⑦.0.0.1/": ADDRESS,
    "http://%31%32%37.0.0.1/": INVALID,
    # IPv6
    "http://[::1]/": ADDRESS,
    "http://[0:0:0:0:0:0:0:1]/": ADDRESS,
    "http://[::]/": ADDRESS,
    "http://[::ffff:127.0.0.1]/": ADDRESS,
    "http://[::ffff:7f00:1]/": ADDRESS,
    "http://[::127.0.0.1]/": ADDRESS,
    "http://[::ffff:0:127.0.0.1]/": ADDRESS,
    "http://[64:ff9b::127.0.0.1]/": ADDRESS,
    "http://[64:ff9b::169.254.169.254]/": ADDRESS,
    "http://[64:ff9b:1::127.0.0.1]/": ADDRESS,
    "http://[2002:7f00:1::]/": ADDRESS,
    "http://[2001:0:7f00:1::]/": ADDRESS,
    "http://[fe80::1]/": ADDRESS,
    "http://[fe80::1%25eth0]/": INVALID,
    "http://[fd00:ec2::254]/": ADDRESS,
    "http://[fec0::1]/": ADDRESS,
    "http://[ff02::1]/": ADDRESS,
    "http://[5f00::1]/": ADDRESS,
    "http://[::1/": INVALID,
    # names
    **{f"http://{name}/": ADDRESS for name in NAMES if name.endswith(".internal") or name.startswith("local")},
    "http://LOCALHOST/": ADDRESS,
    "http://localhost./": ADDRESS,
    "http://loca\u00adlhost/": ADDRESS,
    "http://ｌｏｃａｌｈｏｓｔ/": ADDRESS,
    "http://postgres/": ADDRESS,
    "http://nowhere.example/": ADDRESS,
    **{
        f"https://{name}.example/": ADDRESS
        for name in (
            *("loopback", "loopback6", "private", "private172", "private192", "shared", "metadata", "metadata6"),
            *("alibaba", "azure", "oracle", "mapped", "sixtofour", "nat64private", "localnat64", "teredo"),
            *("linklocal", "unique", "site", "multicast", "zero", "broadcast", "srv6", "documentation"),
            *("mixed", "mixed6"),
        )
    },
    # user names, and what is read as one by some
    "http://user@photos.example/": INVALID,
    "http://user:password@photos.example/": INVALID,
    "http://photos.example@127.0.0.1/": INVALID,
    "http://photos.example:80@127.0.0.1/": INVALID,
    "http://127.0.0.1@photos.example/": INVALID,
    "http://photos.example%40127.0.0.1/": INVALID,
    "http://127.0.0.1\\@photos.example/": INVALID,
    "http://photos.example\\@127.0.0.1/": INVALID,
    "http://127.0.0.1#@photos.example/": ADDRESS,
    "http://127.0.0.1?@photos.example/": ADDRESS,
    "http://127.0.0.1;@photos.example/": INVALID,
    # schemes
    "file:///etc/passwd": INVALID,
    "ftp://photos.example/": INVALID,
    "gopher://127.0.0.1:6379/_FLUSHALL": INVALID,
    "dict://127.0.0.1:11211/stats": INVALID,
    "unix:///var/run/docker.sock": INVALID,
    "data:image/jpeg;base64,/9j/": INVALID,
    "jar:http://127.0.0.1!/": INVALID,
    "//127.0.0.1/": INVALID,
    "http:127.0.0.1/": INVALID,
    "http:///127.0.0.1/": INVALID,
    # characters
    " http://photos.example/": INVALID,
    "http://photos.example/ HTTP/1.1\r\nHost: 127.0.0.1": INVALID,
    "http://photos.example/\n": INVALID,
    "http://photos\t.example/": INVALID,
    "http://photos.example\x00.internal/": INVALID,
    "http://127.0.0.1\u2028.photos.example/": INVALID,
    # ports
    "http://photos.example:22/": PORT,
    "http://photos.example:6379/": PORT,
    "https://photos.example:8443/": PORT,
    "http://photos.example:0/": INVALID,
    "http://photos.example:65616/": INVALID,  # 80 more than a port may be
    "http://photos.example:/": INVALID,
    "http://photos.example:80:22/": INVALID,
    # lists
    "https://denied.example/": HOST,
    "https://DENIED.example./": HOST,
    "https://below.denied.example/": HOST,
}
REDIRECTS_REFUSED = {
    "http://127.0.0.1/": ADDRESS,
    "http://localhost/": ADDRESS,
    "//127.0.0.1/": ADDRESS,
    "http://[::1]/": ADDRESS,
    "http://[::ffff:169.254.169.254]/": ADDRESS,
    "http://private.example/": ADDRESS,
    "http://metadata.google.internal/computeMetadata/v1/": ADDRESS,
    "http://mixed.example/": ADDRESS,
    "http://rebound.example/": ADDRESS,
    "http://2130706433/": "fetch_redirect_invalid",
    "http://user@photos.example/": "fetch_redirect_invalid",
    "http:\\\\127.0.0.1/": "fetch_redirect_invalid",
    "file:///etc/passwd": "fetch_redirect_invalid",
    "///127.0.0.1/": "fetch_redirect_invalid",
    "http:127.0.0.1": "fetch_redirect_invalid",
    "gopher://127.0.0.1:6379/_FLUSHALL": "fetch_redirect_invalid",
    "http://photos.example:6379/": PORT,
    "http://denied.example/": HOST,
}


@pytest.fixture(scope="module")
def host() -> Iterator[PhotoHost]:
    with photo_host({"/": lambda visit: visit.answer("200 OK", body=PHOTO)}) as running:
        yield running


def fetch(host: PhotoHost, url: str, **settings: object) -> tuple[bytes | PhotoError, Routes]:
    """Fetch one URL, over a network where the public addresses lead to the host."""
    addresses = (PUBLIC, PUBLIC_V6, NAT64)
    routes = Routes({(address, port): host.port for address in addresses for port in (80, 443, 8080)})
    chosen: dict[str, object] = {"enabled": True, "deny_hosts": ("denied.example", "*.denied.example"), **settings}
    memory = BodyMemory(2**20)

    async def run() -> bytes | PhotoError:
        fetcher = Fetcher(
            FetchSettings(**chosen),  # type: ignore[arg-type]
            max_bytes=2**20,
            memory=memory,
            resolver=Names(NAMES),
            connector=routes,
            tls=NO_TLS,
        )
        async with fetcher.fetch_all([url], SERVER) as (result,):
            return result

    result = asyncio.run(run())
    assert memory.held == 0
    return result, routes


def redirect_to(location: str) -> Callable[[Visit], None]:
    return lambda visit: visit.answer("302 Found", {"Location": location, "Content-Length": "0"})


def test_at_least_sixty_cases_are_refused() -> None:
    assert len(REFUSED) + len(REDIRECTS_REFUSED) >= 60


@pytest.mark.parametrize("url", REFUSED)
def test_a_url_to_where_the_caller_cannot_go_is_refused_without_a_connection(host: PhotoHost, url: str) -> None:
    result, routes = fetch(host, url)
    assert isinstance(result, PhotoError), "it was fetched"
    assert result.code == REFUSED[url]
    assert routes.made == []
    for address in ("10.0.0", "127.0.0", "169.254", "::1", "fd00"):
        assert address not in result.message


@pytest.mark.parametrize("location", REDIRECTS_REFUSED)
def test_a_redirect_to_where_the_caller_cannot_go_is_refused(host: PhotoHost, location: str) -> None:
    host.scripts["/moved"] = redirect_to(location)
    if "rebound" in location:
        host.scripts["/"] = redirect_to("http://rebound.example/")
    try:
        result, routes = fetch(host, "http://photos.example/moved")
    finally:
        host.scripts["/"] = lambda visit: visit.answer("200 OK", body=PHOTO)
    assert isinstance(result, PhotoError), "it was fetched"
    assert result.code == REDIRECTS_REFUSED[location]
    assert {address for address, _ in routes.made} == {PUBLIC}
    for word in ("127.0.0.1", "::1", "169.254", "localhost", "private.", "denied."):
        assert word not in result.message


def test_a_name_that_is_rebound_leads_to_the_address_that_was_judged(host: PhotoHost) -> None:
    """The resolver would answer loopback to a second question, and is not asked one."""
    result, routes = fetch(host, "http://rebound.example/")
    assert result == PHOTO
    assert routes.made == [(PUBLIC, 80)]


def test_a_private_name_and_one_that_does_not_exist_are_answered_alike(host: PhotoHost) -> None:
    (private, _), (missing, _) = fetch(host, "http://private.example/"), fetch(host, "http://nowhere.example/")
    assert isinstance(private, PhotoError)
    assert isinstance(missing, PhotoError)
    assert (private.code, private.message) == (missing.code, missing.message)


@pytest.mark.parametrize(
    "url",
    [
        "http://photos.example/",
        "http://photos.example",
        "http://PHOTOS.example./?size=large#top",
        "http://photos.example:80/",
        "http://bücher.example/",
        "http://both.example/",
        "http://six.example/",
        "http://nat64.example/",
        f"http://{PUBLIC}/",
        f"http://[{PUBLIC_V6}]/",
    ],
)
def test_a_public_host_is_fetched_from(host: PhotoHost, url: str) -> None:
    result, routes = fetch(host, url)
    assert result == PHOTO
    assert len(routes.made) == 1


def test_the_settings_open_a_port_and_a_private_network(host: PhotoHost) -> None:
    assert fetch(host, "http://photos.example:8080/", ports=(8080,))[0] == PHOTO
    refused, _ = fetch(host, "http://photos.example/", ports=(8080,))
    assert isinstance(refused, PhotoError)
    assert refused.code == PORT
    assert fetch(host, "http://photos.example/", allow_hosts=("photos.example",))[0] == PHOTO
    elsewhere, _ = fetch(host, "http://both.example/", allow_hosts=("photos.example",))
    assert isinstance(elsewhere, PhotoError)
    assert elsewhere.code == HOST
