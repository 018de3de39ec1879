from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from serving.fetch.addresses import AddressRules, parse_network
from serving.fetch.hosts import HostRules
from serving.fetch.network import CheckedBackend
from serving.store.webhooks.delivery_rows import AttemptMade, Target
from serving.webhook_signature import new_secret, new_signing_key, public_key_of, verify
from serving.webhooks.sender import MAX_ANSWER_LENGTH, Sender
from tests.serving.servers.loopback_only import loopback_only
from tests.serving.servers.photo_host import Visit
from tests.serving.servers.receiver import Receiver, receiver, self_signed

KEYS = (new_secret(), new_signing_key())
BODY = b'{"id":"evt_1"}'
LOOPBACK = AddressRules(allow=[parse_network("127.0.0.0/8")])


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    with loopback_only():
        yield


@pytest.fixture(scope="module")
def host() -> Iterator[Receiver]:
    scripts = {
        "/words": lambda visit: visit.answer("500 No", {"Content-Length": "3000"}, b"a\x1b[2J" + b"w" * 2996),
        "/tomorrow": lambda visit: visit.answer(
            "503 No", {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT", "Content-Length": "0"}
        ),
        "/no-date": lambda visit: visit.answer(
            "503 No", {"Retry-After": f"Fri, 31 Dec 1999 23:59:59 +{'9' * 20}", "Content-Length": "0"}
        ),
        "/slow-body": _answer_and_wait,
    }
    with receiver(scripts) as running:
        yield running


def _answer_and_wait(visit: Visit) -> None:
    visit.answer("200 OK", {"Content-Length": "10"}, b"begun")
    visit.hang()


def _greet_in_plain_text(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"220 mail.example ready\r\n")
        connection.recv(4096)


def send(
    url: str,
    *,
    rules: AddressRules = LOOPBACK,
    ports: tuple[int, ...] = (),
    allow_http: bool = True,
    timeout_s: float = 10,
    tls: ssl.SSLContext | None = None,
    of_operator: bool = True,
) -> AttemptMade:
    async def work() -> AttemptMade:
        hosts = HostRules(allow=(), deny=(), ports=ports or (int(url.split(":")[2].partition("/")[0]),))
        sender = Sender(
            CheckedBackend(rules),
            member_backend=CheckedBackend(rules.without_exceptions()),
            hosts=hosts,
            allow_http=allow_http,
            timeout_s=timeout_s,
            tls=tls,
        )
        target = Target(url=url, of_operator=of_operator, keys=KEYS, one_at_a_time=False)
        try:
            return await sender.send(target, "evt_1", BODY)
        finally:
            await sender.close()

    return asyncio.run(work())


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/200", "delivered", 200),
        ("/204", "delivered", 204),
        ("/large", "delivered_answer_cut", 200),
        ("/301", "redirected", 301),
        ("/404", "rejected", 404),
        ("/410", "gone", 410),
        ("/429", "throttled", 429),
        ("/500", "server_error", 500),
        ("/503", "unavailable", 503),
        ("/close", "fetch_connection_lost", None),
        ("/garbage", "fetch_response_invalid", None),
    ],
)
def test_each_answer_has_its_own_code(host: Receiver, path: str, code: str, status: int | None) -> None:
    made = send(host.url(path))
    assert (made.code, made.status) == (code, status)
    assert made.delivered == code.startswith("delivered")
    assert made.gone == (code == "gone")
    assert len(made.answer) <= MAX_ANSWER_LENGTH


def test_a_member_reaches_no_network_that_is_opened_to_the_operator(host: Receiver) -> None:
    before = len(host.received)
    assert send(host.url("/200"), of_operator=True).code == "delivered"
    assert send(host.url("/200"), of_operator=False).code == "fetch_address_refused"
    assert len(host.received) == before + 1


def test_an_endpoint_that_hangs_is_left_at_the_time_limit(host: Receiver) -> None:
    start = time.monotonic()
    made = send(host.url("/hang"), timeout_s=0.3)
    assert (made.code, made.status, made.delivered) == ("fetch_timed_out", None, False)
    assert made.duration_ms >= 300
    assert time.monotonic() - start < 10


def test_a_status_counts_though_the_body_never_ends(host: Receiver) -> None:
    made = send(host.url("/slow-body"), timeout_s=30)
    assert (made.code, made.answer) == ("delivered_answer_cut", "begun")


def test_what_is_sent_is_signed_by_every_key_and_carries_the_id_and_the_time_of_the_attempt(host: Receiver) -> None:
    send(host.url("/200"))
    sent = host.at("/200")[-1]
    assert sent.body == BODY
    assert (sent.headers["webhook-id"], sent.headers["content-type"]) == ("evt_1", "application/json")
    assert abs(int(sent.headers["webhook-timestamp"]) - time.time()) < 30
    for key in (KEYS[0], public_key_of(KEYS[1])):
        verify([key], sent.headers, sent.body)


@pytest.mark.parametrize(("path", "seconds"), [("/later", 120.0), ("/429", None), ("/500", None), ("/no-date", None)])
def test_retry_after_is_read_where_it_counts(host: Receiver, path: str, seconds: float | None) -> None:
    assert send(host.url(path)).retry_after_s == seconds


def test_retry_after_may_be_a_date(host: Receiver) -> None:
    assert (send(host.url("/tomorrow")).retry_after_s or 0) > 365 * 86400


def test_an_answer_is_kept_in_part_and_without_control_characters(host: Receiver) -> None:
    made = send(host.url("/words"))
    assert made.answer == ("a [2J" + "w" * 3000)[:MAX_ANSWER_LENGTH]


def test_a_certificate_of_no_known_authority_fails_and_a_known_one_does_not(tmp_path: Path) -> None:
    with receiver(tls=self_signed(tmp_path)) as host:
        made = send(host.url("/200"))
        assert (made.code, made.status) == ("fetch_tls_failed", None)
        known = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
        assert send(host.url("/200"), tls=known).code == "delivered"


def test_a_port_that_speaks_no_tls_and_one_that_nobody_listens_on_have_codes_of_their_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=_greet_in_plain_text, args=(listener,))
        thread.start()
        assert send(f"https://127.0.0.1:{port}/200").code == "fetch_tls_failed"
        thread.join()
    assert send(f"http://127.0.0.1:{port}/200").code == "fetch_connect_failed"


def test_nothing_is_sent_where_the_rules_of_fetching_forbid_it(host: Receiver) -> None:
    before = len(host.received)
    url = host.url("/200")
    assert send(url, rules=AddressRules()).code == "fetch_address_refused"
    assert send(f"http://localhost:{host.port}/200", rules=AddressRules()).code == "fetch_address_refused"
    assert send(url, ports=(443,)).code == "fetch_port_refused"
    assert send(url, allow_http=False).code == "fetch_url_invalid"
    assert send(f"http://user@127.0.0.1:{host.port}/").code == "fetch_url_invalid"
    assert len(host.received) == before
