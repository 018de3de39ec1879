"""One code path for the sync and the async client.

A method of the API is written once, as a generator of steps: send a call, wait, do work that blocks. It gets
what came of each. The sync client does a step, the async client awaits it, and neither knows the API.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import inspect
import itertools
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeAlias, TypeVar, overload

import httpx
from pydantic import BaseModel, ValidationError

from serving.client.calls import Call, Chunks, Retries
from serving.client.errors import UnreadableAnswer

Given = ParamSpec("Given")
Result = TypeVar("Result")
Value = TypeVar("Value")
Model = TypeVar("Model", bound=BaseModel)


@dataclasses.dataclass(frozen=True, slots=True)
class Send:
    """Send a call once; gives the response, or the error of the connection."""

    call: Call
    timeout_s: float


@dataclasses.dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    seconds: float


@dataclasses.dataclass(frozen=True, slots=True)
class Block:
    """Do work that blocks, such as reading files; gives what it returns."""

    work: Callable[[], object]


@dataclasses.dataclass(frozen=True, slots=True)
class Item(Generic[Value]):
    """Hand a value to whoever iterates."""

    value: Value


Step: TypeAlias = Send | Pause | Block
Steps: TypeAlias = Generator[Step, Any, Result]
Items: TypeAlias = Generator[Step | Item[Value], Any, None]


class Sender:
    """What every group of calls has: a way to send with retries, and to read the answer."""

    def __init__(self, *, timeout_s: float, retries: Retries) -> None:
        self._timeout_s = timeout_s
        self._retries = retries

    def _send(self, call: Call) -> Steps[httpx.Response]:
        """Send a call until it is answered with success; raises ClientError."""
        started = time.monotonic()
        for attempt in itertools.count(1):
            spent_s = time.monotonic() - started
            answer = yield Send(call, self._retries.left_s(spent_s, self._timeout_s))
            if isinstance(answer, httpx.Response) and answer.is_success:
                return answer
            yield Pause(self._retries.wait_s(call, answer, attempt, time.monotonic() - started))
        raise AssertionError("the retries end by an error")

    def _read(self, call: Call, model: type[Model]) -> Steps[Model]:
        """Send a call and read the JSON that it is answered with."""
        return parsed((yield from self._send(call)), model)

    def _bytes(self, call: Call) -> Steps[bytes]:
        """Send a call and give the bytes that it is answered with."""
        response = yield from self._send(call)
        return response.content

    def _save(self, address: str, params: Mapping[str, str], path: Path) -> Steps[None]:
        """Write what is at an address to a file, piece by piece; the file is there once it is complete."""
        partial = path.with_name(f".{path.name}.partial")
        try:
            with partial.open("wb") as file:
                yield from self._send(Call(method="GET", path=address, params=params, into=file))
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


class SyncSender(Sender):
    """Does the steps of a call in the calling thread."""

    def __init__(self, http: httpx.Client, *, timeout_s: float, retries: Retries) -> None:
        super().__init__(timeout_s=timeout_s, retries=retries)
        self._http = http

    def _run(self, steps: Steps[Result]) -> Result:
        with contextlib.closing(steps):
            try:
                step = next(steps)
                while True:
                    step = steps.send(self._do(step))
            except StopIteration as end:
                result: Result = end.value
                return result

    def _iterate(self, steps: Items[Value]) -> Iterator[Value]:
        with contextlib.closing(steps):
            outcome: object = None
            while True:
                try:
                    step = steps.send(outcome)
                except StopIteration:
                    return
                if isinstance(step, Item):
                    outcome = None
                    yield step.value
                else:
                    outcome = self._do(step)

    def _do(self, step: Step) -> object:
        match step:
            case Send(call, timeout_s):
                content = None if call.chunks is None else call.chunks()
                try:
                    with self._http.stream(**call.arguments(timeout_s, content)) as response:
                        if call.into is None or not response.is_success:
                            response.read()
                            return response
                        call.into.truncate(call.into.seek(0))  # what an earlier attempt has left
                        for piece in response.iter_bytes():
                            call.into.write(piece)
                        return response
                except httpx.RequestError as error:
                    return error
            case Pause(seconds):
                time.sleep(seconds)
            case Block(work):
                return work()
        return None


class AsyncSender(Sender):
    """Awaits the steps of a call; what blocks is done in a thread."""

    def __init__(self, http: httpx.AsyncClient, *, timeout_s: float, retries: Retries) -> None:
        super().__init__(timeout_s=timeout_s, retries=retries)
        self._http = http

    async def _run(self, steps: Steps[Result]) -> Result:
        with contextlib.closing(steps):
            try:
                step = next(steps)
                while True:
                    step = steps.send(await self._do(step))
            except StopIteration as end:
                result: Result = end.value
                return result

    async def _iterate(self, steps: Items[Value]) -> AsyncIterator[Value]:
        with contextlib.closing(steps):
            outcome: object = None
            while True:
                try:
                    step = steps.send(outcome)
                except StopIteration:
                    return
                if isinstance(step, Item):
                    outcome = None
                    yield step.value
                else:
                    outcome = await self._do(step)

    async def _do(self, step: Step) -> object:
        match step:
            case Send(call, timeout_s):
                content = None if call.chunks is None else _in_threads(call.chunks)
                try:
                    async with self._http.stream(**call.arguments(timeout_s, content)) as response:
                        if call.into is None or not response.is_success:
                            await response.aread()
                            return response
                        call.into.truncate(call.into.seek(0))
                        async for piece in response.aiter_bytes():
                            await asyncio.to_thread(call.into.write, piece)
                        return response
                except httpx.RequestError as error:
                    return error
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Block(work):
                return await asyncio.to_thread(work)
        return None


async def _in_threads(chunks: Chunks) -> AsyncIterator[bytes]:
    reader = chunks()
    while chunk := await asyncio.to_thread(next, reader, b""):
        yield chunk


class Method(Generic[Given, Result]):
    """A method of the API, written as steps: the sync client returns its result, the async client a coroutine."""

    def __init__(self, steps: Callable[Concatenate[Any, Given], Steps[Result]]) -> None:
        def run(client: SyncSender, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
            return client._run(steps(client, *args, **kwargs))

        async def run_async(client: AsyncSender, /, *args: Given.args, **kwargs: Given.kwargs) -> Result:
            return await client._run(steps(client, *args, **kwargs))

        self._run = _named_as(steps, run)
        self._run_async = _named_as(steps, run_async)

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: SyncSender, owner: type) -> Callable[Given, Result]: ...
    @overload
    def __get__(self, client: AsyncSender, owner: type) -> Callable[Given, Coroutine[Any, Any, Result]]: ...
    def __get__(self, client: SyncSender | AsyncSender | None, owner: type) -> Any:
        run = self._run_async if issubclass(owner, AsyncSender) else self._run
        return run if client is None else run.__get__(client, owner)


class Iteration(Generic[Given, Value]):
    """A method that gives values one by one: an iterator of the sync client, an async iterator of the async one."""

    def __init__(self, steps: Callable[Concatenate[Any, Given], Items[Value]]) -> None:
        def run(client: SyncSender, /, *args: Given.args, **kwargs: Given.kwargs) -> Iterator[Value]:
            return client._iterate(steps(client, *args, **kwargs))

        def run_async(client: AsyncSender, /, *args: Given.args, **kwargs: Given.kwargs) -> AsyncIterator[Value]:
            return client._iterate(steps(client, *args, **kwargs))

        self._run = _named_as(steps, run)
        self._run_async = _named_as(steps, run_async)

    @overload
    def __get__(self, client: None, owner: type) -> Self: ...
    @overload
    def __get__(self, client: SyncSender, owner: type) -> Callable[Given, Iterator[Value]]: ...
    @overload
    def __get__(self, client: AsyncSender, owner: type) -> Callable[Given, AsyncIterator[Value]]: ...
    def __get__(self, client: SyncSender | AsyncSender | None, owner: type) -> Any:
        run = self._run_async if issubclass(owner, AsyncSender) else self._run
        return run if client is None else run.__get__(client, owner)


Runner = TypeVar("Runner", bound=Callable[..., Any])


def _named_as(steps: Callable[..., Any], run: Runner) -> Runner:
    """Give a method the name, the words and the parameters of its steps, for `help` and for editors."""
    functools.update_wrapper(run, steps)
    del run.__wrapped__  # type: ignore[attr-defined]
    run.__signature__ = inspect.signature(steps).replace(return_annotation=inspect.Signature.empty)  # type: ignore[attr-defined]
    return run


def parsed(response: httpx.Response, model: type[Model]) -> Model:
    """Read an answer; raises UnreadableAnswer."""
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        request = response.request
        raise UnreadableAnswer(
            f"{request.method} {request.url}: the answer is no {model.__name__} of this API: {response.text[:200]}"
        ) from error
