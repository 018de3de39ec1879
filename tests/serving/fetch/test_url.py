from __future__ import annotations

import random
import re
import urllib.parse
from collections.abc import Iterator

import httpx
import pytest

from serving.fetch.errors import FetchRedirectInvalid, FetchUrlInvalid
from serving.fetch.url import HttpUrl, follow_redirect, parse_url

READ = {
    "http://photos.example/a.jpg": ("http", "photos.example", 80, "/a.jpg"),
    "HTTPS://Photos.Example/A.jpg": ("https", "photos.example", 443, "/A.jpg"),
    "https://photos.example": ("https", "photos.example", 443, "/"),
    "https://photos.example?id=1": ("https", "photos.example", 443, "/?id=1"),
    "https://photos.example/a#part": ("https", "photos.example", 443, "/a"),
    "https://photos.example:8443/a": ("https", "photos.example", 8443, "/a"),
    "https://photos.example./a": ("https", "photos.example", 443, "/a"),
    "https://my_bucket.s3.example/a": ("https", "my_bucket.s3.example", 443, "/a"),
    "https://a.example/p%20q?s=1&t=a%2Fb": ("https", "a.example", 443, "/p%20q?s=1&t=a%2Fb"),
    "https://a.example/ü?q=ß": ("https", "a.example", 443, "/%C3%BC?q=%C3%9F"),
    'https://a.example/{a}|"b"': ("https", "a.example", 443, "/%7Ba%7D%7C%22b%22"),
    "https://bücher.example/a": ("https", "xn--bcher-kva.example", 443, "/a"),
    "https://faß.example/a": ("https", "xn--fa-hia.example", 443, "/a"),
    "http://8.8.8.8/a": ("http", "8.8.8.8", 80, "/a"),
    "http://[2606:4700:0:0::1111]/a": ("http", "2606:4700::1111", 80, "/a"),
    "http://[::FFFF:127.0.0.1]/": ("http", "::ffff:7f00:1", 80, "/"),
    "http://１２７.0.0.1/": ("http", "127.0.0.1", 80, "/"),
    "http://127。0。0。1/": ("http", "127.0.0.1", 80, "/"),
    "http://①27.0.0.1/": ("http", "127.0.0.1", 80, "/"),
    "http://loca\u00adlhost/": ("http", "localhost", 80, "/"),
    "http://ＬＯＣＡＬＨＯＳＴ/": ("http", "localhost", 80, "/"),
    "http://a.example//b/../c": ("http", "a.example", 80, "//b/../c"),
}
INVALID = [
    "",
    "photos.example/a.jpg",
    "//photos.example/a.jpg",
    "/a.jpg",
    "ftp://photos.example/a",
    "file:///etc/passwd",
    "gopher://photos.example/",
    "data:image/jpeg;base64,AAAA",
    "javascript:alert(1)",
    "http:/photos.example/",
    "http:photos.example/",
    "http:///a.jpg",
    "http://",
    "http://?a",
    "http://:80/",
    "http://./",
    "http://../",
    "http://a..example/",
    "http://.example/",
    "http://a.example../",
    "http://user@photos.example/",
    "http://user:password@photos.example/",
    "http://@photos.example/",
    "http://photos.example@127.0.0.1/",
    "http://127.0.0.1\\@photos.example/",
    "http://photos.example\\.internal/",
    "http://photos.example:/",
    "http://photos.example:0/",
    "http://photos.example:65536/",
    "http://photos.example:999999/",
    "http://photos.example:80:80/",
    "http://photos.example:-1/",
    "http://photos.example:8O/",
    "http://photos.example:٨٠/",
    "http://photos.example :80/",
    " http://photos.example/",
    "http://photos.example/ ",
    "http://photos.example/a b",
    "http://photos.example/a\r\nHost: localhost",
    "http://photos.example/a\n",
    "http://photos.example/a\tb",
    "http://photos.example/a\x00",
    "http://photos\u2028.example/",
    "http://photos.example\u3000/",
    "http://photos.example/\ud800",
    "ht\ntp://photos.example/",
    "http://localhost%2f/",
    "http://127.0.0.1%2f.photos.example/",
    "http://%31%32%37.0.0.1/",
    "http://127.1/",
    "http://127.0.1/",
    "http://127/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.0.0.01/",
    "http://127.0.0.1.1/",
    "http://127.0.0.256/",
    "http://0x/",
    "http://0/",
    "http://photos.example.0x7f/",
    "http://photos.1/",
    "http://[::1/",
    "http://::1/",
    "http://[::1]]/",
    "http://[]/",
    "http://[127.0.0.1]/",
    "http://[::1%25lo]/",
    "http://[fe80::1%lo]/",
    "http://[v1.fe80::1]/",
    "http://[::1].photos.example/",
    "http://a.example[::1]/",
    "http://-photos.example/",
    "http://photos-.example/",
    "http://pho*tos.example/",
    "http://photos.example,127.0.0.1/",
    "http://photos.example;127.0.0.1/",
    "http://xn--\u00fc.example/",
    f"http://{'a' * 64}.example/",
    f"http://{'a.' * 127}example/",
    f"http://photos.example/{'a' * 4096}",
]


