"""Bytes that belong to one request never run as another: the server's protocol against h11, on random connections."""

from __future__ import annotations

import asyncio
import logging
import random
import re
from collections import Counter

import pytest

from tests.serving.cross_cutting.request_streams import random_pieces, random_stream
from tests.serving.cross_cutting.strict_reference import ReadRequest, read_strictly
from tests.serving.servers.in_memory import Conversation, InMemoryServer, RanRequest

REQUESTS = 20_000
FINAL_STATUS = re.compile(rb"HTTP/1\.1 ([2-5]\d\d) ")


@pytest.mark.slow
def test_twenty_thousand_requests_run_as_a_strict_reader_reads_them(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)  # the app fails where it is asked to
    faults, seen = asyncio.run(converse_until(REQUESTS))
    assert faults == []
    assert seen["read by the reference"] >= REQUESTS
    assert seen["run"] > 0.7 * seen["read by the reference"], "too much was refused for the comparison to mean much"
    assert seen["streams refused"] > 1000, "too little was odd"


async def converse_until(requests: int) -> tuple[list[str], Counter[str]]:
    """Play random connections until the reference has read so many requests; gives what went wrong, and counts."""
    server = InMemoryServer()
    faults: list[str] = []
    seen: Counter[str] = Counter()
    seed = 0
    while seen["read by the reference"] < requests:
        rng = random.Random(seed)
        stream = random_stream(rng)
        pieces = random_pieces(rng, stream.data)
        expected = read_strictly(stream.data)
        conversation = await server.converse(pieces)
        found = fault_in(conversation, expected, plain=stream.plain)
        if found:
            faults.append(f"seed {seed}: {found}: {pieces}")
        seen["read by the reference"] += len(expected)
        seen["run"] += len(conversation.ran)
        seen["streams refused"] += b"HTTP/1.1 400" in conversation.answers or b"HTTP/1.1 501" in conversation.answers
        seed += 1
    return faults, seen


def fault_in(conversation: Conversation, expected: list[ReadRequest], *, plain: bool) -> str | None:
    """What is wrong with the requests that ran, or with the order of their answers; None where nothing is."""
    ran = conversation.ran
    if len(ran) > len(expected):
        return f"{ran[len(expected)]} ran, and the reference reads no such request"
    for request, other in zip(ran, expected, strict=False):
        if (request.method, request.path, request.query) != (other.method, other.path, other.query):
            return f"{request} ran where the reference reads {other}"
        if request.body != other.body[: len(request.body)] or (request.whole and request.body != other.body):
            return f"{request} ran with another body than that of {other}"
        if request.whole and not other.whole:
            return f"{request} ran to its end, and the reference reads none"
    if plain and len(ran) < len(expected) and not (conversation.closed and in_chunks(ran)):
        return f"{len(ran)} of {len(expected)} requests ran"
    statuses = FINAL_STATUS.findall(conversation.answers)
    if any(status not in (b"200", b"500") for status in statuses[:-1]):
        return f"answers are {statuses}, and only the last one may be a refusal"
    return None


def in_chunks(ran: list[RanRequest]) -> bool:
    """Whether the last request came in chunks: what arrives together with their end may be left to be sent again."""
    return bool(ran) and b"transfer-encoding" in dict(ran[-1].headers)


def test_the_comparison_finds_a_buried_request_and_a_lost_body() -> None:
    read = [ReadRequest(method="POST", path=b"/a", query=b"", body=b"GET /b", whole=True)]
    honest = RanRequest(method="POST", path=b"/a", query=b"", headers=[], body=b"GET /b", whole=True)
    buried = RanRequest(method="GET", path=b"/b", query=b"", headers=[])
    lost = RanRequest(method="POST", path=b"/a", query=b"", headers=[], whole=True)
    refused_first = b"HTTP/1.1 400 Bad Request\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"
    assert fault_in(Conversation(ran=[honest]), read, plain=True) is None
    assert fault_in(Conversation(ran=[honest, buried]), read, plain=False)
    assert fault_in(Conversation(ran=[lost]), read, plain=False)
    assert fault_in(Conversation(), read, plain=True)
    assert fault_in(Conversation(ran=[honest], answers=refused_first), read, plain=False)
