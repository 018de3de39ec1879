"""Reads the URL of a caller or of a redirect, so strictly that no two programs can read two hosts in it.

Where RFC 3986 and the WHATWG's URL standard differ (backslashes, spellings of IPv4, control characters, `%` in a host),
the URL is refused instead of guessed at.
"""

from __future__ import annotations

import ipaddress
import re
import urllib.parse
from dataclasses import dataclass
from typing import Final, Literal

import idna

from serving.fetch.errors import FetchRedirectInvalid, FetchUrlInvalid

MAX_URL_LENGTH: Final = 4096
MAX_HOST_LENGTH: Final = 253  # RFC 1035, without the final dot
_DEFAULT_PORTS: Final[dict[str, int]] = {"http": 80, "https": 443}
_FORBIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ud800-\udfff]")
_URL: Final = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<target>[^#]*)(?:#.*)?", re.IGNORECASE)
# What is no relative reference: a colon in the first segment, and `///b`, a path to urljoin and a host to browsers.
_ABSOLUTE: Final = re.compile(r"[^/?#]*:|///")
_AUTHORITY: Final = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\[\]:@%]+)(?::(?P<port>[0-9]{1,5}))?")
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")  # how the last part of an IPv4 address may be written
_KEPT_AS_SENT: Final = "%/:?@!$&'()*+,;=-._~[]"  # all else is percent-encoded, as browsers do it


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpUrl:
    """A URL as it is fetched: a lower-case ASCII `host` (an IPv6 address without brackets), and path and query."""

    scheme: Literal["http", "https"]
    host: str
    port: int
    target: str

    @property
    def host_header(self) -> str:
        """The host as the `Host` header has it: with the port where it isn't the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.target}"


def parse_url(text: str) -> HttpUrl:
    """Read an http or https URL; raises FetchUrlInvalid with what to change."""
    if len(text) > MAX_URL_LENGTH:
        raise FetchUrlInvalid(f"the URL has {len(text)} characters, and at most {MAX_URL_LENGTH} are read")
    if _FORBIDDEN.search(text):
        raise FetchUrlInvalid("the URL contains a space, a control character or a backslash: percent-encode it")
    url = _URL.fullmatch(text)
    if url is None:
        raise FetchUrlInvalid("the URL does not begin with http:// or https://")
    if "@" in url["authority"]:
        raise FetchUrlInvalid("the URL contains a user name or a password (before an @): send it without")
    authority = _AUTHORITY.fullmatch(url["authority"])
    if authority is None:
        raise FetchUrlInvalid("the URL has no host such as photos.example.com, with or without a port")
    scheme: Literal["http", "https"] = "https" if url["scheme"].lower() == "https" else "http"
    port = _DEFAULT_PORTS[scheme] if authority["port"] is None else int(authority["port"])
    if not 1 <= port <= 65535:
        raise FetchUrlInvalid(f"the URL's port is {port}, and ports are 1 to 65535")
    target = urllib.parse.quote(url["target"], safe=_KEPT_AS_SENT)
    if not target.startswith("/"):
        target = f"/{target}"  # nothing, or a query alone
    return HttpUrl(scheme=scheme, host=parse_host(authority["host"]), port=port, target=target)


def parse_host(text: str) -> str:
    """Give a host as it is compared and connected to: lower case, IDNA, no final dot; raises FetchUrlInvalid.

    An IPv4 address has four decimal numbers. Other spellings (127.1, 0x7f000001, 0177.0.0.1) are refused: programs
    differ in what they read in them.
    """
    if text.startswith("["):
        try:
            return str(ipaddress.IPv6Address(text[1:-1]))
        except ValueError as error:
            raise FetchUrlInvalid("what stands in brackets as the URL's host is no IPv6 address") from error
    host = _to_ascii(text).removesuffix(".")
    labels = host.split(".")
    if len(host) > MAX_HOST_LENGTH or not all(_LABEL.fullmatch(label) for label in labels):
        raise FetchUrlInvalid("the URL's host is no host name: it has an empty or overlong part, or other characters")
    if _NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError as error:
            raise FetchUrlInvalid(
                "the URL's host ends in a number and is no IPv4 address of four decimal numbers, such as 198.51.100.7"
            ) from error
    return host


def follow_redirect(url: HttpUrl, location: bytes) -> HttpUrl:
    """Give where a redirect leads; raises FetchRedirectInvalid.

    From https it may not lead to http: there anyone on the way could put another photo in its place.
    """
    try:
        text = location.decode("utf-8")
        if not text or _FORBIDDEN.search(text):  # urljoin would take control characters out without a word
            raise FetchRedirectInvalid("the host redirects to what is no URL")
        target = parse_url(text if _ABSOLUTE.match(text) else urllib.parse.urljoin(str(url), text))
    except FetchUrlInvalid as error:
        raise FetchRedirectInvalid(f"the host redirects, and what it redirects to is refused: {error}") from error
    except ValueError as error:
        raise FetchRedirectInvalid("the host redirects to what is no URL") from error
    if url.scheme == "https" and target.scheme == "http":
        raise FetchRedirectInvalid("the host redirects from https to http, which is not followed")
    return target


def _to_ascii(host: str) -> str:
    if host.isascii():
        return host.lower()
    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise FetchUrlInvalid("the URL's host is no valid international host name (IDNA 2008)") from error
