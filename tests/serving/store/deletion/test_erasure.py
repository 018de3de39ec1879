from __future__ import annotations

import asyncio
import dataclasses
import datetime
import json
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import insert, select

from serving.audit_log.canonical_json import sha256_of
from serving.audit_log.entry import as_json
from serving.audit_log.verify import verify_lines
from serving.errors import ErasureNotFound, StoreUnavailable
from serving.principal import SERVER, Principal
from serving.store.deletion.erasure import Erased, finish_erasure, resume_erasures, seller_hash, start_erasure
from serving.store.job_rows import LinePhoto, NewLine
from serving.store.lists.check_list import CheckFilter
from serving.store.store import Store
from serving.store.tables import JobLineContentRow, JobLineRow, JobRow
from tests.serving.builders import stored_jobs
from tests.serving.builders.new_checks import NOW, digest, new_check
from tests.serving.builders.stores import Place, database_bytes, opened, photo_names

ADMIN = Principal(name="key-1", rate_key="key-1", key_id="k1")
SELLER = "Erased Seller 4711"
RUN_UNTIL_KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from serving.principal import SERVER
from serving.store import store as module
from serving.store.deletion.erasure import finish_erasure, start_erasure
from serving.store.store import open_store

module.DELETE_CHUNK = 100
deleted_chunks = 0

class Dying(module.Store):
    async def delete(self, *values):
        global deleted_chunks
        deleted = await super().delete(*values)
        deleted_chunks += 1
        if deleted_chunks == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return deleted

async def work():
    module.Store = Dying
    store = open_store(Path(sys.argv[1]), database_url=sys.argv[3])
    erasure = await start_erasure(store, SERVER, sys.argv[2])
    await finish_erasure(store, SERVER, erasure)

