from __future__ import annotations

import asyncio
import datetime
import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from asn1crypto import tsp

from serving.errors import EvidenceFileInvalid, TimeStampUnavailable
from serving.evidence.signing.time_stamps import HttpTimeStamper, read_time_stamp, stamp_sha256
from tests.serving.evidence.evidence_keys import STAMPER_NAME, local_stamper, stamper_certificate

DIGEST = hashlib.sha256(b"an archive").digest()


class Authority(BaseHTTPRequestHandler):
    """A time-stamp authority over HTTP, on loopback."""

    answer = "stamp"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        assert self.headers["content-type"] == "application/timestamp-query"
        answers = {"stamp": self._stamp, "rubbish": lambda _: b"rubbish", "large": lambda _: bytes(100_000)}
        sent = answers[type(self).answer](body)  # type: ignore[no-untyped-call]
        self.send_response(200)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def _stamp(self, body: bytes) -> bytes:
        made = local_stamper().async_request_tsa_response(tsp.TimeStampReq.load(body))
        stamped: bytes = asyncio.run(made).dump()
        return stamped

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Authority)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    Authority.answer = "stamp"
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_stamp_that_an_authority_gave_over_http_is_of_its_digest_alone(url: str) -> None:
    token = stamp_sha256(HttpTimeStamper(url, 10), DIGEST)
    stamped = read_time_stamp(token, DIGEST, [])
    assert STAMPER_NAME in stamped.authority
    assert not stamped.trusted
    assert abs(stamped.at - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=5)
    assert read_time_stamp(token, DIGEST, [stamper_certificate()]).trusted
    with pytest.raises(EvidenceFileInvalid, match="it is of other bytes"):
        read_time_stamp(token, hashlib.sha256(b"another").digest(), [])


@pytest.mark.parametrize(("answer", "why"), [("rubbish", "gave no time stamp"), ("large", "more than 65536 bytes")])
def test_an_authority_that_answers_something_else_is_unavailable(url: str, answer: str, why: str) -> None:
    Authority.answer = answer
    with pytest.raises(TimeStampUnavailable, match=why):
        stamp_sha256(HttpTimeStamper(url, 10), DIGEST)


def test_an_authority_out_of_reach_is_unavailable() -> None:
    with pytest.raises(TimeStampUnavailable, match=r"evidence\.time_stamp_url"):
        stamp_sha256(HttpTimeStamper("http://127.0.0.1:9/", 5), DIGEST)


def test_what_is_no_token_is_refused() -> None:
    with pytest.raises(EvidenceFileInvalid, match="cannot be read"):
        read_time_stamp(b"rubbish", DIGEST, [])
