from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from serving.cases.bulk import reception
from serving.cases.bulk.reception import CaseReception
from serving.cases.service import Cases
from serving.errors import RequestInvalid, RequestTooLarge
from serving.principal import SERVER
from serving.schemas.enforcement.cases import CasesReceived
from serving.store.cases.case_list import CaseFilter
from serving.store.store import Store
from tests.serving.builders.new_checks import NOW
from tests.serving.builders.stores import opened

ROWS = 250


def table(rows: int = ROWS) -> bytes:
    """Rows of which three are bad: lines 11, 101 and the last."""
    lines = ["product,country,listing_id"]
    for number in range(2, rows + 2):
        bad = {11: "toy,XX,l11", 101: "toy,DE,l\u202e101", rows + 1: "toy,DE"}
        lines.append(bad.get(number, f"toy,DE,l{number}"))
    return "\r\n".join(lines).encode()


async def send(store: Store, body: bytes, *, dry_run: bool = False) -> CasesReceived:
    received = CaseReception(Cases(store.case_rows), SERVER, dry_run=dry_run)
    for at in range(0, len(body), 1000):
        await received.take(body[at : at + 1000])
    return await received.end()


async def count(store: Store) -> int:
    return (await store.case_rows.count(SERVER, CaseFilter(), NOW)).total


def test_bad_rows_are_named_and_good_ones_opened_once_also_when_sent_again_after_a_cut(tmp_path: Path) -> None:
    async def work() -> None:
        async with opened(tmp_path) as store:
            tried = await send(store, table(), dry_run=True)
            assert (tried.dry_run, tried.opened, await count(store)) == (True, ROWS - 3, 0)
            half = CaseReception(Cases(store.case_rows), SERVER, dry_run=False)
            await half.take(table()[: len(table()) // 2])  # and nothing more: as after a kill
            there = await count(store)
            assert 0 < there < ROWS
            whole = await send(store, table())
            assert (whole.rows, whole.opened, whole.existing, whole.bad) == (ROWS, ROWS - 3 - there, there, 3)
            assert [(one.line, one.column, one.code) for one in whole.faults] == [
                (11, "country", "request_invalid"), (101, "listing_id", "unsafe_text"),
                (ROWS + 1, None, "request_invalid"),
            ]  # fmt: skip
            assert "XX" in whole.faults[0].reason or "ISO 3166" in whole.faults[0].reason
            assert whole.faults == tried.faults
            again = await send(store, table())
            assert (again.opened, again.existing, await count(store)) == (0, ROWS - 3, ROWS - 3)

    asyncio.run(work())


def test_a_table_without_rows_or_with_too_many_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "MAX_ROWS", 3)
    monkeypatch.setattr(reception, "FAULTS_GIVEN", 1)

    async def work() -> None:
        async with opened(tmp_path) as store:
            with pytest.raises(RequestInvalid, match="empty"):
                await send(store, b"\r\n")
            with pytest.raises(RequestInvalid, match="no column"):
                await send(store, b"nation\nDE\n")
            with pytest.raises(RequestTooLarge, match="until line 4"):
                await send(store, b"product,country,url\n" + b"toy,DE,https://a.example/%d\n" * 4 % (1, 2, 3, 4))
            assert await count(store) == 3
            bad = await send(store, b"country,url\nXX,a\nXX,b\n")
            assert (bad.bad, len(bad.faults), bad.faults_left_out) == (2, 1, 1)

    asyncio.run(work())


def test_a_dry_run_counts_rows_that_come_twice_as_the_table_itself_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception, "ROWS_A_WRITE", 2)  # rows that come twice are in other writes

    async def work() -> None:
        async with opened(tmp_path) as store:
            lines = ["reference,product,country,listing_id", *(f"r{n},toy,DE,l{n}" for n in range(5))]
            lines += ["r0,toy,DE,l0", "r1,toy,DE,other", ",toy,DE,l9", ",toy,DE,l8", ",toy,DE,l9"]
            tried = await send(store, "\n".join(lines).encode(), dry_run=True)
            sent = await send(store, "\n".join(lines).encode())
            assert (sent.opened, sent.existing, [one.line for one in sent.faults]) == (7, 2, [8])
            assert tried.model_copy(update={"dry_run": False}) == sent

    asyncio.run(work())
