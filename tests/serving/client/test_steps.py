from __future__ import annotations

import asyncio
import inspect
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from pydantic import BaseModel

from serving.client.calls import Call, Retries
from serving.client.errors import RequestRefused, TryLater, UnreadableAnswer
from serving.client.steps import AsyncSender, Block, Item, Items, Iteration, Method, Pause, Sender, Steps, SyncSender


class Number(BaseModel):
    value: int


class Numbers(Sender):
    """Calls as the API's are written, of a server that counts."""

    closed = 0

    @Method
    def get(self, path: str, *, twice: bool = False) -> Steps[int]:
        """Give the number at a path."""
        number = yield from self._read(Call(method="GET", path=path), Number)
        return number.value * (2 if twice else 1)

    @Iteration
    def up_to(self, end: int) -> Items[int]:
        """Give the numbers up to an end."""
        try:
            for i in range(end):
                yield Item((yield from self._read(Call(method="GET", path=f"/{i}"), Number)).value)
        finally:
            self.closed += 1

    @Method
    def where(self) -> Steps[int]:
        """Give the thread that blocking work is done in."""
        yield Pause(0)
        thread: int = yield Block(threading.get_ident)
        return thread

    @Method
    def send(self, chunks: Callable[[], Iterator[bytes]]) -> Steps[int]:
        """Send a large body."""
        return (yield from self._read(Call(method="POST", path="/", chunks=chunks), Number)).value

    @Method
    def save(self, path: Path) -> Steps[None]:
        """Write a large answer to a file."""
        yield from self._save("/", {"a": "b"}, path)


class SyncNumbers(Numbers, SyncSender):
    pass


class AsyncNumbers(Numbers, AsyncSender):
    pass


class Cut(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An answer of two pieces, whose connection may break between them."""

    def __init__(self, *, cut: bool) -> None:
        self._cut = cut

    def __iter__(self) -> Iterator[bytes]:
        yield b"head,"
        if self._cut:
            raise httpx.ReadError("reset")
        yield b"rest"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


Answer = Callable[[httpx.Request], httpx.Response]
RETRIES = Retries(attempts=3, first_wait_s=0.001)
Result = TypeVar("Result")


def number_of_path(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"value": int(request.url.path[1:])})


def sync(answer: Answer, retries: Retries = RETRIES) -> SyncNumbers:
    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://x")
    return SyncNumbers(http, timeout_s=5, retries=retries)


def asynchronous(answer: Answer, retries: Retries = RETRIES) -> AsyncNumbers:
    http = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://x")
    return AsyncNumbers(http, timeout_s=5, retries=retries)


def test_a_method_gives_its_result_and_its_coroutine() -> None:
    assert sync(number_of_path).get("/7", twice=True) == 14
    assert asyncio.run(asynchronous(number_of_path).get("/7")) == 7


def test_a_method_has_the_name_the_words_and_the_parameters_of_its_steps() -> None:
    for method in (sync(number_of_path).get, asynchronous(number_of_path).get):
        assert (method.__name__, method.__doc__) == ("get", "Give the number at a path.")
        assert str(inspect.signature(method)) == "(path: 'str', *, twice: 'bool' = False)"
    assert inspect.iscoroutinefunction(AsyncNumbers.get)
    assert not inspect.iscoroutinefunction(SyncNumbers.get)


def test_values_come_one_by_one_and_nothing_is_sent_ahead() -> None:
    sent: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        return number_of_path(request)

    assert list(sync(answer).up_to(3)) == [0, 1, 2]
    numbers = sync(answer)
    sent.clear()
    some = numbers.up_to(9)
    assert next(some) == 0
    assert sent == ["/0"]
    del some
    assert numbers.closed == 1


def test_an_async_iteration_may_end_early() -> None:
    async def first_of(found: AsyncIterator[int]) -> int:
        async for value in found:
            return value
        raise AssertionError

    async def work() -> tuple[list[int], int]:
        numbers = asynchronous(number_of_path)
        everything = [value async for value in numbers.up_to(3)]
        return everything, await first_of(numbers.up_to(9))

    assert asyncio.run(work()) == ([0, 1, 2], 0)


def test_blocking_work_is_done_in_the_callers_thread_or_off_the_event_loop() -> None:
    assert sync(number_of_path).where() == threading.get_ident()
    assert asyncio.run(asynchronous(number_of_path).where()) != threading.get_ident()


@pytest.mark.parametrize("asyncs", [False, True])
def test_a_large_body_is_read_anew_for_each_attempt(asyncs: bool) -> None:
    bodies: list[bytes] = []

    def chunks() -> Iterator[bytes]:
        yield from (b"a", b"b", b"c")

    def answer(request: httpx.Request) -> httpx.Response:
        bodies.append(request.content)
        return httpx.Response(503) if len(bodies) < 3 else httpx.Response(200, json={"value": 1})

    if asyncs:
        assert asyncio.run(asynchronous(answer).send(chunks)) == 1
    else:
        assert sync(answer).send(chunks) == 1
    assert bodies == [b"abc"] * 3


@pytest.mark.parametrize("asyncs", [False, True])
def test_a_large_answer_is_a_file_once_it_is_complete(asyncs: bool, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"from before")
    attempts: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        attempts.append(request.url)
        return httpx.Response(503) if len(attempts) == 1 else httpx.Response(200, stream=Cut(cut=len(attempts) == 2))

    if asyncs:
        asyncio.run(asynchronous(answer).save(path))
    else:
        sync(answer).save(path)
    assert attempts == [httpx.URL("http://x/?a=b")] * 3
    assert path.read_bytes() == b"head,rest"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_is_left_as_it_was_where_the_answer_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"from before")
    with pytest.raises(RequestRefused):
        sync(lambda request: httpx.Response(404)).save(path)
    assert path.read_bytes() == b"from before"
    assert list(tmp_path.iterdir()) == [path]


def test_the_last_refusal_is_raised_when_the_time_for_all_attempts_is_up() -> None:
    sent: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.extensions["timeout"]["read"])
        return httpx.Response(503, headers={"Retry-After": "1"})

    numbers = sync(answer, Retries(attempts=9, within_s=0.9))
    started = time.monotonic()
    with pytest.raises(TryLater):
        numbers.get("/1")
    assert time.monotonic() - started < 0.9, "it does not wait for what will not be sent"
    assert len(sent) == 1
    assert 0 < sent[0] <= 0.9, "the attempt has the time that is left, not the 5 s of the client"


@pytest.mark.parametrize("body", [b"<h1>Log in</h1>", b'{"other": 1}', b""])
def test_a_success_that_is_no_answer_of_the_api_is_an_error_of_the_client(body: bytes) -> None:
    with pytest.raises(UnreadableAnswer, match="GET http://x/1: the answer is no Number of this API"):
        sync(lambda request: httpx.Response(200, content=body)).get("/1")


def test_a_cancelled_call_ends_its_steps() -> None:
    async def slow(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError

    async def work() -> int:
        numbers = AsyncNumbers(
            httpx.AsyncClient(transport=httpx.MockTransport(slow), base_url="http://x"), timeout_s=5, retries=RETRIES
        )

        async def read() -> list[int]:
            return [value async for value in numbers.up_to(2)]

        with pytest.raises(TimeoutError):
            await asyncio.wait_for(read(), 0.05)
        return numbers.closed

    assert asyncio.run(work()) == 1