@pytest.mark.parametrize("text", READ)
def test_a_url_is_read_as_it_is_fetched(text: str) -> None:
    scheme, host, port, target = READ[text]
    url = parse_url(text)
    assert (url.scheme, url.host, url.port, url.target) == (scheme, host, port, target)


@pytest.mark.parametrize("text", INVALID)
def test_what_can_be_read_in_two_ways_or_in_none_is_refused(text: str) -> None:
    with pytest.raises(FetchUrlInvalid) as caught:
        parse_url(text)
    assert "127.0.0.1" not in caught.value.message


def test_the_host_header_has_the_port_where_it_is_not_the_schemes() -> None:
    assert parse_url("https://a.example:443/").host_header == "a.example"
    assert parse_url("https://a.example:80/").host_header == "a.example:80"
    assert parse_url("http://[2606:4700::1]:8080/").host_header == "[2606:4700::1]:8080"


@pytest.mark.parametrize("text", [text for text in READ if "#" not in text])
def test_a_url_read_again_is_the_same(text: str) -> None:
    url = parse_url(text)
    assert parse_url(str(url)) == url


FROM = parse_url("https://a.example/photos/1?size=2")


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        (b"https://b.example/x", "https://b.example/x"),
        (b"//b.example/x", "https://b.example/x"),
        (b"/x", "https://a.example/x"),
        (b"2.jpg", "https://a.example/photos/2.jpg"),
        (b"../2.jpg", "https://a.example/2.jpg"),
        (b"?size=3", "https://a.example/photos/1?size=3"),
        ("/ü".encode(), "https://a.example/%C3%BC"),
        (b"https://[::1]/", "https://[::1]/"),  # its address is judged when it is connected to
    ],
)
def test_a_redirect_leads_where_rfc_3986_says(location: bytes, expected: str) -> None:
    assert str(follow_redirect(FROM, location)) == expected


@pytest.mark.parametrize(
    "location",
    [
        b"",
        b"\xff",
        b"http://a.example/",
        b"//b.example\\@127.0.0.1/",
        b"/a b",
        b"/a\tb",
        b"https://[::1/",
        b"//[::1/",
        b"https://user@b.example/",
        b"https://2130706433/",
        b"ftp://b.example/",
        b"file:///etc/passwd",
        b"https:///b.example/",
        b"https:b.example",
        b":80/",
        b"a:b",
        b"///b.example/",
    ],
)
def test_a_redirect_to_elsewhere_is_refused(location: bytes) -> None:
    with pytest.raises(FetchRedirectInvalid) as caught:
        follow_redirect(FROM, location)
    assert "b.example" not in caught.value.message, "the caller did not send this host"


def test_a_redirect_from_http_may_lead_to_https() -> None:
    url: HttpUrl = parse_url("http://a.example/")
    assert follow_redirect(url, b"https://a.example/").scheme == "https"


# What has fooled parsers, in pieces to be put together at random.
PIECES = [
    *["http://", "https://", "http:", "//", "/", "\\", "@", ":", "#", "?", "%", ";", ",", "&", "=", "..", "."],
    *["[", "]", "a.example", "127.0.0.1", "::1", "80", "443", "user", "0x7f", "1", "xn--bcher-kva", "%2e", "%40"],
    *["\t", "\n", " "],
]


def random_texts(count: int) -> Iterator[str]:
    draw = random.Random(12)
    for _ in range(count):
        yield "".join(draw.choices(PIECES, k=draw.randint(1, 5)))


def test_other_programs_read_the_same_host_in_whatever_is_accepted() -> None:
    accepted = 0
    for text in random_texts(20_000):
        try:
            url = parse_url(f"http://{text}")
        except FetchUrlInvalid:
            continue
        accepted += 1
        standard, modern = urllib.parse.urlsplit(f"http://{text}"), httpx.URL(f"http://{text}")
        assert url.host == (standard.hostname or "").removesuffix("."), text
        assert url.host == modern.raw_host.decode().strip("[]").removesuffix("."), text
        assert url.port == (standard.port or 80) == (modern.port or 80), text
        assert not standard.username, text
    assert accepted > 500, "too few to say anything"


def test_other_programs_follow_a_redirect_to_the_same_host() -> None:
    accepted = 0
    for text in random_texts(8_000):
        try:
            url = follow_redirect(FROM, text.encode())
        except FetchRedirectInvalid:
            continue
        accepted += 1
        modern = httpx.URL(str(FROM)).join(text)
        assert url.host == modern.raw_host.decode().strip("[]").removesuffix("."), text
        assert (url.scheme, url.port) == (modern.scheme, modern.port or 443), text
    assert accepted > 200, "too few to say anything"


def test_any_characters_make_a_url_or_are_refused() -> None:
    draw = random.Random(12)
    ranges = ((0, 0x2FF), (0x300, 0xFFFF), (0x10000, 0x10FFFF))
    for _ in range(20_000):
        host = "".join(chr(draw.randint(*draw.choice(ranges))) for _ in range(draw.randint(1, 6)))
        try:
            url = parse_url(f"http://{host}.example/{host}")
        except FetchUrlInvalid:
            continue
        assert re.fullmatch(r"[a-z0-9_.-]+|[0-9a-f:.]+", url.host), url.host
        assert re.fullmatch(r"/[!-~]*", url.target), url.target