asyncio.run(work())
"""


async def add(store: Store, seller_id: str | None, *photos: bytes) -> str:
    new = dataclasses.replace(new_check(*photos), seller_id=seller_id, attributes={"seller": seller_id})
    await store.keep(new, photos)
    return new.answer.check_id


async def add_job(store: Store, check_id: str) -> None:
    """A job with a line of each kind: judged, waiting, running and parked of the seller, and those of others."""

    def line(number: int, state: str, content: dict[str, Any] | bytes | None, **more: object) -> dict[str, object]:
        if content is not None:
            text = json.dumps(content).encode() if isinstance(content, dict) else content
            contents.append({"job_id": "j", "line": number, "content": text})
        row = {
            "job_id": "j", "line": number, "listing_id": f"listing {number}", "state": state, "attempts": 0,
            "check_id": None,
        }  # fmt: skip
        return row | more

    contents: list[dict[str, object]] = []

    lines = [
        line(1, "judged", None, check_id=check_id),
        line(2, "waiting", {"seller_id": SELLER}),
        line(3, "running", {"seller_id": f" {SELLER} "}),
        line(4, "parked", {"listing": {"seller_id": SELLER}}),
        line(5, "waiting", {"seller_id": "another"}),
        line(6, "parked", b"no JSON"),
        *(line(number, "waiting", {"seller_id": "another"}) for number in range(7, 120)),
    ]
    job = {
        "job_id": "j",
        "caller": "c",
        "kind": "listings",
        "created_at": NOW,
        "state": "running",
        "lines": 119,
        "bytes": 0,
    }
    await store.check_rows._database.write_rows(
        [(insert(JobRow), job), (insert(JobLineRow), lines), (insert(JobLineContentRow), contents)]
    )


async def erase(store: Store) -> Erased:
    return await finish_erasure(store, ADMIN, await start_erasure(store, ADMIN, SELLER))


async def entries_of(store: Store) -> list[dict[str, Any]]:
    return [as_json(entry) for entry in await store.audit_rows.find_after(SERVER, 1000)]


def test_all_of_a_seller_is_deleted_and_nothing_of_others(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            theirs = [await add(store, SELLER, b"own", b"shared"), await add(store, SELLER, b"own")]
            others = [await add(store, "another", b"shared"), await add(store, None, b"of nobody")]
            await store.review_rows.add(SERVER, theirs[0], "counterfeit", f"{SELLER} again", NOW)
            await store.keep_rendition(digest(b"own"), 160, b"small")
            await add_job(store, theirs[1])
            erased = (await erase(store)).erasure
            assert (erased.checks, erased.photos, erased.reviews, erased.job_lines) == (2, 3, 1, 3)
            assert erased.completed_at is not None
            page = await store.check_rows.find_page(SERVER, CheckFilter(), 50)
            assert {check.check_id for check in page.checks} == set(others)
            assert photo_names(place.folder) == {digest(b"shared"), digest(b"of nobody")}
            contents = await store.check_rows._database.read(
                lambda session: {row.line: row.content for row in session.scalars(select(JobLineContentRow))}
            )
            lines = await store.check_rows._database.read(
                lambda session: list(session.scalars(select(JobLineRow).order_by(JobLineRow.line).limit(6)))
            )
            assert [line.state for line in lines] == ["judged", "parked", "parked", "parked", "waiting", "parked"]
            assert [line.listing_id for line in lines[:4]] == [None] * 4
            assert not {1, 2, 3, 4} & set(contents)
            assert {line.error_code for line in lines[1:4]} == {"seller_erased"}
            assert (lines[4].listing_id, contents[6]) == ("listing 5", b"no JSON")

    asyncio.run(work())
    assert SELLER not in place.dump()
    assert SELLER.encode() not in database_bytes(place.folder)


def test_the_chain_holds_and_its_proof_does_not_name_the_seller(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            await add(store, SELLER, b"own")
            erased = await erase(store)
            entries = await entries_of(store)
            found = verify_lines([json.dumps(entry) for entry in entries])
            assert (found.entries, found.broken) == (2, None)
            assert [entry["action"] for entry in entries] == ["erasure.requested", "seller.erased"]
            assert entries[1]["object"] == {"kind": "erasure", "id": erased.erasure.erasure_id}
            assert SELLER not in json.dumps(entries)
            assert erased.receipt is not None
            assert erased.receipt.sequence == 2
            assert entries[1]["details"]["checks"] == 1
            proof = entries[1]["details"]["seller_sha256"]
            assert proof == seller_hash(erased.receipt.salt, SELLER)
            assert proof == sha256_of({"salt": erased.receipt.salt, "seller_id": SELLER})
            assert proof != seller_hash(erased.receipt.salt, "another")

    asyncio.run(work())
    assert SELLER not in place.dump()
    assert SELLER.encode() not in database_bytes(place.folder)


def test_a_killed_erasure_is_finished_by_the_next_start_and_counts_everything_once(place: Place) -> None:
    async def prepare() -> None:
        async with opened(place) as store:
            for number in range(150):
                await add(store, SELLER, b"own", str(number).encode())

    async def resume() -> None:
        later = datetime.datetime.now(datetime.UTC)
        async with opened(place) as store:
            assert await resume_erasures(store, later - datetime.timedelta(hours=1)) == 0
            [open_one] = await store.erasure_rows.find_open(later)
            assert (open_one.seller_id, open_one.checks) == (SELLER, 100)
            assert await resume_erasures(store, later) == 1
            done = await store.erasure_rows.find(SERVER, open_one.erasure_id)
            assert (done.seller_id, done.checks, done.photos) == (None, 150, 300)
            assert await resume_erasures(store, later) == 0
            await store.remove_orphans()
            assert photo_names(place.folder) == set()
            entries = await entries_of(store)
            assert [entry["action"] for entry in entries] == ["erasure.requested", "seller.erased"]
            assert entries[1]["details"]["checks"] == 150

    asyncio.run(prepare())
    command = [sys.executable, "-c", RUN_UNTIL_KILLED, str(place.folder), SELLER, place.database]
    done = subprocess.run(command, check=False, timeout=60)
    assert done.returncode == -9
    asyncio.run(resume())
    assert SELLER not in place.dump()
    assert SELLER.encode() not in database_bytes(place.folder)


@pytest.mark.parametrize("of_line", [True, False])
def test_an_erasure_whose_photos_could_not_be_removed_stays_open_and_another_server_finds_them(
    place: Place, monkeypatch: pytest.MonkeyPatch, of_line: bool
) -> None:
    async def fails(sha256s: object) -> None:
        raise StoreUnavailable("the photos do not answer", retry_after_s=1)

    async def begin() -> None:
        async with opened(place) as store:
            if of_line:
                content = json.dumps({"seller_id": SELLER, "photos": [{"base64": ""}]}).encode()
                photo = LinePhoto(position=0, sha256=digest(b"own"), data=b"own")
                line = NewLine(number=1, content=content, listing_id=None, fault=None, photos=(photo,))
                await stored_jobs.add_job(store, [line])
            else:
                await add(store, SELLER, b"own")
            monkeypatch.setattr(store.photos, "remove", fails)
            with pytest.raises(StoreUnavailable):
                await erase(store)

    async def resume() -> None:
        async with opened(place) as store:
            store.may_hold_orphans = not store.is_shared  # as on a server that runs, or one that starts
            assert await resume_erasures(store, datetime.datetime.now(datetime.UTC)) == 1
            assert photo_names(place.folder) == set()

    asyncio.run(begin())
    assert photo_names(place.folder) == {digest(b"own")}
    asyncio.run(resume())


def test_two_that_finish_one_erasure_write_one_proof_and_one_has_the_receipt(place: Place) -> None:
    async def work() -> None:
        async with opened(place) as store:
            for number in range(30):
                await add(store, SELLER, str(number).encode())
            erasure = await start_erasure(store, ADMIN, SELLER)
            both = await asyncio.gather(*(finish_erasure(store, ADMIN, erasure) for _ in range(2)))
            assert [one.receipt is None for one in both].count(False) == 1
            assert both[0].erasure == both[1].erasure
            assert both[0].erasure.checks == 30
            assert len(await entries_of(store)) == 2
            again = await finish_erasure(store, ADMIN, both[0].erasure)
            assert (again.erasure, again.receipt) == (both[0].erasure, None)

    asyncio.run(work())


def test_an_erasure_is_the_operators_to_read(place: Place) -> None:
    member = Principal(name="m", rate_key="m", member_id="m", products=frozenset())

    async def work() -> None:
        async with opened(place) as store:
            erased = await erase(store)
            assert await store.erasure_rows.find(SERVER, erased.erasure.erasure_id) == erased.erasure
            for caller, erasure_id in ((member, erased.erasure.erasure_id), (SERVER, "nope")):
                with pytest.raises(ErasureNotFound):
                    await store.erasure_rows.find(caller, erasure_id)

    asyncio.run(work())
