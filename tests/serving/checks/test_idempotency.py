from __future__ import annotations

import concurrent.futures
from collections.abc import Callable

import httpx
import pytest

from serving.checks.idempotency import hash_key, make_claim, make_review_claim
from serving.checks.request import CheckRequest
from serving.schemas.checks import ReviewSent
from tests.serving.builders.sample_photos import BLUE, RED, jpeg
from tests.serving.servers.occupied import until
from tests.serving.servers.postgresql import PostgresqlServer
from tests.serving.servers.running import Running


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


def count(server: Running) -> int:
    return len(server.http.get("/v1/checks", params={"limit": "200"}).json()["checks"])


def test_a_retry_is_given_the_first_answer_and_makes_no_second_check(start: Callable[..., Running]) -> None:
    server = start()
    first = server.check(jpeg(seed=1), listing={"listing_id": "a"}, headers=key("k"))
    again = server.check(jpeg(seed=1), listing={"listing_id": "a"}, headers=key("k"))
    assert again.text == first.text
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert count(server) == 1


def test_a_retry_after_a_restart_is_given_the_first_answer(start: Callable[..., Running]) -> None:
    server = start()
    first = server.check(jpeg(seed=1), headers=key("k"))
    server.stop()
    again = start().check(jpeg(seed=1), headers=key("k"))
    assert again.text == first.text


@pytest.mark.parametrize("change", ["photo", "order", "listing"])
def test_a_key_with_other_content_is_refused(server: Running, change: str) -> None:
    photos = [jpeg(RED, seed=2), jpeg(RED, seed=3)]
    assert server.check(*photos, headers=key(change)).status_code == 200
    listing = {"listing_id": "other"} if change == "listing" else None
    sent = {"photo": [photos[0], jpeg(BLUE)], "order": photos[::-1], "listing": photos}[change]
    response = server.check(*sent, listing=listing, headers=key(change))
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")


def test_of_two_requests_at_once_with_one_key_only_one_makes_a_check(start: Callable[..., Running]) -> None:
    server = start()
    photos = [jpeg(seed=seed, size=(1600, 1200)) for seed in range(6)]

    def send(_: int) -> httpx.Response:
        return server.check(*photos, headers=key("same"))

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        responses = list(pool.map(send, range(4)))
    statuses = sorted(response.status_code for response in responses)
    assert set(statuses) <= {200, 409}
    assert statuses.count(200) >= 1
    assert {r.json()["code"] for r in responses if r.status_code == 409} <= {"idempotency_in_progress"}
    assert len({response.text for response in responses if response.status_code == 200}) == 1
    assert count(server) == 1


def test_of_requests_at_once_with_one_key_to_two_servers_one_makes_a_check(
    start: Callable[..., Running], postgresql: PostgresqlServer
) -> None:
    photos = [jpeg(seed=seed, size=(1600, 1200)) for seed in range(3)]
    with postgresql.store() as database:
        servers = [start(database=database, threads=1) for _ in range(2)]
        for number in range(4):

            def send(server: Running, number: int = number) -> httpx.Response:
                return server.check(*photos, headers=key(str(number)))

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                responses = list(pool.map(send, servers * 2))
            assert {response.status_code for response in responses} <= {200, 409}
            assert {r.json()["code"] for r in responses if r.status_code == 409} <= {"idempotency_in_progress"}
            assert {r.text for r in responses if r.status_code == 200} == {send(server).text for server in servers}
            assert count(servers[0]) == count(servers[1]) == number + 1
        for number in range(4, 7):

            def send_either(server: Running, later: bool, number: int = number) -> httpx.Response:
                headers = key(str(number)) | ({"Prefer": "respond-async"} if later else {})
                return server.check(*photos, headers=headers)

            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                responses = list(pool.map(send_either, servers * 2, (False, False, True, True)))
            assert {response.status_code for response in responses} <= {200, 202, 409}
            assert {r.json()["code"] for r in responses if r.status_code == 409} <= {"idempotency_in_progress"}
            until(lambda: {send_either(server, later=False).status_code for server in servers} == {200})
            assert send_either(servers[0], later=False).text == send_either(servers[1], later=False).text
            assert count(servers[0]) == count(servers[1]) == number + 1
        assert [server.check(b"no photo", headers=key("free")).status_code for server in servers] == [422, 422]
        assert [server.check(jpeg(), headers=key("free")).status_code for server in servers] == [200, 200]
        for server in servers:
            server.stop()


def test_a_refused_check_leaves_its_key_free(server: Running) -> None:
    assert server.check(b"no photo", headers=key("free")).status_code == 422
    assert server.check(jpeg(), headers=key("free")).status_code == 200


def test_a_deleted_check_is_not_answered_again(server: Running) -> None:
    first = server.check(jpeg(seed=4), headers=key("erased")).json()["check_id"]
    server.http.delete(f"/v1/checks/{first}")
    assert server.check(jpeg(seed=4), headers=key("erased")).json()["check_id"] != first


@pytest.mark.parametrize("bad", ["", "x" * 201])
def test_a_key_that_cannot_be_used_is_refused(server: Running, bad: str) -> None:
    response = server.check(jpeg(), headers=key(bad))
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_invalid")


def test_two_callers_may_use_the_same_key() -> None:
    request = CheckRequest(photos=(b"a",))
    one, again, two = (make_claim("k", caller, request, ["hash of a"]) for caller in ("one", "one", "two"))
    assert one.key_sha256 != two.key_sha256
    assert one == again


def test_other_photos_or_another_listing_are_other_content() -> None:
    first = make_claim("k", "one", CheckRequest(photos=(b"a",)), ["hash of a"])
    other_photo = make_claim("k", "one", CheckRequest(photos=(b"b",)), ["hash of b"])
    other_listing = make_claim("k", "one", CheckRequest(photos=(b"a",), listing_id="x"), ["hash of a"])
    assert len({first.fingerprint, other_photo.fingerprint, other_listing.fingerprint}) == 3
    assert len({first.key_sha256, other_photo.key_sha256, other_listing.key_sha256}) == 1


def test_another_check_decision_or_note_is_other_content() -> None:
    sent = ReviewSent(decision="genuine", note="n")
    claims = [
        make_review_claim("k", "one", "check", sent),
        make_review_claim("k", "one", "other check", sent),
        make_review_claim("k", "one", "check", ReviewSent(decision="counterfeit", note="n")),
        make_review_claim("k", "one", "check", ReviewSent(decision="genuine")),
    ]
    assert len({claim.fingerprint for claim in claims}) == 4
    assert {claim.key_sha256 for claim in claims} == {hash_key("k", "one")}
    assert hash_key("k", "one") != hash_key("k", "two")
