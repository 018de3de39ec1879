from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from serving.transparency.delivery.connector import HttpConnector
from tests.serving.servers.loopback_only import loopback_only
from tests.serving.servers.statement_database import TOKEN, StatementDatabase, statement_database
from tests.serving.transparency.delivery.test_answers import batch


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> Iterator[None]:
    with loopback_only():
        yield


@pytest.fixture
def database() -> Iterator[StatementDatabase]:
    with statement_database() as running:
        yield running


def send(url: str, token: str = TOKEN) -> tuple[int | None, str, float | None]:
    async def work() -> tuple[int | None, str, float | None]:
        connector = HttpConnector(url, token, 5.0)
        try:
            answer = await connector.send(batch())
        finally:
            await connector.close()
        return answer.status, answer.text, answer.retry_after_s

    return asyncio.run(work())


def test_the_status_the_text_and_the_pause_come_from_the_answer(database: StatementDatabase) -> None:
    status, text, _ = send(database.url)
    assert status == 422
    assert "statement_2" in text
    database.fail_with = [(503, {"Retry-After": "120"}), (429, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"})]
    assert send(database.url)[0::2] == (503, 120.0)
    assert send(database.url)[0::2] == (429, 0.0)


def test_another_token_is_refused(database: StatementDatabase) -> None:
    assert send(database.url, "other")[0] == 403
    assert database.calls == []


def test_a_lost_connection_and_a_closed_port_are_answers_without_a_status(database: StatementDatabase) -> None:
    database.answers_to_lose = 1
    assert send(database.url)[0] is None
    status, text, _ = send("http://127.0.0.1:1/statements")
    assert status is None
    assert text == "no answer: ConnectError"
