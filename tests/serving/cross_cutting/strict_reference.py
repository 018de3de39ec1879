"""What h11, which follows RFC 9112 closely, reads from the bytes of one connection."""

from __future__ import annotations

from dataclasses import dataclass

import h11

MAX_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """A request as h11 reads it; `whole` where its body came to its end."""

    method: str
    path: bytes
    query: bytes
    body: bytes
    whole: bool


def read_strictly(data: bytes) -> list[ReadRequest]:
    """Every request of a connection up to where h11 refuses, the bytes end, or the connection has to be closed.

    Empty lines before a request are skipped, as RFC 9112, 2.2 asks of servers, and h11 does not.
    """
    found: list[ReadRequest] = []
    while True:
        while data.startswith(b"\r\n"):
            data = data[2:]
        request, data = _read_one(data)
        if request is not None:
            found.append(request)
        if not data:
            return found


def _read_one(data: bytes) -> tuple[ReadRequest | None, bytes]:
    """The next request, None where there is none, and the bytes behind it where another one may follow."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
    connection.receive_data(data)
    head: h11.Request | None = None
    body = bytearray()
    whole = False
    while not whole:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            break
        if isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
        elif isinstance(event, h11.EndOfMessage):
            whole = True
        else:
            break
    if head is None:
        return None, b""
    if whole:  # until it is answered, h11 allows for another protocol behind Upgrade or CONNECT
        connection.send(h11.Response(status_code=404, headers=[(b"content-length", b"0")]))
    path, query = split_target(bytes(head.target))
    request = ReadRequest(method=head.method.decode(), path=path, query=query, body=bytes(body), whole=whole)
    goes_on = whole and connection.their_state is h11.DONE
    return request, connection.trailing_data[0] if goes_on else b""


def split_target(target: bytes) -> tuple[bytes, bytes]:
    """The path and the query of a request's target, which may be a whole URL."""
    if target.startswith((b"http://", b"https://")):
        _, _, rest = target.partition(b"://")
        _, slash, path = rest.partition(b"/")
        target = slash + path
    path, _, query = target.partition(b"?")
    return path, query
