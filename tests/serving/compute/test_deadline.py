from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from serving.compute.deadline import CallerLeft, Deadline
from serving.errors import DeadlineExceeded
from tests.serving.builders.sample_photos import jpeg
from tests.serving.servers.occupied import occupied, until
from tests.serving.servers.raw_http import check_head, connect, multipart, read_answer
from tests.serving.servers.running import Running


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The photos that took a compute thread, by their index."""
    from vision.detector import Detector

    seen: list[int] = []
    judge_photo = Detector.judge_photo

    def noting(self: Detector, data: bytes, index: int, *, with_hash: bool = False):  # type: ignore[no-untyped-def]
        seen.append(index)
        return judge_photo(self, data, index, with_hash=with_hash)

    monkeypatch.setattr(Detector, "judge_photo", noting)
    return seen


def test_a_block_that_lasts_beyond_the_deadline_is_cancelled() -> None:
    async def work() -> None:
        deadline = Deadline(0.02)
        assert 0 < deadline.remaining_s <= 0.02
        with pytest.raises(DeadlineExceeded, match=r"the 0\.02 s of Request-Timeout passed"):
            async with deadline.enforced():
                await asyncio.Event().wait()

    asyncio.run(work())


@pytest.mark.parametrize("timeout_s", [None, 60.0])
@pytest.mark.parametrize("leaves", ["before", "meanwhile"])
def test_a_block_ends_when_the_caller_leaves(timeout_s: float | None, leaves: str) -> None:
    async def work() -> None:
        deadline = Deadline(timeout_s)
        if leaves == "before":
            deadline.set_caller_left()
        else:
            asyncio.get_running_loop().call_later(0.02, deadline.set_caller_left)
        with pytest.raises(CallerLeft):
            async with deadline.enforced():
                await asyncio.Event().wait()

    asyncio.run(work())


def test_a_caller_that_leaves_when_the_deadline_has_passed_changes_nothing() -> None:
    async def end_slowly(deadline: Deadline) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            deadline.set_caller_left()  # while the block is being cancelled

    async def work() -> None:
        deadline = Deadline(0.01)
        with pytest.raises(DeadlineExceeded):
            async with deadline.enforced():
                await end_slowly(deadline)

    asyncio.run(work())


def test_a_timeout_of_something_in_the_block_is_not_the_deadlines() -> None:
    async def work() -> None:
        with pytest.raises(TimeoutError):
            async with Deadline(60).enforced(), asyncio.timeout(0.01):
                await asyncio.Event().wait()

    asyncio.run(work())


def test_a_block_that_is_done_in_time_is_left_alone_and_another_may_follow() -> None:
    async def work() -> None:
        deadline = Deadline(60)
        for _ in range(2):
            async with deadline.enforced():
                await asyncio.sleep(0)
        deadline.set_caller_left()  # nobody waits for a block
        await asyncio.sleep(0)

    asyncio.run(work())


def stored(server: Running) -> int:
    return len(server.http.get("/v1/checks").json()["checks"])


def test_work_whose_deadline_passed_while_it_waited_is_neither_judged_nor_kept(
    start: Callable[..., Running], judged: list[int]
) -> None:
    server = start(threads=1)
    with occupied(server):
        response = server.check(jpeg(), jpeg(seed=1), headers={"Request-Timeout": "0.3"})
        assert (response.status_code, response.json()["code"]) == (504, "deadline_exceeded")
        assert int(response.headers["retry-after"]) >= 1
        until(lambda: server.services.compute.waiting == 0)
    assert judged == []
    assert stored(server) == 0
    assert server.check(jpeg(), headers={"Request-Timeout": "30"}).status_code == 200


def test_the_same_idempotency_key_is_free_after_the_deadline(start: Callable[..., Running]) -> None:
    server = start(threads=1)
    headers = {"Idempotency-Key": "one"}
    with occupied(server):
        assert server.check(jpeg(), headers={**headers, "Request-Timeout": "0.3"}).status_code == 504
    assert server.check(jpeg(), headers=headers).status_code == 200
    assert stored(server) == 1


def test_a_check_that_cannot_meet_its_deadline_is_refused_before_its_body(
    start: Callable[..., Running],
) -> None:
    server = start(threads=1, max_waiting=1000, store="none")
    with occupied(server, waiting=200), connect(server) as connection:  # 200 photos: some ten seconds
        connection.sendall(check_head(1_000_000, "Request-Timeout: 1"))
        answer = read_answer(connection)
        assert (answer.status, b'"deadline_unreachable"' in answer.body) == (503, True)
        assert int(answer.headers["retry-after"]) > 1


def test_a_deadline_ends_an_upload_too(server: Running) -> None:
    with connect(server) as connection:
        connection.sendall(check_head(1000, "Request-Timeout: 0.2") + b"x")
        answer = read_answer(connection)
        assert (answer.status, b'"deadline_exceeded"' in answer.body) == (504, True)


@pytest.mark.parametrize("wrong", ["soon", "0", "-1", "nan", "inf", ""])
def test_a_timeout_that_is_no_number_of_seconds_is_refused_by_name(server: Running, wrong: str) -> None:
    response = server.check(jpeg(), headers={"Request-Timeout": wrong})
    assert (response.status_code, response.json()["code"]) == (422, "request_invalid")
    assert "request-timeout" in response.text


def test_the_work_of_a_client_that_left_while_it_waited_is_dropped(
    start: Callable[..., Running], judged: list[int]
) -> None:
    server = start(threads=1)
    body = multipart(jpeg(), jpeg(seed=1))
    with occupied(server):
        with connect(server) as connection:
            connection.sendall(check_head(len(body)) + body)
            until(lambda: server.services.compute.waiting == 2)
        until(lambda: server.services.compute.waiting == 0)
    assert judged == []
    assert stored(server) == 0
    until(lambda: 'status="499"' in server.http.get("/metrics").text)


def test_a_client_that_left_while_its_photo_was_judged_leaves_the_server_as_it_was(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = start(threads=1)
    detector = server.services.bundles.slots[0].active.detector
    judging, go_on = threading.Event(), threading.Event()
    judge_photo = detector.judge_photo

    def slowly(data: bytes, index: int, *, with_hash: bool = False):  # type: ignore[no-untyped-def]
        judging.set()
        go_on.wait()
        return judge_photo(data, index, with_hash=with_hash)

    monkeypatch.setattr(detector, "judge_photo", slowly)
    body = multipart(jpeg())
    with connect(server) as connection:
        connection.sendall(check_head(len(body)) + body)
        judging.wait()
    until(lambda: 'status="499"' in server.http.get("/metrics").text)
    go_on.set()
    monkeypatch.undo()
    assert server.check(jpeg()).status_code == 200
    assert stored(server) == 1
